"""Numeric claims for the number guard: none is missed, and units do not fool the comparison."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.slots import Figure, figures, normal_form, same_figure

TABLE: dict[str, list[list[Any]]] = yaml.safe_load(
    (Path(__file__).parent / "figure_expressions.yaml").read_text("utf-8")
)
SENTENCE = st.text(alphabet="0123456789.,%‰-/:¥ 元块期个月年天日号第每息利率费分之百千万一二三十不收", max_size=30)


def only(text: str) -> Figure:
    (figure,) = figures(text)
    return figure


@pytest.mark.parametrize(("text", "claims"), TABLE["claims"])
def test_every_claim_of_a_text_is_found_with_its_unit(text: str, claims: list[str]) -> None:
    assert [" ".join(filter(None, [str(f.value), f.kind, f.unit])) for f in figures(text)] == claims


@pytest.mark.parametrize(("one", "other"), TABLE["same"])
def test_the_same_figure_in_other_words_is_the_same(one: str, other: str) -> None:
    assert same_figure(only(one), only(other))
    assert same_figure(only(other), only(one))


@pytest.mark.parametrize(("one", "other"), TABLE["different"])
def test_another_figure_or_another_unit_is_not_the_same(one: str, other: str) -> None:
    assert not same_figure(only(one), only(other))
    assert not same_figure(only(other), only(one))


@settings(deadline=None, max_examples=300)
@given(st.one_of(SENTENCE, st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)))
def test_no_digit_escapes_the_guard_and_offsets_lie_inside_the_text(text: str) -> None:
    normal, found = normal_form(text), figures(text)
    covered = {position for figure in found for position in range(figure.start, figure.end)}
    assert all(normal[figure.start : figure.end] == figure.text for figure in found)
    assert all(position in covered for position, c in enumerate(normal) if c in "0123456789")


@settings(deadline=None)
@given(st.decimals(min_value="0.01", max_value="99", places=2))
def test_a_percentage_written_three_ways_is_one_figure(percent: Decimal) -> None:
    fraction = percent / 100
    assert same_figure(only(f"{percent}%"), only(f"{percent * 10}‰"))
    assert same_figure(only(f"百分之{percent}"), only(f"{fraction:f}"))


@settings(deadline=None)
@given(st.integers(min_value=100, max_value=9_999_999), st.integers(min_value=1, max_value=9999))
def test_a_changed_amount_is_never_taken_for_the_original(yuan: int, change: int) -> None:
    assert not same_figure(only(f"{yuan}元"), only(f"{yuan + change}元"))
    assert same_figure(only(f"{yuan}元"), only(f"{yuan:,}.00元"))


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=50))
def test_years_and_months_of_the_same_length_are_one_figure(years: int) -> None:
    assert same_figure(only(f"期限{years}.0年"), only(f"{12 * years}个月"))
