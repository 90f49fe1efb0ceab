"""The life of a case over HTTP: hand-over, claim, words, clocks, transfer, end, rating, and who may do what."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from assistant.desk.feed import MOST_MISSED, Feed
from handoff import desk
from handoff.database import session_scope, write_transaction
from handoff.events import append, last_id
from handoff.packet import Packet, PersonalDatum
from tests.assistant.conftest import FRAUD, Customer, Office, Seat


def transitions(office: Office, customer: Customer) -> list[str]:
    return [event.payload["transition"] for event in office.told(customer.id) if event.kind == "receipt"]


def clock(case: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in case["clocks"] if each["clock"] == name)
    return found


def due(case: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(clock(case, name)["due_at"])


def open_case(office: Office, conversation: str, group: str = "credit", severity: int = 1, **packet: Any) -> str:
    request = desk.OpenCase(
        conversation_id=conversation,
        group=group,
        severity=severity,
        reason="service.human",
        packet=Packet(reason="您要求人工服务", **packet),
    )
    with write_transaction(office.engine) as session:
        return desk.open_case(session, request, office.now, office.product.assistant.rules).case.id


def test_a_dangerous_message_stands_at_the_top_of_the_urgent_queue_with_everything_a_person_needs(
    office: Office,
) -> None:
    open_case(office, "someone-else")
    customer = office.customer()
    customer.say("提前还款怎么操作")
    case_id = customer.handed_over()
    seat = office.seat("li")
    listed = seat.get("/v1/cases").json()
    item = listed["items"][0]
    assert item["id"] == case_id
    assert (item["severity"], item["queue"]["id"], item["reason"]) == (3, "urgent", "critical.fraud")
    assert item["nearest"]["clock"] == "first_response"
    case = seat.case(case_id)
    said = [line["text"] for line in case["transcript"] if line["author"] == "customer"]
    assert said == ["提前还款怎么操作", FRAUD]
    assert any(evidence["words"] for evidence in case["packet"]["evidence"])
    assert case["packet"]["first_line"]
    assert 1 <= len(case["packet"]["summary"]) <= 3
    assert case["position"] == 1
    assert {"claim", "note"} <= set(case["permitted"])
    assert "reply" not in case["permitted"]


def test_the_whole_life_of_a_case_reaches_the_customer_as_receipts_and_words_in_order(office: Office) -> None:
    customer = office.customer()
    case_id = customer.handed_over()
    li, wang = office.seat("li"), office.seat("wang")
    assert li.act(case_id, "claim")["holder"]["name"] == "李敏"
    assert customer.say("在吗")["action"] == "handoff"
    li.act(case_id, "reply", text="您好，请先不要再转账。", message_id="r1")
    li.act(case_id, "pause", reason="police")
    office.later(minutes=20)
    li.act(case_id, "resume")
    li.act(case_id, "wait")
    customer.say("警察让我等消息")
    transferred = li.act(case_id, "transfer", note="请王强接着跟进", to_agent=wang.key)
    assert (transferred["state"], transferred["offered_to"]["id"]) == ("offered", wang.key)
    assert wang.act(case_id, "claim")["owner"]["id"] == li.key
    wang.act(case_id, "resolve", summary="已协助报案并冻结账户")
    assert wang.refused(case_id, "close") == (409, "owner_must_confirm")
    closed = li.act(case_id, "confirm-close")
    assert (closed["state"], closed["permitted"]) == ("closed", ["note", "reopen"])
    assert transitions(office, customer) == [
        *("queued", "claimed", "paused", "resumed", "waited", "customer_replied"),
        *("transferred", "offered", "claimed", "resolved", "closed"),
    ]
    spoken = [event.payload["text"] for event in office.told(customer.id) if event.kind == "agent_message"]
    assert spoken == ["您好，请先不要再转账。"]
    assert customer.rate(2).json()["inspected"] is True


def test_while_a_person_is_on_the_case_the_bot_says_nothing_and_after_the_end_it_speaks_again(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    li.act(case_id, "claim")
    before = [event for event in office.told(customer.id) if event.kind == "bot_reply"]
    customer.say("随心借日利率多少")
    assert [event for event in office.told(customer.id) if event.kind == "bot_reply"] == before
    li.act(case_id, "resolve", summary="已答复")
    assert customer.say("你好")["reply"]["text"]
    assert len([event for event in office.told(customer.id) if event.kind == "bot_reply"]) == len(before) + 1


def test_of_many_who_claim_at_once_exactly_one_gets_the_case(office: Office) -> None:
    case_id = office.customer().handed_over()
    seats = [office.seat(name) for name in ("li", "wang", "chief", "root")]
    together = threading.Barrier(len(seats))
    answers: list[httpx.Response] = []

    def claim(seat: Seat) -> None:
        together.wait()
        answers.append(seat.post(f"/v1/cases/{case_id}/claim"))

    threads = [threading.Thread(target=claim, args=(seat,)) for seat in seats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_claimed"}
    assert office.kinds(case_id).count("claimed") == 1


def test_claiming_again_what_i_hold_changes_nothing(office: Office) -> None:
    case_id, li = office.customer().handed_over(), office.seat("li")
    assert li.act(case_id, "claim")["version"] == li.act(case_id, "claim")["version"]


def test_a_reply_to_a_closed_case_is_refused_and_says_nothing_to_the_customer(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    li.act(case_id, "claim")
    li.act(case_id, "resolve", summary="已处理")
    assert li.refused(case_id, "reply", text="还有一件事", message_id="late") == (409, "not_holder")
    li.act(case_id, "close")
    assert li.refused(case_id, "reply", text="还有一件事", message_id="late") == (409, "case_closed")
    assert not any(event.kind == "agent_message" for event in office.told(customer.id))


def test_a_reply_sent_twice_with_one_message_id_reaches_the_customer_once(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    li.act(case_id, "claim")
    first = li.act(case_id, "reply", text="您好", message_id="r1")
    again = li.act(case_id, "reply", text="您好", message_id="r1", version=1)
    assert again["version"] == first["version"]
    assert [event.kind for event in office.told(customer.id)].count("agent_message") == 1
    assert li.refused(case_id, "reply", text="另一句", message_id="r1") == (409, "message_id_reused")


def test_a_note_sent_again_is_kept_once_and_never_shown_to_the_customer(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    li.act(case_id, "note", text="客户情绪激动", message_id="n1")
    case = li.act(case_id, "note", text="客户情绪激动", message_id="n1")
    assert [note["text"] for note in case["notes"]] == ["客户情绪激动"]
    assert case["notes"][0]["by"]["name"] == "李敏"
    assert "情绪激动" not in str([event.payload for event in office.told(customer.id)])


def test_personal_data_an_agent_types_is_masked_before_it_is_kept(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    li.act(case_id, "claim")
    li.act(case_id, "reply", text="请打我的手机13800138000", message_id="r1")
    li.act(case_id, "note", text="客户手机13900139000", message_id="n1")
    kept = str([event.payload for event in (*office.events(case_id), *office.told(customer.id))])
    assert "13800138000" not in kept
    assert "13900139000" not in kept
    assert "[手机号]" in kept


def test_what_an_agent_writes_reaches_the_customer_letter_for_letter_without_invisible_signs(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    li.act(case_id, "claim")
    li.act(case_id, "reply", text="您好，\n费用是１２元。\u202e", message_id="r1")
    li.act(case_id, "reply", text="全角的手机１３８００１３８０００", message_id="r2")
    spoken = [event.payload["text"] for event in office.told(customer.id) if event.kind == "agent_message"]
    assert spoken == ["您好，\n费用是１２元。", "全角的手机[手机号]"]


def test_an_action_on_a_case_that_has_moved_on_since_the_page_was_drawn_is_refused(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    shown = li.act(case_id, "claim")["version"]
    customer.say("等一下，我还有一个问题")
    assert li.refused(case_id, "resolve", summary="已处理", version=shown) == (409, "case_changed")
    assert li.act(case_id, "resolve", summary="已处理", version=li.case(case_id)["version"])["state"] == "resolved"


@pytest.mark.parametrize(
    ("action", "body", "status", "code"),
    [
        ("pause", {"reason": "lunch"}, 422, "incomplete_action"),
        ("pause", {}, 422, "invalid_request"),
        ("transfer", {"note": "交给别人"}, 422, "incomplete_action"),
        ("transfer", {"note": "交给别人", "to_agent": 2, "to_queue": "credit"}, 422, "incomplete_action"),
        ("transfer", {"note": "交给别人", "to_queue": "nowhere"}, 422, "policy_unknown"),
        ("transfer", {"note": "交给别人", "to_agent": 999}, 404, "not_found"),
        ("transfer", {"note": "交给质检", "to_agent": 5}, 403, "not_allowed"),
        ("resolve", {"summary": "  "}, 422, "incomplete_action"),
        ("reply", {"text": "\u200b", "message_id": "r1"}, 422, "incomplete_action"),
        ("reply", {"text": "长" * 2001, "message_id": "r1"}, 413, "message_too_long"),
        ("reply", {"text": "您好", "message_id": "空 格"}, 422, "invalid_request"),
        ("reply", {"text": "您好", "message_id": "r1", "agent_id": 1}, 422, "invalid_request"),
        ("severity", {"severity": 3, "reason": "更重"}, 422, "incomplete_action"),
        ("owner", {"to": 2, "reason": "换人"}, 403, "not_allowed"),
        ("acknowledge", {"ladder": "response"}, 409, "nothing_to_acknowledge"),
        ("complaint", {"to": "closed"}, 409, "complaint_move_refused"),
        ("callback", {"earliest": "2026-03-02T09:00:00"}, 422, "invalid_request"),
        ("decline", {}, 409, "offer_gone"),
        ("reveal", {"field": "手机号"}, 409, "not_kept"),
    ],
)
def test_an_action_that_cannot_be_is_refused_with_its_code_and_leaves_no_trace(
    office: Office, action: str, body: dict[str, Any], status: int, code: str
) -> None:
    case_id, li = office.customer().handed_over(), office.seat("li")
    li.act(case_id, "claim")
    before = office.kinds(case_id)
    assert li.refused(case_id, action, **body) == (status, code)
    assert office.kinds(case_id) == before


BODIES: dict[str, dict[str, Any]] = {
    "claim": {},
    "decline": {},
    "reply": {"text": "您好", "message_id": "probe"},
    "wait": {},
    "pause": {"reason": "bank"},
    "resume": {},
    "transfer": {"note": "请接手", "to_queue": "credit"},
    "resolve": {"summary": "已处理"},
    "reopen": {"reason": "没解决"},
    "close": {},
    "confirm-close": {},
    "severity": {"severity": 3, "reason": "更重"},
    "owner": {"to": 4, "reason": "换人负责"},
    "callback": {"earliest": "2026-03-02T12:00:00+08:00"},
    "complaint": {"to": "received"},
    "acknowledge": {"ladder": "duty"},
}
WALK: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "queued": [],
    "claimed": [("li", "claim", {})],
    "waiting": [("li", "claim", {}), ("li", "wait", {})],
    "paused": [("li", "claim", {}), ("li", "pause", {"reason": "bank"})],
    "transferred": [("li", "claim", {}), ("li", "transfer", {"note": "转", "to_queue": "payments"})],
    "offered": [("li", "claim", {}), ("li", "transfer", {"note": "转", "to_agent": 2})],
    "resolved": [("li", "claim", {}), ("li", "resolve", {"summary": "已处理"})],
    "reopened": [("li", "claim", {}), ("li", "resolve", {"summary": "已处理"}), ("li", "reopen", {"reason": "没好"})],
    "closed": [("li", "claim", {}), ("li", "resolve", {"summary": "已处理"}), ("li", "close", {})],
}


@pytest.mark.parametrize("name", ["li", "wang", "chief"])
@pytest.mark.parametrize("state", WALK)
def test_the_desk_is_offered_exactly_the_actions_that_would_succeed(office: Office, state: str, name: str) -> None:
    seats = {each: office.seat(each) for each in ("li", "wang", "chief")}

    def walked(conversation: str) -> dict[str, Any]:
        case_id = open_case(office, conversation)
        for who, step, details in WALK[state]:
            seats[who].act(case_id, step, **details)
        return seats[name].case(case_id)

    case = walked("shared")
    assert case["state"] == state
    for action, body in BODIES.items():
        if action in case["permitted"]:
            fresh = walked(action)
            assert seats[name].act(fresh["id"], action, **body)["version"] > fresh["version"], action
        elif (action, name) == ("claim", "li") and state in ("claimed", "waiting", "paused"):
            continue  # claiming what I hold repeats what is done
        elif (action, state) == ("close", "closed"):
            continue  # and so does closing what is closed
        elif action == "confirm-close" and "close" in case["permitted"]:
            continue  # confirming what needs no confirmation is closing
        else:
            seats[name].refused(case["id"], action, **body)
    assert seats[name].case(case["id"])["version"] == case["version"]


def test_guessed_ids_and_cases_out_of_sight_are_answered_alike_for_every_action(office: Office) -> None:
    hidden = open_case(office, "hidden", group="credit")
    pay = office.seat("pay")
    for case_id in (hidden, "c-guessed", "1", "%27%20OR%201=1"):
        assert pay.get(f"/v1/cases/{case_id}").status_code == 404
        for action, body in {**BODIES, "note": {"text": "x", "message_id": "m"}, "reveal": {"field": "x"}}.items():
            assert pay.refused(case_id, action, **body) == (404, "not_found"), (case_id, action)
    assert office.kinds(hidden) == ["opened", "queued"]


def test_an_agent_sees_the_own_queues_and_what_is_hers_and_a_supervisor_sees_all(office: Office) -> None:
    credit, payments = open_case(office, "a", group="credit"), open_case(office, "b", group="pay")
    pay, chief, li = office.seat("pay"), office.seat("chief"), office.seat("li")

    def ids(seat: Seat, **params: Any) -> set[str]:
        return {item["id"] for item in seat.get("/v1/cases", **params).json()["items"]}

    assert ids(pay) == {payments}
    assert ids(chief) == {credit, payments}
    assert ids(chief, queue="credit") == {credit}
    li.act(credit, "claim")
    assert ids(li, mine="true") == {credit}
    assert ids(li, state="claimed") == {credit}
    assert ids(li, state=["queued", "claimed"]) == {credit, payments}


def test_the_list_comes_in_pages_that_miss_nothing_and_repeat_nothing(office: Office) -> None:
    wanted = set()
    for number in range(23):
        wanted.add(open_case(office, f"k{number}", severity=1 + number % 3))
        if number % 4 == 0:
            office.later(minutes=1)
    seat, seen, cursor = office.seat("li"), [], None
    for _ in range(10):
        params = {"limit": 5} | ({"cursor": cursor} if cursor else {})
        page = seat.get("/v1/cases", **params).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 23
    assert set(seen) == wanted
    whole = [item["id"] for item in seat.get("/v1/cases", limit=200).json()["items"]]
    assert seen == whole


@pytest.mark.parametrize("cursor", ["x", "%%%", "MjAyNi0wMS0wMXxj", "////", "e30"])
def test_a_cursor_that_was_not_given_out_is_refused(office: Office, cursor: str) -> None:
    answer = office.seat("li").get("/v1/cases", cursor=cursor)
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_refused")


def test_the_answer_shows_clocks_with_their_marks_and_a_pause_moves_the_deadline_by_exactly_its_length(
    office: Office,
) -> None:
    case_id, li = office.customer().handed_over(), office.seat("li")
    case = li.act(case_id, "claim")
    started = datetime.fromisoformat(clock(case, "disposal")["started_at"])
    assert due(case, "disposal") - started == timedelta(hours=2)
    assert [mark["percent"] for mark in clock(case, "disposal")["marks"]] == [50, 80, 100]
    assert clock(case, "disposal")["limit"] == {"seconds": 7200, "days": None, "calendar": "always"}
    assert not any(each["clock"] in {"offer", "pause", "silence"} for each in case["clocks"])
    paused = li.act(case_id, "pause", reason="bank")
    assert (clock(paused, "disposal")["paused"], clock(paused, "disposal")["due_at"]) == (True, None)
    assert clock(paused, "first_response")["paused"] is False
    office.later(minutes=23)
    resumed = li.act(case_id, "resume")
    assert due(resumed, "disposal") - due(case, "disposal") == timedelta(minutes=23)
    assert clock(resumed, "disposal")["elapsed_seconds"] == 0


def test_a_clock_that_runs_out_shows_on_the_case_and_the_escalation_waits_for_the_supervisor(office: Office) -> None:
    case_id, li, chief = office.customer().handed_over(), office.seat("li"), office.seat("chief")
    li.act(case_id, "claim")
    office.later(seconds=61)
    late = li.case(case_id)
    assert clock(late, "first_response")["breached_at"] == clock(late, "first_response")["due_at"]
    office.work()
    office.work()
    case = chief.case(case_id)
    assert (case["nearest"]["clock"], case["nearest"]["breached"]) == ("first_response", True)
    fired = {mark["percent"]: mark["fired_at"] for mark in clock(case, "first_response")["marks"]}
    assert fired[100] is not None
    [rung] = [rung for rung in case["escalations"] if rung["ladder"] == "response"]
    assert rung["waits"] is True
    assert {"id": chief.key, "name": "陈主管"} in rung["recipients"]
    acknowledged = chief.act(case_id, "acknowledge", ladder="response")
    [rung] = [rung for rung in acknowledged["escalations"] if rung["ladder"] == "response"]
    assert (rung["waits"], rung["acknowledged_by"]["id"]) == (False, chief.key)
    assert chief.refused(case_id, "acknowledge", ladder="response") == (409, "nothing_to_acknowledge")


def test_who_was_not_told_cannot_acknowledge(office: Office) -> None:
    case_id, li, wang = office.customer().handed_over(), office.seat("li"), office.seat("wang")
    li.act(case_id, "claim")
    office.later(seconds=61)
    office.work()
    assert "acknowledge" not in wang.case(case_id)["permitted"]
    assert wang.refused(case_id, "acknowledge", ladder="response") == (403, "not_allowed")
    assert "acknowledge" in li.case(case_id)["permitted"]


def test_a_complaint_goes_its_whole_way_and_only_a_supervisor_grants_an_extension(office: Office) -> None:
    case_id = open_case(office, "complaining", group="service", severity=2)
    li, chief = office.seat("li"), office.seat("chief")
    li.act(case_id, "claim")
    assert li.case(case_id)["complaint"] is None
    li.act(case_id, "complaint", to="received")
    li.act(case_id, "complaint", to="acknowledged")
    assert li.refused(case_id, "complaint", to="classified") == (409, "complaint_move_refused")
    li.act(case_id, "complaint", to="classified", grade="complex")
    case = li.act(case_id, "complaint", to="investigating")
    assert case["complaint"]["moves"] == ["decided", "withdrawn"]
    assert li.refused(case_id, "complaint", to="extension_approved", reason="材料复杂") == (403, "not_allowed")
    before = due(case, "complaint_legal")
    extended = chief.act(case_id, "complaint", to="extension_approved", reason="材料复杂")
    assert extended["complaint"]["extended"] is True
    assert due(extended, "complaint_legal") - before == timedelta(days=30)
    assert office.events(case_id)[-1].payload["by"] == li.key
    assert office.events(case_id)[-1].payload["approver"] == chief.key
    li.act(case_id, "complaint", to="decided", decision="退还多收的手续费")
    li.act(case_id, "complaint", to="informed")
    li.act(case_id, "resolve", summary="已告知决定")
    assert li.refused(case_id, "close") == (409, "complaint_open")
    li.act(case_id, "complaint", to="closed")
    assert li.act(case_id, "close")["state"] == "closed"


def test_a_masked_value_is_shown_to_the_holder_and_the_sight_of_it_is_recorded(office: Office) -> None:
    class Drawer:
        def open(self, reference: str) -> str:
            return {"ref-1": "13800138000"}[reference]

    office.product.vault = Drawer()
    kept = PersonalDatum(field="手机号", masked="[手机号]", reference="ref-1")
    case_id = open_case(office, "masked", personal=(kept,))
    li, wang = office.seat("li"), office.seat("wang")
    case = li.act(case_id, "claim")
    assert case["packet"]["personal"] == [{"field": "手机号", "masked": "[手机号]", "kept": True}]
    assert "reveal" in case["permitted"]
    answer = li.post(f"/v1/cases/{case_id}/reveal", {"field": "手机号"})
    assert answer.json() == {"field": "手机号", "value": "13800138000"}
    assert wang.refused(case_id, "reveal", field="手机号") == (403, "not_allowed")
    revealed = [event.payload for event in office.events(case_id) if event.kind == "revealed"]
    assert revealed == [{"by": li.key, "role": "agent", "field": "手机号"}]


def test_a_call_back_is_booked_inside_the_queues_hours_and_told_to_the_customer(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    case = li.act(case_id, "callback", earliest="2026-03-03T03:00:00+08:00")
    assert datetime.fromisoformat(case["callback_at"]) == datetime.fromisoformat("2026-03-03T08:00:00+08:00")
    assert transitions(office, customer)[-1] == "callback_booked"


def test_a_supervisor_names_another_owner(office: Office) -> None:
    case_id, li, chief = office.customer().handed_over(), office.seat("li"), office.seat("chief")
    wang = office.seat("wang")
    li.act(case_id, "claim")
    assert chief.act(case_id, "owner", to=wang.key, reason="李敏休假")["owner"]["id"] == wang.key


def follow(address: str, path: str, headers: dict[str, str]) -> Iterator[dict[str, str]]:
    """Server-sent events as they come."""
    with httpx.stream("GET", f"{address}{path}", headers=headers, timeout=20) as answer:
        assert answer.status_code == 200
        event: dict[str, str] = {}
        for line in answer.iter_lines():
            if not line and event:
                yield event
                event = {}
            elif match := re.fullmatch(r"(id|event|data): ?(.*)", line):
                event[match[1]] = match[2]


def test_desk_and_customer_follow_each_other_live(office: Office, address: str) -> None:
    customer, li = office.customer(), office.seat("li")
    place = li.get("/v1/cases").json()["last_event_id"]
    cookie = {"Cookie": f"shouwen_desk={li.client.cookies['shouwen_desk']}"}
    desk_events = follow(address, f"/v1/agent/events?after={place}", cookie)
    customer_events = follow(address, f"{customer.path}/events", customer.headers)
    case_id = customer.handed_over()
    seen: dict[str, Any] = {}
    while "queued" not in seen or "customer_message" not in seen:
        event = next(desk_events)
        seen[event["event"]] = json.loads(event["data"])
    assert seen["queued"]["case"]["id"] == case_id
    assert seen["queued"]["case"]["severity"] == 3
    assert seen["customer_message"]["line"]["text"] == FRAUD
    assert "packet" not in seen["opened"]["payload"]
    li.act(case_id, "claim")
    li.act(case_id, "reply", text="您好，我来处理。", message_id="r1")
    told = []
    while not told or told[-1]["kind"] != "agent_message":
        told.append(json.loads(next(customer_events)["data"]))
    assert [each["transition"] for each in told if each["kind"] == "receipt"] == ["queued", "claimed"]
    assert told[-1]["text"] == "您好，我来处理。"
    last = ""
    while last != "agent_message":
        event = next(desk_events)
        last = event["event"]
    resumed = follow(address, "/v1/agent/events", {**cookie, "Last-Event-ID": str(int(event["id"]) - 1)})
    assert next(resumed)["id"] == event["id"]
    assert li.post("/v1/agent/session", method="DELETE").status_code == 204
    assert [each["event"] for each in desk_events][-1] == "session_ended"


def feed_of(office: Office, seat: Seat) -> Feed:
    token = seat.client.cookies["shouwen_desk"]
    return Feed(office.engine, office.product.assistant.rules, office.product.clock, token)


def everything(feed: Feed, after: int = 0) -> list[tuple[str, dict[str, Any]]]:
    found = []
    while True:
        batch = feed.read(after)
        found += [(message.kind, message.data) for message in batch.messages]
        after = batch.last
        if not batch.more:
            return found


def test_the_feed_never_shows_what_the_list_would_not(office: Office) -> None:
    hidden = open_case(office, "hidden-conversation", group="credit")
    bystander = office.customer()
    bystander.say("你好")
    seen = open_case(office, "seen-conversation", group="pay")
    pay = office.seat("pay")
    events = everything(feed_of(office, pay))
    assert {data["case_id"] for _, data in events} == {seen}
    assert hidden not in str(events)
    assert bystander.id not in str(events)


def test_a_case_that_leaves_my_sight_tells_my_page_to_drop_it_and_nothing_else(office: Office) -> None:
    case_id = open_case(office, "moving", group="pay")
    pay, li = office.seat("pay"), office.seat("li")
    feed = feed_of(office, pay)
    place = feed.place()
    li.act(case_id, "claim")
    li.act(case_id, "transfer", note="属于信贷", to_queue="credit")
    events = everything(feed, place)
    assert ("case_gone", case_id) in [(kind, data["case_id"]) for kind, data in events]
    assert "属于信贷" not in str(events)


def test_a_page_that_missed_very_much_is_told_to_load_afresh(office: Office) -> None:
    feed = feed_of(office, office.seat("li"))
    with write_transaction(office.engine) as session:
        for number in range(MOST_MISSED + 1):
            append(session, f"conversation:quiet-{number % 7}", "customer_message", {"text": "在吗"}, office.now)
        newest = last_id(session)
    [(kind, data)] = everything(feed)
    assert (kind, data["last_event_id"]) == ("reset", newest)
    [(kind, _)] = everything(feed, newest + 10)
    assert kind == "reset"


def test_the_feed_ends_when_the_session_runs_out(office: Office) -> None:
    feed = feed_of(office, office.seat("li"))
    office.later(minutes=31)
    batch = feed.read(0)
    assert (batch.over, [message.kind for message in batch.messages]) == (True, ["session_ended"])


def test_inspectors_are_told_of_inspections_by_number_only(office: Office) -> None:
    customer, li = office.customer(), office.seat("li")
    case_id = customer.handed_over()
    li.act(case_id, "claim")
    li.act(case_id, "resolve", summary="已处理")
    assert customer.rate(1).status_code == 201
    events = everything(feed_of(office, office.seat("judge")))
    assert [kind for kind, _ in events] == ["inspection_opened"]
    assert events[0][1]["payload"]["inspection_id"] == 1
    assert case_id not in str(events)
    with session_scope(office.engine) as session:
        assert last_id(session) > len(events)
