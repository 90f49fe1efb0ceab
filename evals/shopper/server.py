"""A real server process of the product over a database of its own, started and stopped for the shoppers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from assistant.settings import Settings

_PATIENCE = 300.0
_PAUSE = 0.2


class ServerDidNotStart(RuntimeError):
    """The server process ended or did not answer in time; its own words are in the message."""


@contextmanager
def running_server(settings: Settings, requests_per_minute: int = 6000) -> Iterator[str]:
    """Start `shouwen serve` with these settings on a free port and a fresh database; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        environment = {
            **os.environ,
            "SHOUWEN_DATABASE_URL": f"sqlite:///{Path(folder) / 'shopper.db'}",
            "SHOUWEN_MODEL": str(settings.model),
            "SHOUWEN_KNOWLEDGE": str(settings.knowledge),
            "SHOUWEN_REQUESTS_PER_MINUTE": str(requests_per_minute),
            "SHOUWEN_LOG_LEVEL": "WARNING",
            "PYTHONHASHSEED": "0",
        }
        if settings.cache:
            environment["SHOUWEN_CACHE"] = str(settings.cache)
        log = Path(folder) / "server.log"
        command = [sys.executable, "-c", "from assistant.cli import main; main()", "serve", "--port", str(port)]
        with log.open("wb") as stream:
            process = subprocess.Popen(command, env=environment, stdout=stream, stderr=subprocess.STDOUT)
            try:
                address = f"http://127.0.0.1:{port}"
                _wait(process, address, log)
                yield address
            finally:
                process.terminate()
                try:
                    process.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ServerDidNotStart(f"the server ended with {process.returncode}: {_tail(log)}")
        try:
            if httpx.get(f"{address}/readyz", timeout=2).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(_PAUSE)
    raise ServerDidNotStart(f"the server was not ready within {_PATIENCE:.0f} s: {_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-800:].strip()
