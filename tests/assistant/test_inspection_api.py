"""Quality inspection over HTTP: one a low rating, blind until scored, reviewed twice, settled, kept as a test."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from handoff.agents import AgentCreate, store_agent
from handoff.database import write_transaction
from handoff.policy import Policies
from tests.assistant.conftest import PASSWORD, Customer, Office, Seat

VERDICT = {"root_cause": "等待过久", "process_step": "转接", "responsible": "班组管理"}
ITEMS = ("identity", "facts", "risk", "clarity", "promise", "channels")


def given(**changes: Any) -> dict[str, Any]:
    return {"answers": dict.fromkeys(ITEMS, True), **VERDICT, "comment": "等了太久", **changes}


def served(office: Office, agent: str = "li", words: str = "您好，我是李敏，来处理。") -> tuple[Customer, str]:
    """A customer whose case an agent has worked on and resolved."""
    customer, seat = office.customer(), office.seat(agent)
    case_id = customer.handed_over()
    seat.act(case_id, "claim")
    seat.act(case_id, "reply", text=words, message_id="r1")
    seat.act(case_id, "resolve", summary="李敏已协助报案")
    return customer, case_id


def inspected(office: Office, double: bool) -> int:
    """A low rating and the inspection it opened; `double` makes it one of those reviewed twice."""
    rules = office.product.assistant.rules
    share = Decimal(1 if double else 0)
    policies = [
        policy.model_copy(update={"inspection": policy.inspection.model_copy(update={"double_review_share": share})})
        for policy in rules.policies.versions
    ]
    office.product.assistant.rules = replace(rules, policies=Policies(tuple(policies)))
    customer, _ = served(office)
    assert customer.rate(2, "等太久").status_code == 201
    [item] = office.seat("judge").get("/v1/inspections").json()["items"]
    assert item["double"] is double
    return int(item["id"])


def post(seat: Seat, inspection: int, action: str, body: dict[str, Any] | None = None) -> Any:
    return seat.post(f"/v1/inspections/{inspection}/{action}", body)


def refusal(seat: Seat, inspection: int, action: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    answer = post(seat, inspection, action, body)
    return answer.status_code, answer.json()["code"]


def test_a_rating_of_two_opens_exactly_one_inspection_however_often_it_is_sent(office: Office) -> None:
    customer, case_id = served(office)
    assert [customer.rate(2, "等太久").status_code for _ in range(3)] == [201, 201, 201]
    assert customer.rate(5).status_code == 409
    [item] = office.seat("judge").get("/v1/inspections").json()["items"]
    assert (item["case_id"], item["state"], item["rating"]["score"]) == (case_id, "open", 2)
    assert item["rating"]["comment"] == "等太久"
    assert item["due_at"] is not None
    assert item["queue"]["id"] == "urgent"


@pytest.mark.parametrize(("score", "opened"), [(1, 1), (3, 1), (4, 0), (5, 0)])
def test_only_ratings_below_four_are_inspected(office: Office, score: int, opened: int) -> None:
    customer, _ = served(office)
    assert customer.rate(score).json()["inspected"] is bool(opened)
    assert len(office.seat("judge").get("/v1/inspections").json()["items"]) == opened


def test_an_inspector_does_not_learn_who_the_agent_was_until_the_review_is_given(office: Office) -> None:
    inspection = inspected(office, double=True)
    judge = office.seat("judge")
    blind = judge.get(f"/v1/inspections/{inspection}")
    assert blind.json()["blind"] is True
    assert "李敏" not in blind.text
    assert '"li"' not in blind.text
    claimed = next(each for each in blind.json()["evidence"] if each["kind"] == "claimed")
    assert claimed["payload"]["agent"] == "坐席A"
    assert [line["author"] for line in blind.json()["transcript"]] == ["customer", "agent"]
    seen = post(judge, inspection, "review", given()).json()
    assert seen["blind"] is False
    agent = next(each for each in seen["evidence"] if each["kind"] == "claimed")["payload"]["agent"]
    assert agent == office.seat("li").key
    still_blind = office.seat("judge2").get(f"/v1/inspections/{inspection}")
    assert "李敏" not in still_blind.text
    assert still_blind.json()["reviews_given"] == []


def test_a_short_latin_name_is_hidden_as_a_word_and_leaves_other_words_whole(office: Office, hashed: str) -> None:
    new = AgentCreate(name="re", display_name="re", password=PASSWORD)
    with write_transaction(office.engine) as session:
        store_agent(session, new, hashed, office.now)
    customer = office.customer()
    case_id = customer.handed_over()
    agent = office.online("re")
    agent.act(case_id, "claim")
    agent.act(case_id, "reply", text="我是re，请看 report 一栏", message_id="r1")
    agent.act(case_id, "resolve", summary="已办")
    customer.rate(1)
    [item] = office.seat("judge").get("/v1/inspections").json()["items"]
    blind = office.seat("judge").get(f"/v1/inspections/{item['id']}").json()
    assert blind["transcript"][-1]["text"].replace("，", ",") == "我是坐席,请看 report 一栏"
    assert [each["kind"] for each in blind["evidence"]].count("replied") == 1


def test_one_review_scores_an_inspection_outside_the_double_sample(office: Office) -> None:
    inspection = inspected(office, double=False)
    judge = office.seat("judge")
    scored = post(judge, inspection, "review", given()).json()
    assert (scored["state"], scored["result"]["root_cause"]) == ("scored", "等待过久")
    assert judge.get("/v1/inspections").json()["items"] == []
    assert refusal(office.seat("judge2"), inspection, "review", given()) == (409, "review_refused")


def test_two_who_agree_score_and_two_who_do_not_are_settled_by_a_third(office: Office) -> None:
    inspection = inspected(office, double=True)
    judge, second, chief = office.seat("judge"), office.seat("judge2"), office.seat("chief")
    post(judge, inspection, "review", given())
    assert refusal(judge, inspection, "review", given()) == (409, "review_refused")
    disputed = post(second, inspection, "review", given(root_cause="态度与沟通")).json()
    assert disputed["state"] == "disputed"
    assert refusal(judge, inspection, "adjudicate", given()) == (409, "review_refused")
    shown = chief.get(f"/v1/inspections/{inspection}").json()
    assert [each["root_cause"] for each in shown["reviews_given"]] == ["等待过久", "态度与沟通"]
    assert "adjudicate" in shown["permitted"]
    settled = post(chief, inspection, "adjudicate", given()).json()
    assert (settled["state"], settled["result"]["root_cause"]) == ("scored", "等待过久")
    assert [each["final"] for each in settled["reviews_given"]] == [False, False, True]
    agreement = judge.get("/v1/inspections/agreement").json()
    assert agreement["target"] == 0.6
    assert agreement["verdicts"]["root_cause"] == {"pairs": 1, "observed": 0.0, "kappa": 0.0}
    assert agreement["verdicts"]["process_step"]["observed"] == 1.0


def test_what_one_inspector_has_taken_another_cannot_take_for_an_hour(office: Office) -> None:
    inspection = inspected(office, double=False)
    judge, second = office.seat("judge"), office.seat("judge2")
    taken = post(judge, inspection, "take").json()
    assert taken["taken_by"]["id"] == judge.key
    assert post(judge, inspection, "take").status_code == 200
    assert refusal(second, inspection, "take") == (409, "review_refused")
    assert "take" not in second.get(f"/v1/inspections/{inspection}").json()["permitted"]
    office.later(hours=1, seconds=1)
    later = office.seat("judge2")
    assert post(later, inspection, "take").json()["taken_by"]["id"] == later.key


def test_of_a_double_review_two_inspectors_may_take_and_a_supervisor_may_not(office: Office) -> None:
    inspection = inspected(office, double=True)
    assert post(office.seat("judge"), inspection, "take").status_code == 200
    assert post(office.seat("judge2"), inspection, "take").status_code == 200
    assert refusal(office.seat("chief"), inspection, "take") == (409, "review_refused")
    assert refusal(office.seat("chief"), inspection, "review", given()) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"root_cause": "天气"}, 409),
        ({"answers": {"facts": True}}, 409),
        ({"answers": dict.fromkeys((*ITEMS, "extra"), True)}, 409),
        ({"answers": {"facts": "maybe"}}, 422),
        ({"comment": "长" * 2001}, 422),
    ],
)
def test_an_incomplete_review_is_refused_and_leaves_the_inspection_open(
    office: Office, change: dict[str, Any], status: int
) -> None:
    inspection = inspected(office, double=False)
    judge = office.seat("judge")
    assert post(judge, inspection, "review", given(**change)).status_code == status
    assert judge.get(f"/v1/inspections/{inspection}").json()["state"] == "open"


def test_a_scored_conversation_becomes_a_test_once_without_anybodys_name(office: Office) -> None:
    inspection = inspected(office, double=False)
    judge = office.seat("judge")
    expected = {"expected": {"intent": "critical.fraud", "action": "handoff", "severity": 3}}
    assert refusal(judge, inspection, "promote", expected) == (409, "not_promotable")
    post(judge, inspection, "review", given())
    assert post(judge, inspection, "promote", {"expected": {}}).status_code == 409
    assert post(judge, inspection, "promote", {"expected": {"intent": "no.such"}}).status_code == 422
    first = post(judge, inspection, "promote", expected).json()["evaluation_case"]
    assert post(judge, inspection, "promote", expected).json()["evaluation_case"] == first
    [kept] = judge.get("/v1/inspections/evaluation-cases").json()["items"]
    assert kept["expected"] == expected["expected"]
    assert [line["author"] for line in kept["transcript"]] == ["customer", "agent"]


def test_a_late_inspection_climbs_its_ladder_and_is_acknowledged(office: Office) -> None:
    inspection = inspected(office, double=False)
    office.later(days=3)
    office.work()
    judge = office.seat("judge")
    assert judge.get(f"/v1/inspections/{inspection}").json()["breached"] is True
    assert post(judge, inspection, "acknowledge").status_code == 200
    assert refusal(judge, inspection, "acknowledge") == (409, "nothing_to_acknowledge")


def test_agents_are_kept_out_and_unknown_inspections_are_404(office: Office) -> None:
    inspection = inspected(office, double=False)
    li, judge = office.seat("li"), office.seat("judge")
    assert li.get(f"/v1/inspections/{inspection}").status_code == 403
    for action, body in (("take", {}), ("review", given()), ("adjudicate", given()), ("acknowledge", {})):
        assert refusal(li, inspection, action, body) == (403, "not_allowed")
        assert refusal(judge, 999, action, body) == (404, "not_found")
    assert judge.get("/v1/inspections/999").status_code == 404


def test_a_rating_of_the_bot_alone_is_inspected_on_the_conversation(office: Office) -> None:
    customer = office.customer()
    customer.say("你好")
    assert customer.rate(1).json()["inspected"] is True
    judge = office.seat("judge")
    [item] = judge.get("/v1/inspections").json()["items"]
    assert item["case_id"] is None
    found = judge.get(f"/v1/inspections/{item['id']}").json()
    assert [line["author"] for line in found["transcript"]] == ["customer", "bot"]
