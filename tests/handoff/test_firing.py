"""Deadlines fire once each, late ones say how late, and a row that is due is only a hint."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from handoff import desk
from handoff.case import State, fold
from handoff.database import session_scope, write_transaction
from handoff.deadlines import Deadline, Firing, next_due
from handoff.events import case_stream
from handoff.firing import Fired, fire_due
from tests.handoff.conftest import Desk


def fire(clerks: Desk) -> list[Fired]:
    """Fire all that is due at the desk's time, batch by batch."""
    fired: list[Fired] = []
    while batch := clerks.do(fire_due):
        fired += batch
    return fired


def marks(fired: list[Fired], clock: str) -> list[int]:
    return [each.mark for each in fired if each.clock == clock]


def alerts(clerks: Desk, case_id: str, clock: str) -> list[tuple[str, int]]:
    found = [event for event in clerks.events(case_id) if event.kind.startswith("deadline_")]
    return [(event.kind, event.payload["mark"]) for event in found if event.payload["clock"] == clock]


def rows(clerks: Desk, case_id: str, clock: str) -> list[Deadline]:
    with session_scope(clerks.engine) as session:
        query = select(Deadline).where(Deadline.stream == case_stream(case_id), Deadline.clock == clock)
        return list(session.exec(query))


def test_each_mark_fires_once_on_its_time(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    fired: list[Fired] = []
    for _ in range(62):
        clerks.later(seconds=30)
        fired += fire(clerks)
        assert fire(clerks) == []
    assert marks(fired, "disposal") == [50, 80, 100]
    expected = [("deadline_warned", 50), ("deadline_warned", 80), ("deadline_breached", 100)]
    assert alerts(clerks, case_id, "disposal") == expected
    assert all(each.late_seconds < 30 for each in fired)


def test_nothing_fires_before_its_time(clerks: Desk) -> None:
    clerks.open(severity=2)
    clerks.later(seconds=149)
    assert fire(clerks) == []
    clerks.later(seconds=1)
    assert [(each.clock, each.mark) for each in fire(clerks)] == [("first_response", 50)]


def test_after_a_downtime_the_highest_mark_fires_with_its_lateness_and_the_lower_are_superseded(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.later(hours=3)
    fired = [each for each in fire(clerks) if each.clock == "disposal"]
    assert [(each.mark, each.late_seconds) for each in fired] == [(100, 9000.0)]
    assert alerts(clerks, case_id, "disposal") == [("deadline_breached", 100)]
    with session_scope(clerks.engine) as session:
        deadline = rows(clerks, case_id, "disposal")[0]
        stored = session.exec(select(Firing).where(Firing.deadline_id == deadline.id).order_by(Firing.mark)).all()
    assert [(each.mark, each.superseded) for each in stored] == [(50, True), (80, True), (100, False)]


def test_a_due_row_whose_case_moved_on_does_not_fire(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.do(desk.pause, case_id, clerks.li.key, "bank")
    with write_transaction(clerks.engine) as session:  # a row left over from before the pause
        row = session.exec(select(Deadline).where(Deadline.clock == "disposal")).one()
        row.fire_at, row.next_mark = clerks.now, 50
        session.add(row)
    clerks.later(hours=1)
    assert marks(fire(clerks), "disposal") == []
    assert rows(clerks, case_id, "disposal")[0].fire_at is None


def test_a_paused_clock_fires_later_by_the_length_of_the_pause(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.do(desk.pause, case_id, clerks.li.key, "bank")
    clerks.later(minutes=20)
    clerks.do(desk.resume, case_id, clerks.li.key)
    clerks.later(minutes=14, seconds=59)
    assert marks(fire(clerks), "disposal") == []
    clerks.later(seconds=1)
    assert marks(fire(clerks), "disposal") == [50]


def test_a_breach_that_no_worker_saw_before_the_end_is_still_recorded_once(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.later(minutes=45)
    clerks.do(desk.resolve, case_id, clerks.li.key, "已解决")
    assert marks(fire(clerks), "disposal") == [100]
    assert fire(clerks) == []
    assert rows(clerks, case_id, "disposal")[0].outcome == "breached"
    assert "escalated" not in [e.kind for e in clerks.events(case_id) if e.payload.get("ladder") == "disposal"]


def test_a_clock_set_back_an_hour_fires_nothing_twice(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.later(minutes=16)
    assert marks(fire(clerks), "disposal") == [50]
    clerks.later(hours=-1)
    assert fire(clerks) == []
    clerks.do(desk.reply, case_id, clerks.li.key, "在的")
    assert fire(clerks) == []
    clerks.later(hours=1, minutes=9)
    assert marks(fire(clerks), "disposal") == [80]


def test_the_database_refuses_a_second_firing_of_a_mark_and_a_second_live_deadline(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.later(minutes=16)
    fire(clerks)
    deadline = rows(clerks, case_id, "disposal")[0]
    again: list[Any] = [
        Firing(deadline_id=deadline.id, mark=50, due_at=clerks.now, fired_at=clerks.now, late_seconds=0),
        Deadline(stream=deadline.stream, clock="disposal", run=9, basis="internal", started_at=clerks.now),
    ]
    for row in again:
        with pytest.raises(IntegrityError), write_transaction(clerks.engine) as session:
            session.add(row)


def test_an_offer_that_times_out_goes_to_the_next_person(clerks: Desk) -> None:
    clerks.online(clerks.li, clerks.wang)
    case = clerks.open(severity=2).case
    assert (case.state, case.offered_to) == (State.OFFERED, clerks.li.id)
    clerks.later(seconds=30)
    assert marks(fire(clerks), "offer") == [100]
    case = fold(case.id, clerks.events(case.id))
    assert (case.state, case.offered_to) == (State.OFFERED, clerks.wang.id)


def test_a_pause_ends_by_itself_at_its_limit(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.do(desk.pause, case_id, clerks.li.key, "department")
    clerks.later(hours=8)
    assert marks(fire(clerks), "pause") == [100]
    assert fold(case_id, clerks.events(case_id)).state == State.CLAIMED


def test_a_silent_customer_is_told_and_the_case_ends_in_two_steps(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    clerks.do(desk.reply, case_id, clerks.li.key, "请上传凭证")
    clerks.do(desk.wait_for_customer, case_id, clerks.li.key)
    clerks.later(hours=24)
    fire(clerks)
    assert fold(case_id, clerks.events(case_id)).state == State.RESOLVED
    clerks.later(hours=24)
    fire(clerks)
    assert fold(case_id, clerks.events(case_id)).state == State.CLOSED
    assert [e.payload["transition"] for e in clerks.told() if e.kind == "receipt"][-2:] == ["resolved", "closed"]


def test_a_deputys_end_is_not_closed_by_silence_but_brought_to_the_owner(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li)
    clerks.do(desk.transfer, case_id, clerks.li.key, "请接手", to_agent=clerks.wang.key)
    clerks.do(desk.claim, case_id, clerks.wang.key)
    clerks.do(desk.resolve, case_id, clerks.wang.key, "已解决")
    clerks.later(hours=24)
    fire(clerks)
    assert fold(case_id, clerks.events(case_id)).state == State.RESOLVED
    told = [event for event in clerks.events(case_id) if event.kind == "escalated"][-1].payload
    assert (told["ladder"], clerks.li.id in told["recipients"]) == ("confirmation", True)
    assert clerks.do(desk.confirm_close, case_id, clerks.li.key).state == State.CLOSED


def test_one_unreadable_stream_does_not_stop_the_others(clerks: Desk) -> None:
    broken, sound = clerks.claimed(severity=2), clerks.claimed(conversation="k2", severity=2)
    with write_transaction(clerks.engine) as session:
        for event in session.exec(select(type(clerks.events(broken)[0])).where()).all():
            if event.stream == case_stream(broken) and event.kind == "opened":
                event.payload = {**event.payload, "policy_version": "lost"}
                session.add(event)
    clerks.later(minutes=40)
    fired = fire(clerks)
    assert {each.stream for each in fired} == {case_stream(sound)}
    with session_scope(clerks.engine) as session:
        again = next_due(session)
    assert again is not None
    assert again <= clerks.now + timedelta(minutes=1)
