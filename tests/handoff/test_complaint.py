"""A complaint moves only along the regulation's path, with what each move needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from handoff import desk
from handoff.complaint import ENDED, MOVES, Complaint, ComplaintMoveRefused, ComplaintState
from handoff.errors import NotAllowed
from tests.handoff.conftest import Desk

S = ComplaintState
NEEDED: dict[ComplaintState, dict[str, Any]] = {
    S.CLASSIFIED: {"grade": "complex"},
    S.EXTENSION_APPROVED: {"reason": "需外部核实", "approver": 9, "by": 1},
    S.DECIDED: {"decision": "退还多收费用", "by": 1},
}


@dataclass(frozen=True)
class Move:
    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    at: datetime = datetime(2026, 3, 2, tzinfo=UTC)


def move(complaint: Complaint, to: ComplaintState, **payload: Any) -> Complaint:
    return complaint.evolve(Move(f"complaint_{to}", {**NEEDED.get(to, {}), **payload}))


def arrive(*path: ComplaintState) -> Complaint:
    complaint = Complaint()
    for to in path:
        complaint = move(complaint, to)
    return complaint


DECIDED = (S.RECEIVED, S.ACKNOWLEDGED, S.CLASSIFIED, S.INVESTIGATING, S.DECIDED)


@pytest.mark.parametrize("state", [None, *ComplaintState])
@pytest.mark.parametrize("to", ComplaintState)
def test_only_listed_moves_are_taken(state: ComplaintState | None, to: ComplaintState) -> None:
    complaint = Complaint(state=state, decided_by=7)
    if to in MOVES[state]:
        assert move(complaint, to).state == to
    else:
        with pytest.raises(ComplaintMoveRefused, match="can move to"):
            move(complaint, to)


def test_every_open_state_leads_to_an_end() -> None:
    for state in set(ComplaintState) - ENDED:
        seen: set[ComplaintState] = set()
        ahead = [state]
        while ahead:
            each = ahead.pop()
            seen.add(each)
            ahead.extend(MOVES[each] - seen)
        assert seen & ENDED


@pytest.mark.parametrize(
    ("payload", "why"),
    [({"reason": " "}, "reason"), ({"approver": None}, "approver"), ({"approver": 1}, "other than")],
)
def test_an_extension_needs_a_reason_and_another_approver(payload: dict[str, Any], why: str) -> None:
    with pytest.raises(ComplaintMoveRefused, match=why):
        move(arrive(*DECIDED[:4]), S.EXTENSION_APPROVED, **payload)


def test_a_complaint_is_extended_once_only() -> None:
    extended = arrive(*DECIDED[:4], S.EXTENSION_APPROVED, S.DECIDED, S.INFORMED)
    assert extended.extended
    with pytest.raises(ComplaintMoveRefused):
        move(move(extended, S.RECHECK), S.EXTENSION_APPROVED)


def test_a_recheck_is_not_decided_by_the_same_person() -> None:
    rechecked = arrive(*DECIDED, S.INFORMED, S.RECHECK)
    with pytest.raises(ComplaintMoveRefused, match="somebody else"):
        move(rechecked, S.DECIDED, by=1)
    assert move(rechecked, S.DECIDED, by=2).state == S.DECIDED


def test_a_decision_needs_its_text_and_a_grade_is_one_of_two() -> None:
    with pytest.raises(ComplaintMoveRefused, match="text"):
        move(arrive(*DECIDED[:4]), S.DECIDED, decision="")
    with pytest.raises(ComplaintMoveRefused, match="simple or complex"):
        move(arrive(*DECIDED[:2]), S.CLASSIFIED, grade="huge")


def test_a_complaint_is_handled_to_its_end_and_every_reply_names_the_regulators(clerks: Desk) -> None:
    case_id = clerks.claimed(group="service", severity=2, reason="service.complaint", complaint=True)
    for to, details in (
        (S.ACKNOWLEDGED, {}),
        (S.CLASSIFIED, {"grade": "complex"}),
        (S.INVESTIGATING, {}),
        (S.EXTENSION_APPROVED, {"reason": "等待合作机构", "approver": clerks.chief.key}),
        (S.DECIDED, {"decision": "退还多收的 12 元。"}),
        (S.INFORMED, {}),
    ):
        clerks.do(desk.move_complaint, case_id, clerks.li.key, to, **details)
    clerks.do(desk.resolve, case_id, clerks.li.key, "已退款")
    with pytest.raises(desk.ComplaintOpen):
        clerks.do(desk.close, case_id, clerks.li.key)
    clerks.do(desk.move_complaint, case_id, clerks.li.key, S.CLOSED)
    clerks.do(desk.close, case_id, clerks.li.key)
    texts = [event.payload["text"] for event in clerks.told() if event.payload["transition"].startswith("complaint_")]
    assert len(texts) == 8
    assert all("12378" in text and "12363" in text for text in texts)
    assert "退还多收的 12 元" in texts[6]


def test_an_extension_is_approved_by_a_supervisor(clerks: Desk) -> None:
    case_id = clerks.claimed(complaint=True)
    for to, details in ((S.ACKNOWLEDGED, {}), (S.CLASSIFIED, {"grade": "simple"}), (S.INVESTIGATING, {})):
        clerks.do(desk.move_complaint, case_id, clerks.li.key, to, **details)
    with pytest.raises(NotAllowed):
        clerks.do(
            desk.move_complaint, case_id, clerks.li.key, S.EXTENSION_APPROVED, reason="忙", approver=clerks.wang.key
        )


def test_withdrawing_while_waiting_ends_the_complaint_too(clerks: Desk) -> None:
    case_id = clerks.open(complaint=True).case.id
    assert clerks.do(desk.withdraw, case_id).complaint.state == S.WITHDRAWN
