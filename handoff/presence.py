"""Who is at the desk now: presence by signs of life, and shifts with their duty officers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, func
from sqlmodel import Field, Session, SQLModel, col, select

from handoff.agents import SERVING, Agent, Role, get_agent, with_roles
from handoff.case import HELD
from handoff.case_record import CaseRecord
from handoff.database import UtcDateTime
from handoff.errors import HandoffError
from handoff.policy import Policy


class Status(StrEnum):
    """What an agent says of herself."""

    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


class ShiftRefused(HandoffError):
    """A shift must end after it starts: correct the times."""

    code = "shift_refused"


class Presence(SQLModel, table=True):
    """The last sign of life of an agent."""

    agent_id: int = Field(primary_key=True, foreign_key="agent.id")
    status: str = Field(max_length=10)
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class Shift(SQLModel, table=True):
    """A planned stretch of work; `duty` marks the officer reached at any hour of it."""

    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ck_shift_order"),)

    id: int | None = Field(default=None, primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    duty: bool = False


@dataclass(frozen=True)
class Available:
    """An agent who can take work now, with what she has in hand and since when she has been idle."""

    agent: Agent
    load: int
    last_claim: datetime | None

    @property
    def free(self) -> int:
        return self.agent.capacity - self.load


def set_presence(session: Session, agent_id: int, status: Status, now: datetime) -> Presence:
    """Say online, away or offline. Raises NotFound, AgentDisabled."""
    get_agent(session, agent_id)
    row = session.get(Presence, agent_id)
    if row is None:
        row = Presence(agent_id=agent_id, status=str(status), since=now, seen_at=now)
    elif row.status != status:
        row.status, row.since = str(status), now
    row.seen_at = max(now, row.seen_at)
    session.add(row)
    session.flush()
    return row


def heartbeat(session: Session, agent_id: int, now: datetime) -> None:
    """A sign of life from the desk page; an agent without presence becomes online."""
    row = session.get(Presence, agent_id)
    set_presence(session, agent_id, Status(row.status) if row else Status.ONLINE, now)


def plan_shift(session: Session, agent_id: int, starts_at: datetime, ends_at: datetime, duty: bool = False) -> Shift:
    """Plan a shift. Raises ShiftRefused, NotFound."""
    get_agent(session, agent_id)
    if ends_at <= starts_at:
        raise ShiftRefused("a shift must end after it starts; correct the times")
    shift = Shift(agent_id=agent_id, starts_at=starts_at, ends_at=ends_at, duty=duty)
    session.add(shift)
    session.flush()
    return shift


def available(session: Session, now: datetime, policy: Policy) -> list[Available]:
    """Everybody who is enabled, serving, online and heard from lately, and on shift.

    An agent for whom no shift was ever planned is on shift whenever she is online.
    """
    heard = now - timedelta(seconds=policy.routing.presence_seconds)
    query = (
        select(Agent)
        .join(Presence, col(Presence.agent_id) == col(Agent.id))
        .where(col(Agent.enabled), col(Agent.role).in_([str(role) for role in SERVING]))
        .where(Presence.status == Status.ONLINE, col(Presence.seen_at) >= heard)
    )
    present = list(session.exec(query))
    if not present:
        return []
    rostered, on_shift = _rostered(session, present, now)
    loads = _loads(session, present)
    working = [agent for agent in present if agent.key in on_shift or agent.key not in rostered]
    return [Available(agent, *loads.get(agent.key, (0, None))) for agent in working]


def duty_officers(session: Session, now: datetime) -> list[int]:
    """Who is reached at this hour: the duty officers on shift, else the supervisors, else the administrators."""
    query = select(Shift.agent_id).join(Agent, col(Agent.id) == col(Shift.agent_id))
    on_duty = query.where(col(Agent.enabled), col(Shift.duty), Shift.starts_at <= now, Shift.ends_at > now)
    found = sorted(set(session.exec(on_duty)))
    for role in (Role.SUPERVISOR, Role.ADMIN):
        found = found or [agent.key for agent in with_roles(session, role)]
    return found


def next_shift(session: Session, queue: str, now: datetime) -> datetime | None:
    """When the next planned shift of somebody who works in the queue starts."""
    query = select(Shift, Agent).join(Agent, col(Agent.id) == col(Shift.agent_id))
    later = query.where(col(Agent.enabled), Shift.starts_at > now).order_by(col(Shift.starts_at)).limit(200)
    return next((shift.starts_at for shift, agent in session.exec(later) if agent.covers(queue)), None)


def _rostered(session: Session, agents: Sequence[Agent], now: datetime) -> tuple[set[int], set[int]]:
    ids = [agent.key for agent in agents]
    rostered = set(session.exec(select(Shift.agent_id).where(col(Shift.agent_id).in_(ids)).distinct()))
    on_now = select(Shift.agent_id).where(col(Shift.agent_id).in_(ids), Shift.starts_at <= now, Shift.ends_at > now)
    return rostered, set(session.exec(on_now))


def _loads(session: Session, agents: Sequence[Agent]) -> dict[int, tuple[int, datetime | None]]:
    ids = [agent.key for agent in agents]
    query = select(CaseRecord.holder, func.count(), func.max(CaseRecord.changed_at))
    held = query.where(col(CaseRecord.holder).in_(ids), col(CaseRecord.state).in_([str(state) for state in HELD]))
    rows = session.exec(held.group_by(col(CaseRecord.holder)))
    return {holder: (count, last) for holder, count, last in rows if holder is not None}
