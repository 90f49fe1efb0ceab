"""The figures are what a hand count of a small day gives, and their export is safe to open."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from handoff import desk, events
from handoff.board import board, nearest_clocks
from handoff.database import session_scope, write_transaction
from handoff.numbers import Numbers, cases_csv, net_promoter_score, numbers, numbers_csv
from tests.handoff.conftest import MONDAY, Desk
from tests.handoff.test_firing import fire


def a_day(clerks: Desk) -> None:
    """Four conversations, two with a person: one good, one late, transferred and reopened."""
    for name in ("b1", "b2"):
        with write_transaction(clerks.engine) as session:
            events.append(session, events.conversation_stream(name), "message", {}, clerks.now)
    good = clerks.open(conversation="k1", severity=2).case.id
    late = clerks.open(conversation="k2", severity=2, reason="=cmd()").case.id
    clerks.later(seconds=60)
    clerks.do(desk.claim, good, clerks.li.key)
    clerks.do(desk.reply, good, clerks.li.key, "您好")
    clerks.do(desk.resolve, good, clerks.li.key, "已解答")
    clerks.do(desk.rate, "k1", desk.RatingCreate(score=5, recommend=10))
    clerks.later(minutes=9)
    fire(clerks)
    clerks.do(desk.claim, late, clerks.wang.key)
    clerks.do(desk.reply, late, clerks.wang.key, "久等了")
    clerks.do(desk.transfer, late, clerks.wang.key, "请接手", to_agent=clerks.li.key)
    clerks.do(desk.claim, late, clerks.li.key)
    clerks.do(desk.resolve, late, clerks.li.key, "已解答")
    clerks.do(desk.rate, "k2", desk.RatingCreate(score=2, recommend=3))
    clerks.later(hours=1)
    clerks.do(desk.reopen, late, "没解决")


def figures(clerks: Desk) -> Numbers:
    with session_scope(clerks.engine) as session:
        return numbers(session, MONDAY - timedelta(hours=1), MONDAY + timedelta(days=1))


def test_the_figures_are_those_of_a_hand_count(clerks: Desk) -> None:
    a_day(clerks)
    found = figures(clerks)
    assert (found.conversations, found.cases, found.human_share) == (4, 2, 0.5)
    assert (found.time_to_person_median, found.time_to_person_p90) == (330, 60 + 0.9 * 540)
    assert (found.transfers_per_case, found.reopen_rate, found.second_contact_rate) == (0.5, 0.5, 0.5)
    assert (found.ratings, found.satisfaction, found.mean_score, found.nps) == (2, 0.5, 3.5, 0)
    clocks = {clock.clock: clock for clock in found.clocks}
    assert (clocks["first_response"].met, clocks["first_response"].breached) == (1, 1)
    assert clocks["first_response"].met_share == 0.5
    assert (clocks["disposal"].met, clocks["disposal"].running) == (2, 1)
    assert (found.breaches, found.orphan_seconds) == (1, 0)
    assert "offer" not in clocks


def test_an_empty_window_has_no_shares_instead_of_zeros(clerks: Desk) -> None:
    found = figures(clerks)
    assert (found.human_share, found.satisfaction, found.nps, found.reopen_rate) == (None, None, None, None)


@pytest.mark.parametrize(("answers", "score"), [([], None), ([9, 10, 6, 8], 25), ([0], -100), ([7, 8], 0)])
def test_the_net_promoter_score_is_promoters_minus_detractors(answers: list[int], score: float | None) -> None:
    assert net_promoter_score(answers) == score


def test_the_export_can_be_read_back_and_holds_no_formula(clerks: Desk) -> None:
    a_day(clerks)
    found = dict(csv.reader(io.StringIO(numbers_csv(figures(clerks)))))
    assert (found["human_share"], found["clock.first_response.met_share"]) == ("0.5", "0.5")
    with session_scope(clerks.engine) as session:
        text = cases_csv(session, MONDAY - timedelta(hours=1), MONDAY + timedelta(days=1))
    lines = list(csv.DictReader(io.StringIO(text)))
    assert {line["reason"] for line in lines} == {"service.human", "'=cmd()"}


def test_the_board_shows_what_is_open_late_and_held(clerks: Desk) -> None:
    a_day(clerks)
    clerks.open(conversation="k3", group="pay", severity=2)
    clerks.claimed(by=clerks.wang, conversation="k4", severity=2)
    clerks.later(minutes=31)
    fire(clerks)
    with session_scope(clerks.engine) as session:
        found = board(session, clerks.now)
    assert found.by_state == {"queued": 1, "claimed": 1, "reopened": 1, "resolved": 1}
    assert found.waiting_by_queue == {"payments": 1, "credit": 1}
    assert found.held_by_agent == {clerks.wang.id: 1}
    assert found.breached == 3
    assert found.unacknowledged > 0
    assert len(found.hours) == 24
    assert sum(hour["opened"] for _, hour in found.hours) == 4
    assert found.hours[-1][1]["deadline_breached"] >= 3


def test_the_nearest_clock_of_each_case_is_found(clerks: Desk) -> None:
    case_id = clerks.open(severity=2).case.id
    with session_scope(clerks.engine) as session:
        nearest = nearest_clocks(session, [case_id, "unknown"])
    assert set(nearest) == {case_id}
    assert (nearest[case_id].clock, nearest[case_id].due_at) == ("first_response", clerks.now + timedelta(minutes=5))
