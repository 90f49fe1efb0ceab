"""Shares the two databases, the rules and a staffed desk with the tests of this package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from handoff import agents, desk, presence
from handoff.agents import Agent, Role
from handoff.database import session_scope, write_transaction
from handoff.events import Event, case_stream, conversation_stream, read
from handoff.packet import Evidence, Line, Packet
from handoff.rules import Rules, bundled_rules
from tests.conftest_databases import *  # noqa: F403

BEIJING = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=BEIJING)  # a plain workday, inside staffed hours


@pytest.fixture
def rules() -> Rules:
    return bundled_rules()


@dataclass
class Desk:
    """A desk with its people, driven by an injected time."""

    engine: Engine
    now: datetime
    li: Agent
    wang: Agent
    chief: Agent
    judge: Agent
    second_judge: Agent
    root: Agent

    def do(self, action: Any, *args: Any, **kwargs: Any) -> Any:
        """Run one action in its own transaction at the desk's time."""
        with write_transaction(self.engine) as session:
            return action(session, *args, now=self.now, **kwargs)

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def online(self, *people: Agent) -> None:
        for person in people:
            self.do(presence.set_presence, person.key, presence.Status.ONLINE)

    def shift(self, person: Agent, start: datetime | None = None, hours: float = 8, duty: bool = False) -> None:
        """Plan a shift, by default from now on."""
        begin = start or self.now
        with write_transaction(self.engine) as session:
            presence.plan_shift(session, person.key, begin, begin + timedelta(hours=hours), duty)

    def open(self, conversation: str = "k1", **fields: Any) -> desk.Opened:
        request = {"group": "fee", "severity": 1, "reason": "service.human", "packet": packet(self.now), **fields}
        opened: desk.Opened = self.do(desk.open_case, desk.OpenCase(conversation_id=conversation, **request))
        return opened

    def claimed(self, by: Agent | None = None, **fields: Any) -> str:
        """Open a case and have it claimed; returns its id."""
        case_id = self.open(**fields).case.id
        self.do(desk.claim, case_id, (by or self.li).key)
        return case_id

    def events(self, case_id: str) -> list[Event]:
        with session_scope(self.engine) as session:
            return read(session, case_stream(case_id))

    def told(self, conversation: str = "k1") -> list[Event]:
        with session_scope(self.engine) as session:
            return read(session, conversation_stream(conversation))

    def kinds(self, case_id: str) -> list[str]:
        return [event.kind for event in self.events(case_id)]


def packet(now: datetime) -> Packet:
    said = "你好。有人冒充你们客服骗我转了两万元！昨天下午转的，对方还要我再转一笔。"
    return Packet(
        reason="critical.fraud",
        transcript=(Line(author="customer", text=said, at=now), Line(author="bot", text="请稍等", at=now)),
        evidence=(Evidence(signal="critical.fraud", words="冒充", score=0.97),),
    )


@pytest.fixture
def clerks(engine: Engine) -> Desk:
    """Two agents, a supervisor, two inspectors and an administrator; nobody online yet."""
    with write_transaction(engine) as session:
        people = [
            _person(session, name, role)
            for name, role in (
                ("li", Role.AGENT),
                ("wang", Role.AGENT),
                ("chief", Role.SUPERVISOR),
                ("judge", Role.INSPECTOR),
                ("judge2", Role.INSPECTOR),
                ("root", Role.ADMIN),
            )
        ]
    return Desk(engine, MONDAY, *people)


def _person(session: Session, name: str, role: Role) -> Agent:
    new = agents.AgentCreate(name=name, role=role, password="long enough", display_name=f"客服{name}")
    return agents.store_agent(session, new, password_hash="not used here", now=MONDAY)
