"""How a case ends and begins again: resolved, confirmed, closed, withdrawn, reopened.

The end of a person's work is always recorded and told to the customer before the bot may speak again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from handoff import owner, routing
from handoff.agents import get_agent
from handoff.case import Case, CaseClosed, State, TransitionRefused
from handoff.case_record import open_in_conversation
from handoff.casefile import CaseFile, open_file
from handoff.errors import HandoffError, NotAllowed
from handoff.handling import IncompleteAction, held
from handoff.rules import Rules


class ComplaintOpen(HandoffError):
    """The complaint has not ended: inform the complainant and close it, or record the withdrawal."""

    code = "complaint_open"


class TooOldToReopen(HandoffError):
    """The time to reopen this case is over: open a new one."""

    code = "too_old_to_reopen"


def resolve(
    session: Session, case_id: str, agent_id: int, summary: str, now: datetime, rules: Rules | None = None
) -> Case:
    """The holder ends the work and says what was done; the bot speaks again. The owner is told of a deputy's end."""
    file = held(session, case_id, agent_id, now, rules, leads_too=True)
    if not summary.strip():
        raise IncompleteAction("write in a sentence what was done for the customer")
    file.add("resolved", agent=agent_id, summary=summary)
    owner.tell_owner(file, "resolved", agent_id)
    file.save()
    routing.route(session, now, rules)
    return file.case


def reopen(
    session: Session, case_id: str, reason: str, now: datetime, by: int | None = None, rules: Rules | None = None
) -> Case:
    """The customer (`by` None) or an agent opens an ended case again; the owner stays. Raises TooOldToReopen."""
    file = open_file(session, case_id, now, rules)
    if by is not None:
        routing.check_may_take(session, by, file.case)
    reopen_in(file, reason, by)
    file.save()
    routing.route(session, now, rules)
    return open_file(session, case_id, now, rules).case


def close(session: Session, case_id: str, agent_id: int, now: datetime, rules: Rules | None = None) -> Case:
    """Close a resolved case whose owner resolved or confirmed it. Raises OwnerMustConfirm, ComplaintOpen."""
    get_agent(session, agent_id)
    file = open_file(session, case_id, now, rules)
    if file.case.state == State.CLOSED:
        return file.case
    if not file.case.close_confirmed and agent_id == file.case.owner:
        return confirm_close(session, case_id, agent_id, now, rules)
    close_in(file, by=agent_id, how="agent")
    file.save()
    return file.case


def confirm_close(session: Session, case_id: str, agent_id: int, now: datetime, rules: Rules | None = None) -> Case:
    """The owner, or a lead instead of the owner, confirms that the matter is settled, which closes the case."""
    agent = get_agent(session, agent_id)
    file = open_file(session, case_id, now, rules)
    if agent_id != file.case.owner and not agent.leads:
        raise NotAllowed("the owner confirms the close, or a supervisor instead; ask one of them")
    if file.case.state != State.RESOLVED:
        raise TransitionRefused("only a resolved case is confirmed; resolve it first")
    file.add("close_confirmed", by=agent_id)
    close_in(file, by=agent_id, how="confirmed")
    file.save()
    return file.case


def withdraw(session: Session, case_id: str, now: datetime, rules: Rules | None = None) -> Case:
    """The customer no longer wants a person while still waiting for one; the bot speaks again."""
    file = open_file(session, case_id, now, rules)
    if not file.case.waits_for_person:
        raise TransitionRefused("an agent is on this case; let the agent resolve it")
    if file.case.complaint.open:
        file.add("complaint_withdrawn", by=None)
    file.add("closed", by=None, how="withdrawn")
    file.save()
    return file.case


def close_in(file: CaseFile, by: int | None, how: str) -> None:
    """Close an open file's case. Raises OwnerMustConfirm, ComplaintOpen."""
    if file.case.complaint.open:
        raise ComplaintOpen("the complaint has not ended; inform the complainant and close it first")
    if file.case.state == State.RESOLVED:
        owner.check_may_close(file)
    file.add("closed", by=by, how=how)


def reopen_in(file: CaseFile, reason: str, by: int | None) -> None:
    ended = next((fact.at for fact in reversed(file.facts) if fact.kind == "resolved"), file.now)
    if file.now - ended > timedelta(days=file.policy.reopen_days):
        raise TooOldToReopen(f"a case can be reopened for {file.policy.reopen_days} days; open a new one")
    other = open_in_conversation(file.session, file.case.conversation_id)
    if other not in {None, file.case.id}:
        raise CaseClosed("the conversation has a newer open case; go on there")
    file.add("reopened", reason=reason, by=by)
    owner.tell_owner(file, "reopened", by)
