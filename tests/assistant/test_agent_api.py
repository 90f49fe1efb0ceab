"""Signing in over HTTP: cookies, CSRF, lock-out, sessions that end, roles, accounts."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.assistant.conftest import PASSWORD, Office, Seat


def sign_in(client: TestClient, name: str, password: str, kind: str = "browser") -> Any:
    return client.post("/v1/agent/session", json={"name": name, "password": password, "kind": kind})


def test_signing_in_sets_a_cookie_that_scripts_cannot_read_and_other_sites_cannot_send(office: Office) -> None:
    answer = sign_in(TestClient(office.app), "li", PASSWORD)
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    body = answer.json()
    assert body["token"] is None
    assert body["agent"]["display_name"] == "李敏"
    assert "password" not in answer.text


def test_over_https_the_cookie_is_marked_secure(office: Office) -> None:
    answer = sign_in(TestClient(office.app, base_url="https://testserver"), "li", PASSWORD)
    assert "secure" in answer.headers["set-cookie"].lower()


def test_me_tells_who_is_signed_in_and_gives_the_csrf_token_back_after_a_reload(office: Office) -> None:
    seat = office.seat("chief")
    found = seat.get("/v1/agent/me").json()
    assert found["csrf"] == seat.csrf
    assert found["may"] == ["cases", "board", "inspections"]
    assert found["now"].startswith("2026-03-02T02:00:00")
    assert found["presence"] is None
    assert found["load"] == 0


@pytest.mark.parametrize(("name", "password"), [("li", "wrong password"), ("nobody", PASSWORD), ("li' OR 1=1", "x")])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(office: Office, name: str, password: str) -> None:
    answer = sign_in(TestClient(office.app), name, password)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_refused")
    assert "set-cookie" not in answer.headers


def test_five_failures_lock_the_account_for_a_quarter_of_an_hour_even_for_the_right_password(office: Office) -> None:
    client = TestClient(office.app)
    for _ in range(5):
        sign_in(client, "li", "wrong password")
    locked = sign_in(client, "li", PASSWORD)
    assert (locked.status_code, locked.json()["code"]) == (401, "account_locked")
    assert sign_in(client, "wang", PASSWORD).status_code == 201
    office.later(minutes=15, seconds=1)
    assert sign_in(client, "li", PASSWORD).status_code == 201


def test_more_than_twenty_sign_ins_a_minute_from_one_address_are_turned_away(office: Office) -> None:
    client = TestClient(office.app)
    answers = [sign_in(client, "pay", f"guess {number}") for number in range(21)]
    assert [answer.status_code for answer in answers[:20]] == [401] * 20
    assert (answers[20].status_code, answers[20].json()["code"]) == (429, "too_many_requests")
    assert answers[20].headers["retry-after"]


@pytest.mark.parametrize("presented", [None, "", "forged", "x" * 32])
def test_a_change_without_the_pages_csrf_token_is_refused_and_nothing_happens(
    office: Office, presented: str | None
) -> None:
    seat = office.seat("li")
    headers = {} if presented is None else {"X-CSRF-Token": presented}
    answer = seat.client.put("/v1/agent/capacity", json={"capacity": 9}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_refused")
    assert seat.get("/v1/agent/me").json()["agent"]["capacity"] == 3


def test_the_csrf_token_of_another_session_is_forged_too(office: Office) -> None:
    li, wang = office.seat("li"), office.seat("wang")
    answer = li.client.put("/v1/agent/capacity", json={"capacity": 9}, headers={"X-CSRF-Token": wang.csrf})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_refused")


def test_a_program_signs_in_without_a_cookie_and_needs_no_csrf_token(office: Office) -> None:
    client = TestClient(office.app)
    answer = sign_in(client, "li", PASSWORD, kind="program")
    assert "set-cookie" not in answer.headers
    bearer = {"Authorization": f"Bearer {answer.json()['token']}"}
    changed = client.put("/v1/agent/capacity", json={"capacity": 5}, headers=bearer)
    assert (changed.status_code, changed.json()["capacity"]) == (200, 5)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Cookie": "shouwen_desk=nonsense"}])
def test_without_a_valid_session_everything_of_the_desk_is_401(office: Office, headers: dict[str, str]) -> None:
    client = TestClient(office.app)
    for path in ("/v1/agent/me", "/v1/cases", "/v1/inspections", "/v1/board", "/v1/agents", "/v1/agent/events"):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 401, path
        assert answer.json()["code"] in {"unauthorised", "session_expired"}


def test_an_idle_session_ends_after_half_an_hour_and_work_keeps_it_alive(office: Office) -> None:
    seat = office.seat("li")
    for _ in range(3):
        office.later(minutes=20)
        assert seat.get("/v1/cases").status_code == 200
    office.later(minutes=30)
    answer = seat.get("/v1/cases")
    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")
    assert seat.post("/v1/agent/presence", {"status": "online"}).status_code == 401


def test_a_session_ends_after_ten_hours_however_busy_it_is(office: Office) -> None:
    seat = office.seat("li")
    for _ in range(39):
        office.later(minutes=15)
        assert seat.get("/v1/cases").status_code == 200
    office.later(minutes=15)
    assert seat.get("/v1/cases").json()["code"] == "session_expired"


def test_a_page_nobody_touches_does_not_keep_its_session_alive_by_its_heartbeat(office: Office) -> None:
    untouched, touched = office.seat("li"), office.seat("wang")
    for _ in range(3):
        office.later(minutes=9)
        assert untouched.post("/v1/agent/presence", {"active": False}).status_code == 200
        assert touched.post("/v1/agent/presence", {"active": True}).status_code == 200
    office.later(minutes=4)
    assert untouched.get("/v1/agent/me").status_code == 401
    assert touched.get("/v1/agent/me").status_code == 200


def test_signing_out_ends_the_session_and_takes_the_agent_off_shift(office: Office) -> None:
    seat, other = office.online("li"), office.seat("wang")
    assert seat.post("/v1/agent/session", method="DELETE").status_code == 204
    assert seat.get("/v1/agent/me").status_code == 401
    colleagues = {each["name"]: each["presence"] for each in other.get("/v1/agents").json()["items"]}
    assert colleagues["li"] == "offline"


def test_a_colleague_not_heard_from_for_a_minute_is_away(office: Office) -> None:
    office.online("li")
    other = office.seat("wang")

    def presence() -> str:
        items = other.get("/v1/agents").json()["items"]
        return next(each["presence"] for each in items if each["name"] == "li")

    assert presence() == "online"
    office.later(seconds=61)
    assert presence() == "away"


def test_coming_online_brings_the_waiting_case_as_an_offer_at_once(office: Office) -> None:
    case_id = office.customer().handed_over()
    seat = office.online("li")
    [item] = seat.get("/v1/cases", mine="true").json()["items"]
    assert (item["id"], item["state"], item["mine"]) == (case_id, "offered", ["offered"])


def test_capacity_is_bounded(office: Office) -> None:
    seat = office.seat("li")
    for capacity in (0, 51, -1):
        assert seat.post("/v1/agent/capacity", {"capacity": capacity}, method="PUT").status_code == 422


def test_the_policy_names_what_the_forms_offer(office: Office) -> None:
    found = office.seat("li").get("/v1/agent/policy").json()
    assert {"id": "urgent", "name": "紧急处置"} in found["queues"]
    assert {"id": "bank", "name": "等待银行核实"} in found["pause_reasons"]
    assert "offer" not in {clock["id"] for clock in found["clocks"]}
    assert len(found["inspection"]["checklist"]) == 6


ROUTES = {
    "/v1/cases": {"agent", "supervisor", "admin"},
    "/v1/cases/unknown": {"agent", "supervisor", "admin"},
    "/v1/board": {"supervisor", "admin"},
    "/v1/board/numbers": {"supervisor", "admin"},
    "/v1/board/numbers.csv": {"supervisor", "admin"},
    "/v1/board/cases.csv": {"supervisor", "admin"},
    "/v1/inspections": {"inspector", "supervisor", "admin"},
    "/v1/inspections/agreement": {"inspector", "supervisor", "admin"},
    "/v1/inspections/evaluation-cases": {"inspector", "supervisor", "admin"},
    "/v1/inspections/1": {"inspector", "supervisor", "admin"},
    "/v1/agents": {"agent", "supervisor", "inspector", "admin"},
    "/v1/agents?all=true": {"admin"},
    "/v1/agents/1/shifts": {"supervisor", "admin"},
}
SEATS = {"agent": "li", "supervisor": "chief", "inspector": "judge", "admin": "root"}


@pytest.mark.parametrize("path", ROUTES)
def test_each_role_reads_what_it_is_meant_to_and_gets_403_for_the_rest(office: Office, path: str) -> None:
    for role, name in SEATS.items():
        status = office.seat(name).client.get(path).status_code
        allowed = {200, 404} if role in ROUTES[path] else {403}
        assert status in allowed, (role, path, status)


CHANGES: dict[tuple[str, str], set[str]] = {
    ("POST", "/v1/agents"): {"admin"},
    ("PATCH", "/v1/agents/1"): {"admin"},
    ("POST", "/v1/agents/1/disable"): {"admin"},
    ("POST", "/v1/agents/1/shifts"): {"supervisor", "admin"},
    ("PUT", "/v1/agent/capacity"): {"agent", "supervisor", "admin"},
    ("POST", "/v1/cases/unknown/claim"): {"agent", "supervisor", "admin"},
    ("POST", "/v1/inspections/1/take"): {"inspector", "supervisor", "admin"},
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: " ".join(change))
def test_each_role_changes_what_it_is_meant_to_and_gets_403_for_the_rest(
    office: Office, change: tuple[str, str]
) -> None:
    bodies = {
        "/v1/agents": {"name": "newcomer", "password": PASSWORD},
        "/v1/agents/1": {"capacity": 2},
        "/v1/agents/1/shifts": {"starts_at": "2026-03-02T08:00:00Z", "ends_at": "2026-03-02T16:00:00Z"},
        "/v1/agent/capacity": {"capacity": 2},
    }
    method, path = change
    for role, name in SEATS.items():
        answer = office.seat(name).post(path, bodies.get(path), method)
        if role in CHANGES[change]:
            assert answer.status_code in {200, 201, 404}, (role, answer.text)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed"), role


def test_an_administrator_creates_an_account_that_can_sign_in(office: Office) -> None:
    root = office.seat("root")
    body = {"name": "sun", "password": PASSWORD, "display_name": "孙洁", "queues": ["credit"], "capacity": 2}
    answer = root.post("/v1/agents", body)
    assert answer.status_code == 201
    assert "password" not in answer.text
    sun = office.seat("sun")
    assert sun.get("/v1/agent/me").json()["agent"]["queues"] == ["credit"]
    again = root.post("/v1/agents", body)
    assert (again.status_code, again.json()["code"]) == (409, "agent_exists")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"password": "short"}, "weak_password"),
        ({"queues": ["no such queue"]}, "policy_unknown"),
        ({"role": "king"}, "invalid_request"),
        ({"name": "<script>"}, "invalid_request"),
        ({"enabled": False}, "invalid_request"),
    ],
)
def test_an_account_that_is_not_possible_is_refused_with_the_reason(
    office: Office, change: dict[str, Any], code: str
) -> None:
    answer = office.seat("root").post("/v1/agents", {"name": "sun", "password": PASSWORD, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_an_agent_disabled_mid_case_is_out_at_once_and_the_case_goes_on_with_others(office: Office) -> None:
    customer = office.customer()
    case_id = customer.handed_over()
    li, root, chief = office.seat("li"), office.seat("root"), office.seat("chief")
    li.act(case_id, "claim")
    answer = root.post(f"/v1/agents/{li.key}/disable")
    assert (answer.status_code, answer.json()["cases"]) == (200, [case_id])
    refused = li.post(f"/v1/cases/{case_id}/reply", {"text": "您好", "message_id": "r1"})
    assert (refused.status_code, refused.json()["code"]) == (401, "session_expired")
    case = chief.case(case_id)
    assert (case["state"], case["holder"], case["owner"]["id"]) == ("transferred", None, chief.key)
    receipts = [event for event in office.told(customer.id) if event.kind == "receipt"]
    assert receipts[-1].payload["transition"] == "released"
    assert not any(event.kind == "agent_message" for event in office.told(customer.id))
    assert (
        Seat(office.app).client.post("/v1/agent/session", json={"name": "li", "password": PASSWORD}).status_code == 401
    )


def test_nobody_disables_the_own_account(office: Office) -> None:
    root = office.seat("root")
    answer = root.post(f"/v1/agents/{root.key}/disable")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert root.get("/v1/agent/me").status_code == 200


def test_a_shift_that_ends_before_it_starts_is_refused(office: Office) -> None:
    chief = office.seat("chief")
    body = {"starts_at": "2026-03-02T16:00:00+08:00", "ends_at": "2026-03-02T08:00:00+08:00"}
    answer = chief.post("/v1/agents/1/shifts", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "shift_refused")
    assert chief.post("/v1/agents/1/shifts", {**body, "ends_at": "2026-03-02T22:00:00"}).status_code == 422


def test_a_planned_shift_is_listed_and_told_to_its_agent(office: Office) -> None:
    chief, li = office.seat("chief"), office.seat("li")
    body = {"starts_at": "2026-03-02T08:00:00+08:00", "ends_at": "2026-03-02T16:00:00+08:00", "duty": True}
    assert chief.post(f"/v1/agents/{li.key}/shifts", body).status_code == 201
    [listed] = chief.get(f"/v1/agents/{li.key}/shifts").json()["items"]
    assert listed["duty"] is True
    assert li.get("/v1/agent/me").json()["shift"]["ends_at"].startswith("2026-03-02T08:00:00")
