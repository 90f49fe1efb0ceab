"""The staff's pages for everybody and in bad conditions: keyboard, screen reader, narrow windows, broken lines, wrong
clocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from assistant.api.pages import PAGES
from tests.pages.conftest import axe_violations, scrolls_sideways, small_targets
from tests.pages.desk_office import DeskOffice, Enter, brain, enter, hashed, migrated, office  # noqa: F401

FRAUD = "有人冒充你们客服骗我转了两万"
SCRIPTS = sorted((PAGES / "js" / "desk").glob("*.js"))
LEAST_TARGET = 24  # WCAG 2.2, 2.5.8


def full(office: DeskOffice, enter: Enter, name: str, path: str, **options: object) -> Page:  # noqa: F811
    """A page with something on it: a case claimed and answered for the desk, a review for the inspector."""
    agent = enter("li") if path != "/desk" else enter(name, path, **options)
    customer = office.customer()
    customer.say("随心借年利率多少")
    customer.needs_person(FRAUD)
    agent.locator("desk-queue .row").first.click()
    agent.get_by_role("button", name="接手", exact=True).click()
    agent.locator(".mode[data-kind=note]").click()
    agent.locator("#write").fill("先核实身份")
    agent.locator("#write").press("Control+Enter")
    expect(agent.locator("desk-log .entry.note")).to_have_count(1)
    if path == "/desk":
        return agent
    if path == "/desk/inspect":
        agent.get_by_role("button", name="办结").click()
        agent.get_by_label("用一句话写清做了什么").fill("已登记")
        agent.locator("dialog[open] .primary").click()
        expect(agent.locator("dialog[open]")).to_have_count(0)
        customer.rate(2, "等得太久")
    page = enter(name, path, **options)
    if path == "/desk/inspect":
        page.locator("desk-inspections .row").click()
        expect(page.locator(".review-form")).to_be_visible()
    else:
        expect(page.locator(".plot")).to_be_visible()
    return page


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.everyday), "dark"])
@pytest.mark.parametrize(("name", "path"), [("li", "/desk"), ("chief", "/desk/board"), ("judge", "/desk/inspect")])
def test_axe_finds_nothing_wrong(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
    name: str,
    path: str,
    scheme: str,
) -> None:
    page = full(office, enter, name, path, color_scheme=scheme)
    assert axe_violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    for pane in page.locator(".pane-tabs button").all():
        pane.click()
        assert axe_violations(page) == []
        assert not scrolls_sideways(page)
    assert not scrolls_sideways(page)
    assert small_targets(page, LEAST_TARGET) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_signing_in_and_the_dialogs(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
    scheme: str,
) -> None:
    gate = enter(None, color_scheme=scheme, viewport={"width": 320, "height": 640})
    gate.get_by_role("button", name="登录").click()
    assert axe_violations(gate) == []
    assert not scrolls_sideways(gate)
    page = full(office, enter, "li", "/desk", color_scheme=scheme)
    for open_it in ("?", None):
        if open_it:
            page.locator("desk-head h2").focus()
            page.keyboard.press(open_it)
        else:
            page.get_by_role("button", name="转交", exact=True).click()
        expect(page.locator("dialog[open]")).to_be_visible()
        assert axe_violations(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.everyday
def test_a_case_is_found_claimed_answered_noted_and_resolved_from_the_keyboard(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    first, second = office.customer(), office.customer()
    first.needs_person(FRAUD)
    second.needs_person("我要投诉你们催收天天骚扰我家人")
    li = enter("li")
    expect(li.locator("desk-queue .row")).to_have_count(2)
    keys = li.keyboard
    keys.press("j")
    keys.press("j")
    expect(li.locator("desk-queue .row").nth(1)).to_be_focused()
    keys.press("k")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(li.locator("desk-head h2")).to_be_focused()
    keys.press("c")
    expect(li.locator("desk-head")).to_contain_text("处理人 李敏")
    keys.press("r")
    expect(li.locator("#write")).to_be_focused()
    keys.type("c 您好 jk")
    keys.press("Control+Enter")
    expect(li.locator("desk-log .entry.agent")).to_contain_text("c 您好 jk")
    keys.press("Escape")
    expect(li.locator("desk-head h2")).to_be_focused()
    keys.press("n")
    keys.type("已记录")
    keys.press("Control+Enter")
    expect(li.locator("desk-log .entry.note")).to_have_count(1)
    keys.press("Escape")
    li.locator("[data-action=resolve]").focus()
    keys.press("Enter")
    expect(li.get_by_label("用一句话写清做了什么")).to_be_focused()
    keys.type("已安抚并登记")
    keys.press("Control+Enter")
    expect(li.locator("desk-head .case-title")).to_contain_text("已办结")
    expect(li.get_by_label("用一句话写清做了什么")).to_be_hidden()  # until then the letters belong to the form
    keys.press("?")
    expect(li.locator("dialog[open]")).to_contain_text("键盘快捷键")
    li.get_by_label("启用单键快捷键").uncheck()
    keys.press("Escape")
    keys.press("1")
    expect(li.locator("desk-queue .row:focus")).to_have_count(0)


def test_a_dropped_line_is_shown_and_what_was_said_meanwhile_arrives(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    customer = office.customer()
    customer.needs_person(FRAUD)
    li = enter("li")
    li.locator("desk-queue .row").first.click()
    expect(li.locator("desk-log .entry.customer")).to_have_count(1)
    li.context.set_offline(True)
    expect(li.locator(".line")).to_contain_text("正在重连")
    customer.say("你们在吗")
    office.customer().needs_person("我要投诉你们催收天天骚扰我家人")
    li.context.set_offline(False)
    expect(li.locator(".line")).to_contain_text("实时")
    expect(li.locator("desk-log .entry.customer", has_text="你们在吗")).to_have_count(1)
    expect(li.locator("desk-queue .row")).to_have_count(2)


def test_a_reply_that_did_not_go_out_stays_and_is_sent_once(office: DeskOffice, enter: Enter) -> None:  # noqa: F811
    customer = office.customer()
    customer.needs_person(FRAUD)
    li = enter("li")
    li.locator("desk-queue .row").first.click()
    li.get_by_role("button", name="接手", exact=True).click()
    expect(li.locator(".mode[data-kind=reply]")).to_have_attribute("aria-pressed", "true")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    li.route("**/reply", lose_the_answer, times=1)
    li.locator("#write").fill("请保留转账记录")
    li.locator("#write").press("Control+Enter")
    expect(li.locator("desk-log .entry.agent", has_text="请保留转账记录")).to_have_count(1)
    resend = li.get_by_role("button", name="重发")
    if resend.count():
        resend.click()
    expect(li.locator("desk-log .pending")).to_have_count(0)
    expect(li.locator("desk-log .entry.agent", has_text="请保留转账记录")).to_have_count(1)
    assert customer.heard_texts("agent_message") == ["请保留转账记录"]


def test_countdowns_follow_the_server_when_this_computer_is_set_wrong(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    li = enter("li")
    customer = office.customer()
    customer.needs_person(FRAUD)
    clock = li.locator("desk-queue desk-clock").first
    expect(clock.locator(".time")).to_have_text(re.compile(r"^0:[0-5]\d$"))  # this computer is months away
    expect(li.locator(".line")).to_contain_text("按服务器时间走")
    office.later(minutes=3)
    li.evaluate("window.dispatchEvent(new Event('online'))")  # the line is back: the clock is read again
    expect(clock).to_have_attribute("data-level", "over")
    expect(clock.locator(".time")).to_have_text(re.compile(r"^[2-4]:\d\d$"))


def test_a_session_that_ends_asks_to_sign_in_and_keeps_what_was_typed(
    office: DeskOffice,  # noqa: F811
    enter: Enter,  # noqa: F811
) -> None:
    office.customer().needs_person(FRAUD)
    li = enter("li")
    li.locator("desk-queue .row").first.click()
    li.locator(".mode[data-kind=note]").click()
    li.locator("#write").fill("还没存的备注")
    office.later(minutes=45)
    expect(li.get_by_role("status").filter(has_text="登录已到期")).to_be_visible()
    expect(li.locator("#app")).to_be_hidden()
    li.get_by_label("登录名").fill("li")
    li.get_by_label("密码", exact=True).fill("correct horse battery")
    li.get_by_role("button", name="登录").click()
    expect(li.locator("#write")).to_have_value("还没存的备注")
    expect(li.locator(".line")).to_contain_text("实时")


def test_the_desk_speaks_english_when_asked(office: DeskOffice, enter: Enter) -> None:  # noqa: F811, ARG001
    li = enter("li")
    li.get_by_role("button", name="English").click()
    expect(li.locator("desk-queue .group h3").first).to_contain_text("Waiting")
    assert li.evaluate("document.documentElement.lang") == "en"
    assert li.title() == "Desk"


def dictionary() -> dict[str, tuple[str, str]]:
    entry = re.compile(r"^  '([^']+)': \['((?:[^'\\]|\\.)*)', '((?:[^'\\]|\\.)*)'\],$", re.M)
    text = "\n".join(path.read_text("utf-8") for path in SCRIPTS if path.name.startswith("words-"))
    return {key: (chinese, english) for key, chinese, english in entry.findall(text)}


def test_every_word_the_pages_ask_for_is_there_in_both_languages_with_the_same_places() -> None:
    words = dictionary()
    asked = {key for path in SCRIPTS for key in re.findall(r"\bt\('([^']+)'", path.read_text("utf-8"))}
    for page in ("desk.html", "board.html", "inspect.html"):
        asked |= set(re.findall(r'data-t(?:-label|-hint)?="([^"]+)"', (PAGES / page).read_text("utf-8")))
    assert len(words) > 400
    assert len(asked) > 150
    assert asked - words.keys() == set()
    for key, (chinese, english) in words.items():
        assert all((chinese, english)), key
        assert set(re.findall(r"{(\w+)}", chinese)) >= set(re.findall(r"{(\w+)}", english)), key


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_of_the_desk_never_makes_markup_of_text(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text)
    assert len(text.splitlines()) <= 300
