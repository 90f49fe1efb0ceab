"""A staffed firm behind the real application, served on the loopback for the tests of the staff's pages.

Time runs on a Monday morning inside staffed hours, whatever the hour of the test; `later` moves it on. The deadline
worker runs as in production.
"""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import Engine

from assistant.api.deps import Product
from assistant.app import create_app
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.turn import Brain
from handoff.agents import AgentCreate, store_agent
from handoff.database import open_engine, write_transaction
from handoff.inspection import get_inspection
from handoff.packet import NotKept
from handoff.worker import SteadyClock, run_once
from tests.assistant.conftest import MORNING, PASSWORD, STAFF, brain, hashed, migrated

__all__ = ["PASSWORD", "Customer", "DeskOffice", "Enter", "brain", "enter", "hashed", "migrated", "office"]

PATIENCE_MS = 45_000
BLOCKED = "Content Security Policy"


@dataclass
class MemoryVault:
    """A vault that keeps what it was given."""

    kept: dict[str, str] = field(default_factory=dict)

    def open(self, reference: str) -> str:
        try:
            return self.kept[reference]
        except KeyError:
            raise NotKept("the value was not kept; ask the customer") from None


class Customer:
    """A customer who talks over HTTP, as a page or an app does."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=f"{url}/v1", timeout=60)
        opened = self.client.post("/conversations", json={}).raise_for_status().json()
        self.path = f"/conversations/{opened['conversation_id']}"
        self.client.headers["Authorization"] = f"Bearer {opened['token']}"
        self.said = 0

    def say(self, text: str) -> dict[str, Any]:
        self.said += 1
        body = {"text": text, "client_message_id": f"m{self.said}"}
        turn: dict[str, Any] = self.client.post(f"{self.path}/messages", json=body).raise_for_status().json()
        return turn

    def needs_person(self, text: str) -> str:
        """Say something that is handed over; the id of the case."""
        turn = self.say(text)
        assert turn["handoff"], turn
        return str(turn["handoff"]["case_id"])

    def rate(self, score: int, comment: str) -> None:
        self.client.post(f"{self.path}/rating", json={"score": score, "comment": comment}).raise_for_status()

    def heard(self) -> list[dict[str, Any]]:
        """Everything the customer's page would show."""
        found: list[dict[str, Any]] = self.client.get(self.path).raise_for_status().json()["events"]
        return found

    def heard_texts(self, kind: str) -> list[str]:
        return [event["text"] for event in self.heard() if event["kind"] == kind]

    def heard_anywhere(self, words: str) -> bool:
        return words in json.dumps(self.heard(), ensure_ascii=False)


@dataclass
class DeskOffice:
    """The running firm."""

    url: str
    engine: Engine
    product: Product
    vault: MemoryVault
    moved: list[timedelta]

    def customer(self) -> Customer:
        return Customer(self.url)

    def later(self, **delta: float) -> None:
        """Let time pass and everything happen that is due by then."""
        self.moved[0] += timedelta(**delta)
        while run_once(self.engine, self.product.clock.now(), self.product.assistant.rules):
            pass

    def review_by(self, inspection_id: int, inspectors: int) -> None:
        """Decide by how many an inspection is reviewed, which its id otherwise decides."""
        with write_transaction(self.engine) as session:
            row = get_inspection(session, inspection_id)
            row.double = inspectors == 2
            session.add(row)


@pytest.fixture
def office(tmp_path: Path, migrated: Path, brain: Brain, hashed: str) -> Iterator[DeskOffice]:
    path = tmp_path / "shouwen.db"
    shutil.copy(migrated, path)
    engine = open_engine(f"sqlite:///{path}")
    with write_transaction(engine) as session:
        for name, display, role, queues in STAFF:
            new = AgentCreate(name=name, display_name=display, role=role, password=PASSWORD, queues=queues)
            store_agent(session, new, hashed, MORNING.astimezone(UTC))
    shift, moved, vault = MORNING.astimezone(UTC) - datetime.now(UTC), [timedelta()], MemoryVault()
    assistant = Assistant(engine, brain, Settings(requests_per_minute=100_000, messages_per_minute=10_000))
    product = Product.of(assistant, SteadyClock(wall=lambda: datetime.now(UTC) + shift + moved[0]))
    product.vault = vault
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = create_app(assistant, worker=True, product=product)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield DeskOffice(url, engine, product, vault, moved)
    server.should_exit = True
    thread.join(timeout=15)
    listening.close()
    engine.dispose()


Enter = Callable[..., Page]


@pytest.fixture
def enter(browser: Browser, office: DeskOffice) -> Iterator[Enter]:
    """Sign somebody in, in a browser of her own; script errors and what the policy blocks fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def start(name: str | None, path: str = "/desk", **options: Any) -> Page:
        settings = {"locale": "zh-CN", "viewport": {"width": 1360, "height": 820}, **options}
        context = browser.new_context(**settings)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if BLOCKED in said.text else None)
        page.goto(office.url + path)
        if name is not None:
            page.get_by_label("登录名").fill(name)
            page.get_by_label("密码", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="登录").click()
            expect(page.locator(".line[data-state=open]")).to_be_visible()
        return page

    expect.set_options(timeout=PATIENCE_MS)
    yield start
    expect.set_options(timeout=5_000)
    for context in contexts:
        context.close()
    assert not complaints
