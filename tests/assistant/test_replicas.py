"""Two real server processes on one PostgreSQL: what happens at one shows on the live lines of the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from benchmarks.served import Clerk, Visitor, add_agent, command, serving
from tests.conftest_databases import postgres_server, postgres_url  # noqa: F401

FRAUD = "有人冒充你们客服骗我转了两万"


@pytest.fixture
def replicas(postgres_url: str) -> Iterator[tuple[str, str]]:  # noqa: F811
    command(postgres_url, "db", "upgrade")
    for name in ("li", "wang"):
        add_agent(postgres_url, name)
    with ExitStack() as running:
        yield running.enter_context(serving(postgres_url)), running.enter_context(serving(postgres_url))


def until(events: Iterator[dict[str, Any]], kind: str) -> tuple[dict[str, Any], list[int]]:
    """The first event of a kind, and the ids of everything heard up to it."""
    heard = []
    for event in events:
        heard.append(event["id"])
        if event["kind"] == kind:
            return event, heard
    raise AssertionError(f"the line ended without {kind}")


def test_a_case_told_to_one_replica_is_served_live_from_the_other(replicas: tuple[str, str]) -> None:
    here, there = replicas
    desk, customer = Clerk(there, "li"), Visitor(here)
    start = desk.place()
    line = desk.events(start)

    case_id = customer.say(FRAUD, "m1")["handoff"]["case_id"]
    queued, heard = until(line, "queued")
    assert (queued["case_id"], queued["case"]["severity"]) == (case_id, 3)

    desk.act(case_id, "claim")
    assert Clerk(here, "wang").client.post(f"/cases/{case_id}/claim", json={}).json()["code"] == "already_claimed"
    page = customer.events()
    receipt, _ = until(page, "receipt")
    while receipt["transition"] != "claimed":
        receipt, _ = until(page, "receipt")

    desk.act(case_id, "reply", text="请先报警并保留转账记录", message_id="r1")
    spoken, _ = until(page, "agent_message")
    assert spoken["text"] == "请先报警并保留转账记录"

    customer.say("好的，已经报警", "m2")
    said = next(event for event in line if event["kind"] == "customer_message" and event["line"]["message_id"] == "m2")
    assert said["line"]["text"].startswith("好的")

    again = Clerk(here, "li").events(start)  # a reader that moves to the other replica gets the same log from its place
    _, repeated = until(again, "queued")
    assert repeated == heard
