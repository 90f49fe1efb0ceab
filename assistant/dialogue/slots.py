"""Names the values a message carries (amount, remaining, terms, rate …) and keeps them as text in the state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from assistant.dialogue.state import Known
from intents.slots import PeriodIndexSlot, RateSlot, Slots

EXPECTING = {
    "amount": "amount",
    "remaining": "amount",
    "yearly": "amount",
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
_READER_EXPECTS = frozenset({"amount", "term", "product", "rate", "date", "period"})
_KIND_OF = {
    "amount": "amount",
    "remaining": "amount",
    "yearly": "amount",
    "terms": "term",
    "rate": "rate",
    "start": "date",
    "on": "date",
    "period": "period",
    "paid_periods": "period",
    "days": "duration",
    "product": "product",
}
_REMAINING = re.compile(
    r"还?(?:剩下?|余下?|欠)(?:的|着)?(?:本金|了|大概|大约|差不多)?\s*$|(?:remaining|left|outstanding|owe)\W*$"
)
_BY_THE_YEAR = re.compile(r"(?:[每一]年|年(?=[交缴付]))(?:要|得|都|的)?(?:保费)?[交缴付是]?\s*$")
_YEARLY_AFTER = re.compile(r"^\s*(?:(?:a|per|every|each) year|yearly|annually|每年|[/一]年)")
_SMALL = r"(\d{1,3}|[一二三四五六七八九十]+)"
_AGE = re.compile(rf"{_SMALL}\s*(?:周?岁|years? old)")
_YEAR = re.compile(rf"第\s*{_SMALL}\s*(?:个?保单)?年|(?:交|买|保|持有)了?\s*{_SMALL}\s*年")
_NO_DIGIT = r"[^\d一二三四五六七八九十]*"
_WHOLE_NUMBER = re.compile(rf"^{_NO_DIGIT}{_SMALL}{_NO_DIGIT}$")
_DIGITS = {digit: place for place, digit in enumerate("零一二三四五六七八九十")}
_YEARLY_FROM = Decimal("0.03")

Value = Decimal | int | str | date
Said = dict[str, tuple[Value, str]]


def expected_kind(slot: str) -> str | None:
    """What the slot reader is told to expect when `slot` was just asked for."""
    kind = EXPECTING.get(slot)
    return kind if kind in _READER_EXPECTS else None


def named_values(slots: Slots, text: str, asked: str = "") -> Said:
    """Slot name → (value, the customer's words) for everything one message says. `asked` is the slot just asked for.

    Impossible values (negative, zero) are kept: the calculation refuses them and says what would do.
    """
    found: Said = {}
    for amount in slots.amounts:
        if amount.currency == "CNY":
            left = _REMAINING.search(text[: amount.start]) is not None
            name = "remaining" if left or asked == "remaining" else "amount"
            found.setdefault(name, (amount.value, amount.text))
            if _BY_THE_YEAR.search(text[: amount.start]) or _YEARLY_AFTER.match(text[amount.end :]):
                found.setdefault("yearly", (amount.value, amount.text))
    for term in slots.terms:
        found.setdefault("terms", (term.value, term.text))
    for rate in slots.rates[:1]:
        found["rate"] = (rate.value, rate.text)
        if unit := _rate_unit(rate, text):
            found["rate_unit"] = (unit, rate.text)
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
    """The time a rate is for; empty when the words leave it open, so that it is asked."""
    if rate.basis == "fee" and rate.unit in ("month", "period"):
        return "period"
    if rate.unit != "unknown":
        return rate.unit
    if re.search(r"每期|手续费|费率", text):
        return "period"
    return "year" if rate.value >= _YEARLY_FROM else ""


def _period_name(period: PeriodIndexSlot) -> str:
    return "paid_periods" if period.role == "paid" else "period"


def _numbers(found: Said, text: str, asked: str) -> None:
    if age := _AGE.search(text):
        found["age"] = (_small(age.group(1)), age.group())
    if year := _YEAR.search(text):
        found["year"] = (_small(year.group(1) or year.group(2)), year.group())
    if asked in ("age", "year", "days", "period") and asked not in found and (bare := _WHOLE_NUMBER.match(text)):
        found[asked] = (_small(bare.group(1)), bare.group(1))


def _small(text: str) -> int:
    """A whole number below a hundred, in digits or spoken."""
    if text.isdigit():
        return int(text)
    tens, mark, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if mark else 0) + _DIGITS.get(ones, 0)


def as_text(value: Value) -> str:
    """A value as it is stored."""
    return value.isoformat() if isinstance(value, date) else str(value)


def from_text(name: str, text: str) -> Value:
    """The value of a stored slot."""
    if name in ("amount", "remaining", "rate", "yearly"):
        return Decimal(text)
    if name in ("start", "on"):
        return date.fromisoformat(text)
    return text if name in ("rate_unit", "product") else int(text)


def values_of(known: Mapping[str, Known]) -> dict[str, Value]:
    """All stored values, typed."""
    return {name: from_text(name, k.value) for name, k in known.items()}


def corrected_names(slots: Slots, known: Mapping[str, Known], said: Mapping[str, object]) -> tuple[str, ...]:
    """Names of values the message takes back and replaces, the product among them."""
    kinds = {correction.kind for correction in slots.corrections if correction.new is not None}
    names = [name for name in said if name in known and _KIND_OF.get(name) in kinds]
    return (*names, "product") if "product" in kinds else tuple(names)


def taken_back(slots: Slots, known: Mapping[str, Known]) -> frozenset[str]:
    """Names of values the message takes back without giving another: 不要12期."""
    gone = [(c.kind, c.old) for c in slots.corrections if c.new is None and c.old is not None]
    return frozenset(
        name
        for name, k in known.items()
        for kind, old in gone
        if _KIND_OF.get(name) == kind and from_text(name, k.value) == old
    )
