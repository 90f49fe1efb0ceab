"""The supervisor's board with names, and the desk's figures for Prometheus, read from the database when asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import Engine, String, func, literal
from sqlmodel import Session, col, select

from assistant.desk.items import items
from assistant.desk.people import brief, colleagues, names
from handoff.agents import SERVING, Agent
from handoff.board import board
from handoff.case import State
from handoff.case_record import CaseRecord
from handoff.database import session_scope
from handoff.deadlines import Deadline, next_due
from handoff.escalation import Escalation
from handoff.events import Event, last_id
from handoff.inspection import Inspection
from handoff.numbers import Numbers, numbers
from handoff.policy import Policy
from handoff.rating import Rating
from handoff.rules import Rules
from handoff.worker import SteadyClock

SOON = timedelta(minutes=10)
MOST_SHOWN = 50
WINDOW = timedelta(hours=24)
KEPT_FOR = timedelta(seconds=30)


def board_view(session: Session, viewer: Agent, now: datetime, rules: Rules) -> dict[str, Any]:
    """The board with the names of queues and people, and the cases that are late or soon will be."""
    found = board(session, now)
    policy = rules.policies.at(now)
    late = _late_by_queue(session)
    serving = {str(role) for role in SERVING}
    people = [each for each in colleagues(session, now, policy) if each["role"] in serving]
    return {
        "at": found.at,
        "now": now,
        "last_event_id": last_id(session),
        "by_state": found.by_state,
        "open": sum(found.by_state.values()),
        "breached": found.breached,
        "unacknowledged": found.unacknowledged,
        "queues": [
            {
                "id": queue.id,
                "name": queue.name,
                "open": found.open_by_queue.get(queue.id, 0),
                "waiting": found.waiting_by_queue.get(queue.id, 0),
                "held": found.open_by_queue.get(queue.id, 0) - found.waiting_by_queue.get(queue.id, 0),
                "breached": late.get(queue.id, 0),
            }
            for queue in policy.queues
        ],
        "agents": [
            {
                "id": each["id"],
                "name": each["display_name"],
                "role": each["role"],
                "presence": each["presence"],
                "held": found.held_by_agent.get(each["id"], 0),
                "capacity": each["capacity"],
            }
            for each in people
        ],
        "breaching": items(session, viewer, rules, _breaching(session, now)),
        "escalations": _escalations(session, viewer, rules),
        "hours": [{"at": at, **counts} for at, counts in found.hours],
    }


def numbers_view(found: Numbers, policy: Policy) -> dict[str, Any]:
    """All figures of a window, with the clocks' names."""
    clock_names = {clock.id: clock.name for clock in policy.clocks}
    clocks = [
        {**asdict(clock), "name": clock_names.get(clock.clock, clock.clock), "met_share": clock.met_share}
        for clock in found.clocks
    ]
    return {**asdict(found), "clocks": clocks}


class DeskCollector:
    """The desk's figures as Prometheus reads them. What needs the events of a day is kept for half a minute."""

    def __init__(self, engine: Engine, clock: SteadyClock) -> None:
        self._engine, self._clock = engine, clock
        self._kept: Numbers | None = None
        self._lock = Lock()

    def describe(self) -> Iterable[Metric]:
        """Nothing in advance: names come with the figures, and registering must not read the database."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Read the figures as they are now."""
        now = self._clock.now()
        with session_scope(self._engine) as session:
            yield _cases(session)
            yield _runs(session)
            yield _counted("shouwen_ratings", "Ratings given, by score", "score", session, Rating.score)
            yield _counted("shouwen_inspections", "Inspections, by state", "state", session, Inspection.state)
            yield from _log(session, now)
            yield from _day(self._numbers(session, now))

    def _numbers(self, session: Session, now: datetime) -> Numbers:
        with self._lock:
            if self._kept is None or not now - KEPT_FOR < self._kept.until <= now:
                self._kept = numbers(session, now - WINDOW, now)
            return self._kept


def _cases(session: Session) -> Metric:
    metric = GaugeMetricFamily("shouwen_cases", "Cases not closed", labels=["state", "queue", "severity"])
    names = (CaseRecord.state, CaseRecord.queue, CaseRecord.severity)
    query = (
        select(*names, func.count()).where(CaseRecord.state != State.CLOSED).group_by(*(col(name) for name in names))
    )
    for state, queue, severity, count in session.exec(query):
        metric.add_metric([state, queue, str(severity)], count)
    return metric


def _runs(session: Session) -> Metric:
    """Every run of every clock there ever was; `breached` also while it still runs."""
    metric = GaugeMetricFamily("shouwen_clock_runs", "Runs of the clocks, by outcome", labels=["clock", "outcome"])
    late = col(Deadline.breached_at).is_not(None)
    query = select(Deadline.clock, Deadline.outcome, late, func.count()).where(Deadline.basis != "timer")
    totals: dict[tuple[str, str], int] = {}
    for clock, outcome, breached, count in session.exec(
        query.group_by(col(Deadline.clock), col(Deadline.outcome), late)
    ):
        name = "breached" if breached and outcome != "cancelled" else outcome or "running"
        totals[clock, name] = totals.get((clock, name), 0) + count
    for (clock, name), count in sorted(totals.items()):
        metric.add_metric([clock, name], count)
    return metric


def _counted(name: str, text: str, label: str, session: Session, column: Any) -> Metric:
    metric = GaugeMetricFamily(name, text, labels=[label])
    for value, count in session.exec(select(column, func.count()).group_by(column)):
        metric.add_metric([str(value)], count)
    return metric


def _log(session: Session, now: datetime) -> Iterable[Metric]:
    newest = session.exec(select(Event.id, Event.at).order_by(col(Event.id).desc()).limit(1)).first()
    yield GaugeMetricFamily(
        "shouwen_event_log_last_id", "Id of the newest event", value=(newest[0] or 0) if newest else 0
    )
    age = (now - newest[1]).total_seconds() if newest else 0.0
    yield GaugeMetricFamily("shouwen_event_log_age_seconds", "Time since the newest event", value=max(0.0, age))
    due = next_due(session)
    overdue = (now - due).total_seconds() if due else 0.0
    text = "How late the worker is with the most overdue deadline"
    yield GaugeMetricFamily("shouwen_deadlines_overdue_seconds", text, value=max(0.0, overdue))


def _day(found: Numbers) -> Iterable[Metric]:
    """Figures of the last 24 hours; what nothing was measured for is left out."""
    plain = {
        "human_share": "Share of conversations a person joined",
        "satisfaction": "Share of ratings of 4 and 5",
        "nps": "Net promoter score",
        "transfers_per_case": "Transfers a case",
        "reopen_rate": "Share of ended cases opened again",
        "second_contact_rate": "Share of ended cases whose customer came back within a week",
        "breaches": "Runs of clocks that ran out",
        "orphan_seconds": "Time claimed cases had nobody answerable",
    }
    for name, text in plain.items():
        value = getattr(found, name)
        if value is not None:
            yield GaugeMetricFamily(f"shouwen_day_{name}", f"{text}, last 24 hours", value=value)
    waits = GaugeMetricFamily(
        "shouwen_day_time_to_person_seconds", "Wait until a person claimed, last 24 hours", labels=["quantile"]
    )
    for quantile, value in (("0.5", found.time_to_person_median), ("0.9", found.time_to_person_p90)):
        if value is not None:
            waits.add_metric([quantile], value)
    yield waits
    met = GaugeMetricFamily("shouwen_day_clock_met_share", "Share of decided runs met, last 24 hours", labels=["clock"])
    for clock in found.clocks:
        if clock.met_share is not None:
            met.add_metric([clock.clock], clock.met_share)
    yield met


def _stream_of_case() -> Any:
    return literal("case:", String) + col(CaseRecord.id)


def _live_alerts() -> tuple[Any, ...]:
    return (col(Deadline.outcome).is_(None), Deadline.basis != "timer")


def _late_by_queue(session: Session) -> dict[str, int]:
    query = (
        select(CaseRecord.queue, func.count(func.distinct(col(CaseRecord.id))))
        .join(Deadline, col(Deadline.stream) == _stream_of_case())
        .where(*_live_alerts(), col(Deadline.breached_at).is_not(None))
    )
    return dict(session.exec(query.group_by(col(CaseRecord.queue))).all())


def _escalations(session: Session, viewer: Agent, rules: Rules) -> list[dict[str, Any]]:
    """The rungs nobody has acknowledged yet, the longest waiting first, each with its case (or its inspection)."""
    live = select(Deadline.stream, Deadline.clock).where(
        col(Deadline.outcome).is_(None), col(Deadline.clock).startswith("ladder.")
    )
    last: dict[tuple[str, str], Escalation] = {}
    for stream, clock in session.exec(live.order_by(col(Deadline.started_at)).limit(MOST_SHOWN)):
        ladder = clock.removeprefix("ladder.")
        rungs = select(Escalation).where(Escalation.stream == stream, Escalation.ladder == ladder)
        rung = session.exec(rungs.order_by(col(Escalation.climb).desc(), col(Escalation.rung).desc())).first()
        if rung is not None:
            last[stream, ladder] = rung
    ids = [stream.removeprefix("case:") for stream, _ in last if stream.startswith("case:")]
    rows = session.exec(select(CaseRecord).where(col(CaseRecord.id).in_(ids))).all()
    shown = {item["id"]: item for item in items(session, viewer, rules, rows)}
    known = names(session, [each for rung in last.values() for each in rung.recipients])
    return [_escalation(rung, shown, known) for rung in last.values()]


def _escalation(rung: Escalation, shown: Mapping[str, Any], known: Mapping[int, str]) -> dict[str, Any]:
    noun, _, key = rung.stream.partition(":")
    return {
        "ladder": rung.ladder,
        "rung": rung.rung,
        "trigger": rung.trigger,
        "at": rung.at,
        "recipients": [brief(each, known) for each in rung.recipients],
        "case": shown.get(key) if noun == "case" else None,
        "inspection_id": int(key) if noun == "inspection" else None,
    }


def _breaching(session: Session, now: datetime) -> list[CaseRecord]:
    due = func.min(Deadline.due_at)
    soonest = (
        select(Deadline.stream, due)
        .where(*_live_alerts(), col(Deadline.due_at) <= now + SOON, col(Deadline.stream).startswith("case:"))
        .group_by(col(Deadline.stream))
        .order_by(due)
        .limit(MOST_SHOWN)
    )
    ids = [stream.removeprefix("case:") for stream, _ in session.exec(soonest)]
    rows = {row.id: row for row in session.exec(select(CaseRecord).where(col(CaseRecord.id).in_(ids)))}
    return [rows[each] for each in ids if each in rows]
