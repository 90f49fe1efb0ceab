"""Names the values a message carries (amount, remaining, terms, rate …) and keeps them as text in the state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from assistant.dialogue.state import Known
from intents.slots import Slots
from intents.slots.slot import PeriodIndexSlot, RateSlot

EXPECTING = {
    "amount": "amount",
    "remaining": "amount",
    "terms": "term",
    "rate": "rate",
    "product": "product",
    "start": "date",
    "on": "date",
    "period": "period",
    "paid_periods": "period",
    "days": "duration",
    "year": "number",
    "age": "number",
}
_KIND_OF = {
    "amount": "amount",
    "remaining": "amount",
    "terms": "term",
    "rate": "rate",
    "start": "date",
    "period": "period",
}
_REMAINING = re.compile(
    r"还?(?:剩下?|余下?|欠)(?:的|着)?(?:本金|了|大概|大约|差不多)?\s*$|(?:remaining|left|outstanding|owe)\W*$"
)
_AGE = re.compile(r"(\d{1,3})\s*(?:周?岁|years? old)")
_YEAR = re.compile(r"第\s*(\d{1,2})\s*(?:个?保单)?年|(?:交|买|保|持有)了?\s*(\d{1,2})\s*年")
_WHOLE_NUMBER = re.compile(r"^\D*(\d{1,3})\D*$")

Value = Decimal | int | str | date


def named_values(slots: Slots, text: str, asked: str = "") -> dict[str, tuple[Value, str]]:
    """Slot name → (value, the customer's words) for everything one message says. `asked` is the slot just asked for."""
    found: dict[str, tuple[Value, str]] = {}
    for amount in slots.amounts:
        if amount.invalid is None and amount.currency == "CNY":
            left = _REMAINING.search(text[: amount.start]) is not None
            name = "remaining" if left or asked == "remaining" else "amount"
            found.setdefault(name, (amount.value, amount.text))
    for term in slots.terms:
        if term.invalid is None:
            found.setdefault("terms", (term.value, term.text))
    for rate in slots.rates[:1]:
        found["rate"] = (rate.value, rate.text)
        found["rate_unit"] = (_rate_unit(rate, text), rate.text)
    for day in slots.dates[:1]:
        found["on" if asked == "on" else "start"] = (day.value, day.text)
    for period in slots.periods:
        found.setdefault(_period_name(period), (period.value, period.text))
    for duration in slots.days[:1]:
        if duration.unit in ("day", "workday"):
            found["days"] = (int(duration.value), duration.text)
        elif duration.unit == "month":
            found["days"] = (int(duration.value) * 30, duration.text)
    _numbers(found, text, asked)
    return found


def _rate_unit(rate: RateSlot, text: str) -> str:
    if rate.basis == "fee" and rate.unit in ("month", "period"):
        return "period"
    if rate.unit == "unknown":
        return "period" if re.search(r"每期|手续费|费率", text) else "year"
    return rate.unit


def _period_name(period: PeriodIndexSlot) -> str:
    return "paid_periods" if period.role == "paid" else "period"


def _numbers(found: dict[str, tuple[Value, str]], text: str, asked: str) -> None:
    if age := _AGE.search(text):
        found["age"] = (int(age.group(1)), age.group())
    if year := _YEAR.search(text):
        found["year"] = (int(year.group(1) or year.group(2)), year.group())
    if asked in ("age", "year", "days", "period") and asked not in found and (bare := _WHOLE_NUMBER.match(text)):
        found[asked] = (int(bare.group(1)), bare.group(1))


def as_text(value: Value) -> str:
    """A value as it is stored."""
    return value.isoformat() if isinstance(value, date) else str(value)


def from_text(name: str, text: str) -> Value:
    """The value of a stored slot."""
    if name in ("amount", "remaining", "rate"):
        return Decimal(text)
    if name in ("start", "on"):
        return date.fromisoformat(text)
    return text if name in ("rate_unit", "product") else int(text)


def values_of(known: Mapping[str, Known]) -> dict[str, Value]:
    """All stored values, typed."""
    return {name: from_text(name, k.value) for name, k in known.items()}


def corrected_names(slots: Slots, known: Mapping[str, Known], said: Mapping[str, tuple[Value, str]]) -> tuple[str, ...]:
    """Names of values the message takes back and replaces."""
    kinds = {correction.kind for correction in slots.corrections if correction.new is not None}
    return tuple(name for name in said if name in known and _KIND_OF.get(name) in kinds)
