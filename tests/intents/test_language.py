"""Which language a customer writes, down to three characters and a typing slip."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.language import Language, detect, to_traditional

HANS, HANT, EN, OTHER = Language.ZH_HANS, Language.ZH_HANT, Language.EN, Language.OTHER


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("提前还款要收手续费吗", HANS),
        ("利息", HANS),
        ("还", HANS),
        ("月付app打不开了", HANS),
        ("APR是多少", HANS),
        ("我的 iPhone 15 Pro Max 不支持吗", HANS),
        ("提前還款要收手續費嗎", HANT),
        ("帳單", HANT),
        ("點解扣我錢", HANT),
        ("我的帳戶被盜刷了，請幫我凍結", HANT),
        ("how much is the fee", EN),
        ("fee?", EN),
        ("my loan", EN),
        ("I want to talk to a human", EN),
        ("hi", EN),
        ("can you change my repayment date to the 15th", EN),
        ("返済日はいつですか", OTHER),
        ("カードをなくした", OTHER),
        ("수수료가 얼마예요", OTHER),
        ("Сколько стоит досрочное погашение", OTHER),
        ("ما هي الرسوم", OTHER),
        ("ค่าธรรมเนียมเท่าไร", OTHER),
        ("Bonjour, je voudrais rembourser mon prêt plus tôt", OTHER),
        ("¿Cuánto cuesta pagar el préstamo antes de tiempo?", OTHER),
        ("Làm thế nào để trả nợ trước hạn", OTHER),
    ],
)
def test_the_language_of_a_sentence(text: str, language: Language) -> None:
    assert detect(text) is language


@pytest.mark.parametrize("text", ["", "   ", "123", "😀😀", "？？？", "\ud800", "\u200f\u202e"])
@pytest.mark.parametrize("default", [HANS, EN])
def test_a_text_without_letters_keeps_the_language_of_the_conversation(text: str, default: Language) -> None:
    assert detect(text, default) is default


def test_the_answer_is_the_same_every_time() -> None:
    text = "Ich möchte mein Darlehen vorzeitig zurückzahlen"
    assert {detect(text) for _ in range(20)} == {OTHER}


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec=None)))
def test_any_text_at_all_has_a_language(text: str) -> None:
    assert detect(text) in Language


def test_simplified_text_is_rewritten_in_traditional_characters() -> None:
    assert to_traditional("提前还款手续费") == "提前還款手續費"
    assert detect(to_traditional("账单里的费用怎么算")) is HANT
