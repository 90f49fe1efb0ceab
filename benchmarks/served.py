"""The product as its users meet it: real `shouwen serve` processes over a database, and people who talk to them.

Not a benchmark by itself: the benchmarks and the tests of several replicas share it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

PASSWORD = "correct horse battery"
_START_SECONDS = 240
_COMMAND = (sys.executable, "-c", "from assistant.cli import main; main()")


def _environment(database: str) -> dict[str, str]:
    limits = {"SHOUWEN_MESSAGES_PER_MINUTE": "100000", "SHOUWEN_REQUESTS_PER_MINUTE": "1000000"}
    return {**os.environ, **limits, "SHOUWEN_DATABASE_URL": database}


def command(database: str, *arguments: str, given: str = "") -> None:
    """Run one `shouwen` command to its end."""
    subprocess.run(
        [*_COMMAND, *arguments], env=_environment(database), input=given, text=True, check=True, capture_output=True
    )


@contextmanager
def serving(database: str) -> Iterator[str]:
    """One `shouwen serve` process; the address it answers on, once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryFile() as said:
        arguments = [*_COMMAND, "serve", "--port", str(port)]
        process = subprocess.Popen(arguments, env=_environment(database), stdout=said, stderr=said)
        try:
            _ready(process, f"http://127.0.0.1:{port}", said)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _ready(process: subprocess.Popen[bytes], url: str, said: Any) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            said.seek(0)
            raise RuntimeError(f"the server ended with {process.returncode}: {said.read().decode()}")
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"the server was not ready after {_START_SECONDS} s")


def add_agent(database: str, name: str, role: str = "agent", capacity: int = 50) -> None:
    """An account, made as an operator makes it."""
    options = ("--role", role, "--capacity", str(capacity), "--password-stdin", "--database", database)
    command(database, "agent", "add", name, *options, given=f"{PASSWORD}\n")


class Visitor:
    """A customer talking to one server."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=f"{url}/v1", timeout=60)
        opened = self.client.post("/conversations", json={}).raise_for_status().json()
        self.conversation_id = str(opened["conversation_id"])
        self.path = f"/conversations/{self.conversation_id}"
        self.client.headers["Authorization"] = f"Bearer {opened['token']}"

    def say(self, text: str, message_id: str) -> dict[str, Any]:
        """Post a message; the turn."""
        body = {"text": text, "client_message_id": message_id}
        turn: dict[str, Any] = self.client.post(f"{self.path}/messages", json=body).raise_for_status().json()
        return turn

    def events(self) -> Iterator[dict[str, Any]]:
        """What the customer's page hears, as it comes."""
        return stream(self.client, f"{self.path}/events")


class Clerk:
    """An agent signed in to one server as a program is."""

    def __init__(self, url: str, name: str) -> None:
        self.client = httpx.Client(base_url=f"{url}/v1", timeout=60)
        body = {"name": name, "password": PASSWORD, "kind": "program"}
        signed = self.client.post("/agent/session", json=body).raise_for_status().json()
        self.client.headers["Authorization"] = f"Bearer {signed['token']}"

    def act(self, case_id: str, action: str, **body: Any) -> dict[str, Any]:
        """Do something to a case; the case after it."""
        done: dict[str, Any] = self.client.post(f"/cases/{case_id}/{action}", json=body).raise_for_status().json()
        return done

    def place(self) -> int:
        """The end of the event log now."""
        return int(self.client.get("/cases").raise_for_status().json()["last_event_id"])

    def events(self, after: int) -> Iterator[dict[str, Any]]:
        """The desk's live line from a place in the log on."""
        return stream(self.client, f"/agent/events?after={after}")


def stream(client: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    """The data of the server-sent events of a path, without end."""
    with client.stream("GET", path, timeout=60) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            if line.startswith("data:"):
                yield json.loads(line.removeprefix("data:"))


def sqlite_in(folder: str | Path) -> str:
    """The URL of a database file in a folder."""
    return f"sqlite:///{Path(folder) / 'shouwen.db'}"
