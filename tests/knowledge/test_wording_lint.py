"""Promises, advice, verdicts and blame are found; negations, terms and warnings are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.articles import load_articles
from knowledge.fees import Lang
from knowledge.products import bundled_fees
from knowledge.wording_lint import ForbiddenWords, ForbiddenWordsBroken, lint

ARTICLES = Path(__file__).parents[2] / "knowledge" / "articles"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("我们保证今天到账。", "promise"),
        ("放心，一定能通过。", "promise"),
        ("这只产品稳赚。", "promise"),
        ("本产品零风险。", "promise"),
        ("我们承诺三天内退款。", "promise"),
        ("We guarantee approval.", "promise"),
        ("It is risk-free.", "promise"),
        ("We promise a refund.", "promise"),
        ("建议您买入禾选混合。", "advice"),
        ("现在可以抄底了。", "advice"),
        ("这只最适合您。", "advice"),
        ("净值还会涨。", "advice"),
        ("You should buy this fund now.", "advice"),
        ("这笔费用是违法的。", "verdict"),
        ("我们的收费完全合规。", "verdict"),
        ("这不合法。", "verdict"),
        ("这就是高利贷。", "verdict"),
        ("这笔钱您不用还款。", "verdict"),
        ("对方全责，公司没有责任。", "verdict"),
        ("That loan is illegal.", "verdict"),
        ("这是您的错。", "blame"),
        ("谁让您没看清合同。", "blame"),
        ("您当初就应该提前问。", "blame"),
        ("恶意拖欠的后果很严重。", "blame"),
        ("You should have read the contract.", "blame"),
    ],
)
def test_a_forbidden_word_is_found_with_advice(text: str, category: str) -> None:
    findings = lint(text)
    assert category in {finding.category for finding in findings}
    assert all(finding.advice for finding in findings)


@pytest.mark.parametrize(
    "text",
    [
        "我们不能保证收益。",
        "结果由系统评估，我们不作承诺。",
        "保证金会原路退回。",
        "凡是说保证下款的，都是骗子。",
        "我不作是否合规的判断。",
        "您的合法权益受保护。",
        "远离非法集资。",
        "基金会涨也会跌。",
        "买卖建议我不能给。",
        "高于参考线时，建议核对每一项收费的依据。",
        "一定要核对收款人。",
        "Nobody can promise returns, so we promise no outcome.",
        "Guarantee fees count towards the annual rate.",
        "This is not your fault.",
        "没有超过这条参考线。",
    ],
)
def test_negated_educational_and_technical_wording_passes(text: str) -> None:
    assert lint(text) == []


def test_a_negation_in_another_clause_does_not_excuse_a_promise() -> None:
    assert [finding.word for finding in lint("不用担心，我们保证到账。")] == ["保证"]


def test_findings_come_in_the_order_of_the_text() -> None:
    words = [finding.word for finding in lint("这是高利贷。我们保证退款。")]
    assert words == ["高利贷", "保证"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_article_promises_advises_judges_or_blames(lang: Lang) -> None:
    for article in load_articles(ARTICLES, bundled_fees()):
        body = article.body(lang)
        assert lint(f"{body.title}\n{body.short}\n{body.details}") == [], article.id


def test_a_broken_list_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "forbidden_words.yaml"
    path.write_text(
        "negators: 不\neducational: 骗\ncategories: {promise: {advice: a, negation: true, words: [{pattern: '('}]}}"
    )
    with pytest.raises(ForbiddenWordsBroken, match=r"forbidden_words\.yaml"):
        ForbiddenWords.load(path)
