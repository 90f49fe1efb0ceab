"""Server-sent events from the event log: one hub a process wakes every open stream when the log grows.

A stream sends what its reader asked to see after the id it last saw, so a browser that comes back with `Last-Event-ID`
misses nothing and sees nothing twice, on any replica.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from handoff.events import Event, listen

_HEARTBEAT = 15
_log = structlog.get_logger(__name__)


class EventHub:
    """Wakes waiting streams when the event log may have grown; one thread listens for the whole process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin listening."""
        self._loop = loop
        self._thread = threading.Thread(target=self._listen, name="event-hub", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and wake every stream so that it can end."""
        self._stop.set()
        if self._thread:
            self._thread.join(timeout=3)
        self._wake()

    @property
    def stopping(self) -> bool:
        """Whether streams should end."""
        return self._stop.is_set()

    def subscribe(self) -> asyncio.Event:
        """A flag that is set whenever the log may have grown; give it back with `unsubscribe`."""
        flag = asyncio.Event()
        self._waiting.add(flag)
        return flag

    def unsubscribe(self, flag: asyncio.Event) -> None:
        """Stop waking a flag."""
        self._waiting.discard(flag)

    def _wake(self) -> None:
        for flag in list(self._waiting):
            flag.set()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with listen(self._engine) as waker:
                    while not self._stop.is_set():
                        if waker.wait(1.0) and self._loop and not self._loop.is_closed():
                            self._loop.call_soon_threadsafe(self._wake)
            except (DBAPIError, OSError) as error:
                _log.warning("event hub lost the database", error=type(error).__name__)
                self._stop.wait(1.0)


def stream_events(
    hub: EventHub,
    read_after: Callable[[int], Sequence[Event]],
    after: int,
    public: Callable[[Event], dict[str, Any] | None],
    position: Callable[[Event], int],
) -> EventSourceResponse:
    """An SSE answer: `read_after(last)` runs in a thread; `public` gives an event's data or None to leave it out."""

    async def generate() -> AsyncIterator[ServerSentEvent]:
        last, flag = after, hub.subscribe()
        try:
            while not hub.stopping:
                flag.clear()
                for event in await run_in_threadpool(read_after, last):
                    last = position(event)
                    if (data := public(event)) is not None:
                        text = json.dumps(data, ensure_ascii=False)
                        yield ServerSentEvent(data=text, event=str(data["kind"]), id=str(last))
                await flag.wait()
        finally:
            hub.unsubscribe(flag)

    return EventSourceResponse(generate(), ping=_HEARTBEAT, headers={"Cache-Control": "no-store"})
