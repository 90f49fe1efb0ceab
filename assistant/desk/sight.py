"""Who may see which case: agents their queues and what is theirs, supervisors and administrators all, inspectors none.

A case out of sight is answered like one that does not exist, so ids cannot be guessed.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import Session, col

from handoff.agents import SERVING, Agent
from handoff.case_record import CaseRecord, get_record
from handoff.errors import NotAllowed, NotFound


def serves(agent: Agent) -> bool:
    """Whether the account works on cases at all."""
    return agent.role in {str(role) for role in SERVING}


def may_see(agent: Agent, record: CaseRecord) -> bool:
    """Whether the account may see the case as it is now."""
    if not serves(agent):
        return False
    mine = agent.key in {record.holder, record.owner, record.offered_to}
    return agent.leads or mine or agent.covers(record.queue)


def in_sight(agent: Agent) -> ColumnElement[bool]:
    """`may_see` as a condition of a query, for an account that serves."""
    if agent.leads or not agent.queues:
        return true()
    return or_(col(CaseRecord.queue).in_(agent.queues), mine(agent))


def mine(agent: Agent) -> ColumnElement[bool]:
    """Cases held, owned or offered to the account."""
    columns = (CaseRecord.holder, CaseRecord.owner, CaseRecord.offered_to)
    return or_(*(col(column) == agent.key for column in columns))


def seen_case(session: Session, agent: Agent, case_id: str) -> CaseRecord:
    """The case's row. Raises NotAllowed for an inspector, NotFound for a case out of sight."""
    if not serves(agent):
        raise NotAllowed(f"an {agent.role} does not see cases; ask an agent or a supervisor")
    record = get_record(session, case_id)
    if not may_see(agent, record):
        raise NotFound("there is no such case; check the id")
    return record
