"""What a customer would find silly: greeted for understanding, told old reasons, answered beside the question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from assistant.wording import say
from intents.taxonomy import taxonomy
from tests.assistant.conftest import Office

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def talk(office: Office, *messages: str) -> list[dict[str, Any]]:
    assistant = office.product.assistant
    conversation = assistant.open(NOW).conversation_id
    return [assistant.receive(conversation, text, f"m{i}", NOW) for i, text in enumerate(messages)]


@pytest.mark.parametrize("words", ["明白了", "好的明白了", "知道了", "got it"])
def test_who_has_understood_is_not_greeted(office: Office, words: str) -> None:
    *_, turn = talk(office, "提现手续费多少", words)
    assert turn["reply"]["text"] in {say("acknowledged", "zh"), say("acknowledged", "en")}


def test_the_reason_of_a_question_names_neither_the_topic_nor_the_sources_of_an_answer_before(office: Office) -> None:
    answered, asked, told = talk(office, "提现手续费多少", "怎么用不了了", "为什么")
    assert answered["reply"]["citations"]
    assert asked["action"] == "clarify"
    assert told["why"]["rule"] == "why"
    assert taxonomy()["pay.withdraw_fee"].zh not in told["reply"]["text"]
    assert told["reply"]["citations"] == []


def test_the_answer_to_a_question_is_searched_with_what_led_to_it(office: Office) -> None:
    asked, answered = talk(office, "能提前还吗", "随心借")
    assert asked["action"] == "collect"
    (direct,) = talk(office, "随心借能提前还吗")
    assert [c["article"] for c in answered["reply"]["citations"]] == [
        c["article"] for c in direct["reply"]["citations"]
    ]


def test_a_question_put_again_in_english_is_two_sentences(office: Office) -> None:
    *_, again = talk(office, "May I pay off my loan ahead of time?", "what do you mean")
    assert again["reply"]["text"] == f"{say('again', 'en')} {say('collect_product', 'en')}"
