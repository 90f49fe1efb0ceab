"""The chat page in a real browser: said once, never lost, readable by everyone, a person one step away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.conftest import Open, Site, axe_violations, scrolls_sideways, small_targets


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


@pytest.mark.everyday
def test_everything_is_reached_by_keyboard_in_reading_order(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.innerText.trim()"))
    order = [reached.index(name) for name in ("长辈版", "human", "提前还款要收手续费吗", "say")]
    assert order == sorted(order)
    outline = page.evaluate("getComputedStyle(document.querySelector('.writing')).outlineStyle")
    assert outline == "solid"


def test_the_menu_closes_by_escape_and_returns_the_focus(open_page: Open) -> None:
    page = open_page()
    page.locator(".more summary").press("Enter")
    expect(page.locator(".menu")).to_be_visible()
    page.locator(".menu a").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".menu")).to_be_hidden()
    expect(page.locator(".more summary")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", [pytest.param("/", marks=pytest.mark.everyday), "/?mode=senior", "/?lang=en", "/?lang=zh-Hant"]
)
def test_axe_finds_nothing_on_a_full_conversation(open_page: Open, site: Site, scheme: str, path: str) -> None:
    page = open_page(path, color_scheme=scheme)
    assert axe_violations(page) == []
    for text in ("借一万二分12期，实际年化多少", "提前还款要手续费吗", "怎么用不了了", "有人冒充客服"):
        count = page.locator(".entry.bot").count()
        say(page, text)
        expect(page.locator(".entry.bot")).to_have_count(count + 1)
    site.double.push("agent_message", text="您好", agent="008")
    site.double.push("receipt", text="本次人工服务已结束。", transition="resolved", state="resolved")
    expect(page.locator("sw-rating")).to_be_visible()
    for fold in page.locator("main summary").all():
        fold.click()
    page.locator(".more summary").click()
    assert axe_violations(page) == []


@pytest.mark.parametrize("path", [pytest.param("/", marks=pytest.mark.everyday), "/?mode=senior", "/?lang=en"])
def test_a_320_pixel_window_never_scrolls_sideways_and_tables_become_cards(open_page: Open, path: str) -> None:
    page = open_page(path, viewport={"width": 320, "height": 640})
    assert not scrolls_sideways(page)
    say(page, "借一万二分12期，实际年化多少")
    expect(page.locator(".disclosure table")).to_be_visible()
    assert not scrolls_sideways(page)
    row = page.locator(".disclosure tbody tr").first
    tops = row.locator("td").evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().top)")
    assert tops == sorted(set(tops)), "cells stand below one another"
    label = row.locator("td").nth(3).evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label == '"金额"'
    expect(page.locator("#human")).to_be_in_viewport()
    expect(page.locator(".send")).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 1200])
def test_text_at_200_percent_loses_nothing(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    say(page, "借一万二分12期，实际年化多少")
    expect(page.locator(".disclosure table")).to_be_visible()
    assert not scrolls_sideways(page)
    page.locator("#human").scroll_into_view_if_needed()
    expect(page.locator("#human")).to_be_in_viewport()


def test_a_window_256_pixels_high_still_shows_every_part_by_scrolling(open_page: Open) -> None:
    page = open_page(viewport={"width": 320, "height": 256})
    say(page, "你好")
    expect(page.locator(".entry.bot")).to_have_count(1)
    assert page.locator(".entries").bounding_box()["height"] >= 140  # type: ignore[index]
    for part in ("#human", ".send"):
        page.locator(part).scroll_into_view_if_needed()
        expect(page.locator(part)).to_be_in_viewport()


def test_large_type_begins_at_18_pixels_and_reaches_30(open_page: Open) -> None:
    page = open_page("/?mode=senior")
    say(page, "提前还款")
    words = page.locator(".entry.bot .bubble > p")
    expect(words).to_be_visible()

    def size() -> float:
        return float(words.evaluate("p => parseFloat(getComputedStyle(p).fontSize)"))

    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('body *')]
          .filter(n => n.offsetParent && [...n.childNodes].some(c => c.nodeType === 3 && c.textContent.trim()))
          .map(n => parseFloat(getComputedStyle(n).fontSize)))"""
    )
    assert smallest >= 18
    assert size() >= 18
    assert words.evaluate("p => parseFloat(getComputedStyle(p).lineHeight)") >= 1.3 * size()
    page.locator(".more summary").click()
    while (larger := page.get_by_role("button", name=re.compile("字大一点"))).is_enabled():
        larger.click()
    assert size() == 30


def test_hit_areas_are_60_pixels_in_large_type_and_44_otherwise(open_page: Open, site: Site) -> None:
    for path, least in (("/", 44), ("/?mode=senior", 60)):
        site.double.reset()
        page = open_page(path, viewport={"width": 390, "height": 800})
        for text in ("提前还款", "怎么用不了了"):
            count = page.locator(".entry.bot").count()
            say(page, text)
            expect(page.locator(".entry.bot")).to_have_count(count + 1)
        site.double.push("receipt", text="本次人工服务已结束。", transition="resolved", state="resolved")
        expect(page.locator("sw-rating")).to_be_visible()
        page.locator(".more summary").click()
        assert small_targets(page, least) == []


def test_switching_to_large_type_is_told_to_the_assistant_and_remembered(open_page: Open, site: Site) -> None:
    page = open_page()
    say(page, "你好")
    expect(page.locator(".entry.bot")).to_have_count(1)
    with page.expect_response(re.compile("/mode$")):
        page.get_by_role("button", name="长辈版").click()
    assert site.double.posts[-1] == ("mode", {"mode": "senior"})
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-mode", "senior")
    assert site.double.last.opened["mode"] == "standard"


def test_the_language_is_chosen_and_given_to_the_conversation(open_page: Open, site: Site) -> None:
    page = open_page()
    page.get_by_role("button", name="EN English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#human")).to_contain_text("Person")
    say(page, "hello")
    expect(page.locator(".entry.bot")).to_have_count(1)
    assert site.double.last.opened["locale"] == "en"


def test_nothing_moves_when_reduced_motion_is_asked_for(open_page: Open) -> None:
    page = open_page(reduced_motion="reduce")
    page.evaluate("document.getElementById('activity').hidden = false")
    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0
    still = page.evaluate(
        "[...document.querySelectorAll('*')].filter(n => parseFloat(getComputedStyle(n).transitionDuration) > 0).length"
    )
    assert still == 0


def test_the_log_and_the_status_lines_are_announced(open_page: Open) -> None:
    page = open_page()
    log = page.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    for name in ("connection", "desk", "activity"):
        expect(page.locator(f"#{name}")).to_have_attribute("role", "status")


def test_two_tabs_show_the_same_conversation_without_doubling(open_page: Open, site: Site) -> None:
    first = open_page()
    say(first, "你好")
    expect(first.locator(".entry.bot")).to_have_count(1)
    second = open_page(context=first.context)
    expect(second.locator(".entry.bot")).to_have_count(1)
    say(second, "从第二个窗口说")
    expect(first.locator(".entry.customer").nth(1)).to_contain_text("从第二个窗口说")
    for tab in (first, second):
        expect(tab.locator(".entry.bot")).to_have_count(2)
    assert len(site.double.conversations) == 1


def test_printing_leaves_out_what_can_only_be_pressed(open_page: Open) -> None:
    page = open_page()
    say(page, "提前还款")
    expect(page.locator(".entry.bot")).to_have_count(1)
    page.emulate_media(media="print")
    expect(page.locator("sw-composer")).to_be_hidden()
    expect(page.locator("#human")).to_be_hidden()
    expect(page.locator(".entry.bot .bubble")).to_be_visible()


def test_without_scripts_the_page_names_the_hotline(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url)
    expect(page.locator("main")).to_contain_text("400-000-1818")
    context.close()


def test_the_three_languages_have_the_same_words_and_places(open_page: Open) -> None:
    page = open_page()
    for module, name in (("strings-shared", "SHARED"), ("strings-chat", "CHAT"), ("strings-fees", "FEES")):
        script = f"import('/static/js/{module}.js').then(m => m.{name})"
        words = page.evaluate(script)
        keys = set(words["zh-Hans"])
        assert all(set(words[locale]) == keys for locale in ("zh-Hant", "en"))
        for key in keys:
            places = {locale: sorted(re.findall(r"\{\w+\}", words[locale][key])) for locale in words}
            assert places["zh-Hans"] == places["zh-Hant"] == places["en"], key
