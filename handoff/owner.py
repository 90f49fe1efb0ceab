"""首问负责制: the first person who takes a case stays answerable until it is closed.

Work may pass to a deputy; ownership does not, except when the owner's account is disabled, and then in the same
transaction. So a case that was ever claimed is never without an owner, which `orphan_seconds` measures.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from handoff.agents import Agent, Role, get_agent, with_roles
from handoff.case import State
from handoff.case_record import CaseRecord
from handoff.casefile import CaseFile, open_file
from handoff.clock import Fact
from handoff.errors import HandoffError, NotAllowed
from handoff.presence import duty_officers
from handoff.rules import Rules
from handoff.sign_in import revoke_all


class OwnerMustConfirm(HandoffError):
    """The owner answers for this case and has not confirmed the close: ask the owner."""

    code = "owner_must_confirm"


class NoSuccessor(HandoffError):
    """Nobody could answer for this person's cases: enable another account first."""

    code = "no_successor"


def inherited(session: Session, customer_id: str | None) -> tuple[int | None, str | None]:
    """Owner and id of a case the same customer has open in another conversation or channel."""
    if customer_id is None:
        return None, None
    query = select(CaseRecord).join(Agent, col(Agent.id) == col(CaseRecord.owner)).where(col(Agent.enabled))
    mine = query.where(CaseRecord.customer_id == customer_id, CaseRecord.state != State.CLOSED)
    found = session.exec(mine.order_by(col(CaseRecord.opened_at))).first()
    return (found.owner, found.id) if found else (None, None)


def check_may_close(file: CaseFile) -> None:
    """Raise OwnerMustConfirm unless the owner resolved the case or confirmed its close."""
    if not file.case.close_confirmed and file.case.owner is not None:
        raise OwnerMustConfirm(f"{file.agent_name(file.case.owner)} answers for this case and must confirm the close")


def tell_owner(file: CaseFile, what: str, by: int | None) -> None:
    """Record for the owner's desk that somebody else acted on the case."""
    if file.case.owner is not None and file.case.owner != by:
        file.add("owner_told", owner=file.case.owner, what=what, by=by)


def change_owner(
    session: Session, case_id: str, to: int, by: int, reason: str, now: datetime, rules: Rules | None = None
) -> None:
    """A lead names another owner, with a reason. Raises NotAllowed."""
    lead, successor = get_agent(session, by), get_agent(session, to)
    if not lead.leads or successor.role == Role.INSPECTOR or not reason.strip():
        raise NotAllowed("a supervisor names the new owner, who serves customers, and says why")
    file = open_file(session, case_id, now, rules)
    file.add("owner_changed", to=to, was=file.case.owner, by=by, reason=reason)
    file.save()


def disable_agent(session: Session, agent_id: int, by: int, now: datetime, rules: Rules | None = None) -> list[str]:
    """Disable an account: its sessions end, its cases go back to the queue, its ownership to a successor.

    Returns the ids of the cases it touched. Raises NotAllowed, NoSuccessor.
    """
    if get_agent(session, by).role != Role.ADMIN:
        raise NotAllowed("only an administrator disables accounts; ask one")
    agent = get_agent(session, agent_id)
    agent.enabled, agent.disabled_at = False, now
    session.add(agent)
    session.flush()
    revoke_all(session, agent_id, now)
    touched = []
    for case_id in _cases_of(session, agent_id):
        file = open_file(session, case_id, now, rules)
        _hand_on(file, agent_id)
        file.save()
        touched.append(case_id)
    return touched


def orphan_seconds(facts: Iterable[Fact], disabled: dict[int, datetime], until: datetime) -> float:
    """How long a case that had been claimed was answered for by nobody, or by an account already disabled."""
    owner: int | None = None
    since: datetime | None = None
    total = 0.0
    for fact in facts:
        if owner is not None and since is not None and owner in disabled:
            total += max(0.0, (fact.at - max(since, disabled[owner])).total_seconds())
        if fact.kind == "closed":
            return total
        if fact.kind == "claimed" and owner is None:
            owner = fact.payload["agent"]
        elif fact.kind == "owner_changed":
            owner = fact.payload["to"]
        since = fact.at
    if owner is not None and since is not None and owner in disabled:
        total += max(0.0, (until - max(since, disabled[owner])).total_seconds())
    return total


def _cases_of(session: Session, agent_id: int) -> list[str]:
    mine = or_(*(col(column) == agent_id for column in (CaseRecord.holder, CaseRecord.owner, CaseRecord.offered_to)))
    return list(session.exec(select(CaseRecord.id).where(mine, CaseRecord.state != State.CLOSED)))


def _hand_on(file: CaseFile, agent_id: int) -> None:
    if file.case.owner == agent_id:
        file.add("owner_changed", to=_successor(file), was=agent_id, by=None, reason="account disabled")
    if file.case.holder == agent_id:
        file.add("released", was=agent_id, reason="account disabled")
    elif file.case.offered_to == agent_id:
        file.add("offer_expired", agent=agent_id)


def _successor(file: CaseFile) -> int:
    """A supervisor of the queue, else the duty officer, else an administrator."""
    supervisors = with_roles(file.session, Role.SUPERVISOR)
    found = [agent.key for agent in supervisors if agent.covers(file.case.queue)]
    found = found or duty_officers(file.session, file.now)
    if not found:
        raise NoSuccessor("nobody is left to answer for this person's cases; enable a supervisor first")
    return found[0]
