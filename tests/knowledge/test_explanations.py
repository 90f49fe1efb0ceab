"""The words of explanations.yaml: complete, free of figures, readable, and without a forbidden word."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from knowledge.calculations.model import LANGS
from knowledge.calculations.wording import Wording, WordingBroken, bundled_wording
from knowledge.products import bundled_catalogue
from knowledge.readability import TERMS, check
from knowledge.wording_lint import lint

NAMES = "".join(product.name for product in bundled_catalogue())


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.fixture(scope="module")
def wording() -> Wording:
    return bundled_wording()


def test_both_languages_name_the_same_figures(wording: Wording) -> None:
    for key, text in (*wording.texts.items(), *wording.invalid.items()):
        assert names_in(text.zh) == names_in(text.en), key


def test_no_figure_stands_in_the_words(wording: Wording) -> None:
    for key, text in (*wording.texts.items(), *wording.invalid.items()):
        for lang in LANGS:
            assert not re.search(r"\d", re.sub(r"\{\w+\}", "", text.of(lang))), key


def test_every_text_is_readable_in_both_languages(wording: Wording) -> None:
    explained = {term.zh for term in wording.terms}
    for key, text in (*wording.texts.items(), *wording.invalid.items()):
        for lang in LANGS:
            assert check(text.of(lang), lang, explained=explained, known=NAMES) == (), key


def test_no_text_promises_advises_judges_or_blames(wording: Wording) -> None:
    texts = [
        *wording.texts.values(),
        *wording.invalid.values(),
        *(s for group in wording.suggestions.values() for s in group),
    ]
    for text in texts:
        for lang in LANGS:
            assert lint(text.of(lang)) == []


def test_every_term_of_the_trade_that_is_used_has_a_meaning_at_hand(wording: Wording) -> None:
    used = {term for term in TERMS for text in wording.texts.values() if term in text.zh}
    meant = {term.zh for term in wording.terms}
    unexplained = {term for term in used - meant if not any(f"{term}（" in text.zh for text in wording.texts.values())}
    assert unexplained == set()
    for term in wording.terms:
        assert check(f"{term.zh}，{term.means_zh}", explained=meant) == ()


def test_the_glossary_explains_only_what_was_said(wording: Wording) -> None:
    assert wording.glossary("年化按单利算", "zh").count("，是") == 2
    assert wording.glossary("没有术语", "zh") == ""
    assert wording.glossary("A compound rate.", "en").startswith("Compound: ")


def test_a_missing_text_is_refused_by_its_key(wording: Wording) -> None:
    with pytest.raises(WordingBroken, match=r"no text loan\.nowhere"):
        wording.text("loan.nowhere")


def test_a_broken_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "explanations.yaml"
    path.write_text("texts: {a: {zh: 只有中文}}", encoding="utf-8")
    with pytest.raises(WordingBroken, match=r"explanations\.yaml"):
        Wording.load(path)
