"""The deadline worker: any number of them, in `serve` or as processes of their own, on one database.

It sleeps until the next deadline, or until somebody writes, and keeps no state: killed at any moment, another one, or
itself after a restart, goes on from the rows.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event as Flag

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from handoff import deadlines, routing
from handoff.database import DatabaseBusy, session_scope, write_transaction
from handoff.events import Waker, listen
from handoff.firing import Fired, fire_due
from handoff.rules import Rules, bundled_rules

logger = logging.getLogger(__name__)
BATCH = 50
LONGEST_SLEEP = 1.0  # seconds; presence and shifts change without an event
RETRY_AFTER = 1.0  # seconds after losing the database
ROUTE_EVERY = 2.0  # seconds between looks for people who have become free


@dataclass
class SteadyClock:
    """Now, in UTC, never backwards: when the system clock is set back, time goes on by the monotonic clock."""

    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    _at: datetime | None = field(default=None, init=False)
    _tick: float = field(default=0.0, init=False)
    _warned: bool = field(default=False, init=False)

    def now(self) -> datetime:
        """The later of the wall clock and the last answer plus the time passed since."""
        wall, tick = self.wall(), self.monotonic()
        if self._at is not None:
            steady = self._at + timedelta(seconds=tick - self._tick)
            if steady - wall > timedelta(seconds=1) and not self._warned:
                logger.warning("the system clock was set back by %s; deadlines go on by elapsed time", steady - wall)
                self._warned = True
            wall = max(wall, steady)
        self._at, self._tick = wall, tick
        return wall


def run_once(engine: Engine, now: datetime, rules: Rules | None = None, batch: int = BATCH) -> list[Fired]:
    """Fire one batch of what is due at `now` in one transaction; nothing due costs one read. Raises DatabaseBusy."""
    with session_scope(engine) as session:
        earliest = deadlines.next_due(session)
    if earliest is None or earliest > now:
        return []
    with write_transaction(engine) as session:
        return fire_due(session, now, rules, batch)


def run_worker(
    engine: Engine,
    stop: Flag,
    clock: SteadyClock | None = None,
    rules: Rules | None = None,
    on_fired: Callable[[list[Fired]], None] | None = None,
) -> None:
    """Fire deadlines and bring waiting cases to people until `stop` is set; outlives a restart of the database."""
    clock, rules = clock or SteadyClock(), rules or bundled_rules()
    while not stop.is_set():
        try:
            with listen(engine) as waker:
                _work(engine, stop, clock, rules, waker, on_fired or _ignore)
        except (DatabaseBusy, DBAPIError, psycopg.Error):
            logger.exception("the worker lost the database; trying again")
            stop.wait(RETRY_AFTER)


def _work(
    engine: Engine,
    stop: Flag,
    clock: SteadyClock,
    rules: Rules,
    waker: Waker,
    on_fired: Callable[[list[Fired]], None],
) -> None:
    routed = 0.0
    while not stop.is_set():
        fired = run_once(engine, clock.now(), rules)
        if fired:
            on_fired(fired)
        if time.monotonic() - routed >= ROUTE_EVERY:
            routed = time.monotonic()
            _route(engine, clock.now(), rules)
        if len(fired) < BATCH:
            waker.wait(_sleep(engine, clock.now()))


def _ignore(_: list[Fired]) -> None:
    """Nobody asked to hear of firings."""


def _route(engine: Engine, now: datetime, rules: Rules) -> None:
    """Write only when somebody could take something: the check is a read."""
    with session_scope(engine) as session:
        if not routing.could_offer(session, now, rules):
            return
    with write_transaction(engine) as session:
        routing.route(session, now, rules)


def _sleep(engine: Engine, now: datetime) -> float:
    with session_scope(engine) as session:
        earliest = deadlines.next_due(session)
    if earliest is None:
        return LONGEST_SLEEP
    return min(LONGEST_SLEEP, max(0.0, (earliest - now).total_seconds()))
