"""Deadlines as rows: the running clocks of a stream, copied from the fold so that any worker can find what is due.

The rows are rewritten from the fold after every change; nothing is ever added to or taken from a stored instant.
One row is live per stream and clock, and one firing exists per row and mark: both are unique indexes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint, bindparam, text, update
from sqlmodel import Field, Session, SQLModel, col, func, select

from handoff.clock import Run
from handoff.database import UtcDateTime
from handoff.events import BigId


class Deadline(SQLModel, table=True):
    """One run of one clock; `fire_at` is when `next_mark` is reached, None while paused or all fired."""

    __table_args__ = (
        UniqueConstraint("stream", "clock", "run", name="uq_deadline_stream_clock_run"),
        Index(
            "uq_deadline_live",
            "stream",
            "clock",
            unique=True,
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
        Index(
            "ix_deadline_due",
            "fire_at",
            sqlite_where=text("fire_at IS NOT NULL"),
            postgresql_where=text("fire_at IS NOT NULL"),
        ),
        Index("ix_deadline_clock_started", "clock", "started_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    stream: str = Field(max_length=120)
    clock: str = Field(max_length=60)
    run: int
    basis: str = Field(max_length=20)
    severity: int = 1
    started_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    due_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    next_mark: int | None = None
    fire_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    paused: bool = False
    estimated: bool = False
    breached_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    stopped_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    outcome: str | None = Field(default=None, max_length=20)


class Firing(SQLModel, table=True):
    """A mark that was reached; `superseded` when a later mark had been reached too, so nobody was told of this one."""

    __table_args__ = (UniqueConstraint("deadline_id", "mark", name="uq_firing_deadline_mark"),)

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    deadline_id: int = Field(sa_column=Column(BigId, ForeignKey("deadline.id"), nullable=False))
    mark: int = Field(sa_column=Column(Integer, nullable=False))
    due_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    fired_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    late_seconds: float
    superseded: bool = False


@dataclass(frozen=True)
class Clocks:
    """The folded runs of one stream."""

    stream: str
    runs: Sequence[Run]
    severity: int


def refresh(session: Session, changed: Sequence[Clocks]) -> None:
    """Make the rows of these streams say what their folded runs say; settled rows are left alone."""
    rows = {(row.stream, row.clock, row.run): row for row in session.exec(_OF_STREAMS, params=_streams(changed))}
    fired = fired_marks(session, [row for row in rows.values() if not _settled(row)])
    for running in (False, True):  # ended runs first: they free the live place another run may take
        for each in changed:
            for run in each.runs:
                row = rows.get((each.stream, run.clock, run.number))
                if run.running is running and not (row is not None and _settled(row)):
                    _write(session, row, run, each, fired)
        session.flush()


def _write(
    session: Session, row: Deadline | None, run: Run, clocks: Clocks, fired: Mapping[int, frozenset[int]]
) -> None:
    marks = fired.get(row.id or 0, frozenset()) if row else frozenset()
    values = columns_of_run(run, clocks.stream, clocks.severity, marks)
    if row is None:
        session.add(Deadline(**values))
        return
    values["breached_at"] = values["breached_at"] or row.breached_at
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _streams(changed: Sequence[Clocks]) -> dict[str, list[str]]:
    return {"streams": [each.stream for each in changed]}


def columns_of_run(run: Run, stream: str, severity: int, fired: frozenset[int]) -> dict[str, Any]:
    """The column values of a folded run whose marks `fired` have fired already."""
    left = [mark for mark in run.rule.marks if mark not in fired]
    if run.outcome == "breached" and run.rule.basis != "timer" and 100 in left:
        left = [100]  # it ran out before it was stopped, and no worker has seen that yet
    elif not run.running:
        left = []
    return {
        "stream": stream,
        "clock": run.clock,
        "run": run.number,
        "basis": run.rule.basis,
        "severity": severity,
        "started_at": run.started_at,
        "due_at": run.due_at,
        "next_mark": left[0] if left else None,
        "fire_at": run.mark_at(left[0]) if left else None,
        "paused": run.paused,
        "estimated": run.estimated,
        "breached_at": run.due_at if run.outcome == "breached" else None,
        "stopped_at": run.stopped_at,
        "outcome": run.outcome,
    }


def next_due(session: Session) -> datetime | None:
    """When the next mark of any deadline is reached."""
    return session.exec(select(func.min(Deadline.fire_at)).where(col(Deadline.fire_at).is_not(None))).one()


def due(session: Session, now: datetime, limit: int) -> list[Deadline]:
    """Claim up to `limit` rows that are due, most overdue first; rows another worker holds are skipped."""
    query = select(Deadline).where(col(Deadline.fire_at) <= now).order_by(col(Deadline.fire_at)).limit(limit)
    return list(session.exec(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)))


def due_in(session: Session, stream: str, now: datetime) -> list[Deadline]:
    """The due rows of one stream."""
    query = select(Deadline).where(Deadline.stream == stream, col(Deadline.fire_at) <= now)
    return list(session.exec(query.order_by(col(Deadline.fire_at)).execution_options(populate_existing=True)))


def reached_marks(run: Run, fired: frozenset[int], now: datetime) -> list[tuple[int, datetime]]:
    """The marks of a run reached by `now` that are not among those `fired`, lowest first."""
    marks = [(mark, run.mark_at(mark)) for mark in run.rule.marks if mark not in fired]
    return [(mark, at) for mark, at in marks if at is not None and at <= now]


def record_firing(session: Session, row: Deadline, marks: Sequence[tuple[int, datetime]], now: datetime) -> Firing:
    """Add the reached marks to the session; the highest is returned, those below it are superseded."""
    assert row.id is not None
    top = max(mark for mark, _ in marks)
    firings = [
        Firing(
            deadline_id=row.id,
            mark=mark,
            due_at=at,
            fired_at=now,
            late_seconds=(now - at).total_seconds(),
            superseded=mark != top,
        )
        for mark, at in marks
    ]
    session.add_all(firings)
    if top == 100:
        row.breached_at = marks[-1][1]
    return firings[-1]


def postpone(session: Session, stream: str, until: datetime) -> None:
    """Let the due rows of a stream rest until `until`, after a firing that failed; the next change rewrites them."""
    waiting = (col(Deadline.stream) == stream, col(Deadline.fire_at) < until)
    session.connection().execute(update(Deadline).where(*waiting).values(fire_at=until))


def _settled(row: Deadline) -> bool:
    return row.outcome is not None and row.fire_at is None


def fired_marks(session: Session, rows: Sequence[Deadline]) -> dict[int, frozenset[int]]:
    """The marks that have fired, by deadline id; a deadline without any is absent."""
    ids = [row.id for row in rows if row.id is not None]
    found: dict[int, frozenset[int]] = {}
    for deadline_id, mark in session.exec(_FIRED, params={"ids": ids}) if ids else []:
        found[deadline_id] = found.get(deadline_id, frozenset()) | {mark}
    return found


_OF_STREAMS = select(Deadline).where(col(Deadline.stream).in_(bindparam("streams", expanding=True)))
_FIRED = select(Firing.deadline_id, Firing.mark).where(col(Firing.deadline_id).in_(bindparam("ids", expanding=True)))
