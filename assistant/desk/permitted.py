"""What a member of staff may do with a case now, so that the desk offers nothing that would be refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from handoff.agents import LEADING, Agent, Role
from handoff.case import ENDED, HELD, Case, State
from handoff.case_record import open_in_conversation
from handoff.casefile import CaseFile
from handoff.complaint import MOVES
from handoff.errors import HandoffError
from handoff.escalation import Escalation
from handoff.packet import Packet
from handoff.routing import check_may_take


def permitted(file: CaseFile, agent: Agent, rungs: Sequence[Escalation]) -> list[str]:
    """Names of the actions open to the account, for a case it may see; `rungs` are those that wait."""
    case = file.case
    takes = _may_take(file.session, agent, case)
    held, holder = case.state in HELD, case.holder == agent.key
    ended, resolved, closed = case.state in ENDED, case.state == State.RESOLVED, case.state == State.CLOSED
    answers = agent.key == case.owner or agent.leads
    settled = resolved and not case.complaint.open
    open_to = {
        "claim": takes and case.holder is None and case.allows("claimed"),
        "decline": case.offered_to == agent.key,
        "reply": held and holder,
        "note": True,
        "wait": holder and case.state == State.CLAIMED,
        "pause": holder and case.state in {State.CLAIMED, State.WAITING},
        "resume": holder and case.state in {State.WAITING, State.PAUSED},
        "transfer": (holder or agent.leads) and case.allows("transferred"),
        "resolve": held and (holder or agent.leads),
        "reopen": ended and takes and _reopens(file),
        "close": settled and (case.close_confirmed or agent.key == case.owner),
        "confirm-close": settled and not case.close_confirmed and answers,
        "acknowledge": any(agent.leads or agent.key in rung.recipients for rung in rungs),
        "complaint": bool(MOVES[case.complaint.state]) and (case.complaint.state is not None or not closed),
        "reveal": (holder or answers) and any(each.reference for each in packet_of(file).personal),
        "callback": not ended,
        "severity": not ended and case.severity < 3,
        "owner": agent.leads,
    }
    return [name for name, allowed in open_to.items() if allowed]


def complaint_moves(case: Case, agent: Agent) -> list[str]:
    """Where the complaint may go next; an extension is offered to those who may approve it."""
    moves = sorted(MOVES[case.complaint.state])
    if agent.role not in {str(role) for role in LEADING} or case.complaint.extended:
        moves = [move for move in moves if move != "extension_approved"]
    return [str(move) for move in moves]


def packet_of(file: CaseFile) -> Packet:
    """The packet the case was opened with."""
    return Packet.model_validate(file.facts[0].payload.get("packet") or {})


def _may_take(session: Session, agent: Agent, case: Case) -> bool:
    if agent.role == Role.INSPECTOR:
        return False
    try:
        check_may_take(session, agent.key, case)
    except HandoffError:
        return False
    return True


def _reopens(file: CaseFile) -> bool:
    ended: datetime = next((fact.at for fact in reversed(file.facts) if fact.kind == "resolved"), file.now)
    young = file.now - ended <= timedelta(days=file.policy.reopen_days)
    return young and open_in_conversation(file.session, file.case.conversation_id) in {None, file.case.id}
