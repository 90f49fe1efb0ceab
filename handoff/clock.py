"""Clocks as a pure fold over events, a policy and its calendars: what runs, since when, until when.

Nothing is patched: the same events give the same runs, live or replayed. Elapsed time is the working time between
start and now outside the pauses, so a pause of d working seconds moves every later mark by exactly d.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Protocol

from handoff.calendar import Calendars
from handoff.policy import ClockRule, Limit, Policy

Outcome = Literal["met", "breached", "cancelled"]
WAITING_CUSTOMER = "waiting_customer"
GRADE_KINDS = frozenset(
    {"opened", "severity_raised", "complaint_classified", "complaint_extension_approved", "policy_changed"}
)
PAUSE_STARTS = frozenset({"paused", "waited"})
PAUSE_ENDS = frozenset({"resumed", "transferred", "released", "resolved", "closed", "claimed"})
_ALWAYS_MATTER = GRADE_KINDS | PAUSE_STARTS | PAUSE_ENDS | {"customer_replied"}


class Fact(Protocol):
    """An event as far as clocks and states care."""

    @property
    def kind(self) -> str: ...
    @property
    def payload(self) -> dict[str, Any]: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class Pause:
    """A rest of the case; `end` is None while it lasts."""

    reason: str
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Grades:
    """The facts limits depend on, as they stand after the events folded so far."""

    severity: str = "1"
    complaint_grade: str = "simple"
    pause_reason: str = WAITING_CUSTOMER
    rung: str = "1"
    nothing: str = "any"

    def after(self, fact: Fact) -> Grades:
        """The grades once `fact` has happened."""
        payload = fact.payload
        if fact.kind in {"opened", "severity_raised"}:
            return replace(self, severity=str(payload["severity"]))
        if fact.kind == "complaint_classified":
            return replace(self, complaint_grade=str(payload.get("grade", "simple")))
        if fact.kind == "complaint_extension_approved":
            return replace(self, complaint_grade="extended")
        if fact.kind == "paused":
            return replace(self, pause_reason=str(payload["reason"]))
        return self


@dataclass(frozen=True)
class Run:
    """One run of one clock, from its start to its stop, with the pauses that count for it."""

    rule: ClockRule
    number: int
    started_at: datetime
    limit: Limit
    calendars: Calendars
    pauses: tuple[Pause, ...] = ()
    stopped_at: datetime | None = None
    cancelled: bool = False

    @property
    def clock(self) -> str:
        return self.rule.id

    @property
    def due_at(self) -> datetime | None:
        """When the limit is reached; None while the run is paused or was called off."""
        return self.mark_at(100)

    @property
    def running(self) -> bool:
        return self.stopped_at is None and not self.cancelled

    @property
    def paused(self) -> bool:
        return self.running and any(pause.end is None for pause in self.pauses)

    @property
    def outcome(self) -> Outcome | None:
        """How the run ended; None while it runs. A run stopped at the very limit is met."""
        if self.cancelled:
            return "cancelled"
        if self.stopped_at is None:
            return None
        due = self.mark_at(100)
        return "breached" if due is not None and due < self.stopped_at else "met"

    @property
    def estimated(self) -> bool:
        """True when the deadline rests on a day whose kind is only guessed."""
        due = self.due_at
        if due is None or self.limit.days is not None:
            return False
        return self.calendars[self.limit.calendar].estimated(self.started_at, due)

    def mark_at(self, percent: int) -> datetime | None:
        """The instant at which `percent` of the limit has elapsed; None while an open pause keeps it from coming."""
        if self.limit.days is not None:
            due = self.calendars.end_of_day(self.started_at, self.limit.days)
            return self.started_at + (due - self.started_at) * percent / 100
        calendar = self.calendars[self.limit.calendar]
        left = self.limit.working_seconds * percent / 100
        for start, end in self._active_spans():
            if end is None:
                return calendar.add(start, left)
            worked = calendar.between(start, end)
            if worked >= left:
                return calendar.add(start, left)
            left = round(left - worked, 6)
        return None

    def elapsed(self, now: datetime) -> float:
        """Working seconds used up by `now`; for limits in days, seconds of the clock on the wall."""
        until = min(now, self.stopped_at) if self.stopped_at else now
        if self.limit.days is not None:
            return max(0.0, (until - self.started_at).total_seconds())
        calendar = self.calendars[self.limit.calendar]
        spans = self._active_spans()
        return sum(calendar.between(start, min(end, until) if end else until) for start, end in spans)

    def _active_spans(self) -> Iterable[tuple[datetime, datetime | None]]:
        start = self.started_at
        for pause in self.pauses:
            if pause.start > start:
                yield start, pause.start
            if pause.end is None:
                return
            start = max(start, pause.end)
        yield start, None


@dataclass
class _Fold:
    """The running state of the fold; used once and thrown away."""

    policy: Policy
    calendars: Calendars

    def __post_init__(self) -> None:
        self.grades = Grades()
        self.seen: set[str] = set()
        self.open_pause: Pause | None = None
        self.waiting = False  # the open pause is a wait for the customer, who ends it by writing
        self.running: dict[str, Run] = {}
        self.done: list[Run] = []
        self.counts: dict[str, int] = {}

    def take(self, fact: Fact, at: datetime) -> None:
        self.grades = self.grades.after(fact)
        self._move_pause(fact, at)
        for rule in self.policy.hearing.get(fact.kind, ()):
            self._apply(rule, fact, at)
        self.seen.add(fact.kind)

    def runs(self) -> list[Run]:
        """All runs, the running ones with the limit of the grade that holds now."""
        current = [self._regraded(run) for run in self.running.values()]
        return sorted([*self.done, *current], key=lambda run: (run.started_at, run.clock, run.number))

    def _regraded(self, run: Run) -> Run:
        if run.rule.by in {"severity", "complaint_grade"}:
            return replace(run, limit=run.rule.limit(getattr(self.grades, run.rule.by)))
        return run

    def _apply(self, rule: ClockRule, fact: Fact, at: datetime) -> None:
        if rule.of_ladder and fact.kind in {"escalated", "acknowledged"} and fact.payload["ladder"] != rule.of_ladder:
            return
        run = self.running.get(rule.id)
        if run and (fact.kind in rule.stops or fact.kind in rule.cancels):
            self._end(run, at, cancelled=fact.kind in rule.cancels)
        elif fact.kind in rule.starts and rule.needs <= self.seen:
            if run and rule.of_ladder:
                self._end(run, at, cancelled=False)
            elif run:
                return
            self._start(rule, fact, at)

    def _start(self, rule: ClockRule, fact: Fact, at: datetime) -> None:
        self.counts[rule.id] = number = self.counts.get(rule.id, 0) + 1
        grade = str(fact.payload["rung"]) if rule.by == "rung" else str(getattr(self.grades, rule.by))
        pauses: tuple[Pause, ...] = ()
        if self.open_pause and self.open_pause.reason in rule.pauses:
            pauses = (Pause(self.open_pause.reason, at),)
        self.running[rule.id] = Run(rule, number, at, rule.limit(grade), self.calendars, pauses)

    def _end(self, run: Run, at: datetime, cancelled: bool) -> None:
        del self.running[run.clock]
        self.done.append(replace(self._regraded(run), stopped_at=at, cancelled=cancelled))

    def _move_pause(self, fact: Fact, at: datetime) -> None:
        answered = self.waiting and fact.kind == "customer_replied"
        if self.open_pause and (answered or fact.kind in PAUSE_ENDS | PAUSE_STARTS):
            self.running = {clock: _close_pause(run, at) for clock, run in self.running.items()}
            self.open_pause, self.waiting = None, False
        if fact.kind in PAUSE_STARTS:
            self.waiting = fact.kind == "waited"
            reason = WAITING_CUSTOMER if self.waiting else str(fact.payload["reason"])
            self.open_pause = Pause(reason, at)
            self.running = {clock: _pause(run, self.open_pause) for clock, run in self.running.items()}


def matters(kind: str, policy: Policy) -> bool:
    """True when an event of that kind can change a run; after any other the runs are what they were."""
    return kind in policy.hearing or kind in _ALWAYS_MATTER


def runs(facts: Sequence[Fact], policy: Policy, calendars: Calendars) -> list[Run]:
    """All runs of all clocks after `facts`, oldest first.

    A fact dated before the one in front of it (a clock set back) counts as simultaneous with it.
    """
    fold = _Fold(policy, calendars)
    latest: datetime | None = None
    for fact in facts:
        latest = fact.at if latest is None or fact.at > latest else latest
        fold.take(fact, latest)
    return fold.runs()


def nearest(found: Iterable[Run]) -> Run | None:
    """The running clock whose deadline comes first: the one that drives alerts; None when none runs."""
    live = [(due, run) for run in found if run.running and run.rule.basis != "timer" and (due := run.due_at)]
    return min(live, key=lambda pair: pair[0])[1] if live else None


def _pause(run: Run, pause: Pause) -> Run:
    return replace(run, pauses=(*run.pauses, pause)) if pause.reason in run.rule.pauses else run


def _close_pause(run: Run, at: datetime) -> Run:
    if run.pauses and run.pauses[-1].end is None:
        return replace(run, pauses=(*run.pauses[:-1], replace(run.pauses[-1], end=at)))
    return run
