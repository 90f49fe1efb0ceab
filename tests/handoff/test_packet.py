"""The packet says what matters in the customer's own words, and every look behind the mask is recorded."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff import desk
from handoff.errors import NotAllowed
from handoff.packet import Evidence, Line, NotKept, Packet, PersonalDatum, Suggestion, complete, summarise
from tests.handoff.conftest import Desk

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def said(*texts: str, **fields: object) -> Packet:
    return Packet(transcript=tuple(Line(author="customer", text=text, at=NOW) for text in texts), **fields)


def test_the_summary_keeps_amounts_and_evidence_and_drops_pleasantries() -> None:
    packet = said(
        "你好", "在吗", "有人冒充你们客服骗我转了两万元", "昨天下午3点转的。", "谢谢",
        evidence=(Evidence(signal="critical.fraud", words="冒充"),),
    )  # fmt: skip
    summary = summarise(packet)
    assert "有人冒充你们客服骗我转了两万元" in summary
    assert "谢谢" not in summary
    assert len(summary) == 3


@given(st.lists(st.text("我你要退款钱0123元。！，骗转", max_size=90), max_size=8))
def test_a_summary_is_never_longer_than_three_lines_and_invents_nothing(texts: list[str]) -> None:
    packet = said(*texts)
    summary = summarise(packet)
    assert len(summary) <= 3
    assert all(any(line.rstrip("…") in text for text in texts) for line in summary)


def test_what_the_bot_said_is_not_summarised_as_the_customers() -> None:
    packet = Packet(transcript=(Line(author="bot", text="年化利率14.4%", at=NOW),))
    assert summarise(packet) == ()


def test_the_first_line_shows_that_the_matter_is_known_or_is_the_suggested_one() -> None:
    assert "骗我转了两万元" in complete(said("有人骗我转了两万元")).first_line
    suggested = said("利息怎么算", suggestions=(Suggestion(text="按日计息", citation="条款4.2"),))
    assert complete(suggested).first_line == "按日计息"
    assert complete(Packet()).first_line


def test_the_packet_travels_with_the_case(clerks: Desk) -> None:
    stored = clerks.events(clerks.open().case.id)[0].payload["packet"]
    assert stored["evidence"][0]["words"] == "冒充"
    assert 1 <= len(stored["summary"]) <= 3
    assert Packet.model_validate(stored).first_line


class Safe:
    """A vault that kept one value."""

    def open(self, reference: str) -> str:
        if reference != "ref-1":
            raise NotKept("not kept; ask the customer")
        return "13800001234"


def with_phone(clerks: Desk) -> str:
    phone = PersonalDatum(field="phone", masked="138****1234", reference="ref-1")
    card = PersonalDatum(field="card", masked="6222****8888")
    return clerks.claimed(by=clerks.li, packet=Packet(personal=(phone, card)))


def test_each_reveal_is_recorded_with_who_and_what_but_not_the_value(clerks: Desk) -> None:
    case_id = with_phone(clerks)
    for person in (clerks.li, clerks.chief):
        assert clerks.do(lambda s, now, p=person: desk.reveal(s, Safe(), case_id, "phone", p.key, now)) == "13800001234"
    revealed = [event.payload for event in clerks.events(case_id) if event.kind == "revealed"]
    assert [(each["by"], each["field"]) for each in revealed] == [(clerks.li.id, "phone"), (clerks.chief.id, "phone")]
    assert "13800001234" not in str([event.payload for event in clerks.events(case_id)])


@pytest.mark.parametrize("name", ["wang", "judge"])
def test_who_does_not_work_on_the_case_sees_no_personal_data(clerks: Desk, name: str) -> None:
    case_id = with_phone(clerks)
    with pytest.raises(NotAllowed):
        clerks.do(lambda s, now: desk.reveal(s, Safe(), case_id, "phone", getattr(clerks, name).key, now))
    assert "revealed" not in clerks.kinds(case_id)


@pytest.mark.parametrize("field", ["card", "address"])
def test_what_was_not_kept_has_to_be_asked(clerks: Desk, field: str) -> None:
    case_id = with_phone(clerks)
    with pytest.raises(NotKept, match="ask the customer"):
        clerks.do(lambda s, now: desk.reveal(s, Safe(), case_id, field, clerks.li.key, now))
