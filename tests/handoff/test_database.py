"""The database opens safely and lets one writer in at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from threading import Thread

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from handoff import events
from handoff.database import (
    DatabaseBusy,
    NaiveDatetime,
    ReadOnlySession,
    UnsupportedDatabase,
    open_engine,
    run_write,
    session_scope,
    write_transaction,
)

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "postgresql://x/y"])
def test_an_unusable_url_is_refused_with_what_to_use_instead(url: str) -> None:
    with pytest.raises(UnsupportedDatabase, match="sqlite:///"):
        open_engine(url)


def test_sqlite_is_opened_durable_and_with_foreign_keys(sqlite_url: str) -> None:
    with open_engine(sqlite_url).connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000}


def test_an_instant_reads_back_as_the_same_instant_in_utc(engine: Engine) -> None:
    beijing = timezone(timedelta(hours=8))
    with write_transaction(engine) as session:
        events.append(session, "case:a", "x", {}, NOW.astimezone(beijing))
    with session_scope(engine) as session:
        stored = session.exec(select(events.Event)).one().at
    assert stored == NOW
    assert stored.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(NaiveDatetime), write_transaction(engine) as session:
        events.append(session, "case:a", "x", {}, NOW.replace(tzinfo=None))


def test_a_failed_transaction_leaves_nothing(engine: Engine) -> None:
    def fail_half_way(session: Session) -> None:
        events.append(session, "case:a", "x", {}, NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_write(engine, fail_half_way)
    with session_scope(engine) as session:
        assert events.read(session, "case:a") == []


def test_writing_in_a_reading_session_is_refused(engine: Engine) -> None:
    with session_scope(engine) as session:
        session.add(events.Event(stream="case:a", seq=1, kind="x", payload={}, at=NOW))
        with pytest.raises(ReadOnlySession):
            session.flush()


def test_a_second_writer_is_told_the_database_is_busy(sqlite_url: str) -> None:
    first, second = open_engine(sqlite_url), open_engine(sqlite_url)
    with write_transaction(first):
        with second.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=10")
        with pytest.raises(DatabaseBusy, match="again"), write_transaction(second):
            pass


def test_eight_writers_at_once_lose_no_event_and_leave_no_gap(engine: Engine) -> None:
    def write(name: int) -> None:
        for number in range(10):
            payload = {"n": [name, number]}
            run_write(engine, partial(events.append, stream="case:a", kind="x", payload=payload, at=NOW))

    threads = [Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with session_scope(engine) as session:
        rows = events.read(session, "case:a")
    assert [row.seq for row in rows] == list(range(1, 81))
    assert sorted(row.id for row in rows) == [row.id for row in rows]
    assert len({tuple(row.payload["n"]) for row in rows}) == 80
