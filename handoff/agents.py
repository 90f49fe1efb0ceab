"""Desk accounts: people with a role, languages, skills, queues and a capacity."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pwdlib import PasswordHash
from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from handoff.database import UtcDateTime
from handoff.errors import HandoffError, NotAllowed, NotFound

MIN_PASSWORD = 8


class Role(StrEnum):
    """What an account may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    INSPECTOR = "inspector"
    ADMIN = "admin"


SERVING = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
LEADING = (Role.SUPERVISOR, Role.ADMIN)


class AgentDisabled(NotAllowed):
    """The account is disabled: ask an administrator to enable it."""

    code = "agent_disabled"


class AgentExists(HandoffError):
    """That name is taken: choose another."""

    code = "agent_exists"


class WeakPassword(HandoffError):
    """The password is too short: use at least eight characters."""

    code = "weak_password"


class AgentBase(SQLModel):
    """What everybody at the desk may see of an account."""

    name: str = Field(max_length=60, unique=True, description="sign-in name")
    display_name: str = Field(max_length=60, description="what the customer sees")
    enabled: bool = True
    capacity: int = Field(default=3, ge=1, le=50, description="cases held at once")


class AgentCreate(AgentBase):
    """A new account."""

    role: Role = Role.AGENT
    password: str
    display_name: str = ""
    languages: list[str] = ["zh"]
    skills: list[str] = []
    queues: list[str] = []


class AgentPublic(AgentBase):
    """An account without its secrets."""

    id: int
    role: Role
    languages: list[str]
    skills: list[str]
    queues: list[str]


class Agent(AgentBase, table=True):
    """An account; empty `queues` means every queue."""

    id: int | None = Field(default=None, primary_key=True)
    role: str = Field(max_length=20, index=True)
    password_hash: str
    languages: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    skills: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    queues: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    failed_logins: int = 0
    locked_until: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    disabled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))

    @property
    def key(self) -> int:
        """The id of a stored account."""
        assert self.id is not None
        return self.id

    def covers(self, queue: str) -> bool:
        """True when the account works in that queue."""
        return not self.queues or queue in self.queues

    @property
    def leads(self) -> bool:
        return self.role in LEADING


def add_agent(session: Session, new: AgentCreate, now: datetime) -> Agent:
    """Create an account. Raises AgentExists, WeakPassword. Hashing takes some 50 ms; do it outside busy hours."""
    return store_agent(session, new, hash_password(new.password), now)


def store_agent(session: Session, new: AgentCreate, password_hash: str, now: datetime) -> Agent:
    """Create an account from a password already hashed with `hash_password`. Raises AgentExists."""
    if session.exec(select(Agent).where(Agent.name == new.name)).first():
        raise AgentExists(f"the name {new.name} is taken; choose another")
    fields = new.model_dump(exclude={"password", "role", "display_name"})
    display = new.display_name or new.name
    agent = Agent(**fields, role=str(new.role), display_name=display, password_hash=password_hash, created_at=now)
    session.add(agent)
    session.flush()
    return agent


def hash_password(password: str) -> str:
    """Argon2 hash of a password. Raises WeakPassword."""
    if len(password) < MIN_PASSWORD:
        raise WeakPassword(f"the password has fewer than {MIN_PASSWORD} characters; choose a longer one")
    return PasswordHash.recommended().hash(password)


def get_agent(session: Session, agent_id: int) -> Agent:
    """An enabled account. Raises NotFound, AgentDisabled."""
    agent = session.get(Agent, agent_id)
    if agent is None:
        raise NotFound(f"there is no agent {agent_id}; check the id")
    if not agent.enabled:
        raise AgentDisabled(f"the account {agent.name} is disabled; ask an administrator")
    return agent


def with_roles(session: Session, *roles: Role) -> list[Agent]:
    """Enabled accounts of these roles, oldest first."""
    wanted = col(Agent.role).in_([str(role) for role in roles])
    return list(session.exec(select(Agent).where(wanted, col(Agent.enabled)).order_by(col(Agent.id))))
