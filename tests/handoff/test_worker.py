"""Workers fire what is due, wake for what is new, share the work, and do not trust a clock that is set back."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from queue import Queue
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from handoff import desk, events, presence
from handoff.case import State
from handoff.case_record import get_record
from handoff.database import open_engine, session_scope, write_transaction
from handoff.deadlines import Firing
from handoff.firing import Fired
from handoff.worker import SteadyClock, run_once, run_worker
from tests.handoff.conftest import Desk

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@contextmanager
def working(engine: Engine, clock: SteadyClock | None = None) -> Iterator[Queue[Fired]]:
    """A worker in a thread; what it fires comes out of the queue."""
    stop, out = Flag(), Queue[Fired]()
    thread = Thread(
        target=run_worker, args=(engine, stop, clock), kwargs={"on_fired": lambda fired: [out.put(f) for f in fired]}
    )
    thread.start()
    try:
        yield out
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def test_a_worker_fires_what_fell_due_while_it_was_away_and_what_comes_later(clerks: Desk) -> None:
    clerks.now = datetime.now(UTC) - timedelta(hours=1)
    clerks.open(severity=3, group="critical")
    with working(clerks.engine) as fired:
        first = fired.get(timeout=10)
        assert (first.mark, first.late_seconds > 3000) == (100, True)
        clerks.now = datetime.now(UTC) - timedelta(minutes=31)
        second = clerks.open(conversation="k2", severity=2).case.id
        streams = {fired.get(timeout=10).stream for _ in range(3)}
    assert events.case_stream(second) in streams


def test_a_worker_brings_a_waiting_case_to_somebody_who_comes_online(clerks: Desk) -> None:
    clerks.now = datetime.now(UTC)
    case_id = clerks.open(severity=2).case.id
    with working(clerks.engine):
        clerks.now = datetime.now(UTC)
        clerks.do(presence.set_presence, clerks.li.key, presence.Status.ONLINE)
        until = time.monotonic() + 10
        state = None
        while state != State.OFFERED and time.monotonic() < until:
            with events.listen(clerks.engine) as waker:
                waker.wait(0.2)
            with session_scope(clerks.engine) as session:
                state = get_record(session, case_id).state
    assert state == State.OFFERED


def test_several_workers_fire_each_mark_once(clerks: Desk) -> None:
    for number in range(60):
        clerks.open(conversation=f"k{number}", severity=2)
    clerks.later(minutes=3)
    fired: list[Fired] = []

    def work() -> None:
        while batch := run_once(clerks.engine, clerks.now, batch=7):
            fired.extend(batch)

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fired) == len({(each.stream, each.clock, each.mark) for each in fired}) == 60
    with session_scope(clerks.engine) as session:
        assert len(session.exec(select(Firing)).all()) == 60


def test_time_goes_on_when_the_system_clock_is_set_back_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    wall, ticks = [NOW], [100.0]
    clock = SteadyClock(wall=lambda: wall[0], monotonic=lambda: ticks[0])
    assert clock.now() == NOW
    wall[0], ticks[0] = NOW - timedelta(hours=1), 130.0
    with caplog.at_level(logging.WARNING):
        assert clock.now() == NOW + timedelta(seconds=30)
    assert "set back" in caplog.text
    ticks[0] = 190.0
    assert clock.now() == NOW + timedelta(seconds=90)
    wall[0] = NOW + timedelta(hours=2)
    assert clock.now() == NOW + timedelta(hours=2)


def test_nothing_due_fires_nothing(clerks: Desk) -> None:
    assert run_once(clerks.engine, clerks.now) == []
    clerks.open()
    assert run_once(clerks.engine, clerks.now) == []


def _replica(url: str, pipe: Any) -> None:
    """A second process: says that it listens, then sends on every event it sees, as a desk's event stream would."""
    engine = open_engine(url)
    with events.listen(engine) as waker:
        seen = 0
        pipe.send("listening")
        while True:
            with session_scope(engine) as session:
                new = events.read_all(session, after_id=seen)
            for event in new:
                seen = event.id or seen
                pipe.send((event.stream, event.kind, time.monotonic()))
            waker.wait(5)


def test_a_second_process_sees_the_events_of_the_first_within_half_a_second(clerks: Desk, database_url: str) -> None:
    ours, theirs = multiprocessing.Pipe()
    other = multiprocessing.get_context("fork").Process(target=_replica, args=(database_url, theirs), daemon=True)
    other.start()
    try:
        assert ours.poll(20)
        assert ours.recv() == "listening"
        delays = []
        for number in range(20):
            with write_transaction(clerks.engine) as session:
                events.append(session, f"conversation:k{number}", "message", {}, NOW)
            sent = time.monotonic()
            assert ours.poll(5)
            stream, kind, at = ours.recv()
            assert (stream, kind) == (f"conversation:k{number}", "message")
            delays.append(at - sent)
        assert sorted(delays)[-2] < 0.5
    finally:
        other.kill()
        other.join()


def test_a_desk_action_and_a_worker_at_once_leave_one_truth(clerks: Desk) -> None:
    """Replying and firing race for the same case; whoever comes second sees what the first did."""
    case_ids = [clerks.claimed(conversation=f"k{number}", severity=2) for number in range(10)]
    clerks.later(minutes=5)
    replying = Thread(target=lambda: [clerks.do(desk.reply, each, clerks.li.key, "在的") for each in case_ids])
    replying.start()
    while run_once(clerks.engine, clerks.now, batch=1):
        pass
    replying.join()
    for case_id in case_ids:
        found = clerks.events(case_id)
        assert [event.seq for event in found] == list(range(1, len(found) + 1))
        assert [event.kind for event in found].count("replied") == 1
