"""`shouwen replay`: the whole conversation again, every decision with its reason, and plain words when it cannot."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assistant.dialogue.state import UnknownEvent
from assistant.policy import decision_table
from assistant.replay import NothingToReplay, replay_lines
from handoff.database import write_transaction
from handoff.events import append, conversation_stream
from tests.assistant.conftest import Office

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def told(office: Office) -> str:
    assistant = office.product.assistant
    conversation = assistant.open(NOW).conversation_id
    assistant.receive(conversation, "我想提前还款", "m1", NOW)
    assistant.receive(conversation, "随心借", "m2", NOW)
    return conversation


def test_every_decision_is_shown_with_rule_reason_and_the_state_after_it(office: Office) -> None:
    lines = list(replay_lines(office.engine, told(office)))
    asked = next(rule for rule in decision_table().rules if rule.id == "collect")
    (first, second) = [line for line in lines if "decided:" in line]
    assert f"collect by rule {asked.id}: {asked.why_en}" in first
    assert "answer by rule filled-answer" in second
    states = [line for line in lines if "state:" in line]
    assert "question=collect product" in states[0]
    assert "product=suixinjie question=none" in states[1]
    assert [line.split("customer: ")[1] for line in lines if "customer: " in line] == ["我想提前还款", "随心借"]


def test_a_replay_is_the_same_every_time(office: Office) -> None:
    conversation = told(office)
    assert list(replay_lines(office.engine, conversation)) == list(replay_lines(office.engine, conversation))


def test_an_unknown_conversation_is_named(office: Office) -> None:
    with pytest.raises(NothingToReplay, match="'v-none'"):
        list(replay_lines(office.engine, "v-none"))


def test_a_log_of_a_newer_version_is_refused_and_not_guessed_at(office: Office) -> None:
    conversation = told(office)
    with write_transaction(office.engine) as session:
        append(session, conversation_stream(conversation), "hologram_shown", {}, NOW)
    with pytest.raises(UnknownEvent, match="hologram_shown"):
        list(replay_lines(office.engine, conversation))
