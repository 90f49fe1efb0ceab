"""The readability check finds what makes a sentence hard, and the first lines of the articles pass it."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.articles import load_articles
from knowledge.fees import Lang
from knowledge.products import bundled_catalogue, bundled_fees
from knowledge.readability import check, figure_groups, is_everyday

ARTICLES = Path(__file__).parents[2] / "knowledge" / "articles"
NAMES = "".join(product.name for product in bundled_catalogue())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("我们会在您提交全部需要的材料并且通过身份核验之后尽快安排专人和您电话联系说明处理结果", "sentence"),
        ("您提交的用于证明收入情况的材料没有通过系统核验，请重传。", "clause"),
        ("先还10元，再还20元，最后还30元，到时候一共就是60元。", "figures"),
        ("如果没到账，如果又等不及，就来找我们。", "nesting"),
        ("请看说明（附件（第二页））。", "nesting"),
        ("我们的朋友的家里的小狗的名字。", "nesting"),
        ("不得觊觎他人财物。", "rare"),
        ("逾期要付罚息。", "term"),
    ],
)
def test_each_limit_is_found(text: str, rule: str) -> None:
    assert rule in {issue.rule for issue in check(text)}


@pytest.mark.parametrize(
    "text",
    [
        "每期还1072元，还12期。",
        "先算手续费：12000元×0.6%=72元。",
        "18到65周岁可以买。",
        "余额{a}，信用卡{b}，月月付{c}。",
        "罚息（晚还时多收的利息）按天算。",
        "逾期要付罚息。罚息是晚还时多收的利息。",
    ],
)
def test_plain_sentences_pass(text: str) -> None:
    assert check(text) == ()


def test_an_english_sentence_may_have_28_words() -> None:
    words = "one " * 28
    assert check(f"{words.strip()}.", "en") == ()
    assert [issue.rule for issue in check(f"{words}more.", "en")] == ["sentence"]


def test_a_sum_and_a_range_are_one_figure() -> None:
    assert figure_groups("5000元×1.2%=60元，还6期") == 2
    assert figure_groups("from CNY 500 to CNY 200000") == 1


def test_everyday_characters_are_those_of_the_first_level() -> None:
    assert all(is_everyday(char) for char in "钱还借利息费率逾期保险")
    assert not any(is_everyday(char) for char in "觊觎龘")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_line_of_every_article_is_readable(lang: Lang) -> None:
    failing = [
        (article.id, issue)
        for article in load_articles(ARTICLES, bundled_fees())
        for issue in check(article.body(lang).short, lang, context=article.body(lang).details, known=NAMES)
    ]
    assert failing == []
