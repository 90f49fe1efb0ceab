"""What being late costs: late interest by days, with the grace period and what one more day adds."""

from __future__ import annotations

from decimal import Decimal

from knowledge.calculations.conversion import by_year
from knowledge.calculations.draft import count, money, percent
from knowledge.calculations.job import Job, needed
from knowledge.calculations.model import Calculation
from knowledge.charges import Charge, late_charge
from knowledge.inputs import InvalidInput
from knowledge.money import HUNDRED


def late(job: Job) -> Calculation:
    """The answer to repay.overdue_cost, by a product's rows or by the rate the customer gave (a day or a year)."""
    days, amount = _days(job), job.amount()
    job.draft.put(amount=money(amount, "request.amount"), days=count(days, "request.days", "days"))
    if job.values.rate is not None:
        return _by_rate(job, amount, days, job.values.rate)
    return _by_product(job, amount, days)


def _days(job: Job) -> int:
    if job.values.days is not None:
        return job.values.days
    due = needed(job.values.on, "days", "a whole number from 0 to 3660")
    if due > job.today:
        raise InvalidInput("on", str(due), f"a date from 1990-01-01 to {job.today}")
    return (job.today - due).days


def _by_product(job: Job, amount: Decimal, days: int) -> Calculation:
    draft, product = job.draft, job.product
    named = product.loan_rows()
    rate = job.row(needed(named.late_daily, "product", "a product with a late rate"))
    grace = job.row(named.grace_days) if named.grace_days else None
    draft.name(product=(product.name, product.name_en), party=(rate.party, rate.party))
    draft.put_row("rate", rate)
    if grace is not None:
        draft.put_row("grace", grace)
    charge = late_charge(amount, days, daily_rate=rate.number, grace_days=int(grace.number) if grace else 0)
    each_day = _put(job, charge, amount, rate.number)
    if grace is not None and days <= grace.number:
        details = [draft.say("late.grace.working"), draft.say("late.after_grace")]
        return draft.finish(job.intent, (product.id,), draft.say("late.grace"), details)
    details = [draft.say("late.working", *each_day), draft.say("late.basis", "late.party")]
    if grace is not None:
        details.append(draft.say("late.grace_rule"))
    details += [draft.say("late.yearly"), draft.say("late.hardship")]
    return draft.finish(job.intent, (product.id,), draft.say("late.short"), details, spoken=draft.say("late.spoken"))


def _by_rate(job: Job, amount: Decimal, days: int, rate: Decimal) -> Calculation:
    draft, unit = job.draft, job.values.rate_unit
    if unit == "day":
        charge, daily = late_charge(amount, days, daily_rate=rate), rate
    elif unit == "year":
        charge, daily = late_charge(amount, days, annual_rate=rate), rate / 360
        draft.put(banker_days=count(360, "calculator.day_basis", "days"))
    else:
        raise InvalidInput("rate_unit", unit, "day, year")
    draft.put(rate=percent(rate * HUNDRED, "request.rate", None))
    each_day = _put(job, charge, amount, daily)
    details = [draft.say(f"late.working.{unit}", *each_day), draft.say("late.basis")]
    if unit == "day":
        details.append(draft.say("late.yearly"))
    details += [draft.say("late.own_rate"), draft.say("late.hardship")]
    return draft.finish(job.intent, (), draft.say("late.short"), details, spoken=draft.say("late.short"))


def _put(job: Job, charge: Charge, amount: Decimal, daily: Decimal) -> tuple[str, ...]:
    """Name the figures; returns the sentence about one more day, unless a day costs less than a cent."""
    one_day = late_charge(amount, 1, daily_rate=daily)
    yearly = by_year(daily, "day")
    job.draft.put(
        charge=money(charge.amount, "calculator.late_charge"),
        one_day=money(one_day.amount, "calculator.late_charge.one_day"),
        yearly=percent(yearly.nominal, "rate.simple_365"),
        days_a_year=count(365, "calendar.days_a_year", "days"),
    )
    return ("late.each_day",) if one_day.amount else ()
