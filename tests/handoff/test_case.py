"""The case's states, walked exhaustively: every state reachable, every event tried in each."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.case import (
    ENDED,
    HELD,
    STATE_KINDS,
    TRANSITIONS,
    WAITING_FOR_PERSON,
    Case,
    CaseClosed,
    Speaker,
    State,
    TransitionRefused,
    fold,
)
from handoff.rules import bundled_rules

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
PAYLOADS: dict[str, dict[str, Any]] = {
    "opened": {"conversation_id": "k", "group": "fee", "severity": 1, "reason": "r", "policy_version": "2026-01"},
    "queued": {"queue": "credit"},
    "offered": {"agent": 1},
    "offer_declined": {"agent": 1},
    "offer_expired": {"agent": 1},
    "claimed": {"agent": 1},
    "replied": {"agent": 1, "text": "好"},
    "customer_replied": {"text": "好", "message_id": "m"},
    "waited": {"agent": 1},
    "paused": {"agent": 1, "reason": "bank"},
    "resumed": {},
    "transferred": {"to_queue": "general", "note": "n"},
    "released": {"was": 1},
    "resolved": {"agent": 1, "summary": "s"},
    "reopened": {"reason": "r"},
    "closed": {"how": "agent"},
}


@dataclass(frozen=True)
class Happening:
    kind: str
    payload: dict[str, Any] = field(default_factory=dict, hash=False)
    at: datetime = NOW


def happen(case: Case, kind: str) -> Case:
    return case.evolve(Happening(kind, PAYLOADS[kind]))


def walk() -> dict[State, Case]:
    """A case in every state that any sequence of events can reach."""
    found: dict[State, Case] = {}
    ahead = deque([happen(Case("c"), "opened")])
    while ahead:
        case = ahead.popleft()
        assert case.state is not None
        if case.state not in found:
            found[case.state] = case
            ahead.extend(happen(case, kind) for kind in PAYLOADS if case.allows(kind))
    return found


REACHED = walk()


def test_every_state_can_be_reached() -> None:
    assert set(REACHED) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", sorted(STATE_KINDS))
def test_each_event_in_each_state_either_moves_by_the_table_or_is_refused(state: State, kind: str) -> None:
    case = REACHED[state]
    if kind in TRANSITIONS[state]:
        assert happen(case, kind).state == TRANSITIONS[state][kind]
    elif kind == "customer_replied" and state not in ENDED:
        assert happen(case, kind).state == state
    else:
        with pytest.raises(CaseClosed if state == State.CLOSED else TransitionRefused, match="cannot be"):
            happen(case, kind)


@pytest.mark.parametrize("state", State)
def test_at_most_one_of_bot_and_agent_speaks(state: State) -> None:
    case = REACHED[state]
    expected = {
        Speaker.AGENT: state in HELD,
        Speaker.BOT: state in ENDED,
        Speaker.NOBODY: state in WAITING_FOR_PERSON,
    }
    assert [speaker for speaker, speaks in expected.items() if speaks] == [case.speaker]
    assert (case.holder is not None) == (case.speaker == Speaker.AGENT)


@pytest.mark.parametrize("state", State)
def test_from_every_state_a_person_can_still_be_reached(state: State) -> None:
    seen: set[State] = set()
    ahead = [state]
    while ahead:
        each = ahead.pop()
        seen.add(each)
        ahead.extend(set(TRANSITIONS[each].values()) - seen)
    assert State.CLAIMED in seen


def test_the_bot_speaks_again_only_through_an_event_the_customer_is_told_of() -> None:
    receipts = bundled_rules().receipts
    for state, row in TRANSITIONS.items():
        for kind, after in row.items():
            if after in ENDED and state not in ENDED:
                assert receipts.covers(kind), f"{kind} from {state} ends a case without a receipt"


def test_every_transition_that_changes_the_state_has_a_receipt() -> None:
    receipts = bundled_rules().receipts
    changes = {kind for state, row in TRANSITIONS.items() for kind, after in row.items() if after != state}
    assert {kind for kind in changes if not receipts.covers(kind)} == {"opened"}  # `queued` follows in the same breath


def test_the_first_claimant_stays_owner_through_transfer_and_reopening() -> None:
    case = fold("c", [Happening(kind, PAYLOADS[kind]) for kind in ("opened", "queued", "claimed", "transferred")])
    case = case.evolve(Happening("claimed", {"agent": 2}))
    case = happen(happen(case.evolve(Happening("resolved", {"agent": 2})), "reopened"), "claimed")
    assert case.owner == 1
    assert not fold("c", []).close_confirmed


def test_each_change_of_hands_raises_the_fence() -> None:
    case = fold("c", [Happening(kind, PAYLOADS[kind]) for kind in ("opened", "queued")])
    fences = [case.fence]
    for kind in ("claimed", "transferred", "claimed", "resolved"):
        case = happen(case, kind)
        fences.append(case.fence)
    assert fences == [0, 1, 2, 3, 4]


def test_a_clock_set_back_does_not_move_a_case_back_in_time() -> None:
    case = happen(Case("c"), "opened").evolve(Happening("queued", PAYLOADS["queued"], NOW - timedelta(hours=1)))
    assert case.changed_at == NOW


@given(st.lists(st.sampled_from(sorted(PAYLOADS)), max_size=40))
def test_any_sequence_keeps_the_invariants(kinds: list[str]) -> None:
    case = happen(Case("c"), "opened")
    for kind in kinds:
        if case.allows(kind):
            case = happen(case, kind)
        assert (case.holder is not None) == (case.state in HELD)
        assert case.holder is None or case.owner is not None
        assert (case.offered_to is not None) == (case.state == State.OFFERED)
        assert (case.pause_reason is not None) == (case.state == State.PAUSED)
