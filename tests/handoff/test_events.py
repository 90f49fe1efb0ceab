"""The event log keeps order, wakes its readers and never skips."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Thread

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from handoff import events
from handoff.database import session_scope, write_transaction

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def append(engine: Engine, stream: str, kind: str = "said", **payload: object) -> events.Event:
    with write_transaction(engine) as session:
        return events.append(session, stream, kind, payload, NOW)


def test_each_stream_counts_for_itself_and_ids_order_all(engine: Engine) -> None:
    rows = [append(engine, stream) for stream in ("case:a", "conversation:b", "case:a")]
    assert [row.seq for row in rows] == [1, 1, 2]
    assert rows[0].id < rows[1].id < rows[2].id


def test_a_reader_resumes_after_the_last_event_it_saw(engine: Engine) -> None:
    first, second, third = (append(engine, stream) for stream in ("case:a", "conversation:b", "case:a"))
    with session_scope(engine) as session:
        assert [e.id for e in events.read_all(session, after_id=first.id)] == [second.id, third.id]
        assert [e.id for e in events.read_all(session, prefixes=("case:",))] == [first.id, third.id]
        assert [e.id for e in events.read_all(session, limit=1)] == [first.id]
        assert [e.seq for e in events.read(session, "case:a", after_seq=1)] == [2]
        assert events.last_id(session) == third.id


def test_chinese_text_and_nested_values_come_back_as_they_were(engine: Engine) -> None:
    payload = {"text": "有人冒充客服🙏", "figures": [{"value": "0.144", "ok": True}], "none": None}
    append(engine, "conversation:b", "message", **payload)
    with session_scope(engine) as session:
        assert events.read(session, "conversation:b")[0].payload == payload


def test_the_database_refuses_a_second_event_with_the_same_place(engine: Engine) -> None:
    append(engine, "case:a")
    with pytest.raises(IntegrityError), write_transaction(engine) as session:
        session.add(events.Event(stream="case:a", seq=1, kind="x", payload={}, at=NOW))


def test_a_listener_is_woken_by_a_commit_of_another_connection(engine: Engine) -> None:
    with events.listen(engine) as waker:
        assert waker.wait(0) is False
        writer = Thread(target=append, args=(engine, "case:a"))
        writer.start()
        assert waker.wait(5) is True
        writer.join()
        assert waker.wait(0) is False
