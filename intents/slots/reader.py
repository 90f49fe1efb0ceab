"""Reads every slot of a message, the most specific expressions first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import TypeVar, cast

from intents.slots.amount import amount, is_counted, read_amounts
from intents.slots.calendar_date import resolve
from intents.slots.choice import read_choices, read_lone_choice
from intents.slots.correction import Item, Slot, has_cue, items, read_corrections
from intents.slots.expectation import EXPECTED, bare_number, only_numeral, read_expected
from intents.slots.identifier import claim_identifiers
from intents.slots.mention import claim_mentions
from intents.slots.page import Page
from intents.slots.product import read_products
from intents.slots.rate import read_rates
from intents.slots.slot import (
    Ambiguity,
    AmountSlot,
    ChoiceSlot,
    Correction,
    DateSlot,
    DurationSlot,
    Field,
    PeriodIndexSlot,
    ProductSlot,
    RateSlot,
    Reading,
    Slots,
    Span,
    TermSlot,
)
from intents.slots.term import read_terms

_RANGE_SIGN = re.compile(r" ?(?:[-~—–至到]|to) ?")
_S = TypeVar("_S", bound=Span)


def _unit(slot: AmountSlot | TermSlot) -> str:
    return slot.currency if isinstance(slot, AmountSlot) else slot.unit


def read_slots(text: str, today: date, expecting: str | None = None) -> Slots:
    """Slots, ambiguities and corrections of one message.

    `expecting` (one of amount, term, product, rate, date, period) says what was asked, so that an answer of a bare
    number is read as that. Offsets refer to `normal_form(text)`. Never raises on any text; raises ValueError for an
    unknown `expecting`.
    """
    if expecting is not None and expecting not in EXPECTED:
        raise ValueError(f"expecting must be one of {', '.join(EXPECTED)}, got {expecting!r}")
    page = Page(text)
    return _Message(page, today, cast("Field | None", expecting)).read() if page.text else Slots()


class _Message:
    def __init__(self, page: Page, today: date, expecting: Field | None) -> None:
        self.page, self.today, self.expecting = page, today, expecting
        self.slots: list[Slot] = []
        self.choices: list[ChoiceSlot] = []
        self.ambiguities: list[Ambiguity] = []
        self.corrections: list[Correction] = []

    def read(self) -> Slots:
        self.slots += read_products(self.page)
        if self.expecting in (None, "product"):
            self.choices += read_lone_choice(self.page)
        claim_identifiers(self.page)
        self._add(resolve(mention, self.page.text, self.today) for mention in claim_mentions(self.page))
        rates, unclear = read_rates(self.page)
        self._add([*rates, *unclear])
        self.choices += read_choices(self.page)
        self._add(read_terms(self.page))
        amounts, unclear = read_amounts(self.page)
        self._add([*amounts, *unclear])
        self._merge_ranges(AmountSlot)
        self._merge_ranges(TermSlot)
        self._read_corrections()
        self._read_bare_number()
        return self._result()

    def _add(self, found: Iterable[Slot | Ambiguity | None]) -> None:
        for item in found:
            if isinstance(item, Ambiguity):
                self.ambiguities.append(item)
            elif item is not None:
                self.slots.append(item)

    def _merge_ranges(self, kind: type[AmountSlot] | type[TermSlot]) -> None:
        """5000元到8000元: both ends are known, which of them is meant is not."""
        same = self._of(kind)
        for low, high in pairwise(same):
            between = self.page.rest[low.end : high.start]
            if low in self.slots and low.value < high.value and _RANGE_SIGN.fullmatch(between):
                self.slots = [slot for slot in self.slots if slot not in (low, high)]
                field: Field = "amount" if kind is AmountSlot else "term"
                readings = tuple(Reading(field, slot.value, _unit(slot)) for slot in (low, high))
                words = self.page.text[low.start : high.end]
                self.ambiguities.append(Ambiguity(words, low.start, high.end, field, "range", readings))

    def _read_corrections(self) -> None:
        if not has_cue(self.page):
            return
        bare = [numeral for numeral in self.page.open_numerals() if not is_counted(self.page, numeral)]
        found, dropped, typed = read_corrections(self.page, items(self.slots, bare), self.expecting)
        self.corrections += found
        gone = [item.slot for item in dropped if item.slot]
        self.slots = [slot for slot in self.slots if slot not in gone]
        for item in dropped:
            self.page.claim(item.start, item.end)
        self._add(self._typed(item) for item in typed)

    def _typed(self, item: Item) -> Slot | Ambiguity | None:
        """A bare numeral whose kind its correction tells: in 不是12期是6 the 6 is a term."""
        numeral = next((n for n in self.page.open_numerals() if n.start == item.start), None)
        if numeral is None or item.field not in ("amount", "term", "period"):
            return None
        if item.field == "amount":
            return amount(self.page, numeral)
        if not numeral.whole:
            return None
        words = self.page.claim(item.start, item.end)
        if item.field == "term":
            return TermSlot(words, item.start, item.end, int(numeral.value), "period")
        return PeriodIndexSlot(words, item.start, item.end, int(numeral.value), "index")

    def _read_bare_number(self) -> None:
        if self.expecting and self.expecting != "product":
            self._add([read_expected(self.page, self.expecting, self.today)])
        elif self.expecting is None and not self.corrections:
            numeral = only_numeral(self.page)
            if numeral and not self.choices:
                self._add([bare_number(self.page, numeral)])

    def _of(self, kind: type[_S]) -> list[_S]:
        return sorted((slot for slot in self.slots if isinstance(slot, kind)), key=lambda slot: slot.start)

    def _result(self) -> Slots:
        return Slots(
            products=tuple(self._of(ProductSlot)),
            amounts=tuple(self._of(AmountSlot)),
            terms=tuple(self._of(TermSlot)),
            rates=tuple(self._of(RateSlot)),
            dates=tuple(self._of(DateSlot)),
            periods=tuple(self._of(PeriodIndexSlot)),
            days=tuple(self._of(DurationSlot)),
            choices=tuple(self.choices),
            ambiguities=tuple(sorted(self.ambiguities, key=lambda a: a.start)),
            corrections=tuple(self.corrections),
        )
