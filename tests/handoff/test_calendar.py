"""Working time on the Chinese calendar: golden values across the holidays of 2026, and laws that always hold."""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handoff.calendar import BusinessHours, CalendarRefused, Calendars, ChineseDays, NeverOpen, load_days
from handoff.policy import Hours
from handoff.rules import bundled_rules

BEIJING = ZoneInfo("Asia/Shanghai")
CALENDARS = Calendars.of(bundled_rules().policies.versions[0], load_days())
OFFICE = CALENDARS["office"]  # workdays 09:00-12:00 and 13:30-18:00: 7.5 hours
STAFFED = CALENDARS["staffed"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-02-13 16:00", 2, "2026-02-13 18:00"),  # Friday before the holiday, to the very end of the day
        ("2026-02-13 16:00", 2.5, "2026-02-14 09:30"),  # Saturday 14 February is a make-up workday
        ("2026-02-14 16:00", 3, "2026-02-24 10:00"),  # over Spring Festival, 15 to 23 February
        ("2026-02-20 12:00", 1, "2026-02-24 10:00"),  # begun inside the holiday
        ("2026-02-27 17:30", 1, "2026-02-28 09:30"),  # Saturday 28 February is a make-up workday
        ("2026-02-28 17:30", 1, "2026-03-02 09:30"),  # then a plain Sunday
        ("2026-09-18 17:00", 2, "2026-09-20 10:00"),  # Sunday 20 September is a make-up workday
        ("2026-09-24 17:00", 2, "2026-09-28 10:00"),  # Mid-Autumn, 25 to 27 September
        ("2026-09-30 17:00", 2, "2026-10-08 10:00"),  # National Day, 1 to 7 October
        ("2026-10-09 17:00", 2, "2026-10-10 10:00"),  # Saturday 10 October is a make-up workday
        ("2026-10-10 17:00", 2, "2026-10-12 10:00"),
        ("2026-03-02 11:00", 2, "2026-03-02 14:30"),  # over the midday break
        ("2026-03-02 12:30", 0.5, "2026-03-02 14:00"),  # begun in the break
    ],
)
def test_office_time_across_spring_festival_and_national_day(start: str, hours: float, end: str) -> None:
    assert OFFICE.add(at(start), hours * 3600) == at(end)
    assert OFFICE.between(at(start), at(end)) == hours * 3600


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-02-17 20:00", "2026-02-18 09:00"),  # on public holidays the centre is staffed 09:00 to 18:00
        ("2026-02-14 21:30", "2026-02-14 21:30"),  # a make-up Saturday has workday hours, to 22:00
        ("2026-03-07 21:30", "2026-03-08 09:00"),  # a plain Saturday ends at 21:00
        ("2026-10-01 08:30", "2026-10-01 09:00"),
    ],
)
def test_the_service_centre_opens_by_the_kind_of_day(moment: str, opens: str) -> None:
    assert STAFFED.next_open(at(moment)) == at(opens)


def test_the_reviewed_year_says_what_the_library_says() -> None:
    days, bare = load_days(), ChineseDays()
    year = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    assert [days.day(day) for day in year] == [bare.day(day) for day in year]
    assert sum(days.day(day).kind == "workday" for day in year) == sum(map(chinese_calendar.is_workday, year))


def test_the_override_wins_over_the_library(tmp_path: Path) -> None:
    file = tmp_path / "holidays.yaml"
    file.write_text("2026:\n  holidays:\n    - {name: x, from: 2026-03-02, to: 2026-03-02}\n  makeup_workdays: []\n")
    assert load_days(file).day(date(2026, 3, 2)).kind == "holiday"
    assert load_days(file).day(date(2026, 2, 17)).kind == "workday"


def test_a_year_without_a_calendar_is_estimated_and_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    days = ChineseDays()
    with caplog.at_level(logging.WARNING):
        assert [days.day(date(2031, 2, 1)).estimated, days.day(date(2031, 2, 3)).estimated] == [True, True]
    assert days.day(date(2031, 2, 1)).kind == "weekend"
    assert [record.getMessage() for record in caplog.records if "2031" in record.getMessage()][1:] == []
    assert not days.day(date(2025, 2, 3)).estimated


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026:\n  holidays:\n    - {name: x, from: 2026-03-03, to: 2026-03-02}\n  makeup_workdays: []", "ends before"),
        ("2026:\n  holidays:\n    - {name: x, from: 2027-01-01, to: 2027-01-01}\n  makeup_workdays: []", "own year"),
        ("2026:\n  holidays: []\n  makeup_workdays: [2026-03-02]", "not on a weekend"),
        ("2026:\n  holidays: []\n  makeup_workdays: [2026-03-07, 2026-03-07]", "twice"),
        ("2026:\n  holidays: []", "not readable"),
    ],
)
def test_a_faulty_override_is_refused_with_the_reason(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "holidays.yaml"
    file.write_text(text)
    with pytest.raises(CalendarRefused, match=why):
        load_days(file)


def test_a_calendar_without_hours_says_so_instead_of_searching_for_ever() -> None:
    with pytest.raises(NeverOpen):
        BusinessHours(Hours(workday=()), load_days(), "Asia/Shanghai").next_open(at("2026-03-02 10:00"))


def test_calendar_days_end_at_midnight_and_do_not_count_the_first() -> None:
    assert CALENDARS.end_of_day(at("2026-02-10 15:20"), 15) == at("2026-02-26 00:00")


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30)).map(lambda moment: moment.replace(tzinfo=BEIJING))  # noqa: DTZ001
SECONDS = st.integers(0, 60 * 3600)


@given(MOMENTS, SECONDS, st.sampled_from(["office", "staffed", "always"]))
def test_the_time_between_a_start_and_its_deadline_is_the_time_added(start: datetime, seconds: int, name: str) -> None:
    assert CALENDARS[name].between(start, CALENDARS[name].add(start, seconds)) == pytest.approx(seconds, abs=1e-5)


@given(MOMENTS, SECONDS, SECONDS)
def test_adding_twice_is_adding_the_sum(start: datetime, one: int, other: int) -> None:
    assert (
        OFFICE.add(OFFICE.add(start, one), other) == OFFICE.add(start, one + other)
        or one + other == 0
        or (other == 0 and OFFICE.between(OFFICE.add(start, one), OFFICE.add(start, one + other)) == 0)
    )


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    one, two, three = sorted((one, two, three))
    assume(one < three)
    assert OFFICE.between(one, two) + OFFICE.between(two, three) == pytest.approx(OFFICE.between(one, three), abs=1e-5)
