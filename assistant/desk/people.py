"""Accounts as the desk shows them, and the names behind the ids in events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from handoff.agents import Agent, AgentPublic
from handoff.case import HELD
from handoff.case_record import CaseRecord
from handoff.policy import Policy
from handoff.presence import Presence, Shift, Status

_ID_KEYS = ("agent", "by", "was", "holder", "owner", "to_agent", "to", "approver", "inspector")
_SOMEBODY_ELSE = frozenset({"offered", "offer_expired"})


def person(agent: Agent) -> dict[str, Any]:
    """An account without its secrets."""
    return AgentPublic.model_validate(agent, from_attributes=True).model_dump(mode="json")


def names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Display names by id."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rows = session.exec(select(Agent.id, Agent.display_name).where(col(Agent.id).in_(wanted)))
    return {key: name for key, name in rows if key is not None}


def brief(agent_id: int | None, known: Mapping[int, str]) -> dict[str, Any] | None:
    """Id and name of somebody; None for nobody."""
    return None if agent_id is None else {"id": agent_id, "name": known.get(agent_id, str(agent_id))}


def ids_in(payload: Mapping[str, Any]) -> set[int]:
    """Every account an event's payload speaks of."""
    found = {payload[key] for key in _ID_KEYS if isinstance(payload.get(key), int)}
    return found | {each for each in payload.get("recipients") or () if isinstance(each, int)}


def actor_of(kind: str, payload: Mapping[str, Any]) -> int | None:
    """Who did it; None when nobody did, as with the end of a clock."""
    if kind in _SOMEBODY_ELSE:
        return None
    for key in ("by", "agent", "inspector"):
        if isinstance(payload.get(key), int):
            return int(payload[key])
    return None


def presence_now(row: Presence | None, now: datetime, policy: Policy) -> str:
    """online, away or offline; an account not heard from lately is away."""
    if row is None or row.status == Status.OFFLINE:
        return str(Status.OFFLINE)
    heard = row.seen_at >= now - timedelta(seconds=policy.routing.presence_seconds)
    return row.status if heard else str(Status.AWAY)


def loads(session: Session) -> dict[int, int]:
    """How many cases each account holds."""
    held = col(CaseRecord.state).in_([str(state) for state in HELD])
    query = select(CaseRecord.holder, func.count()).where(held).group_by(col(CaseRecord.holder))
    return {holder: count for holder, count in session.exec(query) if holder is not None}


def colleagues(session: Session, now: datetime, policy: Policy, everybody: bool = False) -> list[dict[str, Any]]:
    """Enabled accounts by name; with `everybody` the disabled too, and what only administrators need."""
    query = select(Agent, Presence).join(Presence, col(Presence.agent_id) == col(Agent.id), isouter=True)
    if not everybody:
        query = query.where(col(Agent.enabled))
    held = loads(session)
    found = []
    for agent, presence in session.exec(query.order_by(col(Agent.name))):
        row = {name: getattr(agent, name) for name in ("id", "name", "display_name", "role", "capacity", "queues")}
        row |= {"presence": presence_now(presence, now, policy), "load": held.get(agent.key, 0)}
        if everybody:
            extra = ("languages", "skills", "enabled", "locked_until", "created_at")
            row |= {name: getattr(agent, name) for name in extra}
        found.append(row)
    return found


def shift_of(session: Session, agent_id: int, now: datetime) -> dict[str, Any] | None:
    """The present or next planned shift."""
    query = select(Shift).where(Shift.agent_id == agent_id, Shift.ends_at > now).order_by(col(Shift.starts_at))
    row = session.exec(query.limit(1)).first()
    return None if row is None else {"starts_at": row.starts_at, "ends_at": row.ends_at, "duty": row.duty}
