"""How a case begins: one open case per conversation, however often it is asked for, in the right queue at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from handoff import owner, routing
from handoff.case import Case, State
from handoff.case_record import get_record, open_in_conversation
from handoff.casefile import CaseFile, open_file
from handoff.clock import Run
from handoff.database import become_writer
from handoff.ending import reopen_in
from handoff.handling import IncompleteAction
from handoff.packet import Packet, complete
from handoff.rules import Rules, bundled_rules


class OpenCase(BaseModel):
    """A request for a person. `reason` is an intent or a rule's name; `group` the intent's group."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation_id: str
    customer_id: str | None = None
    channel: str = "web"
    language: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
    group: str = "other"
    severity: int = Field(default=1, ge=1, le=3)
    reason: str
    complaint: bool = False
    packet: Packet = Packet()


@dataclass(frozen=True)
class Opened:
    """The conversation's one open case; `created` is False when it was open already."""

    case: Case
    created: bool
    queue_name: str
    position: int
    clocks: list[Run]
    expected_at: datetime | None = None
    callback_at: datetime | None = None


def open_case(session: Session, request: OpenCase, now: datetime, rules: Rules | None = None) -> Opened:
    """Open a case, or return the conversation's open one: graver or reopened if need be.

    Any number of identical requests leave one case and no trace of the repetitions.
    """
    become_writer(session)
    rules = rules or bundled_rules()
    existing = open_in_conversation(session, request.conversation_id)
    if existing is not None:
        file = open_file(session, existing, now, rules)
        _join(file, request)
        expectation = routing.Expectation(0)
    else:
        file, expectation = _open_new(session, request, now, rules)
    if file.case.waits_for_person:
        routing.route(session, now, rules)
        file = open_file(session, file.case.id, now, rules)
    return Opened(
        case=file.case,
        created=existing is None,
        queue_name=file.policy.queue(file.case.queue).name,
        position=routing.position(session, get_record(session, file.case.id)) if file.case.waits_for_person else 0,
        clocks=[run for run in file.runs() if run.running and run.rule.basis != "timer"],
        expected_at=expectation.opens_at,
        callback_at=expectation.slot_at,
    )


def raise_severity(
    session: Session,
    case_id: str,
    severity: int,
    reason: str,
    now: datetime,
    by: int | None = None,
    rules: Rules | None = None,
) -> Case:
    """Make a case graver; severity never falls. The clocks are recomputed from the start with the new limits."""
    file = open_file(session, case_id, now, rules)
    raise_in(file, severity, reason, by)
    file.save()
    return file.case


def book_callback(
    session: Session, case_id: str, earliest: datetime, now: datetime, rules: Rules | None = None
) -> datetime:
    """Keep the first free call-back slot from `earliest` on for a case; returns its start."""
    file = open_file(session, case_id, now, rules)
    slot = routing.free_slot(file, file.policy.queue(file.case.queue), max(earliest, file.now))
    routing.book_slot(file, slot)
    file.add("callback_booked", slot_at=slot.isoformat())
    file.save()
    return slot


def _open_new(session: Session, request: OpenCase, now: datetime, rules: Rules) -> tuple[CaseFile, routing.Expectation]:
    policy = rules.policies.at(now)
    file = CaseFile(session, f"c-{secrets.token_urlsafe(12)}", [], now, rules)
    owned_by, related = owner.inherited(session, request.customer_id)
    details = request.model_dump(mode="json", exclude={"packet", "complaint"})
    packet = complete(request.packet).model_dump(mode="json")
    file.add("opened", **details, policy_version=policy.version, owner=owned_by, related=related, packet=packet)
    queue = policy.queue_for(request.group, request.severity)
    expectation = routing.expect(file, queue)
    times = {"expected_at": expectation.opens_at, "slot_at": expectation.slot_at}
    told = {name: moment.isoformat() for name, moment in times.items() if moment}
    file.add("queued", queue=queue.id, ahead=expectation.ahead, **told)
    if request.complaint:
        file.add("complaint_received", by=None)
    file.save()
    if expectation.slot_at is not None:
        routing.book_slot(file, expectation.slot_at)
    routing.call_duty(file)
    file.save()
    return file, expectation


def _join(file: CaseFile, request: OpenCase) -> None:
    """Bring a request into the conversation's open case; one that says nothing new leaves no event."""
    if file.case.state == State.RESOLVED:
        reopen_in(file, request.reason, None)
    if request.severity > file.case.severity:
        raise_in(file, request.severity, request.reason, None)
    if request.complaint and file.case.complaint.state is None:
        file.add("complaint_received", by=None)
    file.save()


def raise_in(file: CaseFile, severity: int, reason: str, by: int | None) -> None:
    if severity <= file.case.severity or severity > 3:
        raise IncompleteAction(f"severity can only rise; it is {file.case.severity} now and 3 is the highest")
    moves = file.case.waits_for_person
    queue = file.policy.queue_for(file.case.group, severity).id if moves else None
    file.add("severity_raised", severity=severity, from_severity=file.case.severity, reason=reason, by=by, queue=queue)
    routing.call_duty(file)
