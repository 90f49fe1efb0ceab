"""Values a customer takes back: 不是一万是一万二, 说错了,12期, 12期,哦不,6期, not 10000 but 12000, 不要12期."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from intents.slots.numeral import Numeral
from intents.slots.page import Page
from intents.slots.slot import (
    AmountSlot,
    Correction,
    DateSlot,
    DurationSlot,
    Field,
    PeriodIndexSlot,
    ProductSlot,
    RateSlot,
    Span,
    TermSlot,
    Value,
)

Slot = ProductSlot | AmountSlot | TermSlot | RateSlot | DateSlot | PeriodIndexSlot | DurationSlot
_FIELDS: dict[type[Span], Field] = {
    ProductSlot: "product", AmountSlot: "amount", TermSlot: "term", RateSlot: "rate", DateSlot: "date",
    PeriodIndexSlot: "period", DurationSlot: "duration",
}  # fmt: skip

_NOT = re.compile(r"(?<!是)(?:并?不是|不是说)(?!不)|\bnot\b(?! (?:yet|sure|only))|\b(?:isn't|wasn't)\b")
_BUT = re.compile(
    r"[ ,。;的]*(?:而|其实|应该|我要|我说的|我想说的?|哈|啦|了|but|rather|,)*[ ,]*(?:是"
    r"|要|借|换|改成|it's|it is|i want|i meant?|but|,)? ?"
)
_MISSPOKE = re.compile(
    r"(?:说|打|写|输|讲|弄|记|填|搞|敲)错了?|更正|纠正|口误|[哦啊噢]不(?!是)(?:对)?"
    r"|不不+|(?:^|(?<=[,。!;]))(?:不对|错了)(?=[,。! ])"
    r"|我(?:说|指|意思)的?是|\bi mean(?:t)?\b|\bcorrection\b|\bmy (?:mistake"
    r"|bad)\b|\bscratch that\b|\b(?:no|wait),? (?:wait|no)\b"
    r"|(?:^|(?<=[,.!;] )|(?<=[,.!;]))(?:sorry|actually|no),"
)
_CHANGE = re.compile(
    r"改成|改为|换成|换为|改到|改(?=\d)|\bchange(?:d)?(?: (?:it|that|this))? to\b|\bmake (?:it|that)\b|\bswitch to\b"
)
_INSTEAD = re.compile(r"\b(?:instead of|rather than)\b")
_DO_NOT = re.compile(
    r"(?:不要|不想要?|不用|别|不选|不借|不分|不办|不买|don'?t want|do not want"
    r"|no longer want)(?:再|给我|to)?(?:借|分|要|选|办|买|borrow|take)?(?:那个"
    r"|这个|the| )*"
)
_FILLER = re.compile(r"[ ,:。!?;的了啊呀是要分借还想说给我成为应该就换选改对不起才期用a-z']*")
_QUESTION = re.compile(r"[^,。;]{0,8}[吗么?]")


@dataclass(frozen=True)
class Item:
    """A value in the message: a slot, or a bare numeral of no known kind."""

    start: int
    end: int
    field: Field
    value: Value
    slot: Slot | None = None


def items(slots: Sequence[Slot], numerals: Sequence[Numeral]) -> list[Item]:
    """Slots and bare numerals in the order of the message."""
    bare = [Item(n.start, n.end, "number", n.value) for n in numerals if n.high is None]
    typed = [Item(s.start, s.end, _FIELDS[type(s)], s.value, s) for s in slots]
    return sorted([*bare, *typed], key=lambda item: item.start)


def has_cue(page: Page) -> bool:
    """Whether any words of correction are there at all; most messages have none."""
    return any(pattern.search(page.rest) for pattern in (_NOT, _MISSPOKE, _CHANGE, _INSTEAD, _DO_NOT))


def read_corrections(
    page: Page, found: list[Item], expecting: Field | None
) -> tuple[list[Correction], list[Item], list[Item]]:
    """Corrections, the items they take back, and bare numerals they turned into a kind (as typed items)."""
    reader = _Reader(page, found, expecting)
    for match in _DO_NOT.finditer(page.rest):
        reader.do_not(match)
    for match in _NOT.finditer(page.rest):
        reader.contrast(match)
    for match in _INSTEAD.finditer(page.rest):
        reader.instead(match)
    for match in (*_CHANGE.finditer(page.rest), *_MISSPOKE.finditer(page.rest)):
        reader.replacement(match)
    return reader.corrections, reader.dropped, reader.typed


class _Reader:
    def __init__(self, page: Page, found: list[Item], expecting: Field | None) -> None:
        self.page, self.found, self.expecting = page, found, expecting
        self.corrections: list[Correction] = []
        self.dropped: list[Item] = []
        self.typed: list[Item] = []

    def contrast(self, match: re.Match[str]) -> None:
        """不是A是B, and B不是A."""
        old = self._next(match.end(), 6)
        if old is None or old in self.dropped:
            return
        but = _BUT.match(self.page.rest, old.end)
        new = self._next(but.end() if but else old.end, 6)
        before = self._previous(match.start(), 3)
        if new and self._compatible(old, new):
            self._add(match.start(), new.end, old, new)
        elif before and self._compatible(old, before):
            self._add(before.start, old.end, old, before)
        elif not _QUESTION.match(self.page.rest, old.end):
            self._add(match.start(), old.end, old, None)

    def do_not(self, match: re.Match[str]) -> None:
        old = self._next(match.end(), 0)
        if old is None or (old.slot is None and self.expecting is None) or _QUESTION.match(self.page.rest, old.end):
            return
        later = [item for item in self.found if item.start >= old.end and item.field == old.field]
        new = later[0] if later and later[0].start - old.end <= 8 else None
        self._add(match.start(), new.end if new else old.end, old, new)

    def instead(self, match: re.Match[str]) -> None:
        old, new = self._next(match.end(), 6), self._previous(match.start(), 3)
        if old and new and self._compatible(old, new):
            self._add(new.start, old.end, old, new)

    def replacement(self, match: re.Match[str]) -> None:
        """说错了,B; A改成B."""
        new = self._next(match.end(), 12)
        if new is None or new in self.dropped or any(c.start <= match.start() < c.end for c in self.corrections):
            return
        earlier = [
            i for i in self.found if i.end <= match.start() and self._compatible(i, new) and i not in self.dropped
        ]
        old = earlier[-1] if earlier else None
        self._add(old.start if old else match.start(), new.end, old, new)

    def _next(self, position: int, gap: int) -> Item | None:
        for item in self.found:
            if item.start >= position:
                between = self.page.rest[position : item.start]
                return item if len(between) <= gap and _FILLER.fullmatch(between) else None
        return None

    def _previous(self, position: int, gap: int) -> Item | None:
        earlier = [item for item in self.found if item.end <= position]
        if not earlier:
            return None
        between = self.page.rest[earlier[-1].end : position]
        return earlier[-1] if len(between) <= gap and _FILLER.fullmatch(between) else None

    @staticmethod
    def _compatible(old: Item, new: Item) -> bool:
        return old.field == new.field or "number" in (old.field, new.field)

    def _add(self, start: int, end: int, old: Item | None, new: Item | None) -> None:
        fields = [item.field for item in (old, new) if item and item.field != "number"]
        field = fields[0] if fields else self._field_of_bare([item for item in (old, new) if item])
        words = self.page.text[start:end]
        values = [self._as(field, item.value) if item else None for item in (old, new)]
        self.corrections.append(Correction(words, start, end, field, values[0], values[1]))
        if old:
            self.dropped.append(old)
        if new and new.field == "number":
            self.typed.append(Item(new.start, new.end, field, new.value))

    def _field_of_bare(self, bare: list[Item]) -> Field:
        if self.expecting:
            return self.expecting
        large = all(isinstance(i.value, Decimal) and i.value >= 1000 for i in bare)
        return "amount" if large else "number"

    @staticmethod
    def _as(field: Field, value: Value) -> Value:
        whole = isinstance(value, Decimal) and value == value.to_integral_value()
        return int(value) if whole and field in ("term", "period") and isinstance(value, Decimal) else value
