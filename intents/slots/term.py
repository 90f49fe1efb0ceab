"""Terms, waiting times and instalments by number: 半年, 一年半, 十二期, 12 months; 3天, 两周; 第三期, 还了5期."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from intents.slots.numeral import Numeral, plain
from intents.slots.page import Page
from intents.slots.slot import Ambiguity, DurationSlot, Invalid, PeriodIndexSlot, Reading, Role, TermSlot, TimeUnit

LONGEST_TERM = 600
_INSTALMENTS = r"instal?lments?|periods?|payments?|terms"
_UNIT = re.compile(
    r" ?-?(?:(?P<period>个?期(?!货|权|待|望|间|初|末)|(?:instal?lments?|periods?|payments?|terms)\b)"
    r"|(?P<month>个半?月(?!薪)|个约(?!定)|各月|月(?![日息利率费供底初末化份付])|months?\b|mos?\b|mths?\b)"
    r"|(?P<year>年(?![级轻龄代度])|years?(?! old)\b|yrs?(?! old)\b)"
    r"|(?P<workday>个?工作日|个?交易日|个?营业日|(?:working|business) days?\b)"
    r"|(?P<day>天(?!天)|日(?![元利息化均])|days?\b)|(?P<week>个?(?:星期|礼拜)|周(?!岁|年|转)|weeks?\b)"
    r"|(?P<hour>个?(?:小时|钟头)|hours?\b|hrs?\b)|(?P<minute>分钟|minutes?\b"
    r"|mins?\b)|(?P<second>秒钟?(?!杀)|seconds?\b))"
)
_TYPO_PERIOD = re.compile(r"[其齐棋旗](?![他她它实中余次])")
_HALF = re.compile(r"半| and a half\b")
_AND = re.compile(r"[零又]|(?<=[a-z]),? (?:and )?|")
_ABOUT_AFTER = re.compile(r"多(?![少久长大次收扣付还出了交退要])|左右|上下|来(?=[的,。]|$)")
_ABOUT_BEFORE = re.compile(r"(?:大概|大约|约|差不多|快|将近|接近|about|around|roughly|nearly|almost) ?$")
_WAITING = re.compile(
    r"(?:逾期|拖欠|拖|晚|迟|等|都|已经|过|宽限|冻结|延|停|欠|满|隔|提前|忘|断"
    r"|近|不足|持有|超过|待|late|overdue|past|within|after)(?:还|了|款|期|上|快|有|大概|过| |for)*$"
    r"|[^借分贷办选批定]了 ?$"
)
_CHOSEN = re.compile(r"(?:分|借|贷|选|期限|用|期限是|周转|办|for|over)(?:了|个|成|是|:| )*$")
_WAITING_AFTER = re.compile(r"(?:没|未|不还|了还没|以上没|过去|内|以内|之内|late|overdue)")
_ORDINAL_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
                  "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12}  # fmt: skip
_ORDINAL = re.compile(
    rf"\b(?:(?P<word>{'|'.join(_ORDINAL_WORDS)}|last|final)|(?P<n>\d{{1,3}})(?:st"
    rf"|nd|rd|th)) (?:{_INSTALMENTS}|month)\b"
    rf"|\b(?:{_INSTALMENTS}|month) (?:no\.? ?|number ?|# ?)?(?P<k>\d{{1,3}})\b"
)
_RELATIVE = re.compile(
    r"(?P<last>最后一?期|末期|尾期)|(?P<first>首期|头一?期)|(?P<step>上上|上一?|下下|下一?|这一?|本|当)期"
)
_STEP = {"上上": -2, "上": -1, "上一": -1, "这": 0, "这一": 0, "本": 0, "当": 0, "下": 1, "下一": 1, "下下": 2}
_ROLE_BEFORE: tuple[tuple[Role, str], ...] = (
    ("index", r"第 ?$"),
    ("overdue", r"(?:逾期|欠|拖|断供|断|落下|overdue|missed|behind)(?:了|款|着|有| )*$"),
    ("remaining", r"(?:还剩|剩下|剩余|剩|还有|还差|差|没还|未还|余下|剩的|with|remaining)(?:了|下|的|最后|后面| )*$"),
    ("first", r"(?:前面?|头|first) ?$"),
    ("last", r"(?:最近|最后|后面?|末|last) ?$"),
    (
        "paid",
        r"(?:已经?还|还过|还了|还完|交了|交过|付了|付过|供了|扣了|已还|已付|已交"
        r"|已扣|paid|made)(?:前|有|到|满|整整|差不多| )*$",
    ),
    ("to_pay", r"(?:(?<!分)(?:还|提前还|多还|先还|补|pay|prepay)) ?$"),
)
_ROLES = tuple((role, re.compile(pattern)) for role, pattern in _ROLE_BEFORE)
_ROLE_AFTER: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("paid", re.compile(r"(?:已经?|都)?(?:还了|还完|还过|已还|交了|付了|了(?![吗没]))")),
    ("remaining", re.compile(r"(?:没还|未还|没有还|还没还| ?(?:left|remaining|to go))")),
    ("overdue", re.compile(r"(?:逾期|没交上| ?(?:overdue|behind|missed))")),
    ("paid", re.compile(r" (?:paid|done)")),
)

TermReading = TermSlot | PeriodIndexSlot | DurationSlot | Ambiguity


def read_terms(page: Page) -> list[TermReading]:
    """Claim every term, waiting time and instalment number, in order."""
    found: list[TermReading] = [*_relative_periods(page), *_ordinals(page)]
    for numeral in page.open_numerals():
        if page.is_open(numeral.start, numeral.end):
            slot = _read(page, numeral)
            if slot:
                page.claim(slot.start, slot.end)
                found.append(slot)
    return sorted(found, key=lambda slot: slot.start)


def _relative_periods(page: Page) -> list[PeriodIndexSlot]:
    found = []
    for match in page.find(_RELATIVE):
        role: Role = "last" if match["last"] else "index" if match["first"] else "relative"
        value = _STEP[match["step"]] if match["step"] else 1
        found.append(PeriodIndexSlot(page.claim(*match.span()), *match.span(), value, role))
    return found


def _ordinals(page: Page) -> list[PeriodIndexSlot]:
    found = []
    for match in page.find(_ORDINAL):
        word = match["word"]
        value = _ORDINAL_WORDS.get(word, 1) if word else int(match["n"] or match["k"])
        role: Role = "last" if word in ("last", "final") else "index"
        found.append(PeriodIndexSlot(page.claim(*match.span()), *match.span(), value, role))
    return found


def _read(page: Page, numeral: Numeral) -> TermReading | None:
    match = _UNIT.match(page.rest, numeral.end) or _typo(page, numeral)
    kind = (match.lastgroup or "period") if match else ""
    ordinal = page.rest[numeral.start - 1 : numeral.start] == "第" if numeral.start else False
    if not match or (ordinal and kind not in ("period", "month")):
        return None
    value, end = numeral.value, match.end()
    if "半" in match.group():
        value += Decimal("0.5")
    elif kind in ("year", "hour") and (half := _HALF.match(page.rest, end)):
        value, end = value + Decimal("0.5"), half.end()
    about = _ABOUT_AFTER.match(page.rest, end)
    approximate = bool(numeral.approximate or about or _ABOUT_BEFORE.search(page.before(numeral.start)))
    end = about.end() if about else end
    if numeral.high is not None:
        return _range(page, numeral, kind, end)
    if kind == "period":
        return _periods(page, numeral, end, approximate)
    if kind == "month" and ordinal:
        words = page.text[numeral.start - 1 : end]
        return PeriodIndexSlot(words, numeral.start - 1, end, int(value), "index")
    if kind == "month" and (role := _counted_months(page, numeral)):
        return PeriodIndexSlot(page.text[numeral.start : end], numeral.start, end, int(value), role)
    if kind in ("month", "year"):
        return _months(page, numeral, kind, value, end, approximate)
    return _duration(page, numeral, kind, value, end, approximate)


def _typo(page: Page, numeral: Numeral) -> re.Match[str] | None:
    """12其, 十二齐: a mistyped 期 is one only where a term is being chosen."""
    return _TYPO_PERIOD.match(page.rest, numeral.end) if page.before(numeral.start, 2)[-1:] in ("分", "第") else None


def _range(page: Page, numeral: Numeral, kind: str, end: int) -> Ambiguity:
    field = "term" if kind in ("period", "month", "year") else "duration"
    factor = 12 if kind == "year" else 7 if kind == "week" else 1
    unit = {"year": "month", "week": "day"}.get(kind, kind)
    pair = (numeral.value, numeral.high or numeral.value)
    readings = tuple(Reading(field, value * factor, unit) for value in pair)  # type: ignore[arg-type]
    words = page.text[numeral.start : end]
    return Ambiguity(words, numeral.start, end, field, "range", readings)  # type: ignore[arg-type]


def _periods(
    page: Page, numeral: Numeral, end: int, approximate: bool
) -> TermSlot | PeriodIndexSlot | Ambiguity | None:
    start, words = numeral.start, page.text[numeral.start : end]
    if not numeral.whole:
        return Ambiguity(words, start, end, "term", "not_whole")
    value = int(numeral.value)
    before = page.before(start)
    for role, pattern in _ROLES:
        if match := pattern.search(before):
            if role == "to_pay" and page.rest[end : end + 1] == "了":
                role = "paid"
            begin = start - len(before) + match.start() if role in ("index", "first", "last") else start
            return PeriodIndexSlot(page.text[begin:end], begin, end, value, role)
    for role, pattern in _ROLE_AFTER:
        if pattern.match(page.rest, end) and not before.endswith("分"):
            return PeriodIndexSlot(words, start, end, value, role)
    if value == 1 and not _is_chosen(page, start, end):
        return None
    return TermSlot(words, start, end, value, "period", approximate, _invalid(page, start, value))


def _is_chosen(page: Page, start: int, end: int) -> bool:
    """一期 and 一个月 mostly mean "each"; they are terms after 分 or 借, or as the whole answer."""
    alone = not page.rest[:start].strip() and not page.rest[end:].strip(" 吧的。.,")
    return alone or _CHOSEN.search(page.before(start)) is not None


def _counted_months(page: Page, numeral: Numeral) -> Role | None:
    """还剩8个月 and 还了5个月 count monthly instalments."""
    before = page.before(numeral.start)
    return next((role for role, pattern in _ROLES if role in ("remaining", "paid") and pattern.search(before)), None)


def _months(
    page: Page, numeral: Numeral, kind: str, value: Decimal, end: int, approximate: bool
) -> TermSlot | DurationSlot | Ambiguity:
    months = plain(value * 12 if kind == "year" else value)
    start = numeral.start
    if kind == "year":
        more, end = _and_months(page, end)
        months += more
    words = page.text[start:end]
    if kind == "year" and numeral.arabic and 20 <= numeral.value <= 35 and numeral.end - start == 2:
        readings = (Reading("term", int(months), "month"), Reading("date", 2000 + int(value), "year"))
        return Ambiguity(words, start, end, "term", "years_or_year", readings)
    if months == Decimal("0.5"):
        return DurationSlot(words, start, end, Decimal(15), "day", approximate=True)
    waiting = _WAITING.search(page.before(start)) or _WAITING_AFTER.match(page.rest, end)
    each = kind == "month" and months == 1 and not _is_chosen(page, start, end)
    if waiting or each or months != months.to_integral_value():
        return DurationSlot(words, start, end, months, "month", approximate)
    return TermSlot(words, start, end, int(months), "month", approximate, _invalid(page, start, int(months)))


def _and_months(page: Page, end: int) -> tuple[Decimal, int]:
    """The months in 一年零三个月 and 1年3个月."""
    joint = _AND.match(page.rest, end)
    position = joint.end() if joint else end
    for numeral in page.numerals:
        if numeral.start in (position, end) and page.is_open(numeral.start, numeral.end):
            unit = _UNIT.match(page.rest, numeral.end)
            if unit and unit.lastgroup == "month" and numeral.whole and numeral.value < 12:
                return numeral.value, unit.end()
    return Decimal(0), end


def _invalid(page: Page, start: int, value: int) -> Invalid | None:
    if (
        page.rest[start - 1 : start] in ("-", "−", "负")
        and start > 0
        and not page.rest[: start - 1].endswith(tuple("0123456789"))
    ):
        return "negative"
    return "zero" if value == 0 else "too_large" if value > LONGEST_TERM else None


_TIME_UNITS: dict[str, TimeUnit] = {
    "workday": "workday",
    "day": "day",
    "week": "day",
    "hour": "hour",
    "minute": "minute",
}


def _duration(
    page: Page, numeral: Numeral, kind: str, value: Decimal, end: int, approximate: bool
) -> DurationSlot | None:
    if kind == "second":
        value, kind = value / 60, "minute"
    slot = DurationSlot(page.text[numeral.start : end], numeral.start, end, value, _TIME_UNITS[kind], approximate)
    return replace(slot, value=value * 7) if kind == "week" else slot
