"""Every numeric claim of a text, for the number guard, and whether two claims state the same figure.

`figures` leaves nothing out that has a number in it: what no reader recognises is a `number`. Telephones, clauses and
T+1 are names, the same only when spelled the same. `same_figure` knows units: 0.6 % is 千分之六 is 6‰ is 0.006, 一万二
is 12000元, 半年 is 6个月 is 6期, and 7月15日 is 2026-07-15.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from intents.slots.amount import read_amounts
from intents.slots.identifier import Identifier, claim_identifiers
from intents.slots.mention import Mention, claim_mentions
from intents.slots.numeral import CN, Numeral, plain, read_numeral
from intents.slots.page import Page
from intents.slots.product import read_products
from intents.slots.rate import read_rates
from intents.slots.slot import Ambiguity, AmountSlot, DurationSlot, PeriodIndexSlot, RateSlot, Span, TermSlot
from intents.slots.term import read_terms

FigureKind = Literal[
    "money", "ratio", "day", "workday", "month", "minute", "period", "period_index", "count", "number",
    "date", "day_of_month", "time", "phone", "card", "code", "document", "marker",
]  # fmt: skip
_NAMES = frozenset({"phone", "card", "code", "document", "marker"})
_MEASURE = re.compile(
    r" ?(?P<unit>个|人|次|岁|周岁|位|笔|条|张|家|名|项|件|份|户|种|股|倍|楼"
    r"|层|页|字|步|度|米|公里|斤|遍|届|台|部(?!分)|辆|款|类|级|档|期|年|天|times|people)"
)
_ARTICLES = frozenset("个位名种下款类项期")
_DIGIT = re.compile(r"\d")
_DISCOUNT = re.compile(r"折|成(?![功本熟年交立为员])")
_IDENTITY = re.compile(r"[^0-9a-z*.]")
_CLOCK = re.compile(
    rf"(?P<late>下午|晚上|今晚)?\D*?(?P<h>\d{{1,2}}|[{CN}十]{{1,3}})(?:点|:| ?(?=[ap]\.?m"
    rf"|o'))(?P<m>半|\d{{1,2}}|[{CN}十]{{1,3}})?(?P<pm>p)?"
)


@dataclass(frozen=True)
class Figure(Span):
    """One numeric claim. `value` is in yuan (or `unit`'s currency), a fraction, days, months, minutes or instalments.

    For a `ratio`, `unit` is day, month, year, period or empty; for a `date` it tells which of y, m and d were said and
    `value` is the number yyyymmdd with zeros for the unsaid; names (telephones and such) carry their digits.
    """

    value: Decimal
    kind: FigureKind
    unit: str = ""


def figures(text: str) -> tuple[Figure, ...]:
    """Every numeric claim, in order; offsets refer to `normal_form(text)`."""
    page = Page(text)
    read_products(page)
    found = [figure for item in claim_identifiers(page) if (figure := _of_identifier(item))]
    found += [figure for mention in claim_mentions(page) if (figure := _of_mention(mention))]
    found += _fractions(page)
    rates, unclear_rates = read_rates(page)
    terms = read_terms(page)
    amounts, unclear_amounts = read_amounts(page)
    for slot in (*rates, *terms, *amounts, *unclear_rates, *unclear_amounts):
        found += _of_slot(slot)
    for numeral in page.open_numerals():
        found += _of_numeral(page, numeral)
    return tuple(sorted(found, key=lambda figure: (figure.start, figure.value)))


def same_figure(a: Figure, b: Figure) -> bool:
    """Whether two claims state the same figure, whatever words, script or unit they use.

    A bare number equals any quantity of that value; a rate without a unit of time equals one that has it, but a daily
    rate never equals a monthly one; an instalment is a month, and a working day is not a day.
    """
    if a.kind in _NAMES or b.kind in _NAMES:
        return a.kind == b.kind and _IDENTITY.sub("", a.text) == _IDENTITY.sub("", b.text)
    if {a.kind, b.kind} <= {"date", "day_of_month"}:
        return _same_date(a, b)
    if a.value != b.value:
        return False
    if "number" in (a.kind, b.kind):
        return not {"date", "time"} & {a.kind, b.kind}
    if a.kind == b.kind == "ratio":
        units = {"month" if unit == "period" else unit for unit in (a.unit, b.unit) if unit}
        return len(units) < 2
    if a.kind == b.kind == "money":
        return a.unit == b.unit
    if a.kind == b.kind == "count":
        return a.unit == b.unit or "个" in (a.unit, b.unit) or {a.unit, b.unit} == {"岁", "周岁"}
    return a.kind == b.kind or {a.kind, b.kind} == {"period", "month"}


def _same_date(a: Figure, b: Figure) -> bool:
    said_a, said_b = _said(a), _said(b)
    common = said_a.keys() & said_b.keys()
    narrower = min(said_a.keys(), said_b.keys(), key=len)
    return bool(common) and common == set(narrower) and all(said_a[part] == said_b[part] for part in common)


def _said(figure: Figure) -> dict[str, int]:
    value = int(figure.value)
    if figure.kind == "day_of_month":
        return {"d": value}
    parts = {"y": value // 10000, "m": value // 100 % 100, "d": value % 100}
    return {part: number for part, number in parts.items() if part in figure.unit}


def _of_identifier(item: Identifier) -> Figure | None:
    if item.kind == "word":
        return Figure(item.text, item.start, item.end, Decimal(0), "code") if _DIGIT.search(item.text) else None
    if item.kind == "time":
        return Figure(item.text, item.start, item.end, _minutes(item.text), "time")
    digits = "".join(c for c in item.text if c.isascii() and c.isdigit())[:30]
    return Figure(item.text, item.start, item.end, Decimal(digits or 0), item.kind)


def _minutes(text: str) -> Decimal:
    """Minutes since midnight of 下午三点半 or 15:30."""
    match = _CLOCK.search(text)
    if not match:
        return Decimal(0)
    hour = int(read_numeral(match["h"]) or 0)
    minute = 30 if match["m"] == "半" else int(read_numeral(match["m"] or "") or 0)
    late = bool(match["late"] or re.search(r"p\.?m", text)) and hour < 12
    return Decimal((hour + 12 * late) * 60 + minute)


def _of_mention(mention: Mention) -> Figure | None:
    start, end, words = mention.start, mention.end, mention.text
    if mention.kind == "ago":
        size = abs(Decimal(str(mention.number)))
        scale, kind = {"week": (7, "day"), "year": (12, "month"), "month": (1, "month")}.get(mention.unit, (1, "day"))
        return Figure(words, start, end, plain(size * scale), kind)  # type: ignore[arg-type]
    parts = {"y": mention.year, "m": mention.month, "d": mention.day}
    said = "".join(part for part, number in parts.items() if number is not None)
    if mention.kind in ("weekday", "week", "relative"):
        return Figure(words, start, end, Decimal(0), "code") if _DIGIT.search(words) else None
    if not said:
        return None
    if said == "d":
        return Figure(words, start, end, Decimal(mention.day or 0), "day_of_month")
    number = (mention.year or 0) * 10000 + (mention.month or 0) * 100 + (mention.day or 0)
    return Figure(words, start, end, Decimal(number), "date", said)


def _fractions(page: Page) -> list[Figure]:
    """三分之一; 百分之 is a rate and is read there."""
    found = []
    for left, right in pairwise(page.numerals):
        between = page.rest[left.end : right.start]
        if between == "分之" and left.value and page.is_open(left.start, right.end):
            words = page.claim(left.start, right.end)
            found.append(Figure(words, left.start, right.end, right.value / left.value, "ratio"))
    return found


def _of_slot(slot: object) -> list[Figure]:
    if isinstance(slot, AmountSlot):
        return [Figure(slot.text, slot.start, slot.end, slot.value, "money", slot.currency)]
    if isinstance(slot, RateSlot):
        unit = "" if slot.unit == "unknown" else slot.unit
        return [Figure(slot.text, slot.start, slot.end, plain(slot.value), "ratio", unit)]
    if isinstance(slot, TermSlot):
        return [Figure(slot.text, slot.start, slot.end, Decimal(slot.value), slot.unit)]
    if isinstance(slot, PeriodIndexSlot):
        kind: FigureKind = "period_index" if slot.role == "index" else "period"
        return [] if slot.role == "relative" else [Figure(slot.text, slot.start, slot.end, Decimal(slot.value), kind)]
    if isinstance(slot, DurationSlot):
        return [_duration(slot)]
    return _of_ambiguity(slot) if isinstance(slot, Ambiguity) else []


def _duration(slot: DurationSlot) -> Figure:
    value = slot.value * 60 if slot.unit == "hour" else slot.value
    kind: FigureKind = "minute" if slot.unit == "hour" else slot.unit
    return Figure(slot.text, slot.start, slot.end, plain(value), kind)


_KINDS: dict[str, FigureKind] = {"amount": "money", "rate": "ratio", "term": "month", "duration": "day"}


def _of_ambiguity(unclear: Ambiguity) -> list[Figure]:
    """Both ends of a range are claims; anything else unclear is the bare number that was said."""
    span = (unclear.text, unclear.start, unclear.end)
    if unclear.reason in ("range", "years_or_year"):
        found = []
        for reading in unclear.candidates:
            if isinstance(reading.value, date) or unclear.field not in _KINDS or reading.field == "date":
                continue
            kind, value = _KINDS[unclear.field], Decimal(reading.value)
            unit = reading.unit if kind in ("money", "ratio") and reading.unit != "unknown" else ""
            if reading.unit in ("hour", "minute", "workday", "period", "month", "day") and kind in ("day", "month"):
                value = value * 60 if reading.unit == "hour" else value
                kind = "minute" if reading.unit == "hour" else reading.unit  # type: ignore[assignment]
            found.append(Figure(*span, value, kind, unit))
        return found
    number = re.search(r"\d[\d,]*(?:\.\d+)?", unclear.text)
    value_said = Decimal(number.group().replace(",", "")) if number else _spoken(unclear.text)
    return [] if value_said is None else [Figure(*span, value_said, "number")]


def _spoken(text: str) -> Decimal | None:
    return next((v for end in range(len(text), 0, -1) if (v := read_numeral(text[:end])) is not None), None)


def _of_numeral(page: Page, numeral: Numeral) -> list[Figure]:
    """What no reader took: counts (3次, 18至65周岁), 8折, and bare numbers."""
    start, end = numeral.start, numeral.end
    discount = _DISCOUNT.match(page.rest, end)
    if discount and 0 < numeral.value < 100:
        value = numeral.value / (10 if numeral.value < 10 else 100)
        return [Figure(page.text[start : end + 1], start, end + 1, value, "ratio")]
    measure = _MEASURE.match(page.rest, end)
    spoken = not numeral.arabic and not numeral.scale > 1 and end - start == 1
    if spoken and (measure is None or (numeral.value == 1 and measure["unit"] in _ARTICLES)):
        return []
    stop, unit = (measure.end(), measure["unit"]) if measure else (end, "")
    kind: FigureKind = "period" if unit == "期" else "count" if measure else "number"
    values = [numeral.value] if numeral.high is None else [numeral.value, numeral.high]
    named = unit if kind == "count" else ""
    return [Figure(page.text[start:stop], start, stop, value, kind, named) for value in values]
