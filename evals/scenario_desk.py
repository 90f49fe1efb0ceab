"""The person of a scenario: takes the open case of a conversation and ends it, as at the desk."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from assistant.service import Assistant
from handoff import desk
from handoff.agents import Agent, AgentCreate, Role, hash_password, store_agent
from handoff.case_record import open_in_conversation
from handoff.database import write_transaction

_NAME = "scenario-desk"
_DONE = "已为客户处理完毕"


def end_case(assistant: Assistant, conversation_id: str, now: datetime) -> None:
    """Claim and resolve the open case; nothing happens when there is none."""
    with write_transaction(assistant.engine) as session:
        case_id = open_in_conversation(session, conversation_id)
        if case_id is not None:
            agent = _agent(session, now)
            desk.claim(session, case_id, agent.key, now, assistant.rules)
            desk.resolve(session, case_id, agent.key, _DONE, now, assistant.rules)


def _agent(session: Session, now: datetime) -> Agent:
    found = session.exec(select(Agent).where(Agent.name == _NAME)).first()
    if found:
        return found
    password = f"{_NAME} signs in nowhere"
    new = AgentCreate(name=_NAME, display_name="周主管", role=Role.SUPERVISOR, password=password)
    return store_agent(session, new, hash_password(password), now)
