"""Routes of the work on a case: take it, write to the customer, leave a note, rest it, pass it on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlmodel import Session

from assistant.api.case_action import Action, AgentId, CaseId, Name, Words, act_on, screened
from assistant.api.deps import ProductDep
from assistant.api.staff import Serving
from assistant.desk import actions
from handoff import desk
from handoff.rules import Rules

MessageId = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")]

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class Written(Action):
    """Something written; the same `message_id` is written once."""

    text: Words
    message_id: MessageId


class Paused(Action):
    """Why the case rests: a reason of the policy."""

    reason: Name


class Transferred(Action):
    """The note, and either a colleague or a queue."""

    note: Words
    to_agent: AgentId | None = None
    to_queue: Name | None = None


@router.post("/{case_id}/claim")
def claim(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Take a waiting case; of several who try, one succeeds."""
    return act_on(held, staff, case_id, body, lambda s, now, rules: desk.claim(s, case_id, staff.agent.key, now, rules))


@router.post("/{case_id}/decline")
def decline(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Let an offer go."""
    return act_on(
        held, staff, case_id, body, lambda s, now, rules: desk.decline(s, case_id, staff.agent.key, now, rules)
    )


@router.post("/{case_id}/reply")
def reply(case_id: CaseId, body: Written, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Write to the customer."""
    text = screened(held, body.text)

    def act(session: Session, now: datetime, rules: Rules) -> None:
        if not actions.already_sent(session, case_id, body.message_id, text):
            actions.check_version(session, case_id, body.version)
            desk.reply(session, case_id, staff.agent.key, text, now, body.message_id, rules)

    return act_on(held, staff, case_id, Action(), act)


@router.post("/{case_id}/note")
def note(case_id: CaseId, body: Written, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Leave a note for colleagues."""
    text = screened(held, body.text)

    def act(session: Session, now: datetime, rules: Rules) -> None:
        if not actions.already_noted(session, case_id, staff.agent.key, text):
            actions.check_version(session, case_id, body.version)
            desk.add_note(session, case_id, staff.agent.key, text, now, rules)

    return act_on(held, staff, case_id, Action(), act)


@router.post("/{case_id}/wait")
def wait(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Wait for the customer."""
    key = staff.agent.key
    return act_on(held, staff, case_id, body, lambda s, now, rules: desk.wait_for_customer(s, case_id, key, now, rules))


@router.post("/{case_id}/pause")
def pause(case_id: CaseId, body: Paused, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Rest the case for a reason."""
    key = staff.agent.key
    return act_on(
        held, staff, case_id, body, lambda s, now, rules: desk.pause(s, case_id, key, body.reason, now, rules)
    )


@router.post("/{case_id}/resume")
def resume(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Take the case up again."""
    return act_on(
        held, staff, case_id, body, lambda s, now, rules: desk.resume(s, case_id, staff.agent.key, now, rules)
    )


@router.post("/{case_id}/transfer")
def transfer(case_id: CaseId, body: Transferred, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Pass the work on; ownership stays."""
    note = screened(held, body.note)
    to = {"to_agent": body.to_agent, "to_queue": body.to_queue}

    def act(session: Session, now: datetime, rules: Rules) -> None:
        desk.transfer(session, case_id, staff.agent.key, note, now, rules=rules, **to)  # type: ignore[arg-type]

    return act_on(held, staff, case_id, body, act)
