"""Deadlines as rows: the running clocks of a stream, copied from the fold so that any worker can find what is due.

The rows are rewritten from the fold after every change; nothing is ever added to or taken from a stored instant.
One row is live per stream and clock, and one firing exists per row and mark: both are unique indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint, text, update
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


def refresh(session: Session, stream: str, found: Sequence[Run], severity: int) -> None:
    """Make the rows of a stream say what its folded runs say; settled rows are left alone."""
    rows = {(row.clock, row.run): row for row in session.exec(select(Deadline).where(Deadline.stream == stream))}
    fired = _fired(session, [row for row in rows.values() if not _settled(row)])
    ended_first = sorted(found, key=lambda run: run.running)  # free the live place before another run takes it
    for run in ended_first:
        row = rows.get((run.clock, run.number))
        if row is not None and _settled(row):
            continue
        if row is None:
            row = Deadline(
                stream=stream, clock=run.clock, run=run.number, basis=run.rule.basis, started_at=run.started_at
            )
        _copy(row, run, severity, fired.get(row.id or 0, frozenset()))
        session.add(row)
        if not run.running:
            session.flush()
    session.flush()


def next_due(session: Session) -> datetime | None:
    """When the next mark of any deadline is reached."""
    return session.exec(select(func.min(Deadline.fire_at)).where(col(Deadline.fire_at).is_not(None))).one()


def due(session: Session, now: datetime, limit: int) -> list[Deadline]:
    """Claim up to `limit` rows that are due, most overdue first; rows another worker holds are skipped."""
    query = select(Deadline).where(col(Deadline.fire_at) <= now).order_by(col(Deadline.fire_at)).limit(limit)
    return list(session.exec(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)))


def reached_marks(session: Session, row: Deadline, run: Run, now: datetime) -> list[tuple[int, datetime]]:
    """The marks of a run reached by `now` that have not fired, lowest first."""
    fired = _fired(session, [row]).get(row.id or 0, frozenset())
    marks = [(mark, run.mark_at(mark)) for mark in run.rule.marks if mark not in fired]
    return [(mark, at) for mark, at in marks if at is not None and at <= now]


def record_firing(session: Session, row: Deadline, marks: Sequence[tuple[int, datetime]], now: datetime) -> Firing:
    """Store the reached marks; the highest is returned, those below it are superseded."""
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
        session.add(row)
    session.flush()
    return firings[-1]


def postpone(session: Session, stream: str, until: datetime) -> None:
    """Let the due rows of a stream rest until `until`, after a firing that failed; the next change rewrites them."""
    waiting = (col(Deadline.stream) == stream, col(Deadline.fire_at) < until)
    session.connection().execute(update(Deadline).where(*waiting).values(fire_at=until))


def _settled(row: Deadline) -> bool:
    return row.outcome is not None and row.fire_at is None


def _copy(row: Deadline, run: Run, severity: int, fired: frozenset[int]) -> None:
    row.due_at, row.paused, row.severity = run.due_at, run.paused, severity
    row.stopped_at, row.outcome, row.estimated = run.stopped_at, run.outcome, run.estimated
    left = [mark for mark in run.rule.marks if mark not in fired]
    if run.outcome == "breached" and run.rule.basis != "timer" and 100 in left:
        left = [100]  # it ran out before it was stopped, and no worker has seen that yet
    elif not run.running:
        left = []
    row.next_mark = left[0] if left else None
    row.fire_at = run.mark_at(left[0]) if left else None
    if run.outcome == "breached":
        row.breached_at = run.due_at


def _fired(session: Session, rows: Sequence[Deadline]) -> dict[int, frozenset[int]]:
    ids = [row.id for row in rows if row.id is not None]
    if not ids:
        return {}
    found: dict[int, frozenset[int]] = {}
    query = select(Firing.deadline_id, Firing.mark).where(col(Firing.deadline_id).in_(ids))
    for deadline_id, mark in session.exec(query):
        found[deadline_id] = found.get(deadline_id, frozenset()) | {mark}
    return found
