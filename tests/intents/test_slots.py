"""The slot reader, on a table of expressions and on properties over arbitrary text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import cn2an
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intents.normalise import normalise
from intents.slots import Slots, normal_form, read_slots
from intents.slots.numeral import read_numeral

TODAY = date(2026, 8, 19)
TABLE: dict[str, list[list[str]]] = yaml.safe_load((Path(__file__).parent / "slot_expressions.yaml").read_text("utf-8"))
ROWS = [(asked, said, meant) for asked, rows in TABLE.items() for said, meant in rows]
SPEECH = st.text(
    alphabet="零一二两三四五六七八九十百千万亿半多来几个月年期天日号周分厘毛块元钱第前后上下借还不是改成利息费率"
    "0123456789.,%-/:¥$*kw abcdeymn 不对都要选吗",
    max_size=40,
)


def written(slots: Slots) -> str:
    """Slots in the notation of the table."""
    parts = [f"product {s.value}" + " misspelt" * s.misspelt for s in slots.products]
    for a in slots.amounts:
        extra = [a.currency] * (a.currency != "CNY") + ["about"] * a.approximate + [a.invalid] * bool(a.invalid)
        parts.append(" ".join(["amount", f"{a.value.normalize():f}", *map(str, extra)]))
    for t in slots.terms:
        parts.append(f"term {t.value} {t.unit}" + " about" * t.approximate + f" {t.invalid}" * bool(t.invalid))
    parts += [f"rate {r.value} {r.unit}" + f" {r.basis}" * (r.basis != "unknown") for r in slots.rates]
    parts += [f"date {d.value} {d.granularity} {d.resolved}" for d in slots.dates]
    parts += [f"period {p.value} {p.role}" for p in slots.periods]
    parts += [f"duration {d.value} {d.unit}" + " about" * d.approximate for d in slots.days]
    parts += [f"choice {c.value}" for c in slots.choices]
    for q in slots.ambiguities:
        candidates = "/".join(str(c.value) for c in q.candidates)
        parts.append(f"ask {q.field} {q.reason}" + f" {candidates}" * bool(candidates))
    for c in slots.corrections:
        old, new = ("-" if value is None else value for value in (c.old, c.new))
        parts.append(f"correct {c.kind} {old} -> {new}")
    return "; ".join(parts) or "-"


def spans(slots: Slots) -> list[tuple[str, int, int]]:
    return [(s.text, s.start, s.end) for kind in vars(slots).values() for s in kind]


@pytest.mark.parametrize(("asked", "said", "meant"), ROWS, ids=[f"{asked}: {said}" for asked, said, _ in ROWS])
def test_an_expression_means_what_the_table_says(asked: str, said: str, meant: str) -> None:
    read = read_slots(said, TODAY, None if asked == "any" else asked)
    assert written(read) == meant
    for text, start, end in spans(read):
        assert normal_form(said)[start:end] == text


def test_the_table_holds_at_least_350_different_expressions() -> None:
    assert len({(asked, said) for asked, said, _ in ROWS}) == len(ROWS) >= 350


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=10**8))
def test_every_integer_spelled_in_chinese_is_read_back_exactly(number: int) -> None:
    for mode in ("low", "up"):
        spelled = cn2an.an2cn(number, mode)
        assert read_numeral(spelled) == number
        assert [a.value for a in read_slots(f"借{spelled}元", TODAY).amounts] == [number]


@settings(deadline=None)
@given(st.integers(min_value=1, max_value=10**8), st.integers(min_value=0, max_value=99))
@example(119, 0).via("a sum that is also a hotline")
@example(12363, 0)
def test_every_amount_in_figures_is_read_back_exactly(yuan: int, cents: int) -> None:
    value = Decimal(yuan) + Decimal(cents) / 100
    for written_out in (f"¥{value}", f"{value:,}元", f"CNY {value}"):
        assert [a.value for a in read_slots(written_out, TODAY).amounts] == [value]


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=80), SPEECH), st.sampled_from([None, "amount", "term", "product", "rate", "date"]))
def test_any_text_is_read_without_an_error_and_every_offset_lies_inside_it(text: str, asked: str | None) -> None:
    normal = normal_form(text)
    for said, start, end in spans(read_slots(text, TODAY, asked)):
        assert 0 <= start < end <= len(normal)
        assert normal[start:end] == said


@settings(deadline=None)
@given(SPEECH, st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 12, 31)))
def test_slots_of_one_kind_never_overlap_whatever_the_day(text: str, today: date) -> None:
    read = read_slots(text, today)
    for kind in (read.amounts, read.terms, read.rates, read.dates):
        for left, right in pairwise(kind):
            assert left.end <= right.start


def test_reading_the_same_sentence_twice_gives_the_same_slots() -> None:
    said = "不是一万是一万二，分12期，7月15号借的"
    assert read_slots(said, TODAY) == read_slots(said, TODAY)


def test_a_run_of_zeros_is_not_folded_away() -> None:
    assert normal_form("借１００００００元！！！！哈哈哈哈哈") == "借1000000元!哈哈哈"


@settings(deadline=None)
@given(st.text(alphabet="我想借钱abc 123，。!😀號", max_size=40))
def test_offsets_refer_to_the_normalised_sentence_when_no_digit_repeats(text: str) -> None:
    if not any(digit * 4 in text for digit in "0123456789"):
        assert normal_form(text) == normalise(text)


def test_an_unknown_expectation_is_refused_with_the_accepted_ones() -> None:
    with pytest.raises(ValueError, match="amount, term, product, rate, date, period"):
        read_slots("12", TODAY, "money")


def test_both_readings_of_two_fen_are_offered() -> None:
    (unclear,) = read_slots("两分", TODAY).ambiguities
    assert [(c.field, c.value, c.unit) for c in unclear.candidates] == [
        ("amount", Decimal("0.02"), "CNY"),
        ("rate", Decimal("0.02"), "month"),
    ]


def test_29_february_is_found_when_the_year_in_reach_has_one() -> None:
    assert [d.value for d in read_slots("2月29号借的", date(2028, 3, 10)).dates] == [date(2028, 2, 29)]


def test_the_end_of_a_month_is_clipped_when_counting_months_back() -> None:
    assert [d.value for d in read_slots("一个月前", date(2026, 3, 31)).dates] == [date(2026, 2, 28)]


@pytest.mark.parametrize("text", ["九" * 5000, "9" * 5000 + "元", "一二" * 3000 + "万", "亿万" * 500, "1,000" * 500])
def test_absurdly_long_numbers_are_survived(text: str) -> None:
    for asked in (None, "amount", "term", "date", "period"):
        read_slots(text, TODAY, asked)
