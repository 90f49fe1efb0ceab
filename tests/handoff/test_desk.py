"""The life of a case from the customer's request to its close, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import DBAPIError

from handoff import desk
from handoff.agents import AgentDisabled
from handoff.case import CaseClosed, Speaker, State, TransitionRefused, fold
from handoff.case_record import columns_of, get_record
from handoff.database import session_scope, write_transaction
from handoff.errors import NotAllowed, NotFound
from handoff.routing import position
from handoff.rules import Rules
from tests.handoff.conftest import Desk


def test_a_case_goes_from_request_to_close_and_the_customer_hears_of_each_step(clerks: Desk) -> None:
    case_id = clerks.open(severity=3, group="critical", reason="critical.fraud").case.id
    clerks.do(desk.claim, case_id, clerks.li.key)
    clerks.do(desk.reply, case_id, clerks.li.key, "您好，我来处理。")
    clerks.do(desk.pause, case_id, clerks.li.key, "bank")
    clerks.do(desk.resume, case_id, clerks.li.key)
    clerks.do(desk.transfer, case_id, clerks.li.key, "请接手核实", to_agent=clerks.wang.key)
    clerks.do(desk.claim, case_id, clerks.wang.key)
    clerks.do(desk.resolve, case_id, clerks.wang.key, "已冻结账户并报案")
    closed = clerks.do(desk.confirm_close, case_id, clerks.li.key)
    assert closed.state == State.CLOSED
    receipts = [event.payload["transition"] for event in clerks.told() if event.kind == "receipt"]
    expected = ["queued", "claimed", "paused", "resumed", "transferred", "offered", "claimed", "resolved", "closed"]
    assert receipts == expected
    assert "请先不要转账" in clerks.told()[0].payload["text"]


def test_the_row_is_the_fold_of_the_events(clerks: Desk, rules: Rules) -> None:
    case_id = clerks.claimed()
    clerks.later(minutes=1)
    clerks.do(desk.reply, case_id, clerks.li.key, "在的")
    clerks.do(desk.wait_for_customer, case_id, clerks.li.key)
    clerks.do(desk.customer_message, "k1", "好的", "m1")
    with session_scope(clerks.engine) as session:
        record = get_record(session, case_id)
        folded = columns_of(fold(case_id, clerks.events(case_id)), rules.policies.versions[0].routing.ageing_minutes)
        assert {name: getattr(record, name) for name in folded} == folded


def test_a_flood_of_identical_requests_leaves_one_case_and_no_trace(clerks: Desk) -> None:
    first = clerks.open()
    before = clerks.kinds(first.case.id)
    again = [clerks.open() for _ in range(20)]
    assert first.created
    assert {(opened.case.id, opened.created) for opened in again} == {(first.case.id, False)}
    assert clerks.kinds(first.case.id) == before


def test_a_graver_request_raises_the_open_case(clerks: Desk) -> None:
    clerks.open(severity=1)
    raised = clerks.open(severity=3, reason="critical.fraud").case
    assert (raised.severity, raised.queue) == (3, "urgent")
    assert clerks.open(severity=1).case.severity == 3


def test_asking_again_after_the_end_reopens_the_case_with_its_owner(clerks: Desk) -> None:
    case_id = clerks.claimed()
    clerks.do(desk.resolve, case_id, clerks.li.key, "已解答")
    reopened = clerks.open()
    assert (reopened.case.id, reopened.case.state, reopened.case.owner) == (case_id, State.REOPENED, clerks.li.id)
    assert reopened.case.episode == 2


def test_of_two_agents_who_claim_one_succeeds(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li)
    with pytest.raises(desk.AlreadyClaimed, match="客服li"):
        clerks.do(desk.claim, case_id, clerks.wang.key)
    assert clerks.kinds(case_id).count("claimed") == 1


def test_claiming_twice_is_the_same_as_once(clerks: Desk) -> None:
    case_id = clerks.claimed()
    clerks.do(desk.claim, case_id, clerks.li.key)
    assert clerks.kinds(case_id).count("claimed") == 1


def test_a_reply_to_a_closed_case_is_refused(clerks: Desk) -> None:
    case_id = clerks.claimed()
    clerks.do(desk.resolve, case_id, clerks.li.key, "已解答")
    clerks.do(desk.close, case_id, clerks.li.key)
    with pytest.raises(CaseClosed, match="reopen"):
        clerks.do(desk.reply, case_id, clerks.li.key, "还有一句")


def test_only_the_holder_speaks(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li)
    for person in (clerks.wang, clerks.chief):
        with pytest.raises(desk.NotHolder):
            clerks.do(desk.reply, case_id, person.key, "我也说一句")


def test_a_reply_with_the_same_message_id_is_sent_once(clerks: Desk) -> None:
    case_id = clerks.claimed()
    for _ in range(3):
        clerks.do(desk.reply, case_id, clerks.li.key, "在的", message_id="r1")
    assert clerks.kinds(case_id).count("replied") == 1
    assert [event.kind for event in clerks.told()].count("agent_message") == 1


def test_a_customer_message_reaches_the_case_once_and_keeps_the_bot_quiet(clerks: Desk) -> None:
    case_id = clerks.open().case.id
    assert clerks.do(desk.customer_message, "k1", "还在吗", "m1").speaker == Speaker.NOBODY
    clerks.do(desk.customer_message, "k1", "还在吗", "m1")
    assert clerks.kinds(case_id).count("customer_replied") == 1
    assert clerks.do(desk.customer_message, "another", "你好", "m2") is None


def test_the_bot_may_speak_again_only_after_the_recorded_end(clerks: Desk) -> None:
    case_id = clerks.claimed()
    assert clerks.do(desk.reply, case_id, clerks.li.key, "在的").speaker == Speaker.AGENT
    assert clerks.do(desk.resolve, case_id, clerks.li.key, "已解答").speaker == Speaker.BOT
    assert clerks.told()[-1].payload["transition"] == "resolved"
    assert clerks.do(desk.customer_message, "k1", "谢谢", "m9") is None


def test_replying_in_a_pause_ends_the_pause(clerks: Desk) -> None:
    case_id = clerks.claimed()
    clerks.do(desk.pause, case_id, clerks.li.key, "bank")
    assert clerks.do(desk.reply, case_id, clerks.li.key, "有结果了").state == State.CLAIMED


def test_a_pause_needs_a_reason_of_the_policy(clerks: Desk) -> None:
    case_id = clerks.claimed()
    with pytest.raises(desk.IncompleteAction, match="bank"):
        clerks.do(desk.pause, case_id, clerks.li.key, "午休")


@pytest.mark.parametrize("destination", [{}, {"to_agent": 1, "to_queue": "general"}])
def test_a_transfer_needs_exactly_one_destination(clerks: Desk, destination: dict[str, object]) -> None:
    case_id = clerks.claimed()
    with pytest.raises(desk.IncompleteAction):
        clerks.do(desk.transfer, case_id, clerks.li.key, "请接手", **destination)


def test_a_transfer_without_a_note_is_refused(clerks: Desk) -> None:
    case_id = clerks.claimed()
    with pytest.raises(desk.IncompleteAction, match="note"):
        clerks.do(desk.transfer, case_id, clerks.li.key, " ", to_queue="general")


def test_an_inspector_takes_no_case(clerks: Desk) -> None:
    case_id = clerks.open().case.id
    with pytest.raises(NotAllowed):
        clerks.do(desk.claim, case_id, clerks.judge.key)


def test_a_guessed_case_id_finds_nothing(clerks: Desk) -> None:
    case_id = clerks.open().case.id
    assert len(case_id) > 16
    with pytest.raises(NotFound):
        clerks.do(desk.claim, case_id[:-1] + "!", clerks.li.key)


def test_an_agent_disabled_in_the_middle_loses_the_case_and_its_ownership(
    clerks: Desk,
) -> None:
    case_id = clerks.claimed(by=clerks.li)
    assert clerks.do(desk.disable_agent, clerks.li.key, by=clerks.root.key) == [case_id]
    with pytest.raises(AgentDisabled):
        clerks.do(desk.reply, case_id, clerks.li.key, "在的")
    case = fold(case_id, clerks.events(case_id))
    assert (case.state, case.holder, case.owner) == (State.TRANSFERRED, None, clerks.chief.id)


def test_a_waiting_customer_may_withdraw_but_not_from_an_agent(clerks: Desk) -> None:
    case_id = clerks.open().case.id
    assert clerks.do(desk.withdraw, case_id).speaker == Speaker.BOT
    held = clerks.claimed(conversation="k2")
    with pytest.raises(TransitionRefused):
        clerks.do(desk.withdraw, held)


def test_a_case_closed_long_ago_is_not_reopened(clerks: Desk) -> None:
    case_id = clerks.claimed()
    clerks.do(desk.resolve, case_id, clerks.li.key, "已解答")
    clerks.do(desk.close, case_id, clerks.li.key)
    clerks.later(days=31)
    with pytest.raises(desk.TooOldToReopen, match="30 days"):
        clerks.do(desk.reopen, case_id, "没解决")


def test_a_closed_case_is_not_reopened_beside_a_newer_one(clerks: Desk) -> None:
    case_id = clerks.claimed()
    clerks.do(desk.resolve, case_id, clerks.li.key, "已解答")
    clerks.do(desk.close, case_id, clerks.li.key)
    newer = clerks.open()
    assert newer.created
    with pytest.raises(CaseClosed, match="newer"):
        clerks.do(desk.reopen, case_id, "没解决")


def test_cases_wait_in_order_of_severity_and_age(clerks: Desk) -> None:
    light = clerks.open(conversation="k1", group="critical", severity=1).case.id
    clerks.later(minutes=5)
    grave = clerks.open(conversation="k2", group="critical", severity=2).case.id
    clerks.later(minutes=16)
    fresh = clerks.open(conversation="k3", group="critical", severity=2).case.id
    with session_scope(clerks.engine) as session:
        places = {name: position(session, get_record(session, name)) for name in (light, grave, fresh)}
    assert places == {grave: 1, light: 2, fresh: 3}


def test_an_engine_error_other_than_a_lock_is_not_called_busy(clerks: Desk) -> None:
    with pytest.raises(DBAPIError), write_transaction(clerks.engine) as session:
        session.connection().exec_driver_sql("SELECT nonsense FROM nowhere")
