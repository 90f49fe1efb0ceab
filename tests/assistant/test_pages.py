"""The pages are served whole, with a policy that lets nothing in from elsewhere and nothing inline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api import pages
from assistant.api.problems import install_problem_handlers

FILES = sorted(
    path.relative_to(pages.PAGES).as_posix()
    for folder in ("css", "js", "img")
    for path in (pages.PAGES / folder).rglob("*")
    if path.is_file()
)
OWN_SCRIPTS = [name for name in FILES if name.startswith("js/") and name.count("/") == 1]


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()
    install_problem_handlers(app)
    app.include_router(pages.router)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


class _Parts(HTMLParser):
    """Collects what a page refers to and what stands inline."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.links += [value for name in ("src", "href") if (value := found.get(name))]
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(tag)


@pytest.mark.parametrize("path", ["/", "/fees"])
def test_a_page_has_nothing_inline_and_every_file_it_names_is_there(client: TestClient, path: str) -> None:
    answered = client.get(path)
    assert answered.headers["content-type"] == "text/html; charset=utf-8"
    parts = _Parts()
    parts.feed(answered.text)
    assert parts.inline == []
    named = [link for link in parts.links if link.startswith("/static/")]
    assert len(named) >= 6
    for link in named:
        assert client.get(link).status_code == 200, link
    assert all(link.startswith(("/", "#")) for link in parts.links)


@pytest.mark.parametrize("path", ["/", "/fees", "/static/css/base.css", "/static/js/chat.js", "/static/img/mark.svg"])
def test_the_policy_goes_with_every_answer(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'",
        "img-src": "'self' data:", "font-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }  # fmt: skip
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("name", FILES)
def test_every_file_has_its_media_type(client: TestClient, name: str) -> None:
    kind = client.get(f"/static/{name}").headers["content-type"]
    expected = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}[name.rsplit(".", 1)[1]]
    assert kind.split(";")[0] == expected


@pytest.mark.parametrize(
    "path",
    [
        "chat.html",
        "../api/pages.py",
        "css/../../api/pages.py",
        "css/%2e%2e/%2e%2e/api/pages.py",
        "css",
        "css/",
        "js/none.js",
    ],
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    answered = client.get(f"/static/{path}")
    assert answered.status_code == 404
    assert answered.json()["code"] == "not_found"


def test_a_file_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/static/js/chat.js")
    again = client.get("/static/js/chat.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_head_is_answered_and_other_methods_are_named_in_allow(client: TestClient) -> None:
    assert client.head("/").status_code == 200
    answered = client.post("/")
    assert (answered.status_code, answered.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answered.headers["allow"]


@pytest.mark.parametrize("name", OWN_SCRIPTS)
def test_no_script_turns_text_into_markup_or_code(name: str) -> None:
    text = (pages.PAGES / name).read_text("utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment", text
    )


@pytest.mark.parametrize("name", OWN_SCRIPTS)
def test_a_script_stays_short_enough_to_read(name: str) -> None:
    lines = (pages.PAGES / name).read_text("utf-8").count("\n")
    assert lines <= (420 if "strings" in name else 300)


def test_every_word_a_page_asks_for_is_in_the_dictionary() -> None:
    known = set()
    for name in ("shared", "chat", "fees"):
        known |= set(re.findall(r"^    '([\w.]+)':", (pages.PAGES / f"js/strings-{name}.js").read_text("utf-8"), re.M))
    asked: set[str] = set()
    for page in ("chat.html", "fees.html"):
        asked |= set(re.findall(r'data-t(?:-\w+)?="([\w.]+)"', (pages.PAGES / page).read_text("utf-8")))
    for script in OWN_SCRIPTS:
        asked |= set(re.findall(r"\bt\('([\w.]+)'", (pages.PAGES / script).read_text("utf-8")))
    assert asked - known == set()
