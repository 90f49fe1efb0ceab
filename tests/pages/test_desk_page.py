"""The desk, the board and the inspector's page in real browsers against the real application."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from handoff import desk
from handoff.database import write_transaction
from handoff.packet import Figure, Line, Packet, PersonalDatum, Suggestion
from tests.pages.desk_office import PASSWORD, DeskOffice, Enter, brain, enter, hashed, migrated, office  # noqa: F401

FRAUD = "有人冒充你们客服骗我转了两万"
GREETING = "您好，我是李敏。请先不要再转账。"


def rows(page: Page) -> list[str]:
    return page.locator("desk-queue .row").all_inner_texts()


def open_case(page: Page, words: str) -> None:
    page.locator("desk-queue .row", has_text=words).first.click()
    expect(page.locator("desk-head .actions button").first).to_be_visible()


def act(page: Page, name: str) -> None:
    page.locator("desk-head .actions").get_by_role("button", name=name, exact=True).click()


def answer(page: Page, submit: str) -> None:
    page.locator("dialog[open]").get_by_role("button", name=submit, exact=True).click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def write(page: Page, text: str) -> None:
    page.locator("#write").fill(text)
    page.locator("#write").press("Control+Enter")
    expect(page.locator("desk-log .pending")).to_have_count(0)
    expect(page.locator("desk-log .entry", has_text=text.split("，")[-1])).to_have_count(1)


def review(page: Page, cause: str, comment: str = "") -> None:
    """Fill the inspector's form: everything in order except the promise."""
    form = page.locator(".review-form")
    expect(form.locator(".check-item")).to_have_count(6)
    for item in form.locator(".check-item").all():
        kept = "按时兑现" not in item.inner_text()
        item.get_by_label("是" if kept else "否").check()
    form.get_by_label("根因").select_option(cause)
    form.get_by_label("问题环节").select_option("处置")
    form.get_by_label("责任环节").select_option("人工坐席")
    form.get_by_label("说明").fill(comment)


@pytest.mark.everyday
def test_a_fraud_report_reaches_two_agents_their_customer_and_the_inspector_in_separate_windows(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    li, wang = enter("li"), enter("wang")
    customer = office.customer()
    customer.needs_person(FRAUD)

    # The case stands on top, grave by colour, shape and word, with a clock that counts.
    first = li.locator("desk-queue .row").first
    expect(first).to_contain_text("重大")
    expect(first).to_have_attribute("data-severity", "3")
    expect(first.locator(".severity svg")).to_be_visible()
    clock = first.locator("desk-clock .time")
    expect(clock).to_have_text(re.compile(r"^0:[0-5]\d$"))
    shown = clock.inner_text()
    expect(clock).not_to_have_text(shown)

    # It can be taken over without asking again.
    first.click()
    expect(li.locator("desk-packet .evidence")).to_contain_text("遭遇诈骗")
    expect(li.locator("desk-packet .summary")).to_contain_text("两万")
    expect(li.locator("desk-packet .first-line")).not_to_be_empty()
    act(li, "接手")
    expect(li.locator("desk-head")).to_contain_text("首问负责人 李敏")

    # Both sides write, and each sees the other at once; a note stays among colleagues.
    write(li, GREETING)
    assert [text.replace(",", "，") for text in customer.heard_texts("agent_message")] == [GREETING]
    customer.say("我已经报警了")
    expect(li.locator("desk-log .entry.customer", has_text="我已经报警了")).to_have_count(1)
    li.locator(".mode[data-kind=note]").click()
    write(li, "反诈专线已联系")
    expect(li.locator("desk-log .entry.note")).to_contain_text("客户看不到")
    assert not customer.heard_anywhere("反诈专线已联系")

    # Pause with a reason: the clock rests and the customer is told why.
    act(li, "暂停")
    li.get_by_label("等待公安或反诈中心处理").check()
    answer(li, "暂停")
    expect(li.locator("desk-head desk-clock", has_text="处置时限")).to_have_attribute("data-level", "paused")
    assert any("公安" in text for text in customer.heard_texts("receipt"))
    act(li, "继续处理")
    expect(li.locator("desk-head desk-clock", has_text="处置时限")).to_have_attribute("data-level", "ok")

    # Transfer with a note; the colleague is asked, reads it, and the first agent stays answerable.
    act(li, "转交")
    value = li.locator("dialog option", has_text="王强").get_attribute("value")
    li.get_by_label("转给").select_option(value)
    li.get_by_label("交接说明（客户看不到）").fill("客户已报警，请跟进止付")
    answer(li, "转交")
    expect(wang.locator("desk-queue .row", has_text="邀您接手")).to_have_count(1)
    open_case(wang, "邀您接手")
    expect(wang.locator("desk-log .entry.note", has_text="请跟进止付")).to_have_count(1)
    act(wang, "接手")
    expect(wang.locator("desk-head")).to_contain_text("处理人 王强")
    expect(wang.locator("desk-head")).to_contain_text("首问负责人 李敏")
    write(wang, "我是王强，止付申请已提交。")

    # Resolved: the customer rates, and the owner is the one who closes.
    act(wang, "办结")
    wang.get_by_label("用一句话写清做了什么").fill("已协助止付并登记")
    answer(wang, "办结")
    expect(wang.locator("desk-head .case-title")).to_contain_text("已办结")
    judge = enter("judge", "/desk/inspect")
    customer.rate(2, "等得太久")
    row = judge.locator("desk-inspections .row")
    expect(row).to_contain_text("客户评 2 分")
    expect(row.locator("desk-clock .time")).to_have_text(re.compile(r"\d+:\d\d"))
    office.review_by(1, 1)
    act(li, "确认并关闭")
    expect(li.locator("desk-head .case-title")).to_contain_text("已关闭")

    # The inspector does not see whose work it is until it is scored.
    row.click()
    expect(judge.locator("desk-inspection")).to_contain_text("坐席A")
    assert not re.search("李敏|王强", judge.locator("desk-inspection").inner_text())
    judge.get_by_role("button", name="我来评").click()
    expect(judge.get_by_role("button", name="我来评")).to_have_count(0)
    judge.get_by_role("button", name="提交评分").click()
    expect(judge.locator(".review-form .error")).to_contain_text("还有没填的项")
    review(judge, "等待过久", "首次响应及时，结果告知偏慢")
    expect(judge.locator(".review-form .score")).to_contain_text("符合 5 项")
    judge.get_by_role("button", name="提交评分").click()
    expect(judge.locator(".result")).to_contain_text("5/6 项符合")
    expect(judge.locator(".facts-list")).to_contain_text("李敏")
    judge.get_by_label("应当怎样处理").select_option(label="转人工")
    judge.get_by_label("应有的等级").select_option("3")
    judge.get_by_role("button", name="转为评测用例").click()
    expect(judge.locator("desk-inspection")).to_contain_text("已转为评测用例 1")


def test_a_clock_that_runs_out_alarms_the_supervisor_who_acknowledges_the_escalation(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    chief, board = enter("chief"), enter("chief", "/desk/board")
    office.customer().needs_person(FRAUD)
    expect(chief.locator("#alarms")).to_contain_text("新的重大工单")
    assert re.match(r"^（\d+）坐席台", chief.title())
    office.later(seconds=75)
    expect(chief.locator("#alarms", has_text="首次人工响应")).to_contain_text("已超时")
    expect(chief.locator("desk-queue .row").first.locator("desk-clock")).to_have_attribute("data-level", "over")

    late = board.locator("#escalations li", has_text="首次人工响应")
    expect(late).to_contain_text("第 1 级")
    expect(board.locator("#breaching")).to_contain_text("超时")
    expect(board.locator(".tile", has_text="已超时")).to_contain_text("需要处理")
    late.get_by_role("button", name="我已知悉").click()
    expect(late).to_have_count(0)
    expect(board.locator("desk-plot figcaption")).to_contain_text("新建 1 个")
    board.get_by_text("看表格").click()
    assert board.locator("desk-plot tbody tr").count() == 24
    with board.expect_download() as download:
        board.get_by_role("link", name="下载工单 CSV").click()
    assert "critical" in download.value.path().read_text("utf-8-sig")
    chief.locator("body").click(position={"x": 600, "y": 500})
    assert chief.title() == "坐席台"


def test_two_inspectors_who_disagree_are_settled_by_the_supervisor_and_their_agreement_is_shown(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    li, customer = enter("li"), office.customer()
    customer.needs_person(FRAUD)
    li.locator("desk-queue .row").first.click()
    act(li, "接手")
    write(li, "已为您登记。")
    act(li, "办结")
    li.get_by_label("用一句话写清做了什么").fill("已登记")
    answer(li, "办结")
    customer.rate(1, "没有解决")
    office.review_by(1, 2)
    for name, cause in (("judge", "等待过久"), ("judge2", "态度与沟通")):
        page = enter(name, "/desk/inspect")
        page.locator("desk-inspections .row").click()
        expect(page.locator(".facts-list")).to_contain_text("坐席A")
        assert "李敏" not in page.locator("desk-inspection").inner_text()
        review(page, cause)
        page.get_by_role("button", name="提交评分").click()
        expect(page.locator(".review-form")).to_have_count(0)
    chief = enter("chief", "/desk/inspect")
    chief.locator("desk-inspections .row", has_text="有分歧").click()
    expect(chief.locator(".review")).to_have_count(2)
    review(chief, "等待过久")
    chief.get_by_role("button", name="提交裁定").click()
    expect(chief.locator(".result")).to_contain_text("等待过久")
    cause = chief.locator("#agreement tbody tr", has_text="根因")
    expect(cause.locator("td").first).to_have_text("1")
    expect(cause).to_contain_text("0%")


def test_a_masked_value_is_shown_on_request_only_and_the_look_is_recorded(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    office.vault.kept["v1"] = "13912345678"
    now = office.product.clock.now()
    packet = Packet(
        reason="客户要求人工",
        transcript=(Line(author="customer", text="我的电话是[手机号]，提现没到账", at=now),),
        figures=(Figure(label="元", value="5", source="wallet.withdraw_fee 4.1"),),
        suggestions=(Suggestion(text="提现一般两小时内到账。", citation="禾川钱包服务协议 4.1 (2026-08)"),),
        personal=(PersonalDatum(field="手机号", masked="[手机号]", reference="v1"),),
    )
    with write_transaction(office.engine) as session:
        desk.open_case(session, desk.OpenCase(conversation_id="v-1", reason="提现未到账", packet=packet), now)
    li = enter("li")
    li.locator("desk-queue .row").first.click()
    expect(li.locator("desk-packet")).to_contain_text("wallet.withdraw_fee 4.1")
    reveal = li.get_by_role("button", name="查看手机号")
    expect(reveal).to_have_count(0)
    act(li, "接手")
    reveal.click()
    expect(li.locator("desk-packet .shown")).to_have_text("13912345678")
    expect(li.locator("desk-log .fact", has_text="李敏 查看了手机号")).to_have_count(1)
    li.locator("[data-menu=suggested] summary").click()
    expect(li.locator("[data-menu=suggested]")).to_contain_text("禾川钱包服务协议 4.1")
    li.locator("[data-menu=suggested] .item").first.click()
    expect(li.locator("#write")).to_have_value("提现一般两小时内到账。")


@pytest.mark.everyday
def test_of_two_agents_who_claim_one_succeeds_and_the_other_is_told(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    office.customer().needs_person(FRAUD)
    li, wang = enter("li"), enter("wang")
    for page in (li, wang):
        page.locator("desk-queue .row").first.click()
        expect(page.get_by_role("button", name="接手", exact=True)).to_be_visible()
    wang.route("**/v1/agent/events", lambda route: route.abort())
    act(li, "接手")
    expect(li.locator("desk-head")).to_contain_text("处理人 李敏")
    wang.evaluate("document.querySelector('[data-action=claim]')?.click()")
    expect(wang.locator("desk-head")).to_contain_text("处理人 李敏")
    expect(wang.locator("#write-hint")).to_contain_text("李敏 在处理")
    expect(wang.get_by_role("button", name="发送")).to_have_count(0)


def test_what_a_customer_writes_is_text_and_never_markup(office: DeskOffice, enter: Enter) -> None:  # noqa: F811
    customer = office.customer()
    customer.needs_person(FRAUD)
    customer.say("<img src=x onerror=document.title='x'><b>粗</b>")
    li = enter("li")
    li.locator("desk-queue .row").first.click()
    expect(li.locator("desk-log .entry.customer").last).to_contain_text("<img src=x onerror=")
    assert li.locator("desk-log img, desk-log b, desk-packet img").count() == 0


def test_a_wrong_password_and_a_lock_out_say_what_to_do(office: DeskOffice, enter: Enter) -> None:  # noqa: F811
    page = enter(None)
    submit = page.get_by_role("button", name="登录")
    submit.click()
    expect(page.get_by_role("alert").first).to_have_text("请填写登录名和密码。")
    expect(page.get_by_label("登录名")).to_be_focused()
    page.get_by_label("登录名").fill("li")
    secret = page.get_by_label("密码", exact=True)
    for _ in range(5):
        secret.fill("wrong password")
        with page.expect_response("**/v1/agent/session"):
            submit.click()
        expect(submit).to_be_enabled()
        expect(page.locator("#sign-error")).to_have_text("登录名或密码不对，请再试一次。")
    secret.fill(PASSWORD)
    submit.click()
    expect(page.locator("#sign-error")).to_contain_text("账号已锁定")
    page.get_by_label("显示密码").check()
    expect(secret).to_have_attribute("type", "text")
    office.later(minutes=16)
    submit.click()
    expect(page.locator("desk-queue")).to_be_visible()


def test_each_role_lands_on_a_page_it_may_use(office: DeskOffice, enter: Enter) -> None:  # noqa: F811, ARG001
    agent, inspector = enter("li", "/desk/board"), enter("judge", "/desk")
    expect(agent).to_have_url(re.compile(r"/desk$"))
    expect(inspector).to_have_url(re.compile(r"/desk/inspect$"))
    assert agent.locator(".bar nav a").all_inner_texts() == ["坐席台"]
    assert inspector.locator(".bar nav a").all_inner_texts() == ["质检"]
