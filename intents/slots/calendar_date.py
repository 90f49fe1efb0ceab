"""Which day a mention of a date means, given today and the tense of its clause.

「7月借的」 is the latest July that has begun, 「7月还」 the next one; with no tense the nearest is taken, and the slot
says so (`resolved`). 3/5 and a 29 February that the year does not have are asked about.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta

from intents.slots.mention import Mention
from intents.slots.slot import Ambiguity, DateSlot, Granularity, Reading, Resolved

_PAST = re.compile(
    r"(?:借|贷|还|扣|买|办|付|转|交|申请|收|取|提|卖|签|开|充|存|投|放|到账|逾期"
    r"|结清|下|报|发|做|打|刷|点|退|停|注册|通|绑|寄|保|领|诉|改|关|换|住|审"
    r"|批)(?:款|钱|单|账|出|清)?(?:了|过|的(?!时候要))"
    r"|[了过](?=[,。!?]|$)|已经?|之前|以前|当时|上次|那天|那时|曾"
    r"|\b(?:was|were|did|borrowed|paid|took|charged|bought|ago|last|since|went|withdrew|deducted|had)\b"
)
_FUTURE = re.compile(
    r"还(?!了|过|的|没|有|是|不|剩|会|能|可|在|得|好|差|要|清了)|要还|得还|打算"
    r"|准备|将|以后|下次|到期|之前还|前还|想|会|再(?=还|借|提|交)"
    r"|\b(?:due|by|will|going to|plan|next|until|repay|before|pay off|settle|want)\b"
)
_CLAUSE = re.compile(r"[,。.!?;]")
Resolver = Callable[[int], date | None]


def resolve(mention: Mention, text: str, today: date) -> DateSlot | Ambiguity | None:
    """The day meant, or what to ask; None for a day of every month, which is no date."""
    if mention.recurring:
        return None
    if mention.kind == "slash":
        return _slash(mention, text, today)
    found = _relative(mention, today)
    if found:
        return _slot(mention, *found, "relative")
    if mention.kind == "weekday":
        return _weekday(mention, text, today)
    return _absolute(mention, text, today)


def tense(mention: Mention, text: str) -> Resolved:
    """`past`, `future` or `nearest`, from the first telling word after the mention in its clause, else before it."""
    stop = _CLAUSE.search(text, mention.end)
    after = text[mention.end : stop.start() if stop else len(text)]
    begin = max((m.end() for m in _CLAUSE.finditer(text, 0, mention.start)), default=0)
    past, future = _PAST.search(after), _FUTURE.search(after)
    if past or future:
        far = len(after) + 1
        return "past" if (past.start() if past else far) <= (future.start() if future else far) else "future"
    before = text[begin : mention.start]
    if _FUTURE.search(before):
        return "future"
    return "past" if _PAST.search(before) else "nearest"


def _slot(mention: Mention, value: date, granularity: Granularity, resolved: Resolved) -> DateSlot:
    return DateSlot(mention.text, mention.start, mention.end, value, granularity, resolved)


def _ambiguity(mention: Mention, reason: str, days: Iterable[date]) -> Ambiguity:
    readings = tuple(Reading("date", day) for day in days)
    return Ambiguity(mention.text, mention.start, mention.end, "date", reason, readings)


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the month's last day when it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = min(max(divmod(index, 12)[0], 1), 9999), index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _relative(mention: Mention, today: date) -> tuple[date, Granularity] | None:
    if mention.kind in ("ago", "relative"):
        return _shifted(today, mention.number, mention.unit), "day"
    if mention.kind == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=mention.step or 0)
        return (monday + timedelta(days=5), "day") if mention.part else (monday, "week")
    if mention.kind == "weekday" and mention.step is not None:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=mention.step)
        return monday + timedelta(days=mention.day or 0), "day"
    if mention.kind == "monthstep":
        return _part_of_month(add_months(today.replace(day=1), mention.step or 0), mention.part)
    if mention.kind == "yearstep":
        year = today.year + (mention.year_step or 0)
        return _part_of_year(year, mention.part)
    return None


def _shifted(today: date, number: float, unit: str) -> date:
    try:
        if unit in ("month", "year"):
            months = number * (12 if unit == "year" else 1)
            moved = add_months(today, int(months))
            return moved + timedelta(days=round((months - int(months)) * 30))
        return today + timedelta(days=round(number * (7 if unit == "week" else 1)))
    except (OverflowError, ValueError):
        return today


def _part_of_month(first: date, part: str) -> tuple[date, Granularity]:
    last = calendar.monthrange(first.year, first.month)[1]
    days = {"end": last, "start": 1, "middle": 15, "late": 21}
    return first.replace(day=days.get(part, 1)), "day" if part == "end" else "month"


def _part_of_year(year: int, part: str) -> tuple[date, Granularity]:
    return (date(year, 12, 31), "day") if part == "end" else (date(year, 1, 1), "year")


def _weekday(mention: Mention, text: str, today: date) -> DateSlot:
    ahead = ((mention.day or 0) - today.weekday()) % 7
    coming, gone = today + timedelta(days=ahead), today - timedelta(days=(7 - ahead) % 7)
    return _by_tense(mention, tense(mention, text), today, [gone, coming], "day")


def _by_tense(
    mention: Mention, resolved: Resolved, today: date, days: list[date], granularity: Granularity
) -> DateSlot:
    past = [day for day in days if day <= today]
    future = [day for day in days if day >= (today if granularity == "day" else today.replace(day=1))]
    if resolved == "past" and past:
        value = max(past)
    elif resolved == "future" and future:
        value = min(future)
    else:
        value = min(days, key=lambda day: (abs((day - today).days), day))
    return _slot(mention, value, granularity, resolved)


def _absolute(mention: Mention, text: str, today: date) -> DateSlot | Ambiguity:
    year = mention.year if mention.year is not None else None
    if year is None and mention.year_step is not None:
        year = today.year + mention.year_step
    if mention.month is None and mention.day is None and year is not None:
        return _slot(mention, *_part_of_year(year, mention.part), "stated")
    if mention.step is not None and mention.month is None and mention.kind == "day":
        first = add_months(today.replace(day=1), mention.step)
        return _one_of(mention, [_day(first.year, first.month, mention.day)], "relative", today)
    if year is not None:
        return _one_of(mention, [_day(year, mention.month, mention.day)], "stated", today)
    resolved = tense(mention, text)
    if mention.month is None:
        months = [add_months(today.replace(day=1), step) for step in (-2, -1, 0, 1, 2)]
        return _one_of(mention, [_day(m.year, m.month, mention.day) for m in months], resolved, today)
    years = (today.year - 1, today.year, today.year + 1)
    days = [_day(y, mention.month, mention.day) for y in years]
    if mention.day == 29 and mention.month == 2:
        return _leap_day(mention, days, resolved, today)
    return _one_of(mention, days, resolved, today)


def _leap_day(mention: Mention, days: list[date | None], resolved: Resolved, today: date) -> DateSlot | Ambiguity:
    in_reach = [day for day in days if day]
    meant = _by_tense(mention, resolved, today, in_reach, "day") if in_reach else None
    if meant and (resolved == "nearest" or (meant.value <= today) == (resolved == "past")):
        return meant
    years = range(today.year - 8, today.year + 9)
    leap = [date(y, 2, 29) for y in years if calendar.isleap(y)]
    around = [max(d for d in leap if d <= today), min(d for d in leap if d > today)]
    return _ambiguity(mention, "no_such_day_this_year", around)


def _day(year: int, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month or 0, 1 if day is None else day)
    except ValueError:
        return None


def _one_of(mention: Mention, days: list[date | None], resolved: Resolved, today: date) -> DateSlot | Ambiguity:
    possible = [day for day in days if day]
    if not possible:
        return _ambiguity(mention, "no_such_day", ())
    granularity: Granularity = "day" if mention.day is not None else "month"
    if mention.day is None and mention.part:
        parts = [_part_of_month(day, mention.part) for day in possible]
        granularity, possible = parts[0][1], [day for day, _ in parts]
    if len(days) == 1:
        return _slot(mention, possible[0], granularity, resolved)
    return _by_tense(mention, resolved, today, possible, granularity)


def _slash(mention: Mention, text: str, today: date) -> DateSlot | Ambiguity | None:
    first, second = mention.month or 0, mention.day or 0
    orders = [(m, d) for m, d in ((first, second), (second, first)) if 1 <= m <= 12 and 1 <= d <= 31]
    slots = []
    for month, day in dict.fromkeys(orders):
        years = (mention.year,) if mention.year else (today.year - 1, today.year, today.year + 1)
        days = [_day(y, month, day) for y in years]
        slot = _one_of(mention, days, "stated" if mention.year else tense(mention, text), today)
        if isinstance(slot, DateSlot):
            slots.append(slot)
    if len(slots) == 1:
        return slots[0]
    return _ambiguity(mention, "day_or_month_first" if slots else "no_such_day", [slot.value for slot in slots])
