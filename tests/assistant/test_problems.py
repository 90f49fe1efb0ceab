"""Every error is a problem detail with a stable code, and none tells more than it should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from assistant.api.problems import MEDIA_TYPE, ApiProblem, install_problem_handlers, problem, translate


class Closed(Exception):
    """A typed refusal of a package below."""

    code = "shop_closed"

    def __init__(self) -> None:
        super().__init__("open again at nine")
        self.opens = 9


class Wish(BaseModel):
    size: int


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    install_problem_handlers(app)
    translate(app, Closed, 409, "We are closed", "opens", "not_there", field="time")

    @app.post("/wish")
    def wish(body: Wish) -> int:
        return body.size

    @app.get("/raise/{what}")
    def raise_it(what: str) -> None:
        found: dict[str, Exception] = {
            "closed": Closed(), "large": HTTPException(413), "crash": RuntimeError("secret=1"),
            "odd": HTTPException(418),
            "slow": ApiProblem(429, "too_many", "Slow down", "Wait.", {"Retry-After": "7"}, limit=20),
        }  # fmt: skip
        raise found[what]

    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/wish", 405, "method_not_allowed"),
        ("GET", "/raise/large", 413, "payload_too_large"),
        ("GET", "/raise/crash", 500, "internal_error"),
        ("GET", "/raise/odd", 418, "http_error"),
        ("GET", "/raise/closed", 409, "shop_closed"),
    ],
)
def test_each_refusal_has_its_code(client: TestClient, method: str, path: str, status: int, code: str) -> None:
    answered = client.request(method, path)
    body = answered.json()
    assert (answered.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:shouwen:problem:{code}"
    assert answered.headers["content-type"] == MEDIA_TYPE
    assert body["title"]
    assert body["detail"]


def test_a_typed_refusal_keeps_its_words_and_named_members(client: TestClient) -> None:
    body = client.get("/raise/closed").json()
    assert (body["detail"], body["opens"], body["field"]) == ("open again at nine", 9, "time")
    assert "not_there" not in body


def test_a_decided_problem_keeps_its_headers_and_members(client: TestClient) -> None:
    answered = client.get("/raise/slow")
    assert (answered.headers["retry-after"], answered.json()["limit"]) == ("7", 20)


def test_a_crash_tells_nothing_of_its_cause(client: TestClient) -> None:
    assert "secret" not in client.get("/raise/crash").text


def test_a_field_not_as_described_is_named_and_what_was_sent_is_not_repeated(client: TestClient) -> None:
    answered = client.post("/wish", json={"size": "6222020200112233445x"})
    body = answered.json()
    assert (answered.status_code, body["code"], body["field"]) == (422, "invalid_request", "size")
    assert "6222" not in answered.text


def test_malformed_json_is_a_bad_request(client: TestClient) -> None:
    answered = client.post("/wish", content=b"{", headers={"Content-Type": "application/json"})
    assert (answered.status_code, answered.json()["code"]) == (400, "malformed_json")


def test_a_class_without_a_code_is_refused_at_start_up() -> None:
    with pytest.raises(TypeError, match="ValueError has no code"):
        translate(FastAPI(), ValueError, 400, "Bad")


def test_long_and_unencodable_text_is_made_fit_to_send() -> None:
    answered = problem(400, "x", "X", "\ud800" + "长" * 1000, items=("\udfff", 1))
    text = bytes(answered.body).decode("utf-8")
    assert len(text) < 800
    assert "?" in text
