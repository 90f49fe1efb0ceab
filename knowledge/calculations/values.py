"""The collected slots as checked values; a wrong one raises `InvalidInput` with its slot name and accepted range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from knowledge.inputs import MAX_TERMS, InvalidInput, RatePer, amount_of, count_of, date_of, rate_of
from knowledge.money import HUNDRED, ZERO, plain

RateUnit = Literal["day", "month", "period", "year"]
_PER: dict[RateUnit, RatePer] = {"day": "day", "month": "month", "period": "month", "year": "year"}
MAX_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Values:
    """What the customer said: yuan, fractions, whole numbers and dates. None is what was not said."""

    amount: Decimal | None = None
    remaining: Decimal | None = None
    terms: int | None = None
    rate: Decimal | None = None
    rate_unit: RateUnit | None = None
    start: date | None = None
    period: int | None = None
    days: int | None = None
    year: int | None = None
    age: int | None = None
    on: date | None = None
    used: Decimal | None = None
    yearly: Decimal | None = None


def read_values(slots: Mapping[str, object]) -> Values:
    """Check every slot that is there; `paid_periods` n means that period n + 1 is running."""
    known = {name: value for name, value in slots.items() if value is not None}
    unit = _unit(known)
    return Values(
        amount=_money(known, "amount"),
        remaining=_money(known, "remaining"),
        terms=_count(known, "terms", 1, MAX_TERMS),
        rate=_rate(known["rate"], _PER[unit]) if unit and "rate" in known else None,
        rate_unit=unit,
        start=_day(known, "start"),
        period=_period(known),
        days=_count(known, "days", 0, MAX_DAYS),
        year=_count(known, "year", 1, 150),
        age=_count(known, "age", 0, 120),
        on=_day(known, "on"),
        used=_money(known, "used", least=ZERO),
        yearly=_money(known, "yearly"),
    )


def _unit(known: Mapping[str, object]) -> RateUnit | None:
    unit = known.get("rate_unit")
    if unit is None and "rate" not in known:
        return None
    if not isinstance(unit, str) or unit not in _PER:
        raise InvalidInput("rate_unit", unit, ", ".join(_PER))
    return unit


def _rate(value: object, per: RatePer) -> Decimal:
    """A fraction as such, however large: its unit is known, so 0.06 cannot mean 0.06 %."""
    if isinstance(value, Decimal) and value.is_finite():
        value = f"{plain(value * HUNDRED)}%"
    return rate_of(value, "rate", per)


def _money(known: Mapping[str, object], name: str, least: Decimal = Decimal("0.01")) -> Decimal | None:
    return amount_of(known[name], name, least=least) if name in known else None


def _count(known: Mapping[str, object], name: str, least: int, most: int) -> int | None:
    return count_of(known[name], name, least, most) if name in known else None


def _day(known: Mapping[str, object], name: str) -> date | None:
    return date_of(known[name], name) if name in known else None


def _period(known: Mapping[str, object]) -> int | None:
    paid = _count(known, "paid_periods", 0, MAX_TERMS - 1)
    given = _count(known, "period", 1, MAX_TERMS)
    return given if given is not None else (paid + 1 if paid is not None else None)
