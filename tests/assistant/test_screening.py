"""Screening: bounded, printable, masked; the same on a second pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.screening import MessageTooLong, mask, screen

MASKED = [
    ("身份证 11010519491231002X", "身份证 [身份证号]"),
    ("手机 138 1234 5678", "手机 [手机号]"),
    ("+86-13812345678", "[手机号]"),
    ("卡号6222 0212 3456 7890 128", "卡号[银行卡号]"),
    ("住在北京市朝阳区建国路88号楼1203室", "[地址]"),
    ("验证码是 384756", "验证码是 [验证码]"),
    ("写信到 a.b@example.com", "写信到 [邮箱]"),
]
KEPT = [
    "借12000分12期",
    "订单号202611240001",
    "利率14.4%",
    "110105194912310021",  # seventeen right digits, wrong check digit
    "12378和12363都打过",
    "1234567890123456",  # fails Luhn
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_personal_data_is_masked(text: str, expected: str) -> None:
    assert screen(text).text == expected


@pytest.mark.parametrize("text", KEPT)
def test_numbers_that_are_not_personal_data_stay(text: str) -> None:
    assert screen(text).text == text


def test_a_message_over_the_limit_is_refused_with_both_lengths() -> None:
    with pytest.raises(MessageTooLong, match=r"100000 characters; at most 2000"):
        screen("长" * 100_000)


def test_controls_surrogates_and_direction_marks_do_not_survive() -> None:
    assert screen("提前\u202e还款\ud800\x00吗").text == "提前 还款 吗"


@given(st.text(max_size=300))
def test_screening_never_fails_and_masking_twice_changes_nothing(text: str) -> None:
    once = screen(text).text
    assert mask(once).text == once
    once.encode("utf-8")


@given(st.integers(min_value=130_0000_0000, max_value=199_9999_9999))
def test_no_mobile_number_passes(number: int) -> None:
    assert str(number) not in screen(f"我的号码{number}，请回电").text
