"""Waiting cases reach the right person: skill, language, presence, shift, capacity, order, and nobody there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from handoff import desk, presence
from handoff.agents import AgentDisabled
from handoff.case import State, fold
from handoff.database import session_scope, write_transaction
from handoff.errors import NotAllowed
from handoff.routing import CallbackSlot
from tests.handoff.conftest import BEIJING, Desk
from tests.handoff.test_firing import fire

NIGHT = datetime(2026, 3, 2, 23, 30, tzinfo=BEIJING)


def change(clerks: Desk, name: str, **fields: object) -> None:
    with write_transaction(clerks.engine) as session:
        agent = session.get(type(clerks.li), getattr(clerks, name).id)
        for field, value in fields.items():
            setattr(agent, field, value)
        session.add(agent)


def offered(clerks: Desk, **fields: object) -> int | None:
    return clerks.open(**fields).case.offered_to


def test_a_case_is_offered_at_once_to_somebody_present(clerks: Desk) -> None:
    clerks.online(clerks.li)
    case = clerks.open().case
    assert (case.state, case.offered_to) == (State.OFFERED, clerks.li.id)


def test_only_somebody_of_the_queue_who_speaks_the_language_is_asked(clerks: Desk) -> None:
    clerks.online(clerks.li, clerks.wang)
    change(clerks, "li", queues=["wealth"])
    assert offered(clerks) == clerks.wang.id
    assert offered(clerks, conversation="k2", language="en") is None
    change(clerks, "wang", languages=["zh", "en"])
    assert offered(clerks, conversation="k3", language="en") == clerks.wang.id


def test_somebody_away_or_silent_too_long_is_not_asked(clerks: Desk) -> None:
    clerks.online(clerks.li)
    clerks.do(presence.set_presence, clerks.li.key, presence.Status.AWAY)
    assert offered(clerks) is None
    clerks.do(presence.set_presence, clerks.li.key, presence.Status.ONLINE)
    clerks.later(seconds=61)
    assert offered(clerks, conversation="k2") is None
    clerks.do(presence.heartbeat, clerks.li.key)
    assert offered(clerks, conversation="k3") == clerks.li.id


def test_somebody_with_a_roster_is_asked_only_on_shift(clerks: Desk) -> None:
    clerks.online(clerks.li)
    clerks.shift(clerks.li, clerks.now + timedelta(hours=1))
    assert offered(clerks) is None
    clerks.later(hours=1)
    clerks.online(clerks.li)
    assert [case.offered_to for case in clerks.do(desk.route)] == [clerks.li.id]


def test_capacity_counts_offers_and_held_cases(clerks: Desk) -> None:
    change(clerks, "li", capacity=2)
    clerks.online(clerks.li)
    got = [offered(clerks, conversation=f"k{number}") for number in range(3)]
    assert got == [clerks.li.id, clerks.li.id, None]


def test_the_least_loaded_is_asked_first(clerks: Desk) -> None:
    clerks.claimed(by=clerks.li)
    clerks.online(clerks.li, clerks.wang)
    assert offered(clerks, conversation="k2") == clerks.wang.id


def test_a_supervisor_is_asked_only_when_no_agent_has_room(clerks: Desk) -> None:
    change(clerks, "li", capacity=1)
    clerks.online(clerks.chief, clerks.li)
    assert [offered(clerks, conversation=f"k{number}") for number in range(2)] == [clerks.li.id, clerks.chief.id]


def test_work_set_free_goes_to_the_first_in_order(clerks: Desk) -> None:
    change(clerks, "li", capacity=1)
    held = clerks.claimed(by=clerks.li, conversation="k0")
    light = clerks.open(conversation="k1", severity=1).case.id
    grave = clerks.open(conversation="k2", severity=2).case.id
    clerks.online(clerks.li)
    clerks.do(desk.resolve, held, clerks.li.key, "已解答")
    assert fold(grave, clerks.events(grave)).offered_to == clerks.li.id
    assert fold(light, clerks.events(light)).state == State.QUEUED


def test_a_declined_case_rests_for_that_person(clerks: Desk) -> None:
    clerks.online(clerks.li)
    case_id = clerks.open().case.id
    clerks.do(desk.decline, case_id, clerks.li.key)
    assert clerks.do(desk.route) == []
    clerks.later(seconds=121)
    clerks.do(presence.heartbeat, clerks.li.key)
    assert [case.offered_to for case in clerks.do(desk.route)] == [clerks.li.id]


def test_an_offer_that_went_to_somebody_else_cannot_be_declined(clerks: Desk) -> None:
    clerks.online(clerks.li)
    case_id = clerks.open().case.id
    with pytest.raises(desk.OfferGone):
        clerks.do(desk.decline, case_id, clerks.wang.key)


def test_a_case_nobody_present_can_take_does_not_hold_up_the_others(clerks: Desk) -> None:
    for number in range(30):
        clerks.open(conversation=f"e{number}", language="en", severity=2)
    case_id = clerks.open(conversation="zh", severity=1).case.id
    clerks.online(clerks.li)
    assert [case.id for case in clerks.do(desk.route)] == [case_id]


def test_at_night_the_customer_hears_when_work_starts_and_gets_a_call_back_slot(clerks: Desk) -> None:
    clerks.now = NIGHT
    opened = clerks.open(severity=1)
    morning = datetime(2026, 3, 3, 8, 0, tzinfo=BEIJING)
    assert (opened.expected_at, opened.callback_at) == (morning, morning)
    assert "最早 03-03 08:00 开始处理" in clerks.told()[0].payload["text"]


def test_a_shift_before_opening_time_shortens_the_expected_wait(clerks: Desk) -> None:
    clerks.now = NIGHT
    clerks.shift(clerks.li, datetime(2026, 3, 3, 7, 0, tzinfo=BEIJING))
    assert clerks.open(severity=1).expected_at == datetime(2026, 3, 3, 7, 0, tzinfo=BEIJING)


def test_full_call_back_slots_are_passed_over(clerks: Desk) -> None:
    clerks.now = NIGHT
    slots = [clerks.open(conversation=f"k{number}").callback_at for number in range(6)]
    eight, half_past = (datetime(2026, 3, 3, 8, minute, tzinfo=BEIJING) for minute in (0, 30))
    assert slots == [eight] * 4 + [half_past] * 2


def test_a_call_back_can_be_moved(clerks: Desk) -> None:
    clerks.now = NIGHT
    case_id = clerks.open().case.id
    noon = datetime(2026, 3, 3, 12, 10, tzinfo=BEIJING)
    assert clerks.do(desk.book_callback, case_id, noon) == noon
    with session_scope(clerks.engine) as session:
        assert [row.starts_at for row in session.exec(select(CallbackSlot))] == [noon]


def test_a_major_case_reaches_the_duty_officer_at_any_hour(clerks: Desk) -> None:
    clerks.now = NIGHT
    clerks.shift(clerks.wang, hours=12, duty=True)
    opened = clerks.open(severity=3, group="critical", reason="critical.unauthorised")
    call = next(event.payload for event in clerks.events(opened.case.id) if event.kind == "escalated")
    assert (call["ladder"], call["recipients"][0]) == ("duty", clerks.wang.id)
    assert opened.expected_at is None
    assert "立即处理" in clerks.told()[0].payload["text"]


def test_without_a_duty_officer_the_supervisors_are_called_and_then_the_administrator(clerks: Desk) -> None:
    clerks.now = NIGHT
    case_id = clerks.open(severity=3, group="critical", reason="critical.self_harm").case.id
    clerks.later(minutes=1)
    fire(clerks)
    calls = [e.payload["recipients"] for e in clerks.events(case_id) if e.payload.get("ladder") == "duty"]
    assert calls == [[clerks.chief.id], [clerks.chief.id, clerks.root.id]]


def test_a_case_raised_to_major_at_night_calls_the_duty_officer_too(clerks: Desk) -> None:
    clerks.now = NIGHT
    case_id = clerks.open(severity=1).case.id
    clerks.open(severity=3, reason="critical.fraud")
    assert "escalated" in clerks.kinds(case_id)


def test_a_transfer_asks_the_named_colleague_even_outside_the_queue(clerks: Desk) -> None:
    change(clerks, "wang", queues=["wealth"])
    case_id = clerks.claimed(by=clerks.li)
    case = clerks.do(desk.transfer, case_id, clerks.li.key, "请协助", to_agent=clerks.wang.key)
    assert (case.state, case.offered_to, case.owner) == (State.OFFERED, clerks.wang.id, clerks.li.id)
    assert clerks.do(desk.claim, case_id, clerks.wang.key).holder == clerks.wang.id


def test_a_disabled_colleague_cannot_be_given_a_case(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li)
    change(clerks, "wang", enabled=False)
    with pytest.raises(AgentDisabled):
        clerks.do(desk.transfer, case_id, clerks.li.key, "请协助", to_agent=clerks.wang.key)
    assert fold(case_id, clerks.events(case_id)).holder == clerks.li.id


def test_an_agent_of_another_queue_cannot_take_a_case(clerks: Desk) -> None:
    change(clerks, "wang", queues=["wealth"])
    case_id = clerks.open().case.id
    with pytest.raises(NotAllowed, match="queue credit"):
        clerks.do(desk.claim, case_id, clerks.wang.key)


def test_a_light_case_is_not_starved_by_graver_ones(clerks: Desk) -> None:
    change(clerks, "li", capacity=1)
    light = clerks.open(conversation="light", severity=1).case.id
    clerks.later(minutes=21)
    clerks.open(conversation="grave", severity=2)
    clerks.online(clerks.li)
    assert [case.id for case in clerks.do(desk.route)] == [light]
