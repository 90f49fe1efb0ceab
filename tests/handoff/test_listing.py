"""The desk shows each person what she may see, in order, with clocks a page can count down by itself."""

from __future__ import annotations

import pytest

from handoff import desk
from handoff.case import State
from handoff.database import session_scope, write_transaction
from handoff.errors import NotFound
from tests.handoff.conftest import Desk


def listed(clerks: Desk, name: str, **narrow: object) -> list[str]:
    with session_scope(clerks.engine) as session:
        return [case.id for case in desk.list_cases(session, getattr(clerks, name).key, **narrow)]


def limit_to(clerks: Desk, name: str, *queues: str) -> None:
    with write_transaction(clerks.engine) as session:
        agent = session.get(type(clerks.li), getattr(clerks, name).id)
        agent.queues = list(queues)
        session.add(agent)


def test_a_major_case_stands_at_the_top(clerks: Desk) -> None:
    light = clerks.open(conversation="k1", severity=1).case.id
    grave = clerks.open(conversation="k2", severity=3, group="critical").case.id
    assert listed(clerks, "li") == [grave, light]
    assert listed(clerks, "li", queue="urgent") == [grave]


def test_closed_cases_are_listed_only_when_asked_for(clerks: Desk) -> None:
    case_id = clerks.open().case.id
    clerks.do(desk.withdraw, case_id)
    assert listed(clerks, "li") == []
    assert listed(clerks, "li", states=[State.CLOSED]) == [case_id]


def test_a_case_of_another_queue_is_out_of_sight_like_one_that_does_not_exist(clerks: Desk) -> None:
    case_id = clerks.open().case.id
    limit_to(clerks, "wang", "wealth")
    assert listed(clerks, "wang") == []
    assert listed(clerks, "chief") == [case_id]
    with session_scope(clerks.engine) as session:
        messages = []
        for wanted in (case_id, "c-guessed"):
            with pytest.raises(NotFound) as refused:
                desk.view_case(session, wanted, clerks.wang.key, clerks.now)
            messages.append(str(refused.value))
        assert messages[0] == messages[1]
        assert desk.view_case(session, case_id, clerks.chief.key, clerks.now).case.id == case_id


def test_what_one_holds_or_owns_stays_in_sight(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li)
    limit_to(clerks, "li", "wealth")
    assert listed(clerks, "li") == [case_id]


def test_the_view_has_packet_events_and_clocks_nearest_first(clerks: Desk) -> None:
    case_id = clerks.open(severity=2, complaint=True).case.id
    clerks.later(minutes=1)
    with session_scope(clerks.engine) as session:
        view = desk.view_case(session, case_id, clerks.li.key, clerks.now)
    assert view.packet["evidence"]
    assert [event.kind for event in view.events] == ["opened", "queued", "complaint_received"]
    assert [clock.clock for clock in view.clocks][:3] == ["first_response", "disposal", "complaint_target"]
    assert (view.clocks[0].remaining_seconds, view.clocks[0].breached) == (240, False)


def test_a_breached_clock_counts_below_zero_and_a_paused_one_stands_still(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.later(minutes=10)
    clerks.do(desk.pause, case_id, clerks.li.key, "bank")

    def clocks() -> dict[str, desk.ClockPublic]:
        with session_scope(clerks.engine) as session:
            view = desk.view_case(session, case_id, clerks.li.key, clerks.now)
        return {clock.clock: clock for clock in view.clocks}

    before = clocks()["disposal"]
    clerks.later(minutes=10)
    after = clocks()
    assert (before.remaining_seconds, after["disposal"].remaining_seconds) == (1200, 1200)
    assert (before.paused, after["disposal"].paused) == (True, True)
    assert after["disposal"].due_at is None
    assert (after["first_response"].remaining_seconds, after["first_response"].breached) == (-900, True)
