"""What the holder of a case does with it between taking it and ending it.

Every action opens the case's file, checks, adds what happened and saves, inside the caller's write transaction.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlmodel import Session

from handoff import owner, routing
from handoff.agents import Role, get_agent
from handoff.case import Case, CaseClosed, State
from handoff.case_record import open_in_conversation
from handoff.casefile import CaseFile, open_file
from handoff.clock import WAITING_CUSTOMER
from handoff.complaint import ComplaintState
from handoff.database import become_writer
from handoff.errors import HandoffError, NotAllowed
from handoff.rules import Rules


class NotHolder(NotAllowed):
    """Somebody else holds this case now: claim it or ask the holder."""

    code = "not_holder"


class AlreadyClaimed(HandoffError):
    """Another agent was faster: take the next case."""

    code = "already_claimed"


class IncompleteAction(HandoffError):
    """Something needed is missing; the message says what."""

    code = "incomplete_action"


def claim(session: Session, case_id: str, agent_id: int, now: datetime, rules: Rules | None = None) -> Case:
    """Take a waiting case; of several who try, one succeeds. Raises AlreadyClaimed, NotAllowed, CaseClosed."""
    file = open_file(session, case_id, now, rules)
    routing.check_may_take(session, agent_id, file.case)
    if file.case.holder == agent_id:
        return file.case
    if file.case.holder is not None:
        raise AlreadyClaimed(f"{file.agent_name(file.case.holder)} has this case already; take the next one")
    first = file.case.owner is None
    file.add("claimed", agent=agent_id, deputy=not first and file.case.owner != agent_id)
    if not first:
        owner.tell_owner(file, "claimed", agent_id)
    file.save()
    return file.case


def reply(
    session: Session,
    case_id: str,
    agent_id: int,
    text: str,
    now: datetime,
    message_id: str | None = None,
    rules: Rules | None = None,
) -> Case:
    """The holder writes to the customer; a pause ends by it. The same `message_id` is sent once only."""
    file = held(session, case_id, agent_id, now, rules)
    if not text.strip():
        raise IncompleteAction("the reply is empty; write something")
    message_id = message_id or secrets.token_urlsafe(9)
    if any(fact.kind == "replied" and fact.payload.get("message_id") == message_id for fact in file.facts):
        return file.case
    if file.case.state == State.PAUSED:
        file.add("resumed", by=agent_id, agent=agent_id)
    file.add("replied", agent=agent_id, message_id=message_id, text=text)
    file.tell("agent_message", message_id=message_id, text=text, agent=file.agent_name(agent_id))
    file.save()
    return file.case


def customer_message(
    session: Session, conversation_id: str, text: str, message_id: str, now: datetime, rules: Rules | None = None
) -> Case | None:
    """Give the customer's (masked) message to the conversation's case; None when no case is being worked on.

    `case.speaker` says whether the bot may answer: never while a case is worked on or waits for a person.
    """
    become_writer(session)
    case_id = open_in_conversation(session, conversation_id)
    if case_id is None:
        return None
    file = open_file(session, case_id, now, rules)
    if not file.case.allows("customer_replied"):
        return None
    if any(fact.kind == "customer_replied" and fact.payload["message_id"] == message_id for fact in file.facts):
        return file.case
    file.add("customer_replied", message_id=message_id, text=text)
    file.save()
    return file.case


def wait_for_customer(session: Session, case_id: str, agent_id: int, now: datetime, rules: Rules | None = None) -> Case:
    """The holder needs something of the customer; clocks that allow it rest until the customer writes."""
    return _hold(session, case_id, agent_id, now, rules, "waited", agent=agent_id)


def pause(
    session: Session, case_id: str, agent_id: int, reason: str, now: datetime, rules: Rules | None = None
) -> Case:
    """The holder rests the case for a reason of the policy. Raises IncompleteAction for another reason."""
    file = held(session, case_id, agent_id, now, rules)
    if reason == WAITING_CUSTOMER:
        return wait_for_customer(session, case_id, agent_id, now, rules)
    if reason not in file.policy.pause_reasons:
        known = ", ".join(sorted(file.policy.pause_reasons))
        raise IncompleteAction(f"a pause needs one of these reasons: {known}")
    file.add("paused", agent=agent_id, reason=reason)
    file.save()
    return file.case


def resume(session: Session, case_id: str, agent_id: int, now: datetime, rules: Rules | None = None) -> Case:
    """The holder takes the case up again."""
    return _hold(session, case_id, agent_id, now, rules, "resumed", by=agent_id, agent=agent_id)


def transfer(
    session: Session,
    case_id: str,
    agent_id: int,
    note: str,
    now: datetime,
    to_agent: int | None = None,
    to_queue: str | None = None,
    rules: Rules | None = None,
) -> Case:
    """Pass the work on with a note, to a colleague (who is asked at once) or a queue; ownership stays.

    Raises IncompleteAction without a note or a destination, NotHolder, AgentDisabled.
    """
    file = held(session, case_id, agent_id, now, rules, leads_too=True)
    if not note.strip() or (to_agent is None) == (to_queue is None):
        raise IncompleteAction("a transfer needs a note and either a colleague or a queue")
    if to_queue is not None:
        file.policy.queue(to_queue)
    file.add("transferred", was=file.case.holder, by=agent_id, to_agent=to_agent, to_queue=to_queue, note=note)
    owner.tell_owner(file, "transferred", agent_id)
    if to_agent is not None:
        routing.check_may_take(session, to_agent, file.case)
        routing.offer(file, to_agent)
    file.save()
    if to_agent is None:
        routing.route(session, now, rules)
    return open_file(session, case_id, now, rules).case


def add_note(
    session: Session, case_id: str, agent_id: int, text: str, now: datetime, rules: Rules | None = None
) -> Case:
    """A note among colleagues; the customer does not see it."""
    get_agent(session, agent_id)
    if not text.strip():
        raise IncompleteAction("the note is empty; write something")
    file = open_file(session, case_id, now, rules)
    file.add("note_added", by=agent_id, text=text)
    file.save()
    return file.case


def move_complaint(
    session: Session,
    case_id: str,
    agent_id: int,
    to: ComplaintState,
    now: datetime,
    rules: Rules | None = None,
    **details: Any,
) -> Case:
    """One move of the complaint: `grade` to classify, `reason` and `approver` to extend, `decision` to decide.

    Raises ComplaintMoveRefused, and NotAllowed when the approver of an extension is not a supervisor.
    """
    agent = get_agent(session, agent_id)
    if agent.role == Role.INSPECTOR:
        raise NotAllowed("an inspector does not handle complaints; ask an agent")
    file = open_file(session, case_id, now, rules)
    approver = details.get("approver")
    if approver is not None and not get_agent(session, int(approver)).leads:
        raise NotAllowed("an extension is approved by a supervisor; ask one")
    if to == ComplaintState.INFORMED:
        decisions = [fact.payload["decision"] for fact in file.facts if fact.kind == "complaint_decided"]
        details = {"decision": decisions[-1] if decisions else "", **details}
    file.add(f"complaint_{to}", by=agent_id, **details)
    file.save()
    return file.case


def change_policy(
    session: Session, case_id: str, version: str, by: int, now: datetime, rules: Rules | None = None
) -> Case:
    """Move a case to another policy version; its pauses stay. Raises PolicyUnknown, NotAllowed."""
    if not get_agent(session, by).leads:
        raise NotAllowed("a supervisor moves cases to another policy; ask one")
    file = open_file(session, case_id, now, rules)
    file.rules.policies.version(version)
    file.add("policy_changed", version=version, by=by)
    file.save()
    return file.case


def held(
    session: Session, case_id: str, agent_id: int, now: datetime, rules: Rules | None, leads_too: bool = False
) -> CaseFile:
    """The file of a case this agent holds. Raises AgentDisabled, CaseClosed, NotHolder."""
    agent = get_agent(session, agent_id)
    file = open_file(session, case_id, now, rules)
    if file.case.state == State.CLOSED:
        raise CaseClosed("the case is closed; reopen it or open a new one")
    if file.case.holder != agent_id and not (leads_too and agent.leads):
        holder = file.agent_name(file.case.holder) if file.case.holder else "nobody"
        raise NotHolder(f"{holder} holds this case now; claim it first")
    return file


def _hold(
    session: Session, case_id: str, agent_id: int, now: datetime, rules: Rules | None, kind: str, **payload: Any
) -> Case:
    file = held(session, case_id, agent_id, now, rules)
    file.add(kind, **payload)
    file.save()
    return file.case
