"""The chat page for everybody: keyboard, screen reader, large type, narrow and low windows, two tabs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.conftest import Open, Site, axe_violations, scrolls_sideways, small_targets
from tests.pages.test_chat_page import say


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
