"""The number guard lets through what is tied, in any wording of the same figure, and stops everything else."""

from decimal import Decimal

import pytest

from assistant.guard import UntiedFigure, check, untied_figures
from assistant.reply import Grounds, Reply

RATE = Grounds("0.6%", "rate_period", "0.6%", "yueyuefu.instalment_fee.12")
COST = Grounds(Decimal("864.00"), "cny", "864.00", "quote.total_cost")
APR = Grounds(Decimal("13.84"), "percent", "13.84", "quote.compound")


def reply(text: str) -> Reply:
    return Reply(text=text)


@pytest.mark.parametrize("text", ["每期0.6%", "每期千分之六", "每期6‰", "一共864元", "一共864.00元", "年化13.84%"])
def test_a_figure_with_grounds_passes_in_any_wording(text: str) -> None:
    check(reply(text), [RATE, COST, APR], [])


@pytest.mark.parametrize("text", ["每期0.7%", "一共865元", "年化13.85%", "3天内到账", "最多12期"])
def test_a_figure_without_grounds_stops_the_reply(text: str) -> None:
    with pytest.raises(UntiedFigure):
        check(reply(text), [RATE, COST, APR], [])


def test_a_figure_at_the_end_of_an_english_sentence_is_still_the_figure() -> None:
    fee = Grounds(Decimal("72.00"), "cny", "72.00", "quote.fee")
    check(reply("CNY 12000 × 0.6% = CNY 72. Over the term it adds up."), [RATE, fee], ["12000 yuan"])


def test_the_customers_own_figures_may_be_repeated() -> None:
    assert untied_figures(reply("您借的是12000元，分12期"), [], ["借一万二分12期"]) == ()


def test_figures_in_tables_and_buttons_are_checked_too() -> None:
    table = Reply(text="如下", blocks=({"kind": "table", "title": "表", "columns": ["期"], "rows": [["88.88元"]]},))
    assert [u.figure for u in untied_figures(table, [COST], [])] == ["88.88元"]


@pytest.mark.parametrize("text", ["折成一年来比较", "提前结清费只收一次", "两种算法都列出来", "每多一天，多收一点"])
def test_words_that_only_sound_like_figures_claim_nothing(text: str) -> None:
    assert untied_figures(reply(text), [], []) == ()


@pytest.mark.parametrize("text", ["一天内到账", "一个月后生效", "一天到账"])
def test_the_same_words_as_a_time_limit_need_grounds(text: str) -> None:
    assert untied_figures(reply(text), [], [])


@pytest.mark.parametrize(("text", "stopped"), [("当天22:00前还", 0), ("当天22:10前还", 1), ("每月10号还", 0)])
def test_a_time_of_day_is_not_put_together_from_several_rows(text: str, stopped: int) -> None:
    rows = [Grounds("10", "day_of_month", "10", "bill.due_day"), Grounds("22:00", "text", "22:00", "bill.cut_off")]
    assert len(untied_figures(reply(text), rows, [])) == stopped
