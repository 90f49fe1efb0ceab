"""Routes of the cases: the list, one case in full, and one route for each thing people do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlmodel import Session

from assistant.api.deps import Product, ProductDep
from assistant.api.staff import Serving, Staff
from assistant.desk import actions, items, sight
from assistant.desk.view import case_view
from handoff import desk
from handoff.case import State
from handoff.complaint import ComplaintState
from handoff.database import run_write, session_scope
from handoff.events import last_id
from handoff.rules import Rules

router = APIRouter(prefix="/v1/cases", tags=["cases"])

CaseId = Annotated[str, Path(max_length=60)]
AgentId = Annotated[int, Field(ge=1, le=2**31 - 1)]
Words = Annotated[str, Field(min_length=1, max_length=10_000)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
MessageId = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")]


class Action(BaseModel):
    """`version` is the version the page shows; when the case has changed since, nothing is done."""

    model_config = ConfigDict(extra="forbid")

    version: Annotated[int | None, Field(ge=0, le=2**31 - 1)] = None


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


class Resolved(Action):
    """What was done for the customer, in a sentence."""

    summary: Words


class Reopened(Action):
    """Why the case is open again."""

    reason: Words


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


class Revealed(Action):
    """The masked field to show."""

    field: Name


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


Act = Callable[[Session, datetime], object]


@router.get("")
def list_cases(
    staff: Serving,
    held: ProductDep,
    queue: Annotated[str | None, Query(max_length=40)] = None,
    state: Annotated[list[State] | None, Query(max_length=10)] = None,
    mine: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Cases in sight, in the order in which they should be served."""
    with session_scope(held.assistant.engine) as session:
        place = last_id(session)
        found, following = items.page(
            session, staff.agent, held.assistant.rules, queue, state or (), mine, limit, cursor
        )
    return {"items": found, "next_cursor": following, "last_event_id": place, "now": held.clock.now()}


@router.get("/{case_id}")
def read_case(case_id: CaseId, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """One case in full."""
    with session_scope(held.assistant.engine) as session:
        sight.seen_case(session, staff.agent, case_id)
        return case_view(session, staff.agent, case_id, held.clock.now(), held.assistant.rules)


@router.post("/{case_id}/claim")
def claim(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Take a waiting case; of several who try, one succeeds."""
    return _act(held, staff, case_id, body, lambda s, now: desk.claim(s, case_id, staff.agent.key, now, _rules(held)))


@router.post("/{case_id}/decline")
def decline(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Let an offer go."""
    return _act(held, staff, case_id, body, lambda s, now: desk.decline(s, case_id, staff.agent.key, now, _rules(held)))


@router.post("/{case_id}/reply")
def reply(case_id: CaseId, body: Written, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Write to the customer."""
    text = _screened(held, body.text)

    def act(session: Session, now: datetime) -> None:
        if not actions.already_sent(session, case_id, body.message_id, text):
            actions.check_version(session, case_id, body.version)
            desk.reply(session, case_id, staff.agent.key, text, now, body.message_id, _rules(held))

    return _act(held, staff, case_id, Action(), act)


@router.post("/{case_id}/note")
def note(case_id: CaseId, body: Written, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Leave a note for colleagues."""
    text = _screened(held, body.text)

    def act(session: Session, now: datetime) -> None:
        if not actions.already_noted(session, case_id, staff.agent.key, text):
            actions.check_version(session, case_id, body.version)
            desk.add_note(session, case_id, staff.agent.key, text, now, _rules(held))

    return _act(held, staff, case_id, Action(), act)


@router.post("/{case_id}/wait")
def wait(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Wait for the customer."""
    key = staff.agent.key
    return _act(held, staff, case_id, body, lambda s, now: desk.wait_for_customer(s, case_id, key, now, _rules(held)))


@router.post("/{case_id}/pause")
def pause(case_id: CaseId, body: Paused, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Rest the case for a reason."""
    key = staff.agent.key
    return _act(held, staff, case_id, body, lambda s, now: desk.pause(s, case_id, key, body.reason, now, _rules(held)))


@router.post("/{case_id}/resume")
def resume(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Take the case up again."""
    return _act(held, staff, case_id, body, lambda s, now: desk.resume(s, case_id, staff.agent.key, now, _rules(held)))


@router.post("/{case_id}/transfer")
def transfer(case_id: CaseId, body: Transferred, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Pass the work on; ownership stays."""
    note = _screened(held, body.note)
    to = {"to_agent": body.to_agent, "to_queue": body.to_queue}

    def act(session: Session, now: datetime) -> None:
        desk.transfer(session, case_id, staff.agent.key, note, now, rules=_rules(held), **to)  # type: ignore[arg-type]

    return _act(held, staff, case_id, body, act)


@router.post("/{case_id}/resolve")
def resolve(case_id: CaseId, body: Resolved, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """End the work and say what was done."""
    done, key = _screened(held, body.summary), staff.agent.key
    return _act(held, staff, case_id, body, lambda s, now: desk.resolve(s, case_id, key, done, now, _rules(held)))


@router.post("/{case_id}/reopen")
def reopen(case_id: CaseId, body: Reopened, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Open an ended case again."""
    why, key = _screened(held, body.reason), staff.agent.key
    return _act(held, staff, case_id, body, lambda s, now: desk.reopen(s, case_id, why, now, key, _rules(held)))


@router.post("/{case_id}/close")
def close(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Close a resolved case whose owner resolved or confirmed it."""

    def act(session: Session, now: datetime) -> None:
        actions.check_resolved(session, case_id)
        desk.close(session, case_id, staff.agent.key, now, _rules(held))

    return _act(held, staff, case_id, body, act)


@router.post("/{case_id}/confirm-close")
def confirm_close(case_id: CaseId, body: Action, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Confirm as the owner that the matter is settled."""
    key = staff.agent.key
    return _act(held, staff, case_id, body, lambda s, now: desk.confirm_close(s, case_id, key, now, _rules(held)))


@router.post("/{case_id}/acknowledge")
def acknowledge(case_id: CaseId, body: Acknowledged, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Take note of an escalation."""
    key, ladder = staff.agent.key, body.ladder
    return _act(held, staff, case_id, body, lambda s, now: desk.acknowledge(s, case_id, ladder, key, now, _rules(held)))


@router.post("/{case_id}/complaint")
def complaint(case_id: CaseId, body: ComplaintMoved, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Move the complaint on; an extension is granted by the supervisor who sends it, to the handler who asked."""
    given = {name: getattr(body, name) for name in ("grade", "reason", "decision")}
    details = {name: _screened(held, text) for name, text in given.items() if text is not None}

    def act(session: Session, now: datetime) -> None:
        actions.move_complaint(session, case_id, staff.agent, body.to, details, body.asked_by, now, _rules(held))

    return _act(held, staff, case_id, body, act)


@router.post("/{case_id}/callback")
def callback(case_id: CaseId, body: Booked, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Book the first free call-back slot from a time on."""
    return _act(
        held, staff, case_id, body, lambda s, now: desk.book_callback(s, case_id, body.earliest, now, _rules(held))
    )


@router.post("/{case_id}/severity")
def severity(case_id: CaseId, body: Raised, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Make the case graver; it never becomes lighter."""
    why, key = _screened(held, body.reason), staff.agent.key
    return _act(
        held,
        staff,
        case_id,
        body,
        lambda s, now: desk.raise_severity(s, case_id, body.severity, why, now, key, _rules(held)),
    )


@router.post("/{case_id}/owner")
def owner(case_id: CaseId, body: Owned, staff: Serving, held: ProductDep) -> dict[str, Any]:
    """Name another owner."""
    why, key = _screened(held, body.reason), staff.agent.key

    def act(session: Session, now: datetime) -> None:
        desk.change_owner(session, case_id, body.to, key, why, now, _rules(held))

    return _act(held, staff, case_id, body, act)


@router.post("/{case_id}/reveal")
def reveal(case_id: CaseId, body: Revealed, staff: Serving, held: ProductDep) -> dict[str, str]:
    """Show one masked value; that it was shown, and to whom, is recorded."""

    def act(session: Session) -> str:
        sight.seen_case(session, staff.agent, case_id)
        actions.check_version(session, case_id, body.version)
        return desk.reveal(session, held.vault, case_id, body.field, staff.agent.key, held.clock.now(), _rules(held))

    return {"field": body.field, "value": run_write(held.assistant.engine, act)}


def _act(held: Product, staff: Staff, case_id: str, body: Action, act: Act) -> dict[str, Any]:
    """Run one action on a case in sight, in one transaction, and show the case after it."""

    def run(session: Session) -> None:
        sight.seen_case(session, staff.agent, case_id)
        actions.check_version(session, case_id, body.version)
        act(session, held.clock.now())

    run_write(held.assistant.engine, run)
    with session_scope(held.assistant.engine) as session:
        return case_view(session, staff.agent, case_id, held.clock.now(), held.assistant.rules)


def _screened(held: Product, text: str) -> str:
    return actions.written(text, held.assistant.settings.max_message)


def _rules(held: Product) -> Rules:
    return held.assistant.rules
