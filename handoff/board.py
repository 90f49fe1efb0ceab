"""The supervisor's board: what is open, what is late, who has what, and the last 24 hours by the hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from handoff.case import WAITING_FOR_PERSON, State
from handoff.case_record import CaseRecord
from handoff.deadlines import Deadline
from handoff.events import Event

HOURS = 24
PLOTTED = ("opened", "resolved", "deadline_breached")


@dataclass(frozen=True)
class Nearest:
    """The clock of a case that runs out first (or ran out first); `due_at` is None while all are paused.

    `mark` is the highest warning mark that has fired, in percent of the limit; 0 before the first.
    """

    clock: str
    due_at: datetime | None
    breached: bool
    mark: int = 0


@dataclass(frozen=True)
class Board:
    """Open cases by state, queue and holder; late ones; unacknowledged rungs; counts by hour, oldest first."""

    at: datetime
    by_state: dict[str, int]
    waiting_by_queue: dict[str, int]
    open_by_queue: dict[str, int]
    held_by_agent: dict[int, int]
    breached: int
    unacknowledged: int
    hours: tuple[tuple[datetime, dict[str, int]], ...]


def board(session: Session, now: datetime) -> Board:
    """The board at `now`."""
    state, queue, holder = (CaseRecord.__table__.c[name] for name in ("state", "queue", "holder"))  # type: ignore[attr-defined]
    return Board(
        at=now,
        by_state=_count(session, state),
        waiting_by_queue=_count(session, queue, state.in_([str(each) for each in WAITING_FOR_PERSON])),
        open_by_queue=_count(session, queue),
        held_by_agent=_count(session, holder, holder.is_not(None)),
        breached=_breached(session),
        unacknowledged=_unacknowledged(session),
        hours=_hours(session, now),
    )


def nearest_clocks(session: Session, case_ids: list[str]) -> dict[str, Nearest]:
    """For each case the running clock that drives its alerts; cases without one are absent."""
    streams = [f"case:{case_id}" for case_id in case_ids]
    live = (col(Deadline.outcome).is_(None), Deadline.basis != "timer", col(Deadline.stream).in_(streams))
    found: dict[str, Nearest] = {}
    for row in session.exec(select(Deadline).where(*live)):
        case_id = row.stream.removeprefix("case:")
        other = found.get(case_id)
        if other is None or _sooner(row.due_at, other.due_at):
            found[case_id] = Nearest(row.clock, row.due_at, row.breached_at is not None, _mark(row))
    return found


def _mark(row: Deadline) -> int:
    if row.breached_at is not None:
        return 100
    return {80: 50, 100: 80}.get(row.next_mark or 0, 0)


def _sooner(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one < other)


def _count(session: Session, column: ColumnElement[Any], *where: ColumnElement[bool]) -> dict[Any, int]:
    query = select(column, func.count()).where(CaseRecord.state != State.CLOSED, *where)
    rows = session.connection().execute(query.group_by(column))
    return {row[0]: row[1] for row in rows}


def _breached(session: Session) -> int:
    late = (col(Deadline.outcome).is_(None), col(Deadline.breached_at).is_not(None), Deadline.basis != "timer")
    return session.exec(select(func.count(func.distinct(Deadline.stream))).where(*late)).one()


def _unacknowledged(session: Session) -> int:
    """Ladders somebody was told of and nobody has acknowledged, whose matter is still open."""
    live = (col(Deadline.outcome).is_(None), col(Deadline.clock).startswith("ladder."))
    return session.exec(select(func.count()).select_from(Deadline).where(*live)).one()


def _hours(session: Session, now: datetime) -> tuple[tuple[datetime, dict[str, int]], ...]:
    start = (now - timedelta(hours=HOURS - 1)).replace(minute=0, second=0, microsecond=0)
    counts = [dict.fromkeys(PLOTTED, 0) for _ in range(HOURS)]
    window = (col(Event.kind).in_(PLOTTED), Event.at >= start, Event.at <= now)
    query = select(Event.kind, Event.at).where(*window, col(Event.stream).startswith("case:"))  # not conversations
    for kind, at in session.exec(query):
        counts[int((at - start).total_seconds() // 3600)][kind] += 1
    return tuple((start + timedelta(hours=number), count) for number, count in enumerate(counts))
