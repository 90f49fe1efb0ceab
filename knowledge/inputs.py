"""What may be typed for an amount, a rate, a count or a date, and the one error for what may not.

`InvalidInput` is deliberately not a `ValueError`, so that it passes through pydantic validation unchanged and the
caller always gets the field and its accepted range rather than a wrapped message.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Literal

from knowledge.money import HUNDRED, plain

RatePer = Literal["day", "month", "year"]

MAX_AMOUNT = Decimal("1000000000")
MAX_TERMS = 600
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
RATE_LIMIT: dict[RatePer, Decimal] = {"day": Decimal("0.05"), "month": Decimal("0.5"), "year": Decimal("5")}
"""The largest rate taken at all, however clearly it is written."""
BARE_LIMIT: dict[RatePer, Decimal] = {"day": Decimal("0.005"), "month": Decimal("0.05"), "year": Decimal("0.5")}
"""The largest number without a unit read as a fraction; above it 0.6 may mean 0.6 % or 60 %, so it is refused."""

_LONGEST_SHOWN = 80

_UNITS = {
    "%": 100,
    "％": 100,
    "percent": 100,
    "pct": 100,
    "‰": 1000,
    "permille": 1000,
    "‱": 10000,
    "bp": 10000,
    "bps": 10000,
}
_PARTS = {"百分之": 100, "千分之": 1000, "万分之": 10000}
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_ONE = "[" + "".join(_DIGITS) + "]"
_CHINESE = re.compile(f"^(?:({_ONE})?(十))?({_ONE})?(?:点({_ONE}+))?$")
_NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)$")


class InvalidInput(Exception):
    """One field holds something the calculation cannot take; the message names the field and the accepted range."""

    code = "invalid_input"

    def __init__(self, field: str, got: object, accepted: str) -> None:
        super().__init__(f"{field}: got {_shortened(got)}; accepted: {accepted}")
        self.field, self.got, self.accepted = field, got, accepted


def _shortened(got: object) -> str:
    text = repr(got)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


class AmbiguousRate(InvalidInput):
    """A rate without a unit that can be read in two ways; write it with % or 千分之."""

    code = "ambiguous_rate"

    def __init__(self, field: str, got: str, number: Decimal) -> None:
        other = number / 10 if number >= 1 else number * HUNDRED
        self.readings = (f"{plain(number)}%", f"{plain(other)}%")
        super().__init__(
            field,
            got,
            f"a rate with its unit: {got} can mean {self.readings[0]} or {self.readings[1]}; write the one you mean",
        )


def decimal_of(value: object, field: str, accepted: str) -> Decimal:
    """A finite `Decimal` from an int, a Decimal, decimal text, or a JSON number (by its shortest text)."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise InvalidInput(field, value, accepted)
    try:
        number = Decimal(
            value.strip() if isinstance(value, str) else repr(value) if isinstance(value, float) else value
        )
    except (ArithmeticError, ValueError):
        raise InvalidInput(field, value, accepted) from None
    if not number.is_finite():
        raise InvalidInput(field, str(value), accepted)
    return number


def amount_of(value: object, field: str, *, least: Decimal = Decimal("0.01"), most: Decimal = MAX_AMOUNT) -> Decimal:
    """An amount in yuan within `least`..`most` with at most two decimals."""
    accepted = f"an amount in yuan from {plain(least)} to {plain(most)} with at most 2 decimals"
    number = decimal_of(value, field, accepted)
    if not least <= number <= most or number != round(number, 2):
        raise InvalidInput(field, str(value), accepted)
    return number


def count_of(value: object, field: str, least: int, most: int) -> int:
    """A whole number within `least`..`most`."""
    accepted = f"a whole number from {least} to {most}"
    number = decimal_of(value, field, accepted)
    if number != number.to_integral_value() or not least <= number <= most:
        raise InvalidInput(field, value, accepted)
    return int(number)


def date_of(value: object, field: str) -> date:
    """A calendar date (ISO text or `date`) between 1990 and 2100; 29 February only in leap years."""
    accepted = f"a calendar date YYYY-MM-DD from {EARLIEST} to {LATEST}"
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise InvalidInput(field, value, accepted) from None
    if type(value) is not date or not EARLIEST <= value <= LATEST:
        raise InvalidInput(field, str(value), accepted)
    return value


def _chinese_number(text: str) -> Decimal | None:
    """六 -> 6, 十二 -> 12, 一点二 -> 1.2, 6.5 -> 6.5; None when it is no number below 100."""
    if _NUMBER.match(text):
        return Decimal(text)
    match = _CHINESE.match(text)
    if not match:
        return None
    tens, ten, ones, tail = match.groups(default="")
    if not (ten or ones):
        return None
    head = ((_DIGITS[tens] if tens else 1) * 10 if ten else 0) + (_DIGITS[ones] if ones else 0)
    return Decimal(f"{head}.{''.join(str(_DIGITS[c]) for c in tail) or '0'}")


def _split_unit(text: str) -> tuple[Decimal, int] | None:
    compact = text.replace(" ", "").lower()
    for prefix, divisor in _PARTS.items():
        if compact.startswith(prefix):
            number = _chinese_number(compact.removeprefix(prefix))
            return (number, divisor) if number is not None else None
    for unit, divisor in sorted(_UNITS.items(), key=lambda item: -len(item[0])):
        if compact.endswith(unit) and _NUMBER.match(compact.removesuffix(unit)):
            return Decimal(compact.removesuffix(unit)), divisor
    return None


def rate_of(value: object, field: str, per: RatePer) -> Decimal:
    """A rate as a fraction (0.006) from 0.006, "0.6%", "6‰", "千分之六" or "60bp".

    Raises `AmbiguousRate` for a bare number too large to be plainly a fraction, `InvalidInput` for anything else.
    """
    limit = RATE_LIMIT[per]
    accepted = f"a rate per {per} from 0 to {plain(limit * HUNDRED)}%: a fraction (0.006), 0.6% or 千分之六"
    split = _split_unit(value) if isinstance(value, str) else None
    if split is not None:
        number = split[0] / split[1]
    else:
        number = decimal_of(value, field, accepted)
        if BARE_LIMIT[per] < number <= HUNDRED:
            raise AmbiguousRate(field, str(value), number)
    if not 0 <= number <= limit:
        raise InvalidInput(field, str(value), accepted)
    return number
