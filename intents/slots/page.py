"""One message while it is being read: its normal form, and what of it nobody has claimed yet.

Readers run from the most specific to the least; what one has claimed is blanked out, so that no later reader can take
a telephone number for an amount, or see a unit across it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from intents.normalise import clean, normalise
from intents.slots.numeral import Numeral, find_numerals

_BLANK = "\ufffc"
_LONG_RUN = re.compile(r"([0-9])\1{3}")
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_CLAUSE_END = re.compile(r"[^,。!?;、]*$")
_DIGIT = re.compile(r"[0-9]")


def normal_form(text: str) -> str:
    """The form offsets refer to: `intents.normalise.normalise`, with every digit of a figure kept.

    Repeated characters are folded in a normalised sentence (哈哈哈哈哈), which must not turn 10000 into 1000; digits
    are therefore replaced by ones that never repeat while the rest is normalised, and put back afterwards.
    """
    cleaned = _KEYCAP.sub(" ", clean(text))
    if not _LONG_RUN.search(cleaned):
        return normalise(cleaned)
    digits = _DIGIT.findall(cleaned)
    alternating = iter("01" * len(digits))
    hidden = normalise(_DIGIT.sub(lambda _: next(alternating), cleaned))
    restored = iter(digits)
    return _DIGIT.sub(lambda _: next(restored), hidden)


class Page:
    """The normal form of a message (`text`) and the same with claimed spans blanked out (`rest`)."""

    def __init__(self, text: str) -> None:
        self.text = normal_form(text)
        self.rest = self.text

    def claim(self, start: int, end: int) -> str:
        """Blank out a span and return its words."""
        self.rest = self.rest[:start] + _BLANK * (end - start) + self.rest[end:]
        return self.text[start:end]

    def is_open(self, start: int, end: int) -> bool:
        """Whether no reader has claimed any of the span."""
        return _BLANK not in self.rest[start:end]

    def find(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of a pattern in what is left; claiming one while iterating is allowed."""
        match = pattern.search(self.rest)
        while match and match.end() > match.start():
            if _BLANK not in match.group():
                yield match
            match = pattern.search(self.rest, match.end())

    @cached_property
    def numerals(self) -> tuple[Numeral, ...]:
        """Every numeral outside the spans claimed before the first call."""
        return find_numerals(self.rest)

    def open_numerals(self) -> Iterator[Numeral]:
        """Numerals that no reader has claimed yet."""
        return (n for n in self.numerals if self.is_open(n.start, n.end))

    def before(self, start: int, width: int = 14) -> str:
        """What is left of the same clause before a position, at most `width` characters, twice as many of English."""
        left = self.rest[max(0, start - width) : start]
        if left.isascii():
            left = self.rest[max(0, start - 2 * width) : start]
        clause = _CLAUSE_END.search(left)
        return clause.group() if clause else ""
