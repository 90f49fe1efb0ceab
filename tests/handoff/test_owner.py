"""The first claimant stays answerable: across transfers, channels, reopenings and a disabled account."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handoff import desk
from handoff.case import State, fold
from handoff.errors import NotAllowed
from handoff.owner import NoSuccessor, orphan_seconds
from tests.handoff.conftest import Desk


def deputy_resolves(clerks: Desk) -> str:
    case_id = clerks.claimed(by=clerks.li)
    clerks.do(desk.transfer, case_id, clerks.li.key, "下班交接", to_agent=clerks.wang.key)
    clerks.do(desk.claim, case_id, clerks.wang.key)
    clerks.do(desk.resolve, case_id, clerks.wang.key, "已解决")
    return case_id


def test_the_owner_is_told_what_a_deputy_does(clerks: Desk) -> None:
    case_id = deputy_resolves(clerks)
    told = [event.payload for event in clerks.events(case_id) if event.kind == "owner_told"]
    assert [(each["owner"], each["what"]) for each in told] == [(clerks.li.id, "claimed"), (clerks.li.id, "resolved")]


def test_a_deputy_cannot_close_and_the_owner_can(clerks: Desk) -> None:
    case_id = deputy_resolves(clerks)
    with pytest.raises(desk.OwnerMustConfirm, match="客服li"):
        clerks.do(desk.close, case_id, clerks.wang.key)
    assert clerks.do(desk.close, case_id, clerks.li.key).state == State.CLOSED


def test_a_supervisor_may_confirm_instead_but_another_agent_may_not(clerks: Desk) -> None:
    case_id = deputy_resolves(clerks)
    with pytest.raises(NotAllowed):
        clerks.do(desk.confirm_close, case_id, clerks.wang.key)
    assert clerks.do(desk.confirm_close, case_id, clerks.chief.key).state == State.CLOSED


def test_a_reopened_case_is_offered_to_its_owner_first(clerks: Desk) -> None:
    case_id = deputy_resolves(clerks)
    clerks.online(clerks.wang, clerks.li)
    assert clerks.do(desk.reopen, case_id, "没解决").offered_to == clerks.li.id


def test_a_deputy_is_asked_when_the_owner_is_away(clerks: Desk) -> None:
    case_id = deputy_resolves(clerks)
    clerks.online(clerks.wang)
    reopened = clerks.do(desk.reopen, case_id, "没解决")
    assert (reopened.offered_to, reopened.owner) == (clerks.wang.id, clerks.li.id)


def test_the_same_customer_on_another_channel_keeps_the_owner(clerks: Desk) -> None:
    first = clerks.claimed(by=clerks.li, customer_id="u1", channel="app")
    second = clerks.open(conversation="k2", customer_id="u1", channel="wechat").case
    assert second.owner == clerks.li.id
    assert clerks.events(second.id)[0].payload["related"] == first
    assert clerks.open(conversation="k3", customer_id="u2").case.owner is None


def test_an_owner_is_changed_only_by_a_lead_with_a_reason(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li)
    for by, reason in ((clerks.wang.key, "换人"), (clerks.chief.key, " ")):
        with pytest.raises(NotAllowed):
            clerks.do(desk.change_owner, case_id, to=clerks.wang.key, by=by, reason=reason)
    clerks.do(desk.change_owner, case_id, to=clerks.wang.key, by=clerks.chief.key, reason="离职")
    assert fold(case_id, clerks.events(case_id)).owner == clerks.wang.id


def test_disabling_the_owner_leaves_no_orphan_moment(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li)
    clerks.later(minutes=5)
    disabled = {clerks.li.key: clerks.now}
    clerks.do(desk.disable_agent, clerks.li.key, by=clerks.root.key)
    assert orphan_seconds(clerks.events(case_id), disabled, clerks.now + timedelta(hours=1)) == 0


def test_an_orphan_would_be_measured(clerks: Desk) -> None:
    case_id = clerks.claimed(by=clerks.li)
    disabled = {clerks.li.key: clerks.now + timedelta(minutes=5)}
    assert orphan_seconds(clerks.events(case_id), disabled, clerks.now + timedelta(minutes=15)) == 600


def test_only_an_administrator_disables_and_never_the_last_one_answerable(clerks: Desk) -> None:
    with pytest.raises(NotAllowed):
        clerks.do(desk.disable_agent, clerks.li.key, by=clerks.chief.key)
    clerks.claimed(by=clerks.root)
    clerks.do(desk.disable_agent, clerks.chief.key, by=clerks.root.key)
    with pytest.raises(NoSuccessor):
        clerks.do(desk.disable_agent, clerks.root.key, by=clerks.root.key)
