"""The knowledge base answers with what is in force, for the product asked about, and rebuilds what it cached."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from knowledge.articles import ArticleError
from knowledge.base import ANSWERABLE, KnowledgeBase
from knowledge.fees import FeeBookBroken
from tests.knowledge.hashed_encoder import HashedEncoder
from tests.knowledge.knowledge_files import GOOD, article, write_knowledge

ARTICLES = {
    "loan-rate.md": GOOD,
    "card-rate.md": article("card-rate", "月付利率", products="card"),
    "all-rate.md": article("all-rate", "利率是多少"),
    "spring-offer.md": article("spring-offer", "春季免息活动", intent="fee.promo", valid_to="2026-03-31"),
    "new-offer.md": article("new-offer", "冬季免息活动", intent="fee.promo", valid_from="2026-12-01"),
}
BEFORE, AFTER = date(2025, 6, 1), date(2026, 6, 1)


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    """A small knowledge directory."""
    folder = tmp_path / "firm"
    folder.mkdir()
    return write_knowledge(folder, ARTICLES)


def load(firm: Path, encoder: HashedEncoder | None = None, name: str = "hashed") -> KnowledgeBase:
    return KnowledgeBase.load(firm, encoder or HashedEncoder(), str.lower, firm / "cache", encoder_name=name)


def ids(base: KnowledgeBase, question: str, on: date, **filters: str) -> list[str]:
    return [passage.article.id for passage in base.find(question, on, k=9, **filters)]  # type: ignore[arg-type]


def test_the_best_passage_carries_its_figures_and_their_rows(firm: Path) -> None:
    best = load(firm).find("小借一年多少利息", AFTER)[0]
    assert best.article.id == "loan-rate"
    assert best.short == "小借年利率14.4%。"
    assert best.details == "只按没还的本金算。"
    assert [(row.id, row.source.version) for row in best.rows] == [("loan.rate", "2026-01")]
    assert best.as_of == AFTER


def test_a_past_date_is_answered_with_the_figure_of_then(firm: Path) -> None:
    base = load(firm)
    assert base.find("小借一年多少利息", BEFORE)[0].short == "小借年利率15%。"
    assert base.find("小借一年多少利息", BEFORE, lang="en")[0].short == "The loan costs 15% a year."


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2026, 3, 31), {"spring-offer"}),
        (date(2026, 4, 1), set()),
        (date(2026, 11, 30), set()),
        (date(2026, 12, 1), {"new-offer"}),
    ],
)
def test_an_article_is_found_only_while_it_is_in_force(firm: Path, on: date, found: set[str]) -> None:
    base = load(firm)
    assert set(ids(base, "免息活动", on, intent="fee.promo")) == found
    assert {"spring-offer", "new-offer"} & set(ids(base, "春季免息活动", on)) == found


def test_an_intent_keeps_other_articles_out(firm: Path) -> None:
    assert set(ids(load(firm), "免息活动", AFTER, intent="fee.rate")) == {"loan-rate", "card-rate", "all-rate"}
    assert load(firm).find("利率", AFTER, intent="repay.how") == []


def test_an_article_of_another_product_is_not_an_answer(firm: Path) -> None:
    base = load(firm)
    assert set(ids(base, "月付利率", AFTER, product="loan")) == {"loan-rate", "all-rate"}
    assert set(ids(base, "小借利率", AFTER, product="card")) == {"card-rate", "all-rate"}


def test_the_product_asked_about_comes_before_the_general_article(firm: Path) -> None:
    base = load(firm)
    assert ids(base, "利率是多少", AFTER)[0] == "all-rate"
    scores = {p.article.id: p.score for p in base.find("月付利率", AFTER, product="card", k=9)}
    plain = {p.article.id: p.score for p in base.find("月付利率", AFTER, k=9)}
    assert scores["card-rate"] > plain["card-rate"]
    assert scores["all-rate"] == pytest.approx(plain["all-rate"])
    assert ids(base, "月付利率", AFTER, product="card")[0] == "card-rate"


def test_no_more_than_k_passages_are_returned_best_first(firm: Path) -> None:
    passages = load(firm).find("利率", AFTER, k=2)
    assert len(passages) == 2
    assert passages[0].score >= passages[1].score


def test_only_a_near_passage_is_an_answer(firm: Path) -> None:
    base = load(firm)
    near = base.find("利率是多少呢", AFTER)
    assert near[0].score >= ANSWERABLE
    assert base.answerable(near)
    assert not base.answerable(base.find("qwertz", AFTER))
    assert not base.answerable([])


def test_a_second_start_reads_the_vectors_from_the_cache(firm: Path) -> None:
    first, encoder = load(firm), HashedEncoder()
    second = load(firm, encoder)
    assert encoder.encoded == 0
    assert second.stamp == first.stamp
    np.testing.assert_array_equal(second.index.vectors, first.index.vectors)


def test_a_changed_question_or_encoder_means_a_rebuild(firm: Path) -> None:
    stamps = {load(firm).stamp, load(firm, name="other").stamp}
    path = firm / "articles" / "all-rate.md"
    path.write_text(path.read_text("utf-8").replace("利率是多少呢", "几个点的利息"), encoding="utf-8")
    encoder = HashedEncoder()
    stamps.add(load(firm, encoder).stamp)
    assert len(stamps) == 3
    assert encoder.encoded > 0
    assert len(list((firm / "cache").glob("index-*.npz"))) == 3


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 cut off"], ids=["empty", "text", "cut"])
def test_a_corrupt_cache_file_is_replaced(firm: Path, content: bytes) -> None:
    # Given
    expected = load(firm).index.vectors
    (path,) = (firm / "cache").glob("*.npz")
    path.write_bytes(content)
    # When
    rebuilt = load(firm)
    # Then
    np.testing.assert_array_equal(rebuilt.index.vectors, expected)
    encoder = HashedEncoder()
    load(firm, encoder)
    assert encoder.encoded == 0


@pytest.mark.parametrize("stale", ["stamp", "count"])
def test_vectors_of_other_content_are_not_used(firm: Path, stale: str) -> None:
    # Given
    first = load(firm)
    (path,) = (firm / "cache").glob("*.npz")
    vectors = np.zeros_like(first.index.vectors[: -1 if stale == "count" else None])
    np.savez(path, stamp=np.array("other" if stale == "stamp" else first.stamp), vectors=vectors)
    # When
    rebuilt = load(firm)
    # Then
    np.testing.assert_array_equal(rebuilt.index.vectors, first.index.vectors)
    encoder = HashedEncoder()
    load(firm, encoder)
    assert encoder.encoded == 0, "the stale file was kept"
    assert [kept.name for kept in (firm / "cache").iterdir()] == [path.name]


def test_a_write_that_fails_leaves_the_old_file_and_no_remains(firm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given
    load(firm)
    (path,) = (firm / "cache").glob("*.npz")
    path.write_bytes(b"stale")

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    # When
    with pytest.raises(OSError, match="no space left"):
        load(firm)
    # Then
    assert path.read_bytes() == b"stale"
    assert list((firm / "cache").iterdir()) == [path]


def test_a_broken_directory_is_refused_with_its_lines(firm: Path) -> None:
    (firm / "articles" / "all-rate.md").write_text(GOOD.replace("loan-rate", "all-rate").replace("本金", "99"), "utf-8")
    with pytest.raises(ArticleError, match=r"all-rate\.md:19: figure 99"):
        load(firm)
    (firm / "fees" / "loans.yaml").write_text("- id: x\n", encoding="utf-8")
    with pytest.raises(FeeBookBroken, match=r"loans\.yaml:1:"):
        load(firm)


def test_an_article_of_a_product_that_is_not_there_is_refused(firm: Path) -> None:
    path = firm / "articles" / "card-rate.md"
    path.write_text(path.read_text("utf-8").replace("[card]", "[visa]"), encoding="utf-8")
    with pytest.raises(ArticleError, match=r"card-rate\.md:9: product visa is not in products\.yaml"):
        load(firm)


def test_an_unknown_intent_is_refused_when_the_taxonomy_is_given(firm: Path) -> None:
    with pytest.raises(ArticleError, match=r"fee\.promo is not in the taxonomy"):
        KnowledgeBase.load(firm, HashedEncoder(), str.lower, firm / "cache", ("fee.rate",))
