"""The chat page in a real browser: said once, never lost, readable by everyone, a person one step away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.pages.conftest import Open, Site


def say(page: Page, text: str) -> None:
    page.locator("#say").fill(text)
    page.locator("#say").press("Enter")


def bubbles(page: Page, kind: str) -> list[str]:
    return [text.strip() for text in page.locator(f".entry.{kind} .bubble").all_inner_texts()]


def test_a_question_is_answered_with_its_clause_version_and_date(open_page: Open) -> None:
    page = open_page()
    say(page, "提前还款要收手续费吗")
    expect(page.locator(".entry.bot .bubble")).to_contain_text("从第3期起不收")
    page.locator(".basis summary").click()
    for fact in ("禾川随心借服务协议", "第 5.2 条", "版本 2026-08", "2026-01-01 起有效", "按 2026-09-01 的规定"):
        expect(page.locator(".basis li")).to_contain_text(fact)


def test_a_reply_appears_once_although_it_comes_back_and_by_event(open_page: Open) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.locator(".entry.bot")).to_have_count(1)
    say(page, "在吗")
    expect(page.locator(".entry.bot")).to_have_count(2)
    page.wait_for_function("document.querySelectorAll('.provisional').length === 0")
    assert bubbles(page, "customer") == ["你好", "在吗"]
    assert bubbles(page, "bot") == ["收到：你好", "收到：在吗"]


def test_a_long_table_waits_behind_its_title_and_a_remark_spans_its_row(open_page: Open) -> None:
    page = open_page()
    say(page, "借一万二分12期，实际年化多少")
    plan = page.get_by_role("table", name="还款计划")
    expect(plan).to_be_hidden()
    page.locator("summary", has_text="还款计划").click()
    expect(plan).to_be_visible()
    assert plan.locator("tbody tr").count() == 12
    remark = page.get_by_text("按您给的条件计算，签约前请对照合同。")
    expect(remark).to_have_attribute("colspan", "6")


def test_outside_hours_the_status_line_gives_the_time_of_the_call_back(open_page: Open, site: Site) -> None:
    site.double.callback_at = "2099-11-25T08:00:00+08:00"
    page = open_page(timezone_id="Asia/Shanghai")
    page.locator("#human").click()
    expect(page.locator("#desk")).to_contain_text("11/25 08:00 回电给您")


def test_markup_in_a_message_stays_text(open_page: Open) -> None:
    page = open_page()
    say(page, "<img src=x onerror=alert(1)><b>粗</b>")
    expect(page.locator(".entry.bot .bubble")).to_contain_text("<img src=x onerror=alert(1)><b>粗</b>")
    assert page.locator(".entry img, .entry b").count() == 0


@pytest.mark.everyday
def test_the_person_button_hands_over_in_one_step(open_page: Open, site: Site) -> None:
    page = open_page()
    page.locator("#human").click()
    expect(page.locator("#desk")).to_contain_text("前面还有 1 位")
    expect(page.locator(".entry.notice")).to_contain_text("已为您转人工")
    assert [kind for kind, _ in site.double.posts] == ["handoff"]


@pytest.mark.parametrize("key", ["Alt+Digit0", "Alt+Numpad0"])
def test_alt_and_zero_asks_for_a_person_from_anywhere(open_page: Open, site: Site, key: str) -> None:
    page = open_page()
    page.locator("#say").focus()
    page.keyboard.press(key)
    expect(page.locator("#desk")).not_to_be_empty()
    expect(page.locator(".entry.notice")).to_have_count(1)
    assert site.double.posts[0][0] == "handoff"


def test_zero_sent_as_text_reaches_the_server_as_it_is(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "0")
    expect(page.locator(".entry.notice")).to_contain_text("已为您转人工")
    assert site.double.posts[0][1]["text"] == "0"


def test_an_option_says_its_text_when_pressed(open_page: Open) -> None:
    page = open_page()
    say(page, "怎么用不了了")
    page.get_by_role("button", name="额度用不了").click()
    expect(page.locator(".entry.customer").nth(1)).to_contain_text("额度用不了")
    expect(page.locator(".entry.bot").nth(1)).to_contain_text("收到：额度用不了")


@pytest.mark.everyday
def test_what_is_written_offline_is_kept_and_sent_once_with_the_same_id(open_page: Open, site: Site) -> None:
    page = open_page()
    page.context.set_offline(True)
    say(page, "断网时写的话")
    expect(page.locator(".entry.customer .delivery")).to_contain_text("还没发出去")
    kept = page.evaluate("JSON.parse(localStorage.getItem('shouwen.outbox'))")
    page.context.set_offline(False)
    expect(page.locator(".entry.bot")).to_contain_text("收到：断网时写的话")
    expect(page.locator(".delivery")).to_have_count(0)
    assert [body["client_message_id"] for _, body in site.double.posts] == [kept[0]["id"]]
    assert page.evaluate("localStorage.getItem('shouwen.outbox')") is None


def test_a_failed_message_is_resent_with_the_same_id_by_its_button(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "第一句")
    expect(page.locator(".entry.bot")).to_have_count(1)
    site.double.refusals = [503]
    say(page, "第二句")
    page.get_by_role("button", name="重新发送").click()
    expect(page.locator(".entry.bot")).to_have_count(2)
    sent = [body["client_message_id"] for _, body in site.double.posts if body["text"] == "第二句"]
    assert len(sent) == 2
    assert len(set(sent)) == 1
    assert bubbles(page, "customer") == ["第一句", "第二句"]


def test_a_message_the_server_will_not_take_is_given_back_for_editing(open_page: Open, site: Site) -> None:
    page = open_page()
    site.double.refusals = [422]
    say(page, "不被接受的话")
    page.get_by_role("button", name="改一改再发").click()
    expect(page.locator("#say")).to_have_value("不被接受的话")
    expect(page.locator(".entry.customer")).to_have_count(0)


def test_messages_sent_in_a_row_keep_their_order(open_page: Open, site: Site) -> None:
    page = open_page()
    for number in range(5):
        say(page, f"第{number}条")
    expect(page.locator(".entry.bot")).to_have_count(5)
    assert [body["text"] for _, body in site.double.posts] == [f"第{number}条" for number in range(5)]
    assert bubbles(page, "customer") == [f"第{number}条" for number in range(5)]


def test_closing_the_browser_and_coming_back_shows_the_conversation(open_page: Open) -> None:
    page = open_page()
    say(page, "提前还款")
    expect(page.locator(".entry.bot")).to_have_count(1)
    context = page.context
    page.close()
    again = open_page(context=context)
    expect(again.locator(".entry.customer")).to_contain_text("提前还款")
    expect(again.locator(".entry.bot")).to_contain_text("从第3期起不收")
    expect(again.locator("#welcome")).to_be_hidden()


def test_a_draft_survives_a_reload(open_page: Open) -> None:
    page = open_page()
    page.locator("#say").fill("写了一半")
    page.reload()
    expect(page.locator("#say")).to_have_value("写了一半")


def test_an_unknown_conversation_begins_a_new_one_and_says_so(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.locator(".entry.bot")).to_have_count(1)
    site.double.conversations.clear()
    say(page, "还在吗")
    expect(page.locator(".entry.notice")).to_contain_text("已为您开始新的会话")
    expect(page.locator(".entry.bot").last).to_contain_text("收到：还在吗")


def test_the_live_line_resumes_after_the_last_event_it_saw(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.locator(".entry.bot")).to_have_count(1)
    site.double.set_streams(False)
    expect(page.locator("#connection")).to_contain_text("正在重新连接")
    site.double.push("agent_message", text="断线时说的", agent="008")
    site.double.set_streams(True)
    expect(page.locator(".entry.agent")).to_contain_text("断线时说的")
    expect(page.locator("#connection")).to_contain_text("没有漏掉")
    assert site.double.resumed_from[-1] == "2"
    expect(page.locator(".entry.agent")).to_have_count(1)


def test_an_agents_words_are_marked_as_a_persons(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.locator(".entry.bot")).to_have_count(1)
    site.double.push("typing", who="agent")
    expect(page.locator("#activity")).to_contain_text("人工客服正在输入")
    site.double.push("agent_message", text="我是王芳", agent="王芳")
    expect(page.locator(".entry.agent .who")).to_contain_text("人工客服 王芳")
    expect(page.locator("#activity")).to_be_hidden()
    expect(page.locator("#desk")).to_contain_text("人工客服正在为您服务")


def test_a_resolved_case_asks_for_a_rating_by_keyboard_alone(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.locator(".entry.bot")).to_have_count(1)
    site.double.push("receipt", text="本次人工服务已结束。", transition="resolved", state="resolved")
    submit = page.get_by_role("button", name="提交评价")
    submit.focus()
    page.keyboard.press("Enter")
    expect(page.locator("sw-rating .error")).to_contain_text("请先选 1 到 5 分")
    assert page.evaluate("document.activeElement.value") == "1"
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("说得很清楚")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".entry.notice").last).to_contain_text("4 分")
    expect(page.locator("sw-rating")).to_have_count(0)
    assert site.double.last.ratings == [{"score": 4, "comment": "说得很清楚"}]


def test_starting_over_is_confirmed_and_forgets_the_conversation_here(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.locator(".entry.bot")).to_have_count(1)
    page.locator(".more summary").click()
    page.get_by_role("button", name="重新开始").click()
    page.locator("#over").get_by_role("button", name="不，回到对话").click()
    expect(page.locator(".entry.bot")).to_have_count(1)
    page.locator(".more summary").click()
    page.locator(".menu").get_by_role("button", name="重新开始").click()
    page.locator("#over-yes").click()
    expect(page.locator(".entry.bot")).to_have_count(0)
    say(page, "新的")
    expect(page.locator(".entry.bot")).to_contain_text("收到：新的")
    assert len(site.double.conversations) == 2


def test_the_counter_counts_characters_and_refuses_the_2001st_in_words(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "")
    expect(page.locator("#say-error")).to_contain_text("请先写下您的问题")
    page.locator("#say").fill("𠮷" * 2000)
    expect(page.locator("#say-count")).to_have_text("2000 / 2000")
    expect(page.locator("#say-error")).to_be_empty()
    say(page, "字" * 2001)
    expect(page.locator("#say-error")).to_contain_text("现在多了 1 个")
    expect(page.locator("#say")).to_have_attribute("aria-invalid", "true")
    assert site.double.posts == []


def test_enter_during_composition_does_not_send(open_page: Open, site: Site) -> None:
    page = open_page()
    page.locator("#say").fill("ti qian")
    page.evaluate(
        "document.getElementById('say').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    expect(page.locator("#say")).to_have_value("ti qian")
    page.locator("#say").press("Shift+Enter")
    assert page.locator("#say").input_value() == "ti qian\n"
    assert site.double.posts == []
