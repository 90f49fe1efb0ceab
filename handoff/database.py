"""Opens the database and gives it one writer at a time, on SQLite and on PostgreSQL alike.

A write transaction starts with `BEGIN IMMEDIATE` on SQLite and with one advisory lock on PostgreSQL, so on
both the order in which transactions commit is the order of the event ids, and no two writers can deadlock.
Reads never wait. SQLite runs in WAL mode with `synchronous=FULL`: what was committed survives `kill -9` and
loss of power.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, DateTime, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session

BUSY_TIMEOUT_MS = 5_000
WRITER_LOCK = 0x5348_4F55  # the advisory lock of PostgreSQL writers; any constant, the same in every replica
T = TypeVar("T")
_WRITE = "shouwen_write"
_RETRYABLE_SQLSTATES = frozenset({"40001", "40P01", "55P03"})  # serialisation, deadlock, lock not available


class DatabaseBusy(RuntimeError):
    """The database was locked by another writer for too long; run the whole transaction again."""


class UnsupportedDatabase(ValueError):
    """Use sqlite:///path/to/file.db or postgresql+psycopg://user@host/name."""


class NaiveDatetime(ValueError):
    """A time without a zone was given; pass an aware datetime such as datetime.now(UTC)."""


class ReadOnlySession(RuntimeError):
    """Something was written inside session_scope; use write_transaction for changes."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: refuses naive datetimes and reads back as aware UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = as_utc(value)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def as_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC. Raises NaiveDatetime."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise NaiveDatetime(f"{moment.isoformat()} has no time zone; pass an aware datetime")
    return moment.astimezone(UTC)


def open_engine(url: str) -> Engine:
    """Open `sqlite:///file` or `postgresql+psycopg://…`. Raises UnsupportedDatabase for anything else."""
    parsed = make_url(url)
    dialect = parsed.get_backend_name()
    if dialect == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise UnsupportedDatabase("SQLite in memory cannot be shared; give a file: sqlite:///shouwen.db")
        engine = create_engine(url, json_serializer=_to_json, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.drivername == "postgresql+psycopg":
        return create_engine(url, json_serializer=_to_json, pool_pre_ping=True, pool_size=10, max_overflow=20)
    raise UnsupportedDatabase(f"{parsed.drivername} is not supported; use sqlite:///file.db or postgresql+psycopg://…")


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """A session for reading one consistent state; flushing a change raises ReadOnlySession."""
    options = {"postgresql_readonly": True} if engine.dialect.name == "postgresql" else {}
    with Session(engine.execution_options(**options), expire_on_commit=False) as session:
        event.listen(session, "before_flush", _refuse_flush)
        yield session


@contextmanager
def write_transaction(engine: Engine) -> Iterator[Session]:
    """The only writer until the block ends: commits at the end, rolls back on any exception.

    Raises DatabaseBusy when the writer's place could not be had, or the transaction has to be run again.
    """
    bind = engine.execution_options(**{_WRITE: True})
    try:
        with Session(bind, expire_on_commit=False) as session, session.begin():
            become_writer(session)
            yield session
    except DBAPIError as error:
        if _is_busy(error):
            raise DatabaseBusy("the database is busy with another writer; try the action again") from error
        raise


def become_writer(session: Session) -> None:
    """Wait to be PostgreSQL's one writer until the transaction ends; on SQLite just begin. Re-entrant."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})


def run_write(engine: Engine, action: Callable[[Session], T], attempts: int = 3) -> T:
    """Run `action` in a write transaction, up to `attempts` times while busy; then DatabaseBusy is raised."""
    for _ in range(attempts - 1):
        try:
            with write_transaction(engine) as session:
                return action(session)
        except DatabaseBusy:
            continue
    with write_transaction(engine) as session:
        return action(session)


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _configure_sqlite(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None  # the driver must not begin transactions by itself
    cursor = dbapi_connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    mode = "BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN"
    connection.exec_driver_sql(mode)


def _refuse_flush(session: Session, *_: Any) -> None:
    if session.new or session.dirty or session.deleted:
        raise ReadOnlySession("this session only reads; make the change inside write_transaction(engine)")


def _is_busy(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) in _RETRYABLE_SQLSTATES:
        return True
    return isinstance(error, OperationalError) and "locked" in str(error.orig)
