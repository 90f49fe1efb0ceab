"""The ladder is climbed rung by rung, none skipped, none repeated, until somebody acknowledges."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from handoff import desk
from handoff.database import session_scope, write_transaction
from handoff.errors import NotAllowed
from handoff.escalation import Escalation
from tests.handoff.conftest import Desk
from tests.handoff.test_firing import fire


def rungs(clerks: Desk, case_id: str, ladder: str) -> list[tuple[int, int]]:
    found = [event.payload for event in clerks.events(case_id) if event.kind == "escalated"]
    return [(each["climb"], each["rung"]) for each in found if each["ladder"] == ladder]


def tick(clerks: Desk, minutes: int) -> Iterator[None]:
    for _ in range(minutes):
        clerks.later(minutes=1)
        fire(clerks)
        yield


def test_without_an_acknowledgement_every_rung_is_taken_in_order_and_the_end_is_recorded(clerks: Desk) -> None:
    case_id = clerks.open(severity=2).case.id
    list(tick(clerks, 28))
    assert rungs(clerks, case_id, "response") == [(1, 1), (1, 2), (1, 3)]
    assert clerks.kinds(case_id).count("escalation_exhausted") == 1


def test_a_long_downtime_skips_no_rung(clerks: Desk) -> None:
    case_id = clerks.open(severity=2).case.id
    clerks.later(days=2)
    for _ in range(6):
        fire(clerks)
        clerks.later(hours=3)
    assert rungs(clerks, case_id, "response") == [(1, 1), (1, 2), (1, 3)]


def test_an_acknowledgement_stops_the_climb(clerks: Desk) -> None:
    case_id = clerks.open(severity=2).case.id
    list(tick(clerks, 6))
    clerks.do(desk.acknowledge, case_id, "response", clerks.chief.key)
    list(tick(clerks, 25))
    assert rungs(clerks, case_id, "response") == [(1, 1)]
    with session_scope(clerks.engine) as session:
        row = session.exec(select(Escalation).where(Escalation.ladder == "response")).one()
    assert row.acknowledged_by == clerks.chief.id
    with pytest.raises(desk.NothingToAcknowledge):
        clerks.do(desk.acknowledge, case_id, "response", clerks.chief.key)


def test_the_answer_the_clock_waited_for_ends_the_climb(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    list(tick(clerks, 6))
    clerks.do(desk.reply, case_id, clerks.li.key, "久等了")
    list(tick(clerks, 20))
    assert rungs(clerks, case_id, "response") == [(1, 1)]


def test_a_second_breach_after_the_first_was_acknowledged_starts_a_new_climb(clerks: Desk) -> None:
    case_id = clerks.claimed(severity=2)
    list(tick(clerks, 6))
    clerks.do(desk.acknowledge, case_id, "response", clerks.chief.key)
    clerks.do(desk.reply, case_id, clerks.li.key, "久等了")
    clerks.do(desk.customer_message, "k1", "还在吗", "m1")
    list(tick(clerks, 6))
    assert rungs(clerks, case_id, "response") == [(1, 1), (2, 1)]


def test_only_those_told_or_a_lead_acknowledge(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li, severity=2)
    list(tick(clerks, 6))
    with pytest.raises(NotAllowed):
        clerks.do(desk.acknowledge, case_id, "response", clerks.wang.key)
    clerks.do(desk.acknowledge, case_id, "response", clerks.li.key)


def test_the_recipients_are_the_people_behind_the_roles(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li, severity=2)
    clerks.shift(clerks.wang, hours=24, duty=True)
    list(tick(clerks, 13))
    told = {event.payload["rung"]: event.payload["recipients"] for event in clerks.events(case_id)
            if event.kind == "escalated" and event.payload["ladder"] == "response"}  # fmt: skip
    assert told == {
        1: [clerks.li.id, clerks.chief.id],
        2: [clerks.chief.id, clerks.wang.id],
        3: [clerks.wang.id, clerks.root.id],
    }


def test_the_database_refuses_a_rung_taken_twice(clerks: Desk) -> None:
    clerks.open(severity=2)
    list(tick(clerks, 6))
    with session_scope(clerks.engine) as session:
        row = session.exec(select(Escalation)).first()
    assert row is not None
    copy = Escalation(**row.model_dump(exclude={"id"}))
    with pytest.raises(IntegrityError), write_transaction(clerks.engine) as session:
        session.add(copy)
