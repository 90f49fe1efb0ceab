"""Calendar time as the EU, the UK and Regulation Z count it: whole periods first, odd days as a fraction.

EU (directive 2008/48/EC Annex I, MCD Annex I): whole months, weeks or years counted backwards from the payment; what
is left over is days / length of the year ending there. UK (CONC App 1.2): the same counted forwards. Regulation Z
(App. J): backwards, all months equal, 30-day months in the odd part. Month-end series run end to end.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Literal

EuUnit = Literal["month", "week", "year"]
RegZKind = Literal["month", "semimonth", "week", "year", "day"]


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    return monthrange(year, month)[1]


def add_months(day: date, months: int, anchor_day: int | None = None) -> date:
    """The same day `months` later, clipped to the month's end; `anchor_day` restores the 31st."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(anchor_day or day.day, days_in_month(year, month + 1)))


def whole_months_back(start: date, end: date) -> tuple[int, date]:
    """How many whole months fit between, counted backwards from `end`, and the date they lead back to.

    A payment on the last day of a short month belongs to a series on the start's day (31 Jan to 28 Feb is one month).
    """
    short_end = end.day == days_in_month(end.year, end.month) and start.day > end.day
    anchor = start.day if short_end else end.day
    months = (end.year - start.year) * 12 + end.month - start.month
    while months > 0 and add_months(end, -months, anchor) < start:
        months -= 1
    return (months, add_months(end, -months, anchor)) if months > 0 else (0, end)


def whole_months_forward(start: date, end: date) -> tuple[int, date]:
    """How many whole months fit between, counted forwards from `start`, and the date they lead to."""
    months = (end.year - start.year) * 12 + end.month - start.month
    while months > 0 and add_months(start, months) > end:
        months -= 1
    return months, add_months(start, months)


def _year_before(day: date) -> int:
    return (day - add_months(day, -12)).days


def _year_after(day: date) -> int:
    return (add_months(day, 12) - day).days


def eu_years(start: date, end: date, unit: EuUnit = "month") -> Fraction:
    """Years from first drawdown to a payment by the EU rule; negative when the payment comes first."""
    if end < start:
        return -eu_years(end, start, unit)
    if unit == "week":
        weeks, odd = divmod((end - start).days, 7)
        left = start + timedelta(days=odd)
        return Fraction(weeks, 52) + (Fraction(odd, _year_before(left)) if odd else 0)
    months, left = whole_months_back(start, end)
    if unit == "year":
        months -= months % 12
        left = add_months(end, -months) if months else end
    odd = (left - start).days
    return Fraction(months, 12) + (Fraction(odd, _year_before(left)) if odd else 0)


def uk_years(start: date, end: date, unit: EuUnit = "month") -> Fraction:
    """Years from first drawdown to a payment with whole months or weeks counted forwards (CONC App 1.2)."""
    if end < start:
        return -uk_years(end, start, unit)
    if unit == "week":
        weeks, odd = divmod((end - start).days, 7)
        reached = end - timedelta(days=odd)
        return Fraction(weeks, 52) + (Fraction(odd, _year_after(reached)) if odd else 0)
    months, reached = whole_months_forward(start, end)
    if unit == "year":
        months -= months % 12
        reached = add_months(start, months)
    odd = (end - reached).days
    return Fraction(months, 12) + (Fraction(odd, _year_after(reached)) if odd else 0)


def eu_unit(days: list[date]) -> EuUnit:
    """Weeks when every interval after the first is whole weeks and not whole months, otherwise months."""
    ordered = sorted(set(days))
    gaps = [(b - a).days for a, b in pairwise(ordered[1:])]
    return "week" if gaps and all(gap % 7 == 0 for gap in gaps) and min(gaps) < 28 else "month"


@dataclass(frozen=True, slots=True)
class RegZUnit:
    """A Regulation Z unit-period: `size` months, weeks or days (one semimonth, one year)."""

    kind: RegZKind
    size: int = 1

    @property
    def per_year(self) -> Fraction:
        """Unit-periods in a year: 12/k months, 24 semimonths, 52/k weeks, 365/days, 1 year."""
        return {
            "month": Fraction(12, self.size),
            "semimonth": Fraction(24),
            "week": Fraction(52, self.size),
            "day": Fraction(365, self.size),
            "year": Fraction(1),
        }[self.kind]


def _semimonth_back(day: date) -> date:
    last = days_in_month(day.year, day.month)
    if day.day > 15:
        return day.replace(day=15 if day.day == last else day.day - 15)
    before = add_months(day, -1, 1)
    return before.replace(day=min(day.day + 15, days_in_month(before.year, before.month)))


def regz_interval(start: date, end: date, unit: RegZUnit) -> tuple[int, Fraction]:
    """Whole unit-periods counted backwards from `end`, and the odd fraction at the start, below 1."""
    whole, odd = _regz_parts(start, end, unit)
    return (whole + 1, odd - 1) if odd >= 1 else (whole, odd)


def _regz_parts(start: date, end: date, unit: RegZUnit) -> tuple[int, Fraction]:
    days = (end - start).days
    if unit.kind in ("week", "day"):
        length = unit.size * (7 if unit.kind == "week" else 1)
        whole, odd = divmod(days, length)
        return whole, Fraction(odd, length)
    if unit.kind == "semimonth":
        whole, reached = 0, end
        while (earlier := _semimonth_back(reached)) >= start:
            whole, reached = whole + 1, earlier
        return whole, Fraction((reached - start).days, 15)
    months, left = whole_months_back(start, end)
    odd_days = (left - start).days
    if unit.kind == "year":
        whole, odd_months = divmod(months, 12)
        if not odd_days:
            return whole, Fraction(odd_months, 12)
        return whole, Fraction((add_months(end, -12 * whole) - start).days, 365)
    whole, odd_months = divmod(months, unit.size)
    return whole, Fraction(30 * odd_months + odd_days, 30 * unit.size)


def regz_unit(start: date, payments: list[date]) -> RegZUnit:
    """The most frequent period between payments; for one payment the term itself; at most a year."""
    ordered = sorted(set(payments))
    if len(ordered) == 1:
        return _term_unit(start, ordered[0])
    found = Counter(_gap_unit(a, b) for a, b in pairwise([start, *ordered]))
    most = max(found.values())
    tied = [unit for unit, times in found.items() if times == most]
    return max(tied, key=lambda unit: unit.per_year)


def _term_unit(start: date, end: date) -> RegZUnit:
    months, left = whole_months_back(start, end)
    if months >= 12:
        return RegZUnit("year")
    if months and left == start:
        return RegZUnit("month", months)
    return RegZUnit("day", (end - start).days)


def _gap_unit(a: date, b: date) -> RegZUnit:
    days = (b - a).days
    months, left = whole_months_back(a, b)
    if months and left == a:
        return RegZUnit("year") if months >= 12 else RegZUnit("month", months)
    if _semimonth_back(b) == a:
        return RegZUnit("semimonth")
    if days % 7 == 0:
        return RegZUnit("week", days // 7) if days < 364 else RegZUnit("year")
    return RegZUnit("day", min(days, 365))
