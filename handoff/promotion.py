"""Turns an inspected, masked conversation into an evaluation case, so that a mistake is tested for ever after."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field, Session, SQLModel, col, select

from handoff import events
from handoff.agents import LEADING, Role, get_agent
from handoff.database import UtcDateTime, become_writer
from handoff.errors import HandoffError, NotAllowed
from handoff.events import Json
from handoff.inspection import InspectionState, get_inspection


class NotPromotable(HandoffError):
    """There is nothing to promote: score the inspection first, and name what should have happened."""

    code = "not_promotable"


class EvaluationCase(SQLModel, table=True):
    """A masked conversation with what the product should have done; one per inspection."""

    __tablename__ = "evaluation_case"

    id: int | None = Field(default=None, primary_key=True)
    inspection_id: int = Field(foreign_key="inspection.id", unique=True)
    transcript: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(Json, nullable=False))
    expected: dict[str, Any] = Field(default_factory=dict, sa_column=Column(Json, nullable=False))
    promoted_by: int = Field(foreign_key="agent.id")
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


def promote(session: Session, inspection_id: int, by: int, expected: dict[str, Any], now: datetime) -> EvaluationCase:
    """Keep the masked transcript of a scored inspection with its expected intent, action or severity.

    Promoting again returns what is kept. Raises NotAllowed, NotPromotable.
    """
    become_writer(session)
    if get_agent(session, by).role not in {str(role) for role in (*LEADING, Role.INSPECTOR)}:
        raise NotAllowed("inspectors and supervisors promote conversations; ask one")
    existing = session.exec(select(EvaluationCase).where(EvaluationCase.inspection_id == inspection_id)).first()
    if existing is not None:
        return existing
    inspection = get_inspection(session, inspection_id)
    transcript = _transcript(session, inspection.case_id)
    if inspection.state != InspectionState.SCORED or not transcript or not expected:
        raise NotPromotable("score the inspection and name what should have happened; it needs a transcript too")
    row = EvaluationCase(inspection_id=inspection_id, transcript=transcript, expected=expected, promoted_by=by, at=now)
    session.add(row)
    session.flush()
    events.append(session, inspection.stream, "promoted", {"by": by, "evaluation_case": row.id}, now)
    return row


def evaluation_cases(session: Session) -> list[EvaluationCase]:
    """All promoted conversations, oldest first."""
    return list(session.exec(select(EvaluationCase).order_by(col(EvaluationCase.id))))


def _transcript(session: Session, case_id: str | None) -> list[dict[str, Any]]:
    """What was said before the hand-over, and after it, by role only."""
    if case_id is None:
        return []
    facts = events.read(session, events.case_stream(case_id))
    before = [{"author": each["author"], "text": each["text"]} for each in facts[0].payload["packet"]["transcript"]]
    authors = {"customer_replied": "customer", "replied": "agent"}
    return before + [
        {"author": authors[fact.kind], "text": fact.payload["text"]} for fact in facts if fact.kind in authors
    ]
