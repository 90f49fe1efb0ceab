"""Values that can be read in more than one way: kept when only one reading can be meant, asked about otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from assistant.dialogue.slots import Said, Value
from intents.slots import Ambiguity, Reading

_SLOTS = {
    "amount": ("amount", "remaining"),
    "rate": ("rate",),
    "date": ("start", "on"),
    "term": ("terms",),
    "period": ("period",),
    "duration": ("days",),
    "number": ("amount", "terms", "rate", "days", "year", "age"),
}
_MOST_CHOICES = 3


def slot_for(field: str, useful: Collection[str], asked: str) -> str | None:
    """The slot a reading of this field would fill; None when nothing needs it."""
    wanted = _SLOTS.get(field, ())
    if asked in wanted:
        return asked
    return next((name for name in wanted if name in useful), None)


def settle(
    ambiguities: Sequence[Ambiguity], useful: Collection[str], asked: str, said: Mapping[str, object]
) -> tuple[Said, Ambiguity | None]:
    """Values with a single useful reading, and the first words that still have to be asked about."""
    found: Said = {}
    for ambiguity in ambiguities:
        if asked and asked in said:
            continue
        readings = [r for r in ambiguity.candidates if slot_for(r.field, useful, asked)]
        if len(readings) == 1:
            found |= values_of_reading(readings[0], useful, asked, ambiguity.text)
        elif readings or (not ambiguity.candidates and slot_for(ambiguity.field, useful, asked)):
            return found, replace(ambiguity, candidates=tuple(readings[:_MOST_CHOICES]))
    return found, None


def values_of_reading(reading: Reading, useful: Collection[str], asked: str, words: str) -> Said:
    """The slots one reading fills."""
    name = slot_for(reading.field, useful, asked) or "amount"
    value: Value = reading.value
    if name == "days" and isinstance(value, Decimal):
        value = int(value) * (30 if reading.unit == "month" else 1)
    if name in ("start", "on") and not isinstance(value, date):
        return {}  # a bare year is no day to count from
    found: Said = {name: (value, words)}
    if name == "rate" and reading.unit in ("day", "month", "year", "period"):
        found["rate_unit"] = (reading.unit, words)
    return found
