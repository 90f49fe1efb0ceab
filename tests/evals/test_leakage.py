"""No evaluation question may be known from training, not even in slightly other words."""

from __future__ import annotations

import pytest

from evals.leakage import LeakageError, check_no_leaks, leaks, training_sentences
from evals.questions import Question, own_questions
from intents.utterances import Utterance


def utterance(text: str, line: int = 1, intent: str = "repay.date") -> Utterance:
    return Utterance(text, intent, intent.split(".", 1)[0], "utterances/planted.yaml", line)


TRAINED = (
    utterance("我这个月的账单到底应该在几号之前还清", 7),
    utterance("月月付可以在加油站刷吗", 8, "credit.usage"),
    utterance("闪退", 9, "account.app"),
)


def test_own_questions_are_not_near_any_sentence_a_model_learns_from() -> None:
    check_no_leaks(own_questions(), training_sentences())


def test_a_planted_near_duplicate_of_a_bundled_sentence_fails_the_check() -> None:
    bundled = training_sentences()[::40]
    longest = max(bundled, key=lambda sentence: len(sentence.text))
    planted = Question(longest.text[:-1] + "呢", longest.intent, source="planted")
    with pytest.raises(LeakageError) as raised:
        check_no_leaks((*own_questions()[:20], planted), bundled)
    assert {leak.question for leak in raised.value.leaks} == {planted}
    assert longest in {leak.utterance for leak in raised.value.leaks}
    assert longest.place in str(raised.value)
    assert str(raised.value).startswith("1 evaluation questions")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("我这个月的账单到底应该在几号之前还清？？", 7),
        ("我這個月的賬單到底應該在幾號之前還清", 7),
        ("我这个月的账单到底应该在几号之前还清呀", 7),
        ("小月可以在加油站刷吗", 8),
        ("閃退！", 9),
    ],
)
def test_punctuation_script_particles_and_product_names_do_not_hide_a_duplicate(text: str, line: int) -> None:
    (leak,) = leaks([Question(text, "repay.date")], TRAINED)
    assert leak.utterance.line == line
    assert leak.similarity >= 0.7


def test_a_new_situation_with_the_same_intent_is_no_leak() -> None:
    assert leaks([Question("工资十五号才发，这期最晚哪天存进去", "repay.date")], TRAINED) == ()


def test_leaks_are_listed_by_question_and_the_most_similar_first() -> None:
    known = (utterance("还款日可以改到月底那几天吗", 1), utterance("还款日可以改到月底那几天嘛", 2))
    asked = [Question("闪退", "account.app"), Question("还款日可以改到月底那几天嘛", "repay.date_change")]
    found = leaks(asked, (*known, *TRAINED))
    assert [(leak.question.text, leak.utterance.line) for leak in found] == [
        ("闪退", 9),
        ("还款日可以改到月底那几天嘛", 2),
        ("还款日可以改到月底那几天嘛", 1),
    ]
    assert found[1].similarity == 1.0
