"""Shares a staffed desk behind the real application with the tests of this package, on a SQLite file.

The classifier is the bundled one where it has been trained; otherwise a real, smaller one is fitted on the same
sentences (character n-grams only), so that the routes are tested with a model that reads what is said.
"""

from __future__ import annotations

import shutil
import socket
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response
from numpy.typing import NDArray
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, event

import knowledge
from assistant.api.deps import Product
from assistant.app import create_app
from assistant.bootstrap import load_brain
from assistant.schema import upgrade
from assistant.service import Assistant
from assistant.settings import Settings
from assistant.turn import Brain
from handoff.agents import AgentCreate, Role, store_agent
from handoff.database import open_engine, session_scope, write_transaction
from handoff.events import Event, case_stream, conversation_stream, read
from handoff.worker import SteadyClock, run_once
from intents.calibration import log_softmax
from intents.classifier import BUNDLED, META, Prediction
from intents.ngrams import NgramHead, grams
from intents.normalise import canonical
from intents.taxonomy import taxonomy
from intents.training.ngram_head import fit_ngram_head
from intents.utterances import load as read_utterances
from knowledge.base import KnowledgeBase

MORNING = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a plain Monday inside staffed hours
PASSWORD = "correct horse battery"
FRAUD = "有人冒充你们客服骗我转了两万"
_WIDTH = 512
_SENTENCES = 40


@dataclass(frozen=True)
class NgramModel:
    """A real classifier over character n-grams; fulfils `intents.understanding.IntentModel`."""

    labels: tuple[str, ...]
    head: NgramHead
    threshold: float = 0.3

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        shares = np.exp(log_softmax(4 * self.head.scores([canonical(text) for text in texts])))
        order = np.argsort(-shares, axis=1, kind="stable")
        return [
            Prediction(tuple((self.labels[place], float(row[place])) for place in places), self.threshold)
            for row, places in zip(shares, order, strict=True)
        ]


class HashedGrams:
    """Unit vectors of hashed character n-grams: a plain encoder for the knowledge index."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), _WIDTH), np.float32)
        for row, text in enumerate(texts):
            for gram, count in grams(text).items():
                vectors[row, zlib.crc32(gram.encode()) % _WIDTH] += count
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


@pytest.fixture(scope="session")
def brain(tmp_path_factory: pytest.TempPathFactory) -> Brain:
    if (BUNDLED / META).is_file():
        return load_brain(Settings())
    by_intent: dict[str, list[str]] = {}
    for each in read_utterances():
        by_intent.setdefault(each.intent, []).append(canonical(each.text))
    labels = tuple(sorted(by_intent))
    rows = [(text, place) for place, label in enumerate(labels) for text in by_intent[label][:_SENTENCES]]
    head = fit_ngram_head([text for text, _ in rows], np.array([place for _, place in rows]), len(labels), seed=7)
    directory = Path(knowledge.__file__).parent
    cache = tmp_path_factory.mktemp("index")
    base = KnowledgeBase.load(directory, HashedGrams(), canonical, cache, taxonomy().ids, "hashed-grams")
    return Brain(NgramModel(labels, head), base)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the present schema and no rows, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    opened = open_engine(f"sqlite:///{path}")
    upgrade(opened)
    with opened.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.dispose()
    return path


@pytest.fixture(scope="session")
def hashed() -> str:
    """The password under argon2 with little work, so that signing in costs a test nothing."""
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),)).hash(PASSWORD)


class Seat:
    """One browser: its cookies and the page's CSRF token."""

    def __init__(self, app: FastAPI, name: str = "") -> None:
        self.client = TestClient(app, raise_server_exceptions=True)
        self.csrf, self.key = "", 0
        if name:
            self.sign_in(name)

    def sign_in(self, name: str) -> None:
        answer = self.client.post("/v1/agent/session", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        self.csrf, self.key = answer.json()["csrf"], answer.json()["agent"]["id"]

    def get(self, path: str, **params: Any) -> Response:
        return self.client.get(path, params=params)

    def post(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Response:
        return self.client.request(method, path, json=body or {}, headers={"X-CSRF-Token": self.csrf})

    def act(self, case_id: str, action: str, **body: Any) -> dict[str, Any]:
        """An action that must succeed; the case after it."""
        answer = self.post(f"/v1/cases/{case_id}/{action}", body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def refused(self, case_id: str, action: str, **body: Any) -> tuple[int, str]:
        """Status and code of an action that must not succeed."""
        answer = self.post(f"/v1/cases/{case_id}/{action}", body)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()["code"]

    def case(self, case_id: str) -> dict[str, Any]:
        answer = self.get(f"/v1/cases/{case_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


class Customer:
    """One customer's page."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app)
        opened = self.client.post("/v1/conversations", json={}).json()
        self.id: str = opened["conversation_id"]
        self.headers = {"Authorization": f"Bearer {opened['token']}"}
        self.path = f"/v1/conversations/{self.id}"
        self.said = 0

    def say(self, text: str) -> dict[str, Any]:
        self.said += 1
        body = {"text": text, "client_message_id": f"m{self.said}"}
        answer = self.client.post(f"{self.path}/messages", json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text
        turn: dict[str, Any] = answer.json()
        return turn

    def handed_over(self, text: str = FRAUD) -> str:
        """Say something that needs a person; the id of the case it opened."""
        turn = self.say(text)
        assert turn["handoff"] is not None, turn
        return str(turn["handoff"]["case_id"])

    def rate(self, score: int, comment: str | None = None) -> Response:
        return self.client.post(f"{self.path}/rating", json={"score": score, "comment": comment}, headers=self.headers)


@dataclass
class Office:
    """The application with its people and an injected time."""

    app: FastAPI
    engine: Engine
    product: Product
    now: datetime = MORNING

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def work(self) -> None:
        """Let the deadline worker do everything that is due."""
        while run_once(self.engine, self.product.clock.now(), self.product.assistant.rules):
            pass

    def seat(self, name: str) -> Seat:
        return Seat(self.app, name)

    def online(self, name: str) -> Seat:
        seat = self.seat(name)
        assert seat.post("/v1/agent/presence", {"status": "online", "active": True}).status_code == 200
        return seat

    def customer(self) -> Customer:
        return Customer(self.app)

    def events(self, case_id: str) -> list[Event]:
        with session_scope(self.engine) as session:
            return read(session, case_stream(case_id))

    def kinds(self, case_id: str) -> list[str]:
        return [each.kind for each in self.events(case_id)]

    def told(self, conversation_id: str) -> list[Event]:
        with session_scope(self.engine) as session:
            return read(session, conversation_stream(conversation_id))


STAFF = (
    ("li", "李敏", Role.AGENT, []),
    ("wang", "王强", Role.AGENT, []),
    ("pay", "赵付", Role.AGENT, ["payments"]),
    ("chief", "陈主管", Role.SUPERVISOR, []),
    ("judge", "质检甲", Role.INSPECTOR, []),
    ("judge2", "质检乙", Role.INSPECTOR, []),
    ("root", "管理员", Role.ADMIN, []),
)


def _without_waiting_for_the_disk(connection: Any, _record: Any) -> None:
    """Nobody cuts the power during these tests."""
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def office(tmp_path: Path, migrated: Path, brain: Brain, hashed: str) -> Iterator[Office]:
    path = tmp_path / "shouwen.db"
    shutil.copy(migrated, path)
    engine = open_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _without_waiting_for_the_disk)
    with write_transaction(engine) as session:
        for name, display, role, queues in STAFF:
            new = AgentCreate(name=name, display_name=display, role=role, password=PASSWORD, queues=queues)
            store_agent(session, new, hashed, MORNING)
    assistant = Assistant(engine, brain, Settings(requests_per_minute=100_000, messages_per_minute=10_000))
    clock = SteadyClock(wall=lambda: held.now.astimezone(UTC), monotonic=lambda: 0.0)
    product = Product.of(assistant, clock)
    held = Office(create_app(assistant, worker=False, product=product), engine, product)
    yield held
    engine.dispose()


@pytest.fixture
def app(office: Office) -> FastAPI:
    return office.app


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client inside the application's life, for tests that need nobody signed in."""
    with TestClient(app) as opened:
        yield opened


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """The application served on a free port of the loopback, for event streams."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()
