"""The one append-only log that conversations, cases, the desk, the reports and the audit all read.

Streams are `conversation:<id>` and `case:<id>`; `seq` counts inside a stream without gaps, `id` orders the
whole log and is the id of the server-sent event. Writers are serial (see `database`), so ids become visible in
ascending order and a reader that remembers the last id it saw misses nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import psycopg
from sqlalchemy import JSON, BigInteger, Column, Engine, Index, Integer, String, UniqueConstraint, func, or_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Session, SQLModel, col, select

from handoff.database import UtcDateTime, as_utc, become_writer

CHANNEL = "shouwen_events"
BigId = BigInteger().with_variant(Integer, "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


class Event(SQLModel, table=True):
    """One thing that happened; never updated, never deleted."""

    __table_args__ = (
        UniqueConstraint("stream", "seq", name="uq_event_stream_seq"),
        Index("ix_event_kind_at", "kind", "at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, sa_column=Column(BigId, primary_key=True, autoincrement=True))
    stream: str = Field(sa_column=Column(String(120), nullable=False))
    seq: int = Field(sa_column=Column(Integer, nullable=False))
    kind: str = Field(sa_column=Column(String(60), nullable=False))
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True)
class Entry:
    """An event still to be appended; `at` is aware."""

    stream: str
    kind: str
    payload: dict[str, Any]
    at: datetime


def conversation_stream(conversation_id: str) -> str:
    return f"conversation:{conversation_id}"


def case_stream(case_id: str) -> str:
    return f"case:{case_id}"


def append(session: Session, stream: str, kind: str, payload: dict[str, Any], at: datetime) -> Event:
    """Append one event inside the caller's write transaction and return it with its id and seq."""
    return append_many(session, [Entry(stream, kind, payload, at)])[0]


def append_many(session: Session, entries: Sequence[Entry]) -> list[Event]:
    """Append events in the order given, each with the next seq of its stream; the commit wakes readers."""
    if not entries:
        return []
    become_writer(session)
    last = _last_seqs(session, {entry.stream for entry in entries})
    appended = []
    for entry in entries:
        last[entry.stream] = seq = last.get(entry.stream, 0) + 1
        row = Event(stream=entry.stream, seq=seq, kind=entry.kind, payload=entry.payload, at=as_utc(entry.at))
        session.add(row)
        appended.append(row)
    session.flush()
    _notify(session, last)
    return appended


def read(session: Session, stream: str, after_seq: int = 0) -> list[Event]:
    """The events of one stream after `after_seq`, oldest first."""
    query = select(Event).where(Event.stream == stream, col(Event.seq) > after_seq).order_by(col(Event.seq))
    return list(session.exec(query))


def read_many(session: Session, streams: Iterable[str]) -> dict[str, list[Event]]:
    """The events of several streams in one query, oldest first; a stream without events is absent."""
    wanted = col(Event.stream).in_(list(streams))
    query = select(Event).where(wanted).order_by(col(Event.stream), col(Event.seq))
    found: dict[str, list[Event]] = {}
    for row in session.exec(query):
        found.setdefault(row.stream, []).append(row)
    return found


def read_all(session: Session, after_id: int = 0, prefixes: Sequence[str] = (), limit: int = 500) -> list[Event]:
    """Events of all streams after `after_id` in commit order; `prefixes` such as ("case:",) narrow it."""
    query = select(Event).where(col(Event.id) > after_id).order_by(col(Event.id)).limit(limit)
    if prefixes:
        stream = col(Event.stream)
        query = query.where(or_(*(stream.startswith(prefix, autoescape=True) for prefix in prefixes)))
    return list(session.exec(query))


def last_id(session: Session) -> int:
    """The id of the newest event, 0 when there is none."""
    return session.exec(select(func.max(Event.id))).one() or 0


class Waker(Protocol):
    """Tells when something may have been appended."""

    def wait(self, timeout: float) -> bool:
        """Block up to `timeout` seconds; True when the log may have grown since the last call."""


@contextmanager
def listen(engine: Engine) -> Iterator[Waker]:
    """A waker for one thread: NOTIFY on PostgreSQL, the file's change counter on SQLite."""
    if engine.dialect.name == "postgresql":
        url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            yield _PostgresWaker(connection)
        return
    raw = engine.raw_connection()  # no transaction: an open snapshot would hide commits
    try:
        cursor = raw.cursor()
        yield _SqliteWaker(lambda: int(cursor.execute("PRAGMA data_version").fetchone()[0]))
    finally:
        raw.close()


class _PostgresWaker:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def wait(self, timeout: float) -> bool:
        woken = any(True for _ in self._connection.notifies(timeout=timeout, stop_after=1))
        if woken:  # one wake-up is enough for all that came together
            list(self._connection.notifies(timeout=0))
        return woken


class _SqliteWaker:
    """`PRAGMA data_version` changes whenever another connection, of this or another process, commits."""

    def __init__(self, version: Callable[[], int], interval: float = 0.05) -> None:
        self._version, self._interval = version, interval
        self._seen = version()

    def wait(self, timeout: float) -> bool:
        until = time.monotonic() + timeout
        while (current := self._version()) == self._seen:
            left = until - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(self._interval, left))
        self._seen = current
        return True


def _last_seqs(session: Session, streams: set[str]) -> dict[str, int]:
    wanted = col(Event.stream).in_(streams)
    query = select(Event.stream, func.max(Event.seq)).where(wanted).group_by(Event.stream)
    return {stream: int(seq) for stream, seq in session.exec(query)}


def _notify(session: Session, streams: Iterable[str]) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        statement = text("SELECT pg_notify(:channel, :stream)")
        connection.execute(statement, [{"channel": CHANNEL, "stream": stream} for stream in streams])
