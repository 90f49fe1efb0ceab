"""Clocks are a fold: replay equals live, pauses move deadlines by exactly their length, policies keep the pauses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from handoff.calendar import Calendars, load_days
from handoff.clock import Run, nearest, runs
from handoff.policy import ClockRule, Limit, Policy
from handoff.rules import bundled_rules

BEIJING = ZoneInfo("Asia/Shanghai")
POLICY = bundled_rules().policies.versions[0]
CALENDARS = Calendars.of(POLICY, load_days())
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)


@dataclass(frozen=True)
class Fact:
    kind: str
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


def opened(at: datetime = MONDAY, severity: int = 2) -> Fact:
    return Fact("opened", at, {"severity": severity})


def run_of(clock: str, facts: list[Fact], policy: Policy = POLICY) -> Run:
    """The last run of a clock."""
    return [run for run in runs(facts, policy, CALENDARS) if run.clock == clock][-1]


def office_policy(hours: int = 4) -> Policy:
    """The bundled policy with a disposal clock that counts office hours, so that pauses meet breaks and holidays."""
    limits = {str(severity): Limit(hours=hours, calendar="office") for severity in (1, 2, 3)}
    parts: dict[str, Any] = {name: getattr(POLICY, name) for name in Policy.model_fields}
    parts["clocks"] = tuple(
        ClockRule.model_validate({**dict(rule), "limits": limits}) if rule.id == "disposal" else rule
        for rule in POLICY.clocks
    )
    return Policy(**parts)


@pytest.mark.parametrize(("severity", "minutes"), [(1, 5), (2, 30), (3, 120)])
def test_disposal_limits_grow_with_severity_and_run_round_the_clock(severity: int, minutes: int) -> None:
    night = MONDAY.replace(hour=3)
    assert run_of("disposal", [opened(night, severity)]).due_at == night + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("severity", "at", "due"),
    [
        (3, "2026-02-17 03:00", "2026-02-17 03:01"),  # a major case on New Year's night: one minute
        (2, "2026-02-17 03:00", "2026-02-17 09:05"),  # others wait for the holiday's opening
        (1, "2026-02-14 21:50", "2026-02-15 09:05"),  # make-up Saturday to 22:00, then holiday hours
        (1, "2026-10-10 07:00", "2026-10-10 08:15"),  # make-up Saturday opens like a workday
        (1, "2026-10-07 17:50", "2026-10-08 08:05"),  # last holiday evening into the first workday
    ],
)
def test_first_response_across_spring_festival_and_national_day(severity: int, at: str, due: str) -> None:
    start = datetime.fromisoformat(at).replace(tzinfo=BEIJING)
    assert run_of("first_response", [opened(start, severity)]).due_at == datetime.fromisoformat(due).replace(
        tzinfo=BEIJING
    )


@pytest.mark.parametrize(
    ("clock", "due"),
    [
        ("complaint_response", "2026-02-15 16:00"),
        ("complaint_target", "2026-02-14 16:00"),
        ("complaint_close", "2026-02-21 00:00"),
        ("complaint_legal", "2026-03-01 00:00"),
    ],
)
def test_a_complaint_carries_all_its_clocks_through_the_holiday(clock: str, due: str) -> None:
    start = datetime(2026, 2, 13, 16, 0, tzinfo=BEIJING)
    run = run_of(clock, [opened(start), Fact("complaint_received", start)])
    assert run.due_at == datetime.fromisoformat(due).replace(tzinfo=BEIJING)


def test_the_legal_limit_follows_the_class_and_the_extension() -> None:
    facts = [opened(), Fact("complaint_received", MONDAY)]
    days = [run_of("complaint_legal", facts).limit.days]
    for fact in (
        Fact("complaint_classified", MONDAY, {"grade": "complex"}),
        Fact("complaint_extension_approved", MONDAY, {}),
    ):
        facts.append(fact)
        days.append(run_of("complaint_legal", facts).limit.days)
    assert days == [15, 30, 60]


def test_an_inspection_has_two_office_days_over_the_weekend() -> None:
    friday = datetime(2026, 3, 6, 17, 0, tzinfo=BEIJING)
    run = run_of("inspection", [Fact("inspection_opened", friday)])
    assert run.due_at == datetime(2026, 3, 10, 17, 0, tzinfo=BEIJING)


def test_the_next_response_waits_for_the_first_reply_and_counts_from_the_oldest_unanswered_message() -> None:
    early = [opened(), Fact("customer_replied", MONDAY)]
    assert [run.clock for run in runs(early, POLICY, CALENDARS)].count("next_response") == 0
    later = MONDAY + timedelta(minutes=1)
    facts = [opened(), Fact("replied", MONDAY), Fact("customer_replied", later)]
    facts.append(Fact("customer_replied", later + timedelta(minutes=1)))
    assert run_of("next_response", facts).started_at == later


def test_raising_the_severity_gives_the_new_limit_from_the_start() -> None:
    facts = [opened(severity=1), Fact("severity_raised", MONDAY + timedelta(minutes=3), {"severity": 3})]
    assert run_of("disposal", facts).due_at == MONDAY + timedelta(hours=2)
    assert run_of("first_response", facts).due_at == MONDAY + timedelta(seconds=60)


def test_a_run_stopped_at_the_very_limit_is_met_and_a_moment_later_breached() -> None:
    facts = [opened(severity=1), Fact("claimed", MONDAY, {"agent": 1})]
    limit = MONDAY + timedelta(minutes=5)
    assert run_of("disposal", [*facts, Fact("resolved", limit)]).outcome == "met"
    assert run_of("disposal", [*facts, Fact("resolved", limit + timedelta(microseconds=1))]).outcome == "breached"
    assert run_of("disposal", [*facts, Fact("closed", limit + timedelta(hours=1))]).outcome == "cancelled"


def test_a_paused_run_has_no_deadline_until_it_goes_on() -> None:
    facts = [opened(), Fact("paused", MONDAY + timedelta(minutes=10), {"reason": "bank"})]
    assert (run_of("disposal", facts).due_at, run_of("disposal", facts).paused) == (None, True)
    facts.append(Fact("resumed", MONDAY + timedelta(hours=5)))
    assert run_of("disposal", facts).due_at == MONDAY + timedelta(hours=5, minutes=20)


def test_a_clock_that_does_not_rest_for_a_reason_goes_on() -> None:
    facts = [opened(), Fact("paused", MONDAY, {"reason": "bank"})]
    assert run_of("first_response", facts).due_at == MONDAY + timedelta(minutes=5)


def test_the_customers_answer_ends_the_wait_but_not_a_pause_by_hand() -> None:
    later = MONDAY + timedelta(minutes=7)
    waited = [opened(), Fact("waited", MONDAY), Fact("customer_replied", later)]
    paused = [opened(), Fact("paused", MONDAY, {"reason": "bank"}), Fact("customer_replied", later)]
    assert run_of("disposal", waited).due_at == later + timedelta(minutes=30)
    assert run_of("disposal", paused).paused


def test_a_reopened_case_gets_a_fresh_disposal_run() -> None:
    hour = timedelta(hours=1)
    facts = [opened(), Fact("resolved", MONDAY), Fact("reopened", MONDAY + hour)]
    disposal = [run for run in runs(facts, POLICY, CALENDARS) if run.clock == "disposal"]
    assert [(run.number, run.outcome) for run in disposal] == [(1, "met"), (2, None)]
    assert disposal[1].due_at == MONDAY + hour + timedelta(minutes=30)


def test_each_rung_of_a_ladder_has_its_own_timer() -> None:
    facts = [opened()]
    for rung in (1, 2):
        facts.append(Fact("escalated", MONDAY + timedelta(minutes=rung), {"ladder": "response", "rung": rung}))
    timers = [run for run in runs(facts, POLICY, CALENDARS) if run.clock == "ladder.response"]
    assert [(run.limit.minutes, run.running) for run in timers] == [(2, False), (5, True)]
    assert not [run for run in runs(facts, POLICY, CALENDARS) if run.clock == "ladder.disposal"]
    facts.append(Fact("acknowledged", MONDAY + timedelta(minutes=3), {"ladder": "response"}))
    assert not run_of("ladder.response", facts).running


def test_the_nearest_clock_drives_the_alerts() -> None:
    facts = [opened(severity=2), Fact("complaint_received", MONDAY)]
    first = nearest(runs(facts, POLICY, CALENDARS))
    assert first is not None
    assert first.clock == "first_response"
    assert nearest([]) is None


def test_a_deadline_in_a_year_without_a_calendar_is_marked() -> None:
    late = datetime(2026, 12, 31, 17, 55, tzinfo=BEIJING)
    run = run_of("inspection", [Fact("inspection_opened", late)])
    assert run.estimated
    assert not run_of("inspection", [Fact("inspection_opened", MONDAY)]).estimated


def test_a_fact_dated_before_its_predecessor_counts_as_simultaneous() -> None:
    facts = [opened(severity=1), Fact("paused", MONDAY + timedelta(minutes=2), {"reason": "bank"})]
    facts.append(Fact("resumed", MONDAY - timedelta(minutes=58)))
    assert run_of("disposal", facts).due_at == MONDAY + timedelta(minutes=5)


# ---- laws --------------------------------------------------------------------------------------------------------
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 10, 31)).map(lambda moment: moment.replace(tzinfo=BEIJING))  # noqa: DTZ001
GAPS = st.integers(0, 40 * 3600)


@given(STARTS, GAPS, GAPS, st.sampled_from([50, 80, 100]))
def test_a_pause_of_d_working_seconds_moves_every_later_mark_by_exactly_d(
    start: datetime, before: int, length: int, mark: int
) -> None:
    policy, office = office_policy(), CALENDARS["office"]
    plain = run_of("disposal", [opened(start)], policy).mark_at(mark)
    begin, end = start + timedelta(seconds=before), start + timedelta(seconds=before + length)
    assert plain is not None
    assume(begin < plain)
    facts = [opened(start), Fact("paused", begin, {"reason": "bank"}), Fact("resumed", end)]
    moved = run_of("disposal", facts, policy).mark_at(mark)
    assert moved is not None
    assert office.between(plain, moved) == pytest.approx(office.between(begin, end), abs=1e-4)


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """Any history of a case a fold can meet, pauses and reopenings included."""
    at = draw(STARTS)
    facts = [opened(at, draw(st.integers(1, 3)))]
    kinds = ["claimed", "replied", "customer_replied", "waited", "paused", "resumed", "transferred", "resolved"]
    for kind in draw(st.lists(st.sampled_from([*kinds, "reopened", "complaint_received"]), max_size=15)):
        at += timedelta(seconds=draw(st.integers(0, 8 * 3600)))
        payload = {"reason": draw(st.sampled_from(sorted(POLICY.pause_reasons)))} if kind == "paused" else {"agent": 1}
        facts.append(Fact(kind, at, payload))
    return facts


@given(histories())
def test_replaying_the_events_gives_the_clocks_that_ran_live(facts: list[Fact]) -> None:
    live = [runs(facts[: length + 1], POLICY, CALENDARS) for length in range(len(facts))][-1]
    assert runs(list(facts), POLICY, CALENDARS) == live
    for run in live:
        assert run.elapsed(facts[-1].at) >= 0
        assert not (run.running and run.outcome)


@given(histories(), st.integers(1, 20))
def test_changing_the_policy_keeps_the_pauses_and_the_starts(facts: list[Fact], hours: int) -> None:
    def kept(policy: Policy) -> list[Any]:
        found = runs(facts, policy, CALENDARS)
        return [(run.number, run.started_at, run.pauses, run.stopped_at) for run in found if run.clock == "disposal"]

    assert kept(office_policy(hours)) == kept(POLICY)


@given(histories())
def test_elapsed_time_never_passes_the_limit_before_the_deadline(facts: list[Fact]) -> None:
    for run in runs(facts, office_policy(), CALENDARS):
        due = run.due_at
        if due is not None and run.running and run.limit.days is None:
            assert run.elapsed(due) == pytest.approx(run.limit.working_seconds, abs=1e-3)


@given(histories())
def test_every_earlier_fact_is_settled_no_later_event_changes_a_finished_run(facts: list[Fact]) -> None:
    half = runs(facts[: len(facts) // 2 + 1], POLICY, CALENDARS)
    finished = [run for run in half if not run.running]
    assert all(run in runs(facts, POLICY, CALENDARS) for run in finished)


def test_an_unknown_grade_gets_the_shortest_limit_never_none() -> None:
    rule = next(rule for rule in POLICY.clocks if rule.id == "pause")
    assert isinstance(rule, ClockRule)
    assert rule.limit("unheard of").hours == 8
