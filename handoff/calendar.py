"""Working time: which days are worked, and adding and measuring time inside a calendar's hours.

The kind of a day comes from the reviewed override, else from chinesecalendar, else from the weekend rule; a day known
only by the weekend rule is marked estimated and its year is warned of once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import chinese_calendar
import yaml

from handoff.errors import HandoffError
from handoff.policy import ALWAYS, Hours, Interval, Policy

logger = logging.getLogger(__name__)
Kind = Literal["workday", "weekend", "holiday"]
SEARCH_DAYS = 800  # no clock of ours rests longer than two years


class CalendarRefused(HandoffError):
    """The holiday override cannot be used: correct the year it names."""

    code = "calendar_refused"


class NeverOpen(HandoffError):
    """The calendar has no working time in the next two years: give it hours."""

    code = "calendar_never_open"


@dataclass(frozen=True)
class Day:
    """What kind of day a date is, and whether that is only a guess."""

    kind: Kind
    estimated: bool = False


class DaySource(Protocol):
    """Says what kind of day a date is."""

    def day(self, day: date) -> Day: ...


@dataclass(frozen=True)
class ChineseDays:
    """Mainland public holidays with 调休: override first, library second, weekend rule last."""

    override: Mapping[int, Mapping[date, Kind]] = field(default_factory=dict, hash=False)

    def day(self, day: date) -> Day:
        weekend: Kind = "weekend" if day.weekday() >= 5 else "workday"
        if day.year in self.override:
            return Day(self.override[day.year].get(day, weekend))
        try:
            off, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            _warn_estimated(day.year)
            return Day(weekend, estimated=True)
        if name is None:
            return Day("weekend" if off else "workday")
        return Day("holiday" if off else "workday")


def load_days(path: Path | None = None) -> ChineseDays:
    """Read the reviewed override, by default the bundled one. Raises CalendarRefused."""
    text = path.read_text("utf-8") if path else resources.files("handoff").joinpath("holidays.yaml").read_text("utf-8")
    content = yaml.safe_load(text) or {}
    return ChineseDays({int(year): _year(int(year), entry) for year, entry in content.items()})


class WorkCalendar(Protocol):
    """Working time as seconds; every instant is aware and results are in UTC."""

    def add(self, start: datetime, seconds: float) -> datetime:
        """The first instant by which `seconds` of working time have passed since `start`."""

    def between(self, start: datetime, end: datetime) -> float:
        """Working seconds from `start` to `end`; 0 when `end` is not after `start`."""

    def next_open(self, moment: datetime) -> datetime:
        """`moment` when it is working time, else the next opening."""

    def estimated(self, start: datetime, end: datetime) -> bool:
        """True when a day from `start` to `end` is known only by the weekend rule."""


@dataclass(frozen=True)
class RoundTheClock:
    """Twenty-four hours, every day."""

    def add(self, start: datetime, seconds: float) -> datetime:
        return start.astimezone(UTC) + timedelta(seconds=seconds)

    def between(self, start: datetime, end: datetime) -> float:
        return max(0.0, (end - start).total_seconds())

    def next_open(self, moment: datetime) -> datetime:
        return moment.astimezone(UTC)

    def estimated(self, start: datetime, end: datetime) -> bool:  # noqa: ARG002
        return False


@dataclass(frozen=True)
class BusinessHours:
    """Several working intervals a day, different on workdays, weekends and public holidays."""

    hours: Hours
    days: DaySource
    zone: str

    def add(self, start: datetime, seconds: float) -> datetime:
        left = timedelta(seconds=seconds)
        if not left:
            return start.astimezone(UTC)
        for opening, closing in self._spans(start):
            length = closing - opening
            if left <= length:
                return opening + left
            left -= length
        raise NeverOpen("the calendar has too little working time in two years; check its hours in the policy")

    def between(self, start: datetime, end: datetime) -> float:
        total = timedelta()
        if end <= start:
            return 0.0
        for opening, closing in self._spans(start, end):
            if opening >= end:
                break
            total += min(closing, end) - opening
        return total.total_seconds()

    def next_open(self, moment: datetime) -> datetime:
        for opening, _ in self._spans(moment):
            return opening
        raise NeverOpen("the calendar has no working time in two years; check its hours in the policy")

    def estimated(self, start: datetime, end: datetime) -> bool:
        first, last = self._local(start), self._local(end)
        return any(self.days.day(day).estimated for day in {first, date(last.year, 1, 1), last})

    def _spans(self, start: datetime, end: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        first = self._local(start)
        last = self._local(end) if end else first + timedelta(days=SEARCH_DAYS)
        moment = start.astimezone(UTC)
        for number in range((last - first).days + 1):
            for opening, closing in _intervals_of(self, first + timedelta(days=number)):
                if closing > moment:
                    yield max(opening, moment), closing

    def _local(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True)
class Calendars:
    """The calendars of one policy version by name; `always` is round the clock."""

    by_name: Mapping[str, WorkCalendar]
    zone: str

    @classmethod
    def of(cls, policy: Policy, days: DaySource) -> Calendars:
        named: dict[str, WorkCalendar] = {ALWAYS: RoundTheClock()}
        for name, hours in policy.calendars.items():
            named[name] = BusinessHours(hours, days, policy.zone)
        return cls(named, policy.zone)

    def __getitem__(self, name: str) -> WorkCalendar:
        return self.by_name[name]

    def end_of_day(self, start: datetime, days: int) -> datetime:
        """End of the `days`-th calendar day after the local day of `start`, which is not counted (Civil Code 201)."""
        local = start.astimezone(ZoneInfo(self.zone)).date() + timedelta(days=days + 1)
        return datetime.combine(local, time(), ZoneInfo(self.zone)).astimezone(UTC)


@lru_cache(maxsize=4096)
def _intervals_of(calendar: BusinessHours, day: date) -> tuple[tuple[datetime, datetime], ...]:
    intervals: tuple[Interval, ...] = getattr(calendar.hours, calendar.days.day(day).kind)
    zone = ZoneInfo(calendar.zone)
    return tuple((_instant(day, each.start, zone), _instant(day, each.end, zone)) for each in intervals)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    return local.astimezone(UTC)


@lru_cache(maxsize=64)
def _warn_estimated(year: int) -> None:
    logger.warning("holidays of %d are not known: working time there is estimated; add the year to holidays.yaml", year)


def _year(year: int, entry: Any) -> dict[date, Kind]:
    kinds: dict[date, Kind] = {}
    try:
        for row in entry["holidays"]:
            length = (row["to"] - row["from"]).days
            if length < 0:
                raise CalendarRefused(f"holidays of {year}: {row['name']} ends before it begins")
            for number in range(length + 1):
                _set(kinds, year, row["from"] + timedelta(days=number), "holiday")
        for day in entry["makeup_workdays"]:
            _set(kinds, year, day, "workday")
    except (KeyError, TypeError, AttributeError) as error:
        raise CalendarRefused(f"holidays of {year} are not readable: {error}; follow the shape of 2026") from error
    return kinds


def _set(kinds: dict[date, Kind], year: int, day: date, kind: Kind) -> None:
    if day.year != year:
        raise CalendarRefused(f"{day} is listed under {year}; move it to its own year")
    if day in kinds:
        raise CalendarRefused(f"{day} is listed twice under {year}; keep one")
    if kind == "workday" and day.weekday() < 5:
        raise CalendarRefused(f"make-up workday {day} is not on a weekend; check the notice for {year}")
    kinds[day] = kind
