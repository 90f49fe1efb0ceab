"""Time from a customer's message to its showing on the desk's live line: real server process, SQLite, loopback.

    python benchmarks/desk_latency.py [--messages 200]

Two kinds of message, each from just before the customer's POST to the moment the desk's stream has delivered it: one
in a conversation that a person holds, and one that opens a case. The baseline is the same POST alone, until its answer,
so the ratio says what the way to the desk costs beside the request itself. Prints one JSON object on its last line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np

from benchmarks.served import Clerk, Visitor, add_agent, command, serving, sqlite_in

FRAUD = "有人冒充你们客服骗我转了两万"
HELD = "我又想起一件事"
LONG = 25  # measured messages of one conversation
_WARM_UP = 5
_PATIENCE_SECONDS = 30
_AIM_MS = 500


class Line:
    """The desk's live line, read by a thread that notes when each event came."""

    def __init__(self, events: Iterator[dict[str, Any]]) -> None:
        self._came: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        threading.Thread(target=self._read, args=(events,), daemon=True).start()

    def _read(self, events: Iterator[dict[str, Any]]) -> None:
        with contextlib.suppress(httpx.TransportError):  # the server was stopped
            for event in events:
                self._came.put((time.perf_counter(), event))

    def when(self, kind: str, conversation_id: str, message_id: str | None = None) -> float:
        """The moment the awaited event was there."""
        while True:
            moment, event = self._came.get(timeout=_PATIENCE_SECONDS)
            said = (event.get("line") or {}).get("message_id")
            if (event["kind"], event["conversation_id"], said) == (kind, conversation_id, message_id):
                return moment


def held_messages(url: str, clerk: Clerk, line: Line, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the desk, and to the POST's answer, of messages in conversations the clerk holds."""
    shown, answered = [], []
    while len(shown) < count:
        visitor = Visitor(url)
        clerk.act(visitor.say(FRAUD, "first")["handoff"]["case_id"], "claim")
        for number in range(_WARM_UP + LONG):
            begun = time.perf_counter()
            visitor.say(HELD, f"m{number}")
            done = time.perf_counter()
            came = line.when("customer_message", visitor.conversation_id, f"m{number}")
            if number >= _WARM_UP:
                answered.append((done - begun) * 1000)
                shown.append((came - begun) * 1000)
    return shown, answered


def opening_messages(url: str, line: Line, count: int) -> tuple[list[float], list[float]]:
    """The same of messages that each open a case: until the case is in its queue on the desk."""
    shown, answered = [], []
    for _ in range(count + _WARM_UP):
        visitor = Visitor(url)
        begun = time.perf_counter()
        visitor.say(FRAUD, "m1")
        answered.append((time.perf_counter() - begun) * 1000)
        shown.append((line.when("queued", visitor.conversation_id) - begun) * 1000)
        visitor.client.close()
    return shown[_WARM_UP:], answered[_WARM_UP:]


def figures(shown: list[float], answered: list[float]) -> dict[str, Any]:
    """Percentiles of both, and their ratio."""
    desk, post = np.percentile(shown, [50, 99]), np.percentile(answered, [50, 99])
    return {
        "n": len(shown),
        "p50_ms": round(float(desk[0]), 1),
        "p99_ms": round(float(desk[1]), 1),
        "max_ms": round(max(shown), 1),
        "post_p50_ms": round(float(post[0]), 1),
        "post_p99_ms": round(float(post[1]), 1),
        "p50_times_post": round(float(desk[0] / post[0]), 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200, help="of each kind")
    count = parser.parse_args().messages
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite_in(folder)
        command(database, "db", "upgrade")
        add_agent(database, "li")
        with serving(database) as url:
            clerk = Clerk(url, "li")
            line = Line(clerk.events(clerk.place()))
            held = figures(*held_messages(url, clerk, line, count))
            opening = figures(*opening_messages(url, line, count))
    result = {
        "benchmark": "desk_latency",
        "baseline": "the same POST alone, until its answer",
        "held": held,
        "opening": opening,
        "p99_under_500_ms": max(held["p99_ms"], opening["p99_ms"]) < _AIM_MS,
        "load_average": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
