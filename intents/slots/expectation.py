"""A bare number in answer to a question: asked how much, 一万二 is an amount; asked how many instalments, 12 a term."""

from __future__ import annotations

import re
from datetime import date

from intents.slots.amount import amount
from intents.slots.calendar_date import resolve
from intents.slots.mention import Mention
from intents.slots.numeral import Numeral
from intents.slots.page import Page
from intents.slots.rate import bare_rate
from intents.slots.slot import (
    Ambiguity,
    AmountSlot,
    DateSlot,
    Field,
    PeriodIndexSlot,
    RateSlot,
    Reading,
    TermSlot,
)
from intents.slots.term import LONGEST_TERM

EXPECTED = ("amount", "term", "product", "rate", "date", "period")
_FILLER = re.compile(
    r"(?:嗯+|哦+|啊+|呃+|那个?|就|是|我|想|要|借|贷|还|分|选|给|大概|大约|差不多"
    r"|左右|吧|呢|的|了|哈|好|可以|先|应该|第|it'?s|is|about|just|i|want|please"
    r"|maybe"
    r"|for|the|um+|uh+|around|[ ,.。!?~:、])+"
)
_DOTTED = re.compile(r"(?<![\d.])(?P<m>1[0-2]|0?[1-9])[.-](?P<d>3[01]|[12]\d|0?[1-9])(?![\d.])")
Read = AmountSlot | TermSlot | RateSlot | DateSlot | PeriodIndexSlot | Ambiguity


def read_expected(page: Page, expecting: str, today: date) -> Read | None:
    """Read the only number left in an otherwise empty answer as the slot that was asked for."""
    if expecting == "date" and (match := _DOTTED.search(page.rest)) and _is_all(page, *match.span()):
        return _date(page, match.start(), match.end(), int(match["m"]), int(match["d"]), today)
    numeral = only_numeral(page)
    if numeral is None:
        return None
    if expecting == "amount":
        return amount(page, numeral)
    if expecting == "rate":
        return bare_rate(page, numeral)
    if not numeral.whole:
        return None
    value, start, end = int(numeral.value), numeral.start, numeral.end
    if numeral.high is not None:
        field: Field = "term" if expecting == "term" else "period"
        readings = (Reading(field, value, "period"), Reading(field, int(numeral.high), "period"))
        return Ambiguity(page.claim(start, end), start, end, field, "range", readings)
    if expecting == "term":
        invalid = "zero" if value == 0 else "too_large" if value > LONGEST_TERM else None
        return TermSlot(page.claim(start, end), start, end, value, "period", numeral.approximate, invalid)  # type: ignore[arg-type]
    if expecting == "period" and 1 <= value <= LONGEST_TERM:
        return PeriodIndexSlot(page.claim(start, end), start, end, value, "index")
    if expecting == "date" and 1 <= value <= 31:
        return _date(page, start, end, None, value, today)
    return None


def _date(page: Page, start: int, end: int, month: int | None, day: int, today: date) -> DateSlot | Ambiguity | None:
    words = page.claim(start, end)
    mention = Mention("day" if month else "monthday", words, start, end, month=month, day=day)
    return resolve(mention, page.text, today)


def only_numeral(page: Page) -> Numeral | None:
    """The numeral an otherwise empty message consists of; None when there is none, or more is said."""
    left = list(page.open_numerals())
    if len(left) != 1:
        return None
    return left[0] if _is_all(page, left[0].start, left[0].end) else None


def _is_all(page: Page, start: int, end: int) -> bool:
    around = page.rest[:start] + " " + page.rest[end:]
    return not around.strip(" -") or _FILLER.fullmatch(around.strip("-")) is not None


def bare_number(page: Page, numeral: Numeral) -> Ambiguity:
    """A message that is only a number, when nothing was asked for."""
    readings = [Reading("amount", numeral.value, "CNY")]
    if numeral.whole and 1 <= numeral.value <= LONGEST_TERM:
        readings.append(Reading("term", int(numeral.value), "period"))
    if numeral.value < 100:
        readings.append(Reading("rate", numeral.value / 100, "unknown"))
    words = page.claim(numeral.start, numeral.end)
    return Ambiguity(words, numeral.start, numeral.end, "number", "bare_number", tuple(readings))
