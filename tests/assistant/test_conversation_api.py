"""The customer's conversation over HTTP: what is promised about turns, tokens, duplicates and bad input."""

from concurrent.futures import ThreadPoolExecutor

import jwt
import pytest
from fastapi.testclient import TestClient

from assistant.customer_token import CustomerTokenRefused, CustomerTokens

NOT_A_TOKEN = {"Authorization": "Bearer nonsense"}


def opened(client: TestClient, **body: str) -> tuple[str, dict[str, str]]:
    answer = client.post("/v1/conversations", json={"channel": "web", **body})
    assert answer.status_code == 201, answer.text
    return answer.json()["conversation_id"], {"Authorization": f"Bearer {answer.json()['token']}"}


def say(client: TestClient, path: str, headers: dict[str, str], text: str, message_id: str = "m1") -> dict:
    body = {"text": text, "client_message_id": message_id}
    answer = client.post(f"/v1/conversations/{path}/messages", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_routine_question_is_answered_with_clause_version_and_date(client: TestClient) -> None:
    path, headers = opened(client)
    turn = say(client, path, headers, "收不到验证码怎么办")
    assert turn["action"] == "answer"
    citation = turn["reply"]["citations"][0]
    assert citation["document"]
    assert citation["clause"]
    assert citation["version"]
    assert citation["as_of"]


def test_a_stolen_card_goes_to_a_person_at_once(client: TestClient) -> None:
    path, headers = opened(client)
    turn = say(client, path, headers, "我的卡被盗刷了")
    assert turn["action"] == "handoff"
    assert turn["risk"]["level"] == 3
    assert turn["handoff"]["case_id"]


def test_the_same_message_sent_twice_gets_the_same_turn_and_leaves_one_trace(client: TestClient) -> None:
    path, headers = opened(client)
    first = say(client, path, headers, "提现手续费多少")
    assert say(client, path, headers, "提现手续费多少") == first
    events = client.get(f"/v1/conversations/{path}", headers=headers).json()["events"]
    assert [event["kind"] for event in events].count("customer_message") == 1


def test_a_message_id_used_for_another_text_is_refused(client: TestClient) -> None:
    path, headers = opened(client)
    say(client, path, headers, "提现手续费多少")
    body = {"text": "另一句话", "client_message_id": "m1"}
    answer = client.post(f"/v1/conversations/{path}/messages", json=body, headers=headers)
    assert answer.status_code == 409
    assert answer.json()["code"] == "message_id_reused"


def test_parallel_messages_are_all_kept_in_one_strict_order(client: TestClient) -> None:
    path, headers = opened(client)
    texts = [f"账单几号出,第{i}遍" for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: say(client, path, headers, texts[i], f"m{i}"), range(8)))
    events = client.get(f"/v1/conversations/{path}", headers=headers).json()["events"]
    heard = [event["text"] for event in events if event["kind"] == "customer_message"]
    assert sorted(heard) == sorted(texts)
    assert [event["seq"] for event in events] == sorted({event["seq"] for event in events})


@pytest.mark.parametrize("headers", [{}, NOT_A_TOKEN, {"Authorization": "Basic abc"}])
def test_without_the_right_token_nothing_is_shown_or_taken(client: TestClient, headers: dict[str, str]) -> None:
    path, _ = opened(client)
    for method, tail in (("GET", ""), ("POST", "/messages"), ("GET", "/events"), ("POST", "/handoff")):
        body = {"text": "你好", "client_message_id": "m1"} if tail == "/messages" else None
        answer = client.request(method, f"/v1/conversations/{path}{tail}", json=body, headers=headers)
        assert answer.status_code in (401, 404)
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_token_of_another_conversation_opens_nothing(client: TestClient) -> None:
    mine, _ = opened(client)
    _, others = opened(client)
    unknown = client.get("/v1/conversations/v-unknown", headers=others)
    answer = client.get(f"/v1/conversations/{mine}", headers=others)
    assert (answer.status_code, answer.json()["code"]) == (404, "conversation_missing")
    assert unknown.json() == answer.json()


@pytest.mark.parametrize(
    "text", ["", "   ", "😀😀", "\u202e\u200f", "<script>alert(1)</script>", "'; DROP TABLE turn;--"]
)
def test_odd_input_gets_a_sensible_turn(client: TestClient, text: str) -> None:
    path, headers = opened(client)
    turn = say(client, path, headers, text)
    assert turn["action"] in {"clarify", "decline", "handoff", "answer"}
    assert "<script>" not in turn["reply"]["text"]


def test_too_long_a_message_is_refused_and_nothing_is_stored(client: TestClient) -> None:
    path, headers = opened(client)
    body = {"text": "长" * 3000, "client_message_id": "m1"}
    answer = client.post(f"/v1/conversations/{path}/messages", json=body, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["code"] == "message_too_long"
    huge = client.post(f"/v1/conversations/{path}/messages", content=b"x" * 100_000, headers=headers)
    assert huge.status_code == 413
    events = client.get(f"/v1/conversations/{path}", headers=headers).json()["events"]
    assert [event["kind"] for event in events] == ["opened"]


@pytest.mark.parametrize(
    "content", [b"{", b"\xff\xfe", b"[]", b'{"text": 1}', b'{"text": "\\ud800", "client_message_id": "a b"}']
)
def test_malformed_bodies_get_problem_details(client: TestClient, content: bytes) -> None:
    path, headers = opened(client)
    answer = client.post(
        f"/v1/conversations/{path}/messages", content=content, headers={**headers, "Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_personal_data_is_masked_before_it_is_stored(client: TestClient) -> None:
    path, headers = opened(client)
    say(client, path, headers, "我的手机号13812345678收不到验证码")
    stored = client.get(f"/v1/conversations/{path}", headers=headers).text
    assert "13812345678" not in stored
    assert "[手机号]" in stored


def test_the_person_button_reaches_one_case_however_often_it_is_pressed(client: TestClient) -> None:
    path, headers = opened(client)
    cases = {client.post(f"/v1/conversations/{path}/handoff", headers=headers).json()["case_id"] for _ in range(4)}
    assert len(cases) == 1


def test_after_a_hand_over_nothing_speaks_but_receipts(client: TestClient) -> None:
    path, headers = opened(client)
    client.post(f"/v1/conversations/{path}/handoff", headers=headers)
    say(client, path, headers, "提前还款要收手续费吗", "m2")
    events = client.get(f"/v1/conversations/{path}", headers=headers).json()["events"]
    kinds = [event["kind"] for event in events]
    handed = kinds.index("receipt")
    assert "bot_reply" not in kinds[handed:]


def test_a_rating_out_of_range_is_refused(client: TestClient) -> None:
    path, headers = opened(client)
    answer = client.post(f"/v1/conversations/{path}/rating", json={"score": 6}, headers=headers)
    assert answer.status_code == 422


def test_customer_tokens_are_verified_by_the_key_they_name() -> None:
    keys = {"old": "a" * 40, "new": "b" * 40}
    tokens = CustomerTokens(keys)
    good = jwt.encode({"sub": "c-1", "exp": 4_000_000_000}, keys["new"], "HS256", headers={"kid": "new"})
    assert tokens.subject(good) == "c-1"
    for bad in (
        jwt.encode({"sub": "c-1", "exp": 4_000_000_000}, keys["old"], "HS256", headers={"kid": "new"}),
        jwt.encode({"sub": "c-1", "exp": 1}, keys["new"], "HS256", headers={"kid": "new"}),
        jwt.encode({"sub": "c-1"}, keys["new"], "HS256", headers={"kid": "new"}),
        jwt.encode({"sub": "c-1", "exp": 4_000_000_000}, "c" * 40, "HS256", headers={"kid": "third"}),
        "not.a.token",
    ):
        with pytest.raises(CustomerTokenRefused):
            tokens.subject(bad)
