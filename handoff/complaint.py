"""The states of a complaint (银行业保险业消费投诉处理管理办法) and the moves between them.

Each move is one event on the case's stream, `complaint_<state>`. An extension needs an approver who is not the
handler, a reason, and is told to the complainant; a re-check is done by somebody who did not decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from handoff.clock import Fact
from handoff.errors import HandoffError

GRADES = ("simple", "complex")


class ComplaintState(StrEnum):
    """Where a complaint stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    CLASSIFIED = "classified"
    INVESTIGATING = "investigating"
    EXTENSION_APPROVED = "extension_approved"
    DECIDED = "decided"
    INFORMED = "informed"
    RECHECK = "recheck"
    ESCALATED = "escalated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ComplaintMoveRefused(HandoffError):
    """The complaint cannot move there from its present state; the message lists where it can."""

    code = "complaint_move_refused"


_S = ComplaintState
ENDED = frozenset({_S.CLOSED, _S.WITHDRAWN})
MOVES: dict[ComplaintState | None, frozenset[ComplaintState]] = {
    None: frozenset({_S.RECEIVED}),
    _S.RECEIVED: frozenset({_S.ACKNOWLEDGED, _S.WITHDRAWN}),
    _S.ACKNOWLEDGED: frozenset({_S.CLASSIFIED, _S.WITHDRAWN}),
    _S.CLASSIFIED: frozenset({_S.INVESTIGATING, _S.WITHDRAWN}),
    _S.INVESTIGATING: frozenset({_S.EXTENSION_APPROVED, _S.DECIDED, _S.WITHDRAWN}),
    _S.EXTENSION_APPROVED: frozenset({_S.DECIDED, _S.WITHDRAWN}),
    _S.DECIDED: frozenset({_S.INFORMED, _S.WITHDRAWN}),
    _S.INFORMED: frozenset({_S.CLOSED, _S.RECHECK, _S.ESCALATED}),
    _S.RECHECK: frozenset({_S.DECIDED, _S.WITHDRAWN}),
    _S.ESCALATED: frozenset({_S.RECHECK, _S.CLOSED, _S.WITHDRAWN}),
    _S.CLOSED: frozenset({_S.RECHECK}),
    _S.WITHDRAWN: frozenset(),
}


@dataclass(frozen=True)
class Complaint:
    """A complaint as its events left it."""

    state: ComplaintState | None = None
    grade: str = "simple"
    extended: bool = False
    decided_by: int | None = None

    @property
    def open(self) -> bool:
        return self.state is not None and self.state not in ENDED

    def evolve(self, fact: Fact) -> Complaint:
        """The complaint after an event; events of other kinds leave it as it is. Raises ComplaintMoveRefused."""
        if not fact.kind.startswith("complaint_"):
            return self
        to = ComplaintState(fact.kind.removeprefix("complaint_"))
        check_move(self, to, fact.payload)
        moved = replace(self, state=to)
        if to is _S.CLASSIFIED:
            return replace(moved, grade=fact.payload["grade"])
        if to is _S.EXTENSION_APPROVED:
            return replace(moved, extended=True)
        if to is _S.DECIDED:
            return replace(moved, decided_by=fact.payload["by"])
        return moved


def check_move(complaint: Complaint, to: ComplaintState, payload: dict[str, Any]) -> None:
    """Raise ComplaintMoveRefused unless the move is allowed and carries what it needs."""
    allowed = MOVES[complaint.state]
    if to not in allowed:
        names = ", ".join(sorted(allowed)) or "nowhere, it has ended"
        raise ComplaintMoveRefused(f"a complaint that is {complaint.state or 'not received'} can move to: {names}")
    if to is _S.CLASSIFIED and payload.get("grade") not in GRADES:
        raise ComplaintMoveRefused("classify the complaint as simple or complex")
    if to is _S.EXTENSION_APPROVED:
        _check_extension(complaint, payload)
    if to is _S.DECIDED:
        _check_decision(complaint, payload)


def _check_extension(complaint: Complaint, payload: dict[str, Any]) -> None:
    if complaint.extended:
        raise ComplaintMoveRefused("a complaint is extended once only; decide it")
    if not str(payload.get("reason") or "").strip():
        raise ComplaintMoveRefused("an extension needs a reason; write one")
    approver = payload.get("approver")
    if approver is None or approver == payload.get("by"):
        raise ComplaintMoveRefused("an extension needs an approver other than the person asking for it")


def _check_decision(complaint: Complaint, payload: dict[str, Any]) -> None:
    if not str(payload.get("decision") or "").strip():
        raise ComplaintMoveRefused("a decision needs its text; write what was decided and why")
    if complaint.state is _S.RECHECK and payload.get("by") == complaint.decided_by:
        raise ComplaintMoveRefused("a re-check is decided by somebody else than the first decision; transfer it")
