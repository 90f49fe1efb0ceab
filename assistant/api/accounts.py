"""Routes of the accounts: colleagues for everybody, creating, changing and disabling for administrators, shifts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from assistant.api.deps import ProductDep
from assistant.api.staff import Administering, AnyStaff, Leading
from assistant.desk.people import colleagues, person
from handoff.agents import Agent, AgentCreate, Role, get_agent, hash_password, store_agent
from handoff.database import run_write, session_scope
from handoff.errors import NotAllowed
from handoff.owner import disable_agent
from handoff.policy import Policy
from handoff.presence import Shift, plan_shift

router = APIRouter(prefix="/v1/agents", tags=["accounts"])

AgentId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Tag = Annotated[str, Field(min_length=1, max_length=40)]
Tags = Annotated[list[Tag], Field(max_length=50)]


class AccountCreate(BaseModel):
    """A new account."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@\u4e00-\u9fff-]{1,60}$")]
    password: Annotated[str, Field(max_length=200)]
    role: Role = Role.AGENT
    display_name: Annotated[str, Field(max_length=60)] = ""
    languages: Tags = ["zh"]
    skills: Tags = []
    queues: Tags = []
    capacity: Annotated[int, Field(ge=1, le=50)] = 3


class AccountChange(BaseModel):
    """What changes of an account; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    display_name: Annotated[str | None, Field(min_length=1, max_length=60)] = None
    languages: Tags | None = None
    skills: Tags | None = None
    queues: Tags | None = None
    capacity: Annotated[int | None, Field(ge=1, le=50)] = None


class ShiftCreate(BaseModel):
    """A planned stretch of work; `duty` makes it the duty officer's."""

    model_config = ConfigDict(extra="forbid")

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    duty: bool = False


@router.get("")
def list_agents(staff: AnyStaff, held: ProductDep, all: bool = False) -> dict[str, Any]:
    """Colleagues with their presence and load; `all` is for administrators."""
    if all and staff.agent.role != Role.ADMIN:
        raise NotAllowed("disabled accounts are shown to administrators; ask one")
    now = held.clock.now()
    with session_scope(held.assistant.engine) as session:
        return {"items": colleagues(session, now, held.assistant.rules.policies.at(now), all)}


@router.post("", status_code=201)
def create_agent(body: AccountCreate, staff: Administering, held: ProductDep) -> dict[str, Any]:  # noqa: ARG001
    """Create an account; the password is hashed before the database is touched."""
    now = held.clock.now()
    _check_queues(body.queues, held.assistant.rules.policies.at(now))
    hashed = hash_password(body.password)
    new = AgentCreate(**body.model_dump())
    return run_write(held.assistant.engine, lambda session: person(store_agent(session, new, hashed, now)))


@router.patch("/{agent_id}")
def change_agent(agent_id: AgentId, body: AccountChange, staff: Administering, held: ProductDep) -> dict[str, Any]:  # noqa: ARG001
    """Change an account."""
    changes = body.model_dump(exclude_none=True)
    _check_queues(changes.get("queues", []), held.assistant.rules.policies.at(held.clock.now()))

    def change(session: Session) -> dict[str, Any]:
        agent = get_agent(session, agent_id)
        for name, value in changes.items():
            setattr(agent, name, value)
        session.add(agent)
        session.flush()
        return person(agent)

    return run_write(held.assistant.engine, change)


@router.post("/{agent_id}/disable")
def disable(agent_id: AgentId, staff: Administering, held: ProductDep) -> dict[str, Any]:
    """Disable an account: it is signed out at once, and its cases go to others."""
    if agent_id == staff.agent.key:
        raise NotAllowed("nobody disables the own account; ask another administrator")

    def act(session: Session) -> dict[str, Any]:
        touched = disable_agent(session, agent_id, staff.agent.key, held.clock.now(), held.assistant.rules)
        agent = session.get(Agent, agent_id)
        assert agent is not None
        return {"agent": person(agent), "cases": touched}

    return run_write(held.assistant.engine, act)


@router.get("/{agent_id}/shifts")
def list_shifts(agent_id: AgentId, staff: Leading, held: ProductDep) -> dict[str, Any]:  # noqa: ARG001
    """Present and planned shifts, soonest first."""
    with session_scope(held.assistant.engine) as session:
        get_agent(session, agent_id)
        query = select(Shift).where(Shift.agent_id == agent_id, Shift.ends_at > held.clock.now())
        return {"items": [_shift(each) for each in session.exec(query.order_by(col(Shift.starts_at)).limit(200))]}


@router.post("/{agent_id}/shifts", status_code=201)
def create_shift(agent_id: AgentId, body: ShiftCreate, staff: Leading, held: ProductDep) -> dict[str, Any]:  # noqa: ARG001
    """Plan a shift."""
    return run_write(
        held.assistant.engine,
        lambda session: _shift(plan_shift(session, agent_id, body.starts_at, body.ends_at, body.duty)),
    )


def _shift(row: Shift) -> dict[str, Any]:
    return {"id": row.id, "starts_at": row.starts_at, "ends_at": row.ends_at, "duty": row.duty}


def _check_queues(queues: list[str], policy: Policy) -> None:
    for queue in queues:
        policy.queue(queue)
