"""A low rating opens one inspection: blind until scored, doubly reviewed on a sample, adjudicated if disputed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from handoff import desk, events, inspection
from handoff.agreement import cohen_kappa, inspectors_agree
from handoff.database import session_scope, write_transaction
from handoff.errors import NotAllowed
from handoff.inspection import Inspection, InspectionState, ReviewCreate, ReviewRefused
from handoff.promotion import NotPromotable, evaluation_cases, promote
from handoff.rules import Rules
from tests.handoff.conftest import Desk
from tests.handoff.test_firing import fire


def rated(clerks: Desk, score: int, conversation: str = "k1") -> str:
    case_id = clerks.claimed(by=clerks.li, conversation=conversation)
    clerks.do(desk.reply, case_id, clerks.li.key, "您好")
    clerks.do(desk.resolve, case_id, clerks.li.key, "已解答")
    rate(clerks, score, conversation)
    return case_id


def rate(clerks: Desk, score: int, conversation: str = "k1", **fields: Any) -> Any:
    return clerks.do(desk.rate, conversation, desk.RatingCreate(score=score, **fields))


def inspections(clerks: Desk) -> list[Inspection]:
    with session_scope(clerks.engine) as session:
        return list(session.exec(select(Inspection).order_by(Inspection.id)))  # type: ignore[arg-type]


def verdict(rules: Rules, root_cause: int = 0, **fields: Any) -> ReviewCreate:
    policy = rules.policies.versions[0].inspection
    given = {
        "answers": {item.id: True for item in policy.checklist},
        "root_cause": policy.root_causes[root_cause],
        "process_step": policy.process_steps[0],
        "responsible": policy.responsible[0],
        **fields,
    }
    return ReviewCreate.model_validate(given)


def double(clerks: Desk, wanted: bool) -> Inspection:
    """One open inspection, made single or double."""
    rated(clerks, 2)
    row = inspections(clerks)[0]
    row.double = wanted
    with write_transaction(clerks.engine) as session:
        session.merge(row)
    return row


@pytest.mark.parametrize(("score", "opened"), [(1, 1), (2, 1), (3, 1), (4, 0), (5, 0)])
def test_a_rating_below_four_opens_one_inspection(clerks: Desk, score: int, opened: int) -> None:
    rated(clerks, score)
    rate(clerks, score)
    assert len(inspections(clerks)) == opened


def test_each_episode_is_rated_once_and_inspected_for_itself(clerks: Desk) -> None:
    case_id = rated(clerks, 2)
    with pytest.raises(desk.RatingRefused, match="rated already"):
        rate(clerks, 5)
    clerks.do(desk.reopen, case_id, "没解决")
    with pytest.raises(desk.RatingRefused, match="not ended"):
        rate(clerks, 1)
    clerks.do(desk.claim, case_id, clerks.li.key)
    clerks.do(desk.resolve, case_id, clerks.li.key, "已解答")
    rate(clerks, 1)
    assert [row.episode for row in inspections(clerks)] == [1, 2]


def test_the_bots_own_service_can_be_rated_too(clerks: Desk) -> None:
    rate(clerks, 2, "bot-only", comment="答非所问")
    assert [(row.case_id, row.conversation_id) for row in inspections(clerks)] == [(None, "bot-only")]


@pytest.mark.parametrize(("score", "recommend"), [(0, None), (6, None), (3, 11), (3, -1)])
def test_a_rating_outside_its_scale_is_refused(clerks: Desk, score: int, recommend: int | None) -> None:
    with pytest.raises(desk.RatingRefused):
        rate(clerks, score, recommend=recommend)


def test_an_inspection_has_its_own_clock_and_ladder(clerks: Desk) -> None:
    rated(clerks, 2)
    clerks.later(days=5)
    fired = [each for each in fire(clerks) if each.clock == "inspection"]
    assert [each.mark for each in fired] == [100]
    with session_scope(clerks.engine) as session:
        kinds = [event.kind for event in events.read(session, inspections(clerks)[0].stream)]
    assert kinds == ["inspection_opened", "deadline_breached", "escalated"]


def test_inspectors_do_not_see_who_the_agent_was_until_they_have_scored(clerks: Desk, rules: Rules) -> None:
    row = double(clerks, wanted=False)

    def seen() -> str:
        with session_scope(clerks.engine) as session:
            return str([each["payload"] for each in inspection.evidence(session, row.id or 0, clerks.judge.key)])

    assert "'agent': '坐席A'" in seen()
    assert f"'agent': {clerks.li.id}" not in seen()
    clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules))
    assert f"'agent': {clerks.li.id}" in seen()


def test_one_review_scores_a_single_inspection(clerks: Desk, rules: Rules) -> None:
    row = double(clerks, wanted=False)
    scored = clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules))
    assert (scored.state, scored.result["root_cause"]) == (InspectionState.SCORED, "知识缺失或过期")


def test_two_reviews_that_agree_score_a_double_one(clerks: Desk, rules: Rules) -> None:
    row = double(clerks, wanted=True)
    assert clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules)).state == InspectionState.OPEN
    with pytest.raises(ReviewRefused):
        clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules))
    scored = clerks.do(inspection.review, row.id, clerks.second_judge.key, verdict(rules))
    assert scored.state == InspectionState.SCORED


def test_a_disagreement_is_settled_by_somebody_else(clerks: Desk, rules: Rules) -> None:
    row = double(clerks, wanted=True)
    clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules, root_cause=0))
    disputed = clerks.do(inspection.review, row.id, clerks.second_judge.key, verdict(rules, root_cause=1))
    assert disputed.state == InspectionState.DISPUTED
    with pytest.raises(ReviewRefused, match="somebody else"):
        clerks.do(inspection.adjudicate, row.id, clerks.judge.key, verdict(rules))
    with pytest.raises(NotAllowed):
        clerks.do(inspection.adjudicate, row.id, clerks.li.key, verdict(rules))
    settled = clerks.do(inspection.adjudicate, row.id, clerks.chief.key, verdict(rules, root_cause=1))
    assert (settled.state, settled.result["root_cause"]) == (InspectionState.SCORED, "规则理解错误")
    with session_scope(clerks.engine) as session:
        assert inspectors_agree(session)["root_cause"].observed == 0
        assert inspectors_agree(session)["responsible"].pairs == 1


def test_an_incomplete_review_is_refused_with_what_is_missing(clerks: Desk, rules: Rules) -> None:
    row = double(clerks, wanted=False)
    with pytest.raises(ReviewRefused, match="identity"):
        clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules, answers={"facts": True}))
    with pytest.raises(ReviewRefused, match="responsible must be one of"):
        clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules, responsible="谁知道"))


def test_an_agent_neither_reviews_nor_looks(clerks: Desk, rules: Rules) -> None:
    row = double(clerks, wanted=False)
    with pytest.raises(NotAllowed):
        clerks.do(inspection.review, row.id, clerks.li.key, verdict(rules))
    with session_scope(clerks.engine) as session, pytest.raises(NotAllowed):
        inspection.evidence(session, row.id or 0, clerks.li.key)


def test_about_a_fifth_of_inspections_is_reviewed_twice_and_always_the_same_ones() -> None:
    chosen = [inspection._sampled(f"k{number}", 0.2) for number in range(5000)]
    assert 0.18 < sum(chosen) / 5000 < 0.22
    assert chosen == [inspection._sampled(f"k{number}", 0.2) for number in range(5000)]


def test_the_list_of_an_inspector_has_what_she_has_not_reviewed(clerks: Desk, rules: Rules) -> None:
    row = double(clerks, wanted=True)
    clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules))
    with session_scope(clerks.engine) as session:
        assert inspection.waiting_for(session, clerks.judge.key) == []
        assert [each.id for each in inspection.waiting_for(session, clerks.second_judge.key)] == [row.id]


def test_kappa_is_agreement_beyond_chance() -> None:
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    found = cohen_kappa(pairs)  # the worked example of the usual textbook: 0.7 observed, 0.5 by chance
    assert (found.pairs, found.observed, found.kappa) == (50, 0.7, pytest.approx(0.4))
    assert cohen_kappa([]).kappa is None
    assert cohen_kappa([("a", "a")]).kappa is None


def test_a_scored_conversation_becomes_an_evaluation_case_once(clerks: Desk, rules: Rules) -> None:
    row = double(clerks, wanted=False)
    expected = {"intent": "critical.fraud", "action": "handoff", "severity": 3}
    with pytest.raises(NotPromotable):
        clerks.do(promote, row.id, clerks.judge.key, expected)
    clerks.do(inspection.review, row.id, clerks.judge.key, verdict(rules))
    first = clerks.do(promote, row.id, clerks.judge.key, expected)
    assert clerks.do(promote, row.id, clerks.judge.key, {"intent": "other"}).id == first.id
    with session_scope(clerks.engine) as session:
        (kept,) = evaluation_cases(session)
    assert [line["author"] for line in kept.transcript] == ["customer", "bot", "agent"]
    assert kept.expected == expected
