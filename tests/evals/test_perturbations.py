"""Perturbations repeat with their seed, grow with their strength, and do what their name says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from evals.perturbations import KINDS, PerturbationUnknown, perturb
from intents.slots import figures

TEXT = "我在禾川借了12000元，想明天提前还清，手续费多少？"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_text_and_strength_zero_leaves_it_alone(kind: str) -> None:
    assert perturb(kind, TEXT, 0.5, 3) == perturb(kind, TEXT, 0.5, 3)
    assert perturb(kind, TEXT, 0, 3) == TEXT


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "injection"])
def test_another_seed_gives_another_text_somewhere(kind: str) -> None:
    longer = TEXT * 3
    assert len({perturb(kind, longer, 0.3, seed) for seed in range(8)}) > 1 or kind == "spoken_numbers"


@pytest.mark.parametrize("kind", ["homophones", "look_alikes", "pinyin", "split"])
@given(text=st.text(alphabet="我想还款借钱账单利息被骗了明天好", min_size=1, max_size=30), seed=st.integers(0, 50))
def test_a_stronger_perturbation_changes_every_place_a_weaker_one_changes(kind: str, text: str, seed: int) -> None:
    weak, strong = (places_changed(kind, text, strength, seed) for strength in (0.2, 0.6))
    assert weak <= strong


def places_changed(kind: str, text: str, strength: float, seed: int) -> set[int]:
    """Places whose character is not what a one-by-one alignment through the full perturbation keeps."""
    if kind in ("pinyin", "split"):  # lengths change: compare how many original characters are gone
        changed = perturb(kind, text, strength, seed)
        return set(range(len(text) - sum(c in changed for c in text)))
    return {i for i, (a, b) in enumerate(zip(text, perturb(kind, text, strength, seed), strict=True)) if a != b}


def test_homophones_keep_the_sound_and_change_the_character() -> None:
    changed = perturb("homophones", "提前还款要收利息吗", 1.0, 1)
    assert lazy_pinyin(changed) == [lazy_pinyin(c)[0] for c in "提前还款要收利息吗"]
    assert all(a != b for a, b in zip(changed, "提前还款要收利息吗", strict=True))


def test_spoken_numbers_state_the_same_figure() -> None:
    changed = perturb("spoken_numbers", TEXT, 1.0, 1)
    assert not re.search(r"\d", changed)
    assert [f.value for f in figures(changed)][:1] == [12000]


def test_an_injection_keeps_every_word_of_the_customer() -> None:
    for seed in range(12):
        assert TEXT in perturb("injection", TEXT, 1.0, seed)


def test_emoji_and_separators_only_add() -> None:
    for kind in ("emoji", "separators", "doubled"):
        left = iter(perturb(kind, TEXT, 0.5, 2))
        assert all(c in left for c in TEXT)


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(max_size=60), strength=st.floats(0, 1))
def test_any_text_can_be_perturbed_and_is_never_emptied(kind: str, text: str, strength: float) -> None:
    changed = perturb(kind, text, strength, 5)
    assert isinstance(changed, str)
    assert bool(changed) == bool(text)


def test_unknown_kinds_and_strengths_are_refused() -> None:
    with pytest.raises(PerturbationUnknown, match="kinds are"):
        perturb("shouting", TEXT, 0.1)
    with pytest.raises(PerturbationUnknown):
        perturb("emoji", TEXT, 1.5)
