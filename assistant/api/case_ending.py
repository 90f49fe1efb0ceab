"""Routes of a case's end: resolve it, open it again, confirm and close it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session

from assistant.api.case_action import Action, CaseId, Words, act_on, screened
from assistant.api.deps import ProductDep
from assistant.api.staff import Serving
from assistant.desk import actions
from handoff import desk
from handoff.rules import Rules

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class Resolved(Action):
    """What was done for the customer, in a sentence."""

    summary: Words


class Reopened(Action):
    """Why the case is open again."""

    reason: Words


@router.post("/{case_id}/resolve")
def resolve(case_id: CaseId, body: Resolved, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """End the work and say what was done."""
    done, key = screened(held, body.summary), staff.agent.key
    return act_on(held, staff, case_id, body, lambda s, now, rules: desk.resolve(s, case_id, key, done, now, rules))


@router.post("/{case_id}/reopen")
def reopen(case_id: CaseId, body: Reopened, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Open an ended case again."""
    why, key = screened(held, body.reason), staff.agent.key
    return act_on(held, staff, case_id, body, lambda s, now, rules: desk.reopen(s, case_id, why, now, key, rules))


@router.post("/{case_id}/close")
def close(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Close a resolved case whose owner resolved or confirmed it."""

    def act(session: Session, now: datetime, rules: Rules) -> None:
        actions.check_resolved(session, case_id)
        desk.close(session, case_id, staff.agent.key, now, rules)

    return act_on(held, staff, case_id, body, act)


@router.post("/{case_id}/confirm-close")
def confirm_close(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Confirm as the owner that the matter is settled."""
    key = staff.agent.key
    return act_on(held, staff, case_id, body, lambda s, now, rules: desk.confirm_close(s, case_id, key, now, rules))
