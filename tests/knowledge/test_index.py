"""The index finds documents by writing and by words, once each, and takes any query."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from knowledge.index import LEXICAL_WEIGHT, Entry, Index
from knowledge.lexical import words
from tests.knowledge.hashed_encoder import HashedEncoder

ENTRIES = (
    Entry("withdraw", "提现手续费多少"),
    Entry("withdraw", "余额转到银行卡收费吗"),
    Entry("withdraw", "withdrawal fee"),
    Entry("early", "提前还款要不要手续费"),
    Entry("early", "早点还清扣违约金吗"),
    Entry("phone", "怎么更换手机号"),
)


class FlatEncoder:
    """Every text the same vector, so that only words decide."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), 4), 0.5, np.float32)


@pytest.fixture
def index() -> Index:
    """Three documents of one to three entries."""
    return Index(ENTRIES, HashedEncoder(), str.lower)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry.text))
def test_an_entry_finds_its_own_document_and_text(index: Index, entry: Entry) -> None:
    best = index.search(entry.text)[0]
    assert (best.document, best.matched) == (entry.document, entry.text)


def test_a_document_of_several_entries_is_found_once_by_its_best(index: Index) -> None:
    hits = index.search("余额转到银行卡要收费吗", k=10)
    assert sorted(hit.document for hit in hits) == ["early", "phone", "withdraw"]
    assert hits[0].matched == "余额转到银行卡收费吗"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_no_more_than_k_documents_are_returned(index: Index, k: int) -> None:
    assert len(index.search("手续费", k=k)) == k


def test_a_filter_leaves_out_documents_and_the_next_best_move_up(index: Index) -> None:
    free = [hit.document for hit in index.search("提现手续费", k=3)]
    kept = [hit.document for hit in index.search("提现手续费", k=3, allowed=lambda document: document != free[0])]
    assert kept == free[1:]


def test_a_filter_that_allows_nothing_finds_nothing(index: Index) -> None:
    assert index.search("提现手续费", allowed=lambda _: False) == []


@pytest.mark.parametrize("query", ["", "   ", "？？！", "😀", "zzqx 0x9"])
def test_a_query_without_known_words_has_no_lexical_score_but_an_order(index: Index, query: str) -> None:
    hits = index.search(query, k=3)
    assert len(hits) == 3
    assert all(hit.lexical == 0 for hit in hits)
    assert all(np.isfinite(hit.score) for hit in hits)


def test_the_score_is_dense_plus_weighted_lexical(index: Index) -> None:
    for hit in index.search("提现手续费", k=3):
        assert hit.score == pytest.approx(hit.dense + LEXICAL_WEIGHT * hit.lexical, abs=1e-6)
        assert -1.001 <= hit.dense <= 1.001
        assert 0 <= hit.lexical <= 1


def test_words_decide_where_meaning_does_not() -> None:
    index = Index(ENTRIES, FlatEncoder(), str.lower)
    assert index.search("手机号")[0].document == "phone"
    assert index.search("WITHDRAWAL")[0].document == "withdraw"
    assert index.search("手机号", k=1, lexical=0)[0].score == pytest.approx(0, abs=1e-6)


def test_entries_and_queries_are_brought_to_one_form() -> None:
    index = Index([Entry("a", "ABC"), Entry("b", "xyz")], HashedEncoder(), lambda text: text.lower().strip())
    best = index.search("  aBc ")[0]
    assert best.document == "a"
    assert best.dense == pytest.approx(1, abs=1e-5)


def test_known_vectors_spare_the_encoder_the_entries() -> None:
    first = Index(ENTRIES, HashedEncoder(), str.lower)
    encoder = HashedEncoder()
    second = Index(ENTRIES, encoder, str.lower, first.vectors)
    assert encoder.encoded == 0
    assert second.search("提现") == first.search("提现")


def test_an_entry_without_words_can_be_indexed() -> None:
    index = Index([Entry("marks", "？？"), Entry("words", "手续费")], HashedEncoder(), str.lower)
    assert index.search("手续费")[0].document == "words"


def test_one_entry_is_enough_and_none_is_refused() -> None:
    assert Index([Entry("only", "提现")], HashedEncoder(), str.lower).search("提现")[0].dense == pytest.approx(1)
    with pytest.raises(ValueError, match="at least one entry"):
        Index([], HashedEncoder(), str.lower)


def test_words_are_chinese_words_characters_pairs_and_latin_words() -> None:
    found = words("查APR利率")
    assert {"apr", "利率", "利", "率", "查"} <= set(found)
    assert words("？！ 😀") == []
