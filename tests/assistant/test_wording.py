"""What the assistant says around its answers: no promise, advice, verdict or blame, the same in both languages."""

from __future__ import annotations

from string import Formatter

import pytest

from assistant.policy import Rule, decision_table
from assistant.wording import all_sentences
from knowledge.wording_lint import lint

SENTENCES = [(key, lang, text) for key, texts in all_sentences().items() for lang, text in texts.items()]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("key", "lang", "text"), SENTENCES, ids=[f"{key}-{lang}" for key, lang, _ in SENTENCES])
def test_no_sentence_promises_advises_judges_or_blames(key: str, lang: str, text: str) -> None:
    assert lint(text) == [], (key, lang)


@pytest.mark.parametrize("rule", decision_table().rules, ids=lambda rule: rule.id)
def test_no_reason_promises_advises_judges_or_blames(rule: Rule) -> None:
    assert lint(rule.why_zh) == []
    assert lint(rule.why_en) == []


@pytest.mark.parametrize("key", all_sentences())
def test_every_sentence_is_there_in_both_languages_with_the_same_fields(key: str) -> None:
    texts = all_sentences()[key]
    assert texts.keys() == {"zh", "en"}
    assert fields(texts["zh"]) == fields(texts["en"])
    assert texts["en"].isascii() or key == "handoff_other_language" or "“" in texts["en"]


def test_the_lint_would_see_a_promise_among_these_sentences() -> None:
    assert [finding.category for finding in lint("好的，保证您一分钟到账。")] == ["promise"]
