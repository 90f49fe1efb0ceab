"""Routes that change a case's course: escalation, complaint, call-back, severity, owner."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from sqlmodel import Session

from assistant.api.case_action import Action, AgentId, CaseId, Name, Words, act_on, screened
from assistant.api.deps import ProductDep
from assistant.api.staff import Serving
from assistant.desk import actions
from handoff import desk
from handoff.complaint import ComplaintState
from handoff.rules import Rules

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class Acknowledged(Action):
    """The ladder whose rung is taken note of."""

    ladder: Name


class ComplaintMoved(Action):
    """Where the complaint goes, with what the move needs."""

    to: ComplaintState
    grade: Name | None = None
    reason: Words | None = None
    decision: Words | None = None
    asked_by: AgentId | None = None


class Booked(Action):
    """From when on a call back suits the customer."""

    earliest: AwareDatetime


class Raised(Action):
    """The graver severity and why."""

    severity: Annotated[int, Field(ge=1, le=3)]
    reason: Words


class Owned(Action):
    """Who answers for the case from now on, and why."""

    to: AgentId
    reason: Words


@router.post("/{case_id}/acknowledge")
def acknowledge(case_id: CaseId, body: Acknowledged, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Take note of an escalation."""
    key, ladder = staff.agent.key, body.ladder
    return act_on(
        held, staff, case_id, body, lambda s, now, rules: desk.acknowledge(s, case_id, ladder, key, now, rules)
    )


@router.post("/{case_id}/complaint")
def complaint(case_id: CaseId, body: ComplaintMoved, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Move the complaint on; an extension is granted by the supervisor who sends it, to the handler who asked."""
    given = {name: getattr(body, name) for name in ("grade", "reason", "decision")}
    details = {name: screened(held, text) for name, text in given.items() if text is not None}

    def act(session: Session, now: datetime, rules: Rules) -> None:
        actions.move_complaint(session, case_id, staff.agent, body.to, details, body.asked_by, now, rules)

    return act_on(held, staff, case_id, body, act)


@router.post("/{case_id}/callback")
def callback(case_id: CaseId, body: Booked, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Book the first free call-back slot from a time on."""
    return act_on(
        held, staff, case_id, body, lambda s, now, rules: desk.book_callback(s, case_id, body.earliest, now, rules)
    )


@router.post("/{case_id}/severity")
def severity(case_id: CaseId, body: Raised, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Make the case graver; it never becomes lighter."""
    why, key = screened(held, body.reason), staff.agent.key
    return act_on(
        held,
        staff,
        case_id,
        body,
        lambda s, now, rules: desk.raise_severity(s, case_id, body.severity, why, now, key, rules),
    )


@router.post("/{case_id}/owner")
def owner(case_id: CaseId, body: Owned, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Name another owner."""
    why, key = screened(held, body.reason), staff.agent.key

    def act(session: Session, now: datetime, rules: Rules) -> None:
        desk.change_owner(session, case_id, body.to, key, why, now, rules)

    return act_on(held, staff, case_id, body, act)
