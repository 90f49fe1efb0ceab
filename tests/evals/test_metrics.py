"""Measures against values known from the literature or worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import metrics


def test_wilson_interval_is_the_textbook_one() -> None:
    found = metrics.proportion(8, 10)
    assert (found.value, found.n) == (0.8, 10)
    assert (found.low, found.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_a_share_of_nothing_is_unknown_and_never_zero() -> None:
    assert metrics.proportion(0, 0).value is None


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_in_zero_to_one(pair: tuple[int, int]) -> None:
    found = metrics.proportion(*pair)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_macro_f1_weighs_every_label_of_the_truth_alike() -> None:
    expected, said = ["a", "a", "a", "b"], ["a", "a", "b", "c"]
    assert metrics.macro_f1(expected, said) == pytest.approx((2 * 2 / (3 + 2) + 0) / 2)


def test_auroc_counts_ties_as_half() -> None:
    assert metrics.auroc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx(0.875)
    assert metrics.auroc([0.2, 0.3], [True, True]) is None


def test_risk_coverage_answers_the_surest_first_and_groups_equal_confidence() -> None:
    points = metrics.risk_coverage([0.9, 0.6, 0.6, 0.2], [True, False, True, False])
    assert [(p.coverage, p.risk) for p in points] == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert metrics.area_under_risk_coverage(points) == pytest.approx(0.25 * 0 + 0.5 / 3 + 0.25 * 0.5)


def test_rankings_are_scored_by_the_first_relevant_place() -> None:
    ranking, relevant = ("x", "a", "y", "b"), {"a", "b"}
    assert not metrics.hit_at(ranking, relevant, 1)
    assert metrics.hit_at(ranking, relevant, 2)
    assert metrics.reciprocal_rank(ranking, relevant) == 0.5
    best = 1 + 1 / np.log2(3)
    assert metrics.ndcg(ranking, relevant, 4) == pytest.approx((1 / np.log2(3) + 1 / np.log2(5)) / best)
    assert metrics.ndcg(ranking, frozenset(), 4) == 0.0


def test_kappa_is_cohens_own_and_zero_for_chance() -> None:
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert metrics.cohens_kappa(first, second) == pytest.approx(0.4)
    assert metrics.cohens_kappa(["a", "a", "b", "b"], ["a", "b", "a", "b"]) == 0.0
    assert metrics.cohens_kappa(["a", "a"], ["a", "a"]) == 1.0
    assert metrics.cohens_kappa([], []) is None


def test_bootstrap_repeats_with_its_seed_and_holds_the_mean() -> None:
    values = np.array([0.0, 1.0, 1.0, 1.0, 0.0, 1.0] * 20)
    low, high = metrics.bootstrap(lambda i: float(values[i].mean()), len(values), seed=3)
    assert (low, high) == metrics.bootstrap(lambda i: float(values[i].mean()), len(values), seed=3)
    assert low < values.mean() < high
    assert metrics.mean_with_interval(values, 3).value == pytest.approx(values.mean())
    assert metrics.mean_with_interval([], 3).value is None


def test_groups_are_measured_apart() -> None:
    found = metrics.by_group(["b", "a", "b"], [True, False, False])
    assert {name: e.value for name, e in found.items()} == {"a": 0.0, "b": 0.5}
    assert list(found) == ["a", "b"]
