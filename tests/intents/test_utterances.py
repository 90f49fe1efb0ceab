"""The labelled data: its form, its faults and its diversity; and that the shipped data has no fault."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.language import Language, detect
from intents.near_duplicates import NEAR, grams, nearest_similarities, pairs_across, pairs_within, similarity
from intents.taxonomy import taxonomy
from intents.utterances import (
    CALIBRATION,
    TRAINING,
    Utterance,
    UtteranceFileError,
    diversity,
    fewest,
    load,
    problems,
)

HIGHEST_NEAREST = 0.3
SHORTEST_ENGLISH = 4
FEWEST_GRAMS_A_SENTENCE = 1.5
SENTENCES = st.lists(st.text(st.sampled_from("提前还款手续费多少月付 a1"), max_size=14), max_size=25)


def row(text: str, intent: str = "repay.early", line: int = 1) -> Utterance:
    return Utterance(text, intent, intent.split(".")[0], "utterances/x.yaml", line)


def kinds(training: list[Utterance], calibration: list[Utterance] | None = None) -> list[str]:
    return [problem.kind for problem in problems(training, calibration or []) if problem.kind != "few"]


@pytest.fixture(scope="module")
def shipped() -> list[Utterance]:
    return load(TRAINING)


def test_the_shipped_sentences_have_no_fault(shipped: list[Utterance]) -> None:
    assert [problem.message for problem in problems(shipped, load(CALIBRATION))] == []


def test_the_shipped_sentences_of_every_intent_are_worded_differently(shipped: list[Utterance]) -> None:
    for found in diversity(shipped):
        assert found.nearest_similarity < HIGHEST_NEAREST, found
        assert found.distinct_grams >= FEWEST_GRAMS_A_SENTENCE * found.sentences, found


def test_every_intent_has_sentences_in_traditional_characters_and_in_english(shipped: list[Utterance]) -> None:
    english = {u.intent for u in shipped if u.text.isascii() and len(u.text) > SHORTEST_ENGLISH}
    traditional = {u.intent for u in shipped if detect(u.text) is Language.ZH_HANT}
    assert set(taxonomy().ids) - english == set()
    assert set(taxonomy().ids) - traditional == set()


def test_a_place_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "fee.yaml").write_text("group: fee\nintents:\n  fee.rate:\n    - 利率多少\n    - 日息几个点\n", "utf-8")
    assert [u.place for u in load(tmp_path)] == [f"{tmp_path.name}/fee.yaml:4", f"{tmp_path.name}/fee.yaml:5"]


def test_a_sentence_that_looks_like_a_number_stays_text(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "group: service\nintents:\n  service.human:\n    - 0\n    - 12378\n    - no\n", "utf-8"
    )
    assert [u.text for u in load(tmp_path)] == ["0", "12378", "no"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("group: fee\nintents: [a\n", "not readable YAML"),
        ("- 利率多少\n", "expected"),
        ("intents:\n  fee.rate: [利率]\n", "needs the keys"),
        ("group: fee\nintents:\n  fee.rate: 利率\n", "must be a list"),
        ("group: fee\nintents:\n  fee.rate:\n    - {a: b}\n", "not a sentence"),
        ("group: fee\nintents:\n  fee.rate: [a]\n  fee.rate: [b]\n", "appears twice"),
        ("", "expected"),
    ],
)
def test_a_file_of_the_wrong_form_is_refused_with_its_place(tmp_path: Path, content: str, fault: str) -> None:
    (tmp_path / "fee.yaml").write_text(content, "utf-8")
    with pytest.raises(UtteranceFileError, match=fault) as error:
        load(tmp_path)
    assert "fee.yaml" in str(error.value)


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    (tmp_path / "fee.yaml").write_bytes("group: fee".encode("utf-16"))
    with pytest.raises(UtteranceFileError, match="UTF-8"):
        load(tmp_path)


def test_an_empty_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UtteranceFileError, match=r"no \*\.yaml"):
        load(tmp_path)


def test_unknown_misplaced_and_blank_sentences_are_named() -> None:
    rows = [row("提前还款", "repay.nonsense"), Utterance("利率", "fee.rate", "repay", "f", 2), row("😀 ", line=3)]
    assert kinds(rows) == ["unknown", "misplaced", "blank"]


def test_duplicates_are_found_after_normalising_within_and_across_intents() -> None:
    assert kinds([row("提前还款"), row("提前還款 ", line=2)]) == ["duplicate"]
    assert kinds([row("提前还款"), row("提前还款", "repay.early_cost", 2)]) == ["duplicate"]


def test_near_duplicates_are_found_across_the_two_sets() -> None:
    near = row("提前还款要收手续费吗啊", line=2)
    assert kinds([row("提前还款要收手续费吗")], [near]) == ["near"]


def test_different_sentences_are_left_alone() -> None:
    assert kinds([row("提前还款要收手续费吗"), row("怎么提前结清这笔", line=2)]) == []


def test_too_few_sentences_are_counted_by_the_needs_of_the_group() -> None:
    assert (fewest("credit.apply"), fewest("pay.refund"), fewest("other.out_of_scope")) == (120, 60, 300)
    few = {p.message.split(" has ")[0]: p.message for p in problems([row("提前还款")]) if p.kind == "few"}
    assert set(few) == set(taxonomy().ids)
    assert few["repay.early"] == "repay.early has 1 sentences; write at least 119 more"


def test_diversity_counts_grams_and_the_nearest_neighbour() -> None:
    found = diversity([row("提前还款费"), row("提前还款费", line=2), row("月底", line=3)])
    assert [(d.intent, d.sentences, d.distinct_grams) for d in found] == [("repay.early", 3, 4)]
    assert found[0].nearest_similarity == pytest.approx(2 / 3)


def test_grams_ignore_marks_width_and_script() -> None:
    assert grams("提前還款！！") == grams("提前 还款") == {"提前还", "前还款"}
    assert grams("转") == {"转"}
    assert grams("？") == frozenset()


@settings(max_examples=100, deadline=None)
@given(SENTENCES)
def test_the_index_finds_exactly_the_pairs_that_comparing_all_finds(texts: list[str]) -> None:
    rows = [grams(text) for text in texts]
    expected = {(i, j) for i, j in itertools.combinations(range(len(rows)), 2) if similarity(rows[i], rows[j]) >= NEAR}
    assert {(pair.left, pair.right) for pair in pairs_within(texts)} == expected


@settings(max_examples=100, deadline=None)
@given(SENTENCES, SENTENCES)
def test_the_index_across_two_sets_finds_exactly_what_comparing_all_finds(left: list[str], right: list[str]) -> None:
    expected = {
        (i, j) for i, a in enumerate(left) for j, b in enumerate(right) if similarity(grams(a), grams(b)) >= NEAR
    }
    assert {(pair.left, pair.right) for pair in pairs_across(left, right)} == expected


@settings(max_examples=50, deadline=None)
@given(SENTENCES)
def test_the_nearest_similarity_is_the_largest_of_all(texts: list[str]) -> None:
    rows = [grams(text) for text in texts]
    expected = [
        max((similarity(row, other) for j, other in enumerate(rows) if j != i), default=0.0)
        for i, row in enumerate(rows)
    ]
    assert nearest_similarities(texts) == pytest.approx(expected)
