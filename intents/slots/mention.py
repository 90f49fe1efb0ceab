"""Dates as they are written, before a year or a month is supplied: 7月15号, 上个月, 下周五, next Friday, 2026-07-15.

A mention keeps only what was said; `intents.slots.calendar_date` turns it into a day once today and the tense are
known, and the number guard compares the figures of it as they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from intents.slots.numeral import CN, read_numeral
from intents.slots.page import Page

_N2 = rf"(?:\d{{1,2}}|[{CN}十廿]{{1,3}})"
_N3 = rf"(?:\d{{1,3}}|[{CN}十]{{1,3}})"
_FREE = rf"(?<![\d.{CN}十百千万亿/-])"
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_SHORT = {name[:3]: n for n, name in enumerate(_MONTHS, start=1)} | {"sept": 9}
_EN_MONTH = r"(?P<en_month>january|february|march|april|may|june|july|august|september|october|november|december" \
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"  # fmt: skip
_EN_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_RELATIVE_DAYS = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "今天": 0, "今日": 0, "今晚": 0,
    "今早": 0, "明天": 1, "明日": 1, "明早": 1, "后天": 2, "大后天": 3,
    "the day before yesterday": -2, "day before yesterday": -2,
    "yesterday": -1, "today": 0, "tonight": 0, "the day after tomorrow": 2, "day after tomorrow": 2, "tomorrow": 1,
}  # fmt: skip
_STEPS = {
    "上": -1, "上个": -1, "上一个": -1, "上上": -2, "上上个": -2, "前个": -2, "这": 0, "这个": 0, "本": 0, "当": 0,
    "下": 1, "下个": 1, "下一个": 1, "下下": 2, "下下个": 2, "last": -1, "this": 0, "the": 0, "next": 1, "": 0,
}  # fmt: skip
_YEARS = {"前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2,
          "last year": -1, "this year": 0, "next year": 1}  # fmt: skip
_STEP = "|".join(sorted((s for s in _STEPS if s and not s.isascii()), key=len, reverse=True))
_YEAR_WORD = "|".join(w for w in _YEARS if not w.isascii())
_PART = {"底": "end", "末": "end", "尾": "end", "初": "start", "头": "start", "中": "middle", "中旬": "middle",
         "上旬": "start", "下旬": "late"}  # fmt: skip
_PARTS = "底|末|尾(?!号|数)|初|头(?!部)|中旬|上旬|下旬|中(?=[,。了的]|$)"
_YEAR = r"(?P<y>(?:19|20)\d\d|[一二][九零〇○][零〇○一二三四五六七八九]{2})"
_RECURRING = re.compile(r"(?:每个?月(?:的)?|账单日(?:是|在|:|都是)*|还款日(?:是|在|:|都是)*|扣款日(?:是|在|:|都是)*)$")

# What kind of mention, characters of which one must be there for it to be worth a search, and the expression.
_PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("day", "年", rf"(?<!\d){_YEAR}年(?P<m>{_N2})月(?:份)?(?:的)?(?P<d>{_N2})[日号]?"),
    ("day", "-/.", r"(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?![\d])"),
    ("day", "0123456789", r"(?<![\d.])(?P<y>20[0-4]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?![\d.元块])"),
    ("day", "年", rf"(?<!\d)(?P<yy>2\d|3[0-5])年(?P<m>{_N2})月(?:份)?(?P<d>{_N2})[日号]"),
    ("day", "年", rf"(?P<yword>{_YEAR_WORD})的?(?P<m>{_N2})月(?:份)?(?:的)?(?P<d>{_N2})[日号]?(?!个)"),
    ("month", "年", rf"(?<!\d){_YEAR}年(?P<m>{_N2})月(?:份)?(?P<part>{_PARTS})?"),
    ("month", "-/", r"(?<![\d.])(?P<y>20[0-4]\d)[-/](?P<m>0?[1-9]|1[0-2])(?![\d/-])"),
    ("month", "年", rf"(?<!\d)(?P<yy>2\d|3[0-5])年(?P<m>{_N2})月(?:份)?(?P<part>{_PARTS})?"),
    ("month", "年", rf"(?P<yword>{_YEAR_WORD})的?(?P<m>{_N2})月(?:份)?(?P<part>{_PARTS})?"),
    ("year", "年", rf"(?<!\d){_YEAR}年(?P<part>底|末|初)?(?!\d)"),
    ("day", "月", rf"(?P<mstep>{_STEP})月(?:份)?(?:的)?(?P<d>{_N2})[日号](?!线|楼|码)"),
    ("day", "月", 
        rf"{_FREE}(?P<m>\d{{1,2}}|[{CN}十]{{1,2}})月(?:份)?(?:的)?(?P<d>{_N2})(?:[日号](?!线)"
        rf"|(?![\d{CN}十百千万.个,元块%]))"),
    ("day", ".", r"(?<![\d.])(?P<m>1[0-2]|0?[1-9])[.](?P<d>3[01]|[12]\d|0?[1-9])[日号]"),
    ("month", "月", 
        rf"{_FREE}(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?:份)?(?P<part>{_PARTS})?(?![化利息费供均卡薪租经])"),
    ("month", "月", rf"(?<!\d)(?<=[千百万亿{CN}])(?P<m>1[0-2]|[1-9])月(?:份)?(?P<part>{_PARTS})?(?![化利息费供均])"),
    ("slash", "/", r"(?<![\d./])(?P<a>\d{1,2})[/](?P<b>\d{1,2})[/](?P<y>20\d\d)(?![\d/])"),
    ("slash", "/", r"(?<![\d./])(?P<a>\d{1,2})[/](?P<b>\d{1,2})(?![\d/.%期])"),
    ("day", "aeou", rf"\b{_EN_MONTH} {_EN_DAY}\b(?:,? ?(?P<y>20\d\d))?"),
    ("day", "aeou", rf"(?<![\d.]){_EN_DAY} (?:of )?{_EN_MONTH}(?![a-z])(?:,? ?(?P<y>20\d\d))?"),
    ("month", "aeou", 
        rf"\b(?:in |since |by |of |from |until |last |next )(?P<en_month>{'|'.join(_MONTHS)})\b(?: (?P<y>20\d\d))?"),
    ("month", "aeou", 
        rf"\b(?P<en_month>{'|'.join(m for m in _MONTHS if m not in ('may', 'march'))})\b(?: (?P<y>20\d\d))?"),
    ("ago", "前后", 
        rf"(?<![第\d.])(?P<n>半|{_N3}) ?(?P<unit>天|日|周|个?星期|个?礼拜|个月|年)(?P<half>半)?(?:之"
        rf"|以)?(?P<way>前|后)(?![几面期的]?期|台)"),
    ("ago", "aon", 
        r"\b(?P<n>an?|one|two|three|four|five|six|ten|\d{1,3}) (?P<unit>day|week"
        r"|month|year)s? (?P<way>ago|from now|later)\b"),
    ("ago", "aon", 
        r"\b(?P<way>in) (?P<n>an?|one|two|three|four|five|six|ten|\d{1,3}) (?P<unit>day"
        r"|week|month|year)s?(?:'? time)?\b"),
    ("weekday", "周星礼", 
        rf"(?<!每)(?P<step>{_STEP})?个?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天1-6])(?!年"
        rf"|岁|期|[{CN}]|个|次|天)"),
    ("weekday", "y", rf"\b(?:(?P<step>last|this|next) |on )?(?P<en_wd>{'|'.join(_WEEKDAYS)})\b"),
    ("week", "周星礼", rf"(?P<step>{_STEP})个?(?:周(?!期|年|转)|星期|礼拜)(?P<part>末)?|周(?P<part2>末)"),
    ("week", "w", r"\b(?P<step>last|this|next) (?:week(?!day)(?P<part>end)?)\b"),
    ("monthstep", "月", rf"(?P<mstep>{_STEP})月(?:份)?(?P<part>{_PARTS})?(?!付)"),
    ("monthstep", "m", 
        r"\b(?P<part>end|start|beginning) of (?P<mstep>last|this|next|the) month\b"
        r"|\b(?P<mstep2>last|this|next) month\b"),
    ("monthstep", "月", rf"(?:(?<![\d{CN}十个每])|(?<=[百千万亿][{CN}]))月(?P<part>底|末|初|中(?=[,。了的]|$))"),
    ("yearstep", "年y", rf"(?P<yword>{_YEAR_WORD})(?P<part>底|末|初)?|\b(?P<yword2>last year|this year|next year)\b"),
    ("yearstep", "年", r"(?<![\d个一二两三四五六七八九十半周])年(?P<part>底|末|初)"),
    ("relative", "天日晚早ty", "(?P<word>" + "|".join(sorted(_RELATIVE_DAYS, key=len, reverse=True)) + ")(?!动)"),
    ("monthday", "号", 
        rf"{_FREE}(?P<d>3[01]|[12]\d|[1-9]|[一二三四五六七八九]|[二三]?十[一二三四五六七八九]?"
        rf"|廿[一二三四五六七八九]?)号(?![线楼码文令店院房机])"),
    ("monthday", "日", rf"{_FREE}(?P<d>3[01]|[12]\d|[1-9])日(?![年利息化内均游费常之以前后罚])"),
    ("monthday", "h", 
        r"\b(?:on |by |before |until )?the (?P<d>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)\b(?! (?:of"
        r"|instal|payment|period|one|month|time))"),
)  # fmt: skip
_COMPILED = tuple((kind, frozenset(needed), re.compile(pattern)) for kind, needed, pattern in _PATTERNS)
_HINT = re.compile(
    "[年月日号天周期拜/.-]|20[0-9]{6}|[0-9](?:st|nd|rd|th)|"
    + "day|week|month|year|ago|"
    + "|".join(_MONTH_SHORT)
    + "|今|昨|明|后"
)


@dataclass(frozen=True)
class Mention:
    """What was said of a date. `year`, `month`, `day` are None when unsaid; steps count from the present."""

    kind: str
    text: str
    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    step: int | None = None
    year_step: int | None = None
    unit: str = ""
    part: str = ""
    number: float = 0

    @property
    def recurring(self) -> bool:
        """Whether it names a day of every month, like a due day, and so no date."""
        return self.kind == "recurring"


def claim_mentions(page: Page) -> tuple[Mention, ...]:
    """Blank out every date and return what was said of it, in order."""
    if not _HINT.search(page.rest):
        return ()
    found = []
    present = frozenset(page.rest)
    for kind, needed, pattern in _COMPILED:
        if present.isdisjoint(needed):
            continue
        for match in page.find(pattern):
            mention = _mention(kind, match)
            if mention is None:
                continue
            if kind == "monthday" and _RECURRING.search(page.rest[max(0, match.start() - 8) : match.start()]):
                mention = replace(mention, kind="recurring")
            page.claim(mention.start, mention.end)
            found.append(mention)
    return tuple(sorted(found, key=lambda m: m.start))


def _mention(kind: str, match: re.Match[str]) -> Mention | None:
    said = {name: value for name, value in match.groupdict().items() if value is not None}
    mention = Mention(kind, match.group(), *match.span(), part=_part(said.get("part") or said.get("part2") or ""))
    if kind == "slash":
        return replace(mention, month=int(said["a"]), day=int(said["b"]), year=_int(said.get("y")))
    if kind in ("ago", "relative"):
        return _counted(mention, said)
    if kind in ("weekday", "week"):
        unsaid = 0 if kind == "week" else None
        return replace(mention, step=_STEPS[said["step"]] if "step" in said else unsaid, day=_weekday(said))
    mention = replace(
        mention,
        year=_year(said),
        month=_MONTH_SHORT[said["en_month"][:3]] if "en_month" in said else _int(said.get("m")),
        day=_int(said.get("d")),
        step=_STEPS.get(said.get("mstep") or said.get("mstep2") or "", 0) if kind != "year" else None,
        year_step=_YEARS.get(said.get("yword") or said.get("yword2") or ""),
    )
    if kind == "day" and "mstep" not in said:
        mention = replace(mention, step=None)
    impossible = not 1 <= (mention.month or 1) <= 12 or not 1 <= (mention.day or 1) <= 31
    return None if impossible and mention.year is None and kind not in ("day", "monthday") else mention


def _part(word: str) -> str:
    return {"end": "end", "start": "start", "beginning": "start"}.get(word, _PART.get(word, ""))


def _int(text: str | None) -> int | None:
    value = read_numeral(text) if text else None
    return int(value) if value is not None else None


def _year(said: dict[str, str]) -> int | None:
    if "yy" in said:
        return 2000 + int(said["yy"])
    return _int(said.get("y"))


def _weekday(said: dict[str, str]) -> int | None:
    if "en_wd" in said:
        return _WEEKDAYS.index(said["en_wd"])
    if "wd" not in said:
        return None
    return {"日": 6, "天": 6}.get(said["wd"], (_int(said["wd"]) or 1) - 1)


_ARTICLES = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_UNIT_NAMES = {"天": "day", "日": "day", "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year"}


def _counted(mention: Mention, said: dict[str, str]) -> Mention | None:
    if mention.kind == "relative":
        return replace(mention, number=_RELATIVE_DAYS[said["word"]], unit="day")
    number = 0.5 if said["n"] == "半" else _ARTICLES.get(said["n"]) or read_numeral(said["n"])
    if number is None:
        return None
    unit = said["unit"].removeprefix("个")
    sign = -1 if said["way"] in ("前", "ago") else 1
    total = float(number) + (0.5 if "half" in said else 0)
    return replace(mention, number=sign * total, unit=_UNIT_NAMES.get(unit, unit))
