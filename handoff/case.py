"""A case as a state machine over its events: where it stands, who holds it, who answers for it, who may speak.

`evolve` is the only way a case changes and `TRANSITIONS` the only list of what may follow what; the database row is a
copy of the fold. At every moment at most one of the bot and the agent speaks, and the bot only after a recorded end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from handoff.clock import Fact
from handoff.complaint import Complaint
from handoff.errors import HandoffError


class State(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    QUEUED = "queued"
    OFFERED = "offered"
    CLAIMED = "claimed"
    WAITING = "waiting"  # for the customer
    PAUSED = "paused"
    TRANSFERRED = "transferred"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    CLOSED = "closed"


class Speaker(StrEnum):
    """Who may write to the customer; nobody means receipts only."""

    BOT = "bot"
    AGENT = "agent"
    NOBODY = "nobody"


class TransitionRefused(HandoffError):
    """That cannot happen to a case in its present state; the message says what can."""

    code = "case_state"


class CaseClosed(TransitionRefused):
    """The case is closed: reopen it, or open a new one."""

    code = "case_closed"


_S = State
WAITING_FOR_PERSON = frozenset({_S.OPENED, _S.QUEUED, _S.OFFERED, _S.TRANSFERRED, _S.REOPENED})
HELD = frozenset({_S.CLAIMED, _S.WAITING, _S.PAUSED})
ENDED = frozenset({_S.RESOLVED, _S.CLOSED})

_TAKEABLE = {"offered": _S.OFFERED, "claimed": _S.CLAIMED, "transferred": _S.TRANSFERRED, "closed": _S.CLOSED}
_WORKED = {"transferred": _S.TRANSFERRED, "released": _S.TRANSFERRED, "resolved": _S.RESOLVED}
TRANSITIONS: dict[State | None, dict[str, State]] = {
    None: {"opened": _S.OPENED},
    _S.OPENED: {"queued": _S.QUEUED},
    _S.QUEUED: _TAKEABLE,
    _S.OFFERED: {**_TAKEABLE, "offer_declined": _S.QUEUED, "offer_expired": _S.QUEUED},
    _S.TRANSFERRED: _TAKEABLE,
    _S.REOPENED: _TAKEABLE,
    _S.CLAIMED: {**_WORKED, "replied": _S.CLAIMED, "waited": _S.WAITING, "paused": _S.PAUSED},
    _S.WAITING: {
        **_WORKED,
        "replied": _S.WAITING,
        "customer_replied": _S.CLAIMED,
        "resumed": _S.CLAIMED,
        "paused": _S.PAUSED,
    },
    _S.PAUSED: {**_WORKED, "resumed": _S.CLAIMED},
    _S.RESOLVED: {"reopened": _S.REOPENED, "closed": _S.CLOSED},
    _S.CLOSED: {"reopened": _S.REOPENED},
}
"""state → event kind → next state; a kind missing from all rows changes no state."""

STATE_KINDS = frozenset(kind for row in TRANSITIONS.values() for kind in row)
_OPEN_ONLY = frozenset({"severity_raised", "callback_booked", "policy_changed"})


@dataclass(frozen=True)
class Case:
    """A case after some of its events. `fence` counts changes of hands, so a stale holder can be told apart."""

    id: str
    state: State | None = None
    version: int = 0
    conversation_id: str = ""
    customer_id: str | None = None
    channel: str = ""
    language: str = "zh-Hans"
    group: str = "other"
    severity: int = 1
    reason: str = ""
    queue: str = ""
    policy_version: str = ""
    opened_at: datetime | None = None
    changed_at: datetime | None = None
    waiting_since: datetime | None = None
    holder: int | None = None
    owner: int | None = None
    fence: int = 0
    offered_to: int | None = None
    meant_for: int | None = None
    episode: int = 1
    resolved_by: int | None = None
    close_confirmed: bool = False
    replies: int = 0
    transfers: int = 0
    passed: tuple[tuple[int, datetime], ...] = ()
    pause_reason: str | None = None
    complaint: Complaint = field(default_factory=Complaint)

    @property
    def speaker(self) -> Speaker:
        """Who may speak now."""
        if self.state in HELD:
            return Speaker.AGENT
        return Speaker.BOT if self.state in ENDED or self.state is None else Speaker.NOBODY

    @property
    def waits_for_person(self) -> bool:
        return self.state in WAITING_FOR_PERSON

    def allows(self, kind: str) -> bool:
        """True when an event of that kind may follow."""
        if kind in TRANSITIONS[self.state]:
            return True
        if kind in STATE_KINDS:
            return kind == "customer_replied" and self.state is not None and self.state not in ENDED
        return self.state is not None and not (kind in _OPEN_ONLY and self.state in ENDED)

    def evolve(self, fact: Fact) -> Case:
        """The case after `fact`. Raises TransitionRefused, CaseClosed, ComplaintMoveRefused."""
        if not self.allows(fact.kind):
            raise _refusal(self.state, fact.kind)
        at = fact.at if self.changed_at is None else max(fact.at, self.changed_at)
        state = TRANSITIONS[self.state].get(fact.kind, self.state)
        moved = replace(
            self, state=state, version=self.version + 1, changed_at=at, complaint=self.complaint.evolve(fact)
        )
        if state in WAITING_FOR_PERSON and self.state not in WAITING_FOR_PERSON:
            moved = replace(moved, waiting_since=at)
        change = _CHANGES.get(fact.kind)
        return change(moved, fact, at) if change else moved


def fold(case_id: str, facts: Iterable[Fact]) -> Case:
    """The case that `facts`, oldest first, lead to."""
    case = Case(case_id)
    for fact in facts:
        case = case.evolve(fact)
    return case


def _refusal(state: State | None, kind: str) -> TransitionRefused:
    if state is State.CLOSED:
        return CaseClosed(f"the case is closed, so it cannot be {kind}; reopen it or open a new one")
    possible = ", ".join(sorted(TRANSITIONS[state])) or "nothing"
    return TransitionRefused(f"a case that is {state or 'new'} cannot be {kind}; possible: {possible}")


def _opened(case: Case, fact: Fact, at: datetime) -> Case:
    payload = fact.payload
    return replace(
        case,
        conversation_id=payload["conversation_id"],
        customer_id=payload.get("customer_id"),
        channel=payload.get("channel", ""),
        language=payload.get("language", "zh-Hans"),
        group=payload["group"],
        severity=payload["severity"],
        reason=payload["reason"],
        policy_version=payload["policy_version"],
        opened_at=at,
        owner=payload.get("owner"),
    )


def _queued(case: Case, fact: Fact, _: datetime) -> Case:
    return replace(case, queue=fact.payload["queue"])


def _offered(case: Case, fact: Fact, _: datetime) -> Case:
    return replace(case, offered_to=fact.payload["agent"])


def _offer_passed(case: Case, fact: Fact, at: datetime) -> Case:
    passed = (*case.passed, (fact.payload["agent"], at))[-20:]
    return replace(case, offered_to=None, meant_for=None, passed=passed)


def _claimed(case: Case, fact: Fact, _: datetime) -> Case:
    agent = fact.payload["agent"]
    owner = case.owner if case.owner is not None else agent
    return replace(case, holder=agent, owner=owner, fence=case.fence + 1, offered_to=None, meant_for=None, passed=())


def _replied(case: Case, _: Fact, __: datetime) -> Case:
    return replace(case, replies=case.replies + 1)


def _paused(case: Case, fact: Fact, _: datetime) -> Case:
    return replace(case, pause_reason=fact.payload["reason"])


def _resumed(case: Case, _: Fact, __: datetime) -> Case:
    return replace(case, pause_reason=None)


def _transferred(case: Case, fact: Fact, _: datetime) -> Case:
    return replace(
        case,
        holder=None,
        offered_to=None,
        pause_reason=None,
        fence=case.fence + 1,
        queue=fact.payload.get("to_queue") or case.queue,
        meant_for=fact.payload.get("to_agent"),
        transfers=case.transfers + (fact.kind == "transferred"),
    )


def _resolved(case: Case, fact: Fact, _: datetime) -> Case:
    return replace(
        case,
        resolved_by=fact.payload.get("agent"),
        holder=None,
        fence=case.fence + 1,
        pause_reason=None,
        close_confirmed=case.owner == fact.payload.get("agent"),
    )


def _reopened(case: Case, _: Fact, __: datetime) -> Case:
    return replace(case, episode=case.episode + 1, resolved_by=None, close_confirmed=False, meant_for=case.owner)


def _closed(case: Case, _: Fact, __: datetime) -> Case:
    return replace(case, holder=None, offered_to=None, meant_for=None)


def _severity(case: Case, fact: Fact, _: datetime) -> Case:
    return replace(case, severity=fact.payload["severity"], queue=fact.payload.get("queue") or case.queue)


def _owner(case: Case, fact: Fact, _: datetime) -> Case:
    return replace(case, owner=fact.payload["to"])


def _close_confirmed(case: Case, _: Fact, __: datetime) -> Case:
    return replace(case, close_confirmed=True)


def _policy(case: Case, fact: Fact, _: datetime) -> Case:
    return replace(case, policy_version=fact.payload["version"])


_CHANGES = {
    "opened": _opened,
    "queued": _queued,
    "offered": _offered,
    "offer_declined": _offer_passed,
    "offer_expired": _offer_passed,
    "claimed": _claimed,
    "replied": _replied,
    "paused": _paused,
    "resumed": _resumed,
    "transferred": _transferred,
    "released": _transferred,
    "resolved": _resolved,
    "reopened": _reopened,
    "closed": _closed,
    "severity_raised": _severity,
    "owner_changed": _owner,
    "close_confirmed": _close_confirmed,
    "policy_changed": _policy,
}
