"""A daily, monthly or yearly rate said by year in every usual reading, without a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext

from knowledge.calculations.draft import Draft, count, percent
from knowledge.calculations.job import Job, needed
from knowledge.calculations.model import Calculation
from knowledge.inputs import InvalidInput
from knowledge.money import HUNDRED, percent_6dp
from knowledge.rates.conversion import daily_by_year
from knowledge.rates.solver import PRECISE

MONTHS = 12
DAYS, BANKER_DAYS = 365, 360


@dataclass(frozen=True, slots=True)
class ByYear:
    """Percent a year, six decimals: simple, compound, and the third reading of its unit.

    `other` is for a daily rate the simple one over 360 days, for a yearly rate the simple rate that compounds to it.
    """

    nominal: Decimal
    compound: Decimal
    other: Decimal | None = None


def by_year(rate: Decimal, unit: str) -> ByYear:
    """Readings of a rate (fraction) per `day`, `month` or `year`; a yearly one is read as simple, by month."""
    with localcontext(PRECISE):
        if unit == "day":
            daily = daily_by_year(rate)
            return ByYear(percent_6dp(daily.simple_365), percent_6dp(daily.compounded), percent_6dp(daily.simple_360))
        monthly = rate if unit == "month" else rate / MONTHS
        compound = percent_6dp(((1 + monthly) ** MONTHS - 1) * HUNDRED)
        if unit == "month":
            return ByYear(percent_6dp(rate * MONTHS * HUNDRED), compound)
        as_nominal = ((1 + rate) ** (Decimal(1) / MONTHS) - 1) * MONTHS * HUNDRED
        return ByYear(percent_6dp(rate * HUNDRED), compound, percent_6dp(as_nominal))


def put_by_year(draft: Draft, rate: Decimal, unit: str) -> ByYear:
    """Name the readings for the texts: rate, nominal, compound, other."""
    found = by_year(rate, unit)
    draft.put(
        rate=percent(rate * HUNDRED, "request.rate", None),
        nominal=percent(found.nominal, "rate.nominal"),
        compound=percent(found.compound, "rate.compound"),
        months=count(MONTHS, "calendar.months_a_year"),
        days_a_year=count(DAYS, "calendar.days_a_year", "days"),
        banker_days=count(BANKER_DAYS, "calculator.day_basis", "days"),
    )
    if found.other is not None:
        draft.put(other=percent(found.other, "rate.other"))
    return found


def converted(job: Job) -> Calculation:
    """The answer when only a rate is known."""
    draft = job.draft
    unit = needed(job.values.rate_unit, "rate_unit", "day, month, year")
    if unit == "period":
        raise InvalidInput("terms", None, "the number of periods")
    put_by_year(draft, needed(job.values.rate, "rate", "a rate with its unit"), unit)
    details = [draft.say(f"convert.{unit}.working"), draft.say("convert.fees"), draft.say("loan.law.general")]
    short, spoken = draft.say(f"convert.{unit}.short"), draft.say(f"convert.{unit}.spoken")
    return draft.finish(job.intent, (), short, details, spoken=spoken)
