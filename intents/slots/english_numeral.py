"""Numbers in English words: twelve thousand, five hundred and twenty, twenty-five, a (year), half a (year)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_BELOW_TWENTY = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = {word: n for n, word in enumerate(_BELOW_TWENTY.split())} | {
    word: 10 * n for n, word in enumerate(str.split(_TENS), start=2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 10**6}
_SCALE = "|".join(_SCALES)
_UNITS = "months?|years?|weeks?|days?|hours?|minutes?|periods?|instal|payment|percent|per cent|yuan|dollar|rmb"
_FIRST = re.compile(
    # An article or "one" is a number only before a unit: "a year", but not "a loan" or "the second one".
    rf"(?:half an? (?=year|month|hour|million)|an? (?=(?:{_SCALE})\b|(?:{_UNITS})\b)"
    rf"|one(?! of\b)(?= (?:{_SCALE}|{_UNITS}))|(?:{'|'.join(word for word in WORDS if word != 'one')})\b)"
)
_NEXT = re.compile(rf"[ -](?:and )?(?:(?P<word>{'|'.join(WORDS)})|(?P<scale>{_SCALE}))\b")


@dataclass(frozen=True)
class SpokenNumber:
    """A number in words: its value, where it ends, and its last scale word as a number (1 without one)."""

    value: Decimal
    end: int
    scale: int


def read_english(text: str, start: int) -> SpokenNumber | None:
    """The number in words that begins at `start`, or None."""
    match = _FIRST.match(text, start)
    if not match:
        return None
    first = match.group().strip()
    if first.startswith("half"):
        return SpokenNumber(Decimal("0.5"), start + len(first), 1)
    total, current, end, scale = 0, WORDS.get(first, 1), start + len(first), 1
    while following := _NEXT.match(text, end):
        if following["word"]:
            current += WORDS[following["word"]]
        else:
            scale = _SCALES[following["scale"]]
            current *= scale
            if scale > 100:
                total, current = total + current, 0
        end = following.end()
    return SpokenNumber(Decimal(total + current), end, scale)
