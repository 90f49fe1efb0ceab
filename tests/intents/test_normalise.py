"""The normal form: laws that hold for any text, and a table of bad input."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intents.normalise import canonical, clean, normalise

TRICKY = "乾坤後著裏幹麼 什\u200b\u202e\u200f\u0301İǅﬁ①㍿😀\u200d🇨🇳\ufe0e#\ufe0f\u20e3!！.。aAＡ着\ud800\x00"
ANY_TEXT = st.text(st.characters(codec=None)) | st.text(st.sampled_from(TRICKY), max_size=30)


def category(text: str) -> set[str]:
    return {unicodedata.category(character) for character in text}


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
@example("🇧\ufe0e🇦")
@example("乾 坤")
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_no_control_surrogate_or_direction_mark_is_left(text: str) -> None:
    for form in (clean(text), normalise(text), canonical(text)):
        assert not {c for c in category(form) if c.startswith("C")}
        assert form == form.strip()
        assert "  " not in form
        form.encode("utf-8")


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT, st.sampled_from(["\u200b", "\u202e", "\u200f", "\ufeff", "\x00", "\ud800"]))
def test_an_invisible_mark_around_a_sentence_changes_nothing(text: str, mark: str) -> None:
    assert normalise(mark + normalise(text) + mark) == normalise(text)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", ""),
        (" \t\r\n　", ""),
        ("😀👨‍👩‍👧🇨🇳", ""),
        ("\ud800\udfff", ""),
        ("\ud83d还款", "还款"),
        ("\x00\x01还\x07款", "还款"),
        ("\u202e款还\u202c", "款还"),
        ("\u200f还款\u200f", "还款"),
        ("\ufeff还款", "还款"),
        ("还 款 日 几 号", "还款日几号"),
        ("提前還款", "提前还款"),
        ("ＡＰＲ　是多少？", "apr 是多少?"),
        ("转人工！！！！！", "转人工!"),
        ("急急急急急急急", "急急急"),
        ("<script>alert('x')</script>", "<script>alert('x')</script>"),
        ("'; DROP TABLE cases; --", "'; drop table cases; -"),
        ("①②", "12"),
        ("借1，000", "借1,000"),
    ],
)
def test_bad_and_odd_input_has_a_plain_normal_form(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


def test_a_hundred_kilobytes_have_a_normal_form() -> None:
    assert normalise("还 款" * 33_000).startswith("还款还款")
    assert normalise("a" * 100_000) == "aaa"


def test_binary_read_as_latin_letters_has_a_normal_form() -> None:
    assert isinstance(normalise(bytes(range(256)).decode("latin-1")), str)
    assert isinstance(normalise(bytes(range(256)).decode("utf-8", "surrogateescape")), str)


@pytest.mark.parametrize("name", ["月付", "小月", "禾川月付", "月月付"])
def test_every_name_of_a_product_is_read_as_one(name: str) -> None:
    assert canonical(f"{name}怎么还") == "月月付怎么还"


def test_a_longer_product_name_wins_over_one_inside_it() -> None:
    assert canonical("禾川随心借和随心借") == "随心借和随心借"
