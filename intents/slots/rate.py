"""Rates: 0.6 %, 千分之六, 6‰, 万五, 月息2分, 一厘五, 6个点; a bare 6 or 0.6 after 利率 is asked about.

分 and 厘 follow the lending custom: of a year a tenth and a hundredth, of a month a hundredth and a thousandth, of a
day a thousandth and a ten-thousandth; with no unit named they are monthly.
"""

from __future__ import annotations

import re
from decimal import Decimal

from intents.slots.context import basis, unit_after, unit_before
from intents.slots.numeral import CN, DIGITS, Numeral, plain
from intents.slots.page import Page
from intents.slots.slot import Ambiguity, Basis, RateSlot, RateUnit, Reading

_PARTS = {"百": Decimal("0.01"), "千": Decimal("0.001"), "万": Decimal("0.0001")}
_PART_BEFORE = re.compile(r"(?P<part>[百千万])(?:分之|分子|份之)$")
_SHORT_BEFORE = re.compile(rf"(?:^|[^\d{CN}十百千万亿几上数])(?P<part>[千万])$")
_SIGN = re.compile(
    r" ?(?:(?P<percent>%+|percent\b|per ?cent\b|pct\b|个百分点|百分点|个点(?![数位子]))|(?P<permille>‰)"
    r"|(?P<bp>(?:个?基点|bps?\b)))"
)
_CUSTOM = re.compile(
    rf"(?P<name>[分厘])(?P<half>半)?(?P<tail>[{CN}]|\d)?(?:厘)?(?P<interest>(?:的|钱的)?(?:[年月日]?利|[年月日]?息))?"
)
_CUSTOM_CONTEXT = re.compile(
    r"(?:[年月日天]|每天|每月)?(?:利率|利息|[年月日天]息|[年月日]利|利|息)(?:是|才|要|收|按|为|约|大概|:| )*$"
)
_CUSTOM_VALUE = {"year": Decimal("0.1"), "month": Decimal("0.01"), "day": Decimal("0.001")}
_RATE_WORD = re.compile(
    r"(?:利率|费率|费(?=率)|[年日月]化|年华|[日月年天]息|罚息|[日月年]利|利息"
    r"|手续费|点数|\bapr|\brate|\binterest|\bfee)"
    r"(?:收益)?(?:率)?(?:才|就|只有|是|为|有|要|收|按|:|大概|约|=|of|is|at| )*$"
)
_MAYBE_MONEY = re.compile(r"(?:利息|手续费|罚息|interest|fee)(?!率)[^率]*$")
_OTHER_UNIT = re.compile(
    rf" ?(?:元|块|圆|毛|角|万|千|百|期|个|天|年|月|日|号|次|笔|人|分|折|倍|厘"
    rf"|yuan|rmb|cny|dollars?|usd|months?|days?|[{CN}\d](?!期|个月|天|年))"
)
_NOT_A_RATE = re.compile(
    r"分(?:钟|之|数|类|公司|别|行|享|散|次|批|开|摊|付|红|多少|几|期|半年|半个"
    r"|[一二两三四五六七八九十\d]+ ?(?:期|个月|年|月|次)|成)"
)
_SENTENCE_END = re.compile(r"[,。!?;吗吧么呢]|$")
_SHORT_SUFFIX = re.compile(r"的?(?:利|息|费|日息|罚)")
_MONEY_SUFFIX = re.compile(r"(?:钱|毛|角)")
_SCORE = re.compile(r"(?:打|评|得|考|信用|积|评了|打了|满)$|[元块毛角]$|信用$|评分|分数")
_DEDUCTED = re.compile(r"[元块角毛\ufffc]$")


def read_rates(page: Page) -> tuple[list[RateSlot], list[Ambiguity]]:
    """Claim every rate, and what may be one."""
    slots: list[RateSlot] = []
    ambiguities: list[Ambiguity] = []
    for numeral in page.open_numerals():
        found = _with_sign(page, numeral) or _short(page, numeral) or _custom(page, numeral) or _bare(page, numeral)
        if isinstance(found, RateSlot) and numeral.high is not None:
            ends = (found.value, found.value / numeral.value * numeral.high if numeral.value else numeral.high)
            readings = tuple(Reading("rate", value, found.unit) for value in ends)
            ambiguities.append(Ambiguity(found.text, found.start, found.end, "rate", "range", readings))
        elif isinstance(found, RateSlot):
            slots.append(found)
        elif found:
            ambiguities.append(found)
    return slots, ambiguities


def _slot(page: Page, start: int, end: int, value: Decimal, fallback: RateUnit = "unknown") -> RateSlot:
    """Claim a rate; the unit behind it belongs to it, one before it is only read."""
    before = page.before(start)
    after, stop = unit_after(page.rest, end)
    unit = after if after != "unknown" else unit_before(before)
    charged: Basis = basis(before, page.rest[start : end + 6])
    stop = stop if after != "unknown" else end
    if fallback == "day" and unit == "unknown" and charged == "fee":
        fallback = "unknown"
    return RateSlot(
        page.claim(start, stop), start, stop, plain(value), fallback if unit == "unknown" else unit, charged
    )


def _with_sign(page: Page, numeral: Numeral) -> RateSlot | None:
    part = _PART_BEFORE.search(page.rest, max(0, numeral.start - 4), numeral.start)
    if part:
        daily: RateUnit = "day" if part["part"] == "万" else "unknown"
        return _slot(page, part.start(), numeral.end, numeral.value * _PARTS[part["part"]], daily)
    sign = _SIGN.match(page.rest, numeral.end)
    if not sign:
        return None
    size = {"percent": Decimal("0.01"), "permille": Decimal("0.001"), "bp": Decimal("0.0001")}[sign.lastgroup or ""]
    start = numeral.start
    value = numeral.value * size
    if page.rest[start - 1 : start] in ("-", "−") and not re.match(r"[\d%]", page.rest[start - 2 : start - 1] or " "):
        start, value = start - 1, -value
    return _slot(page, start, sign.end(), value)


def _short(page: Page, numeral: Numeral) -> RateSlot | None:
    """万五 and 千六: a ten-thousandth needs no context, a thousandth does, and 万一 means "in case"."""
    part = _SHORT_BEFORE.search(page.rest, max(0, numeral.start - 2), numeral.start)
    if not part or numeral.value >= 10 or numeral.scale != 1:
        return None
    if _OTHER_UNIT.match(page.rest, numeral.end):
        return None
    start = numeral.start - 1
    rated = _CUSTOM_CONTEXT.search(page.before(start)) or _RATE_WORD.search(page.before(start))
    rated = rated or _SHORT_SUFFIX.match(page.rest, numeral.end) or re.search(r"佣金|申购|赎回", page.before(start))
    if not rated and (part["part"] == "千" or numeral.value == 1):
        return None
    daily: RateUnit = "day" if part["part"] == "万" else "unknown"
    return _slot(page, start, numeral.end, numeral.value * _PARTS[part["part"]], daily)


def _custom(page: Page, numeral: Numeral) -> RateSlot | Ambiguity | None:
    match = _CUSTOM.match(page.rest, numeral.end)
    if not match or numeral.value > 36 or numeral.largest_unit > 10 or _NOT_A_RATE.match(page.rest, numeral.end):
        return None
    before = page.before(numeral.start)
    context = _CUSTOM_CONTEXT.search(before)
    rated = context or match["interest"] or match["name"] == "厘" or match["half"]
    if _MONEY_SUFFIX.match(page.rest, match.end("name")) and not match["interest"]:
        return None
    idle = numeral.value == 1 and re.search(r"[没不谁无][^,]*$", before)
    if not rated and (idle or _SCORE.search(before) or _DEDUCTED.search(before)):
        return None
    end = match.end() if rated else match.end("name")
    unit = unit_before(before + (match["interest"] or ""))
    unit = unit if unit in _CUSTOM_VALUE else "month"
    step = _CUSTOM_VALUE[unit] / (1 if match["name"] == "分" else 10)
    value = (numeral.value + _tail(match)) * step
    if not rated:
        readings = (Reading("amount", numeral.value / 100, "CNY"), Reading("rate", value, unit))
        words = page.claim(numeral.start, end)
        return Ambiguity(words, numeral.start, end, "rate", "cent_or_monthly_percent", readings)
    return _slot(page, numeral.start, end, value, unit)


def _tail(match: re.Match[str]) -> Decimal:
    if match["half"]:
        return Decimal("0.5")
    tail = match["tail"]
    return Decimal(DIGITS.get(tail) or int(tail if tail.isdigit() else 0)) / 10 if tail else Decimal(0)


def _bare(page: Page, numeral: Numeral) -> Ambiguity | None:
    before = page.before(numeral.start)
    spoken_digit = not numeral.arabic and numeral.end - numeral.start == 1
    if spoken_digit and not _SENTENCE_END.match(page.rest, numeral.end):
        return None
    if not _RATE_WORD.search(before) or _OTHER_UNIT.match(page.rest, numeral.end) or numeral.largest_unit > 10:
        return None
    if _MAYBE_MONEY.search(before) and numeral.value >= 10:
        return None
    return bare_rate(page, numeral, unit_before(before))


def bare_rate(page: Page, numeral: Numeral, unit: RateUnit = "unknown") -> Ambiguity:
    """A rate said without 百分之, 千分之 or %: 6 is hardly ever 600 %, 0.006 may well be 0.6 %."""
    fractions = [numeral.value / 100, numeral.value / 1000 if numeral.value >= 1 else numeral.value]
    readings = tuple(Reading("rate", value, unit) for value in fractions)
    words = page.claim(numeral.start, numeral.end)
    return Ambiguity(words, numeral.start, numeral.end, "rate", "rate_without_unit", readings)
