"""The fee page in a real browser: every figure is the engine's, every error stands beside its box in words."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from knowledge.quote_models import QuoteRequest
from knowledge.quotes import quote
from tests.pages.conftest import Open, Site, axe_violations, scrolls_sideways, small_targets


def ready(page: Page) -> Page:
    expect(page.locator(".headline .big")).to_be_visible()
    return page


def choose_own(page: Page) -> None:
    page.get_by_role("radio", name=re.compile("别家的借款")).check()


def figure(page: Page, label: str) -> str:
    return page.locator(f".totals div:has(dt:text-is('{label}')) dd").inner_text()


@pytest.mark.everyday
def test_the_first_answer_is_the_engines_for_the_chosen_product(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    expected = quote(QuoteRequest(principal=12000, terms=12, product="yueyuefu", start="2026-09-01"))
    expect(page.locator(".big")).to_have_text(f"{expected.rates.compound.percent:.2f}%")
    expect(page.locator(".headline .tag")).to_have_text("法规要求展示的年化利率")
    assert page.locator(".rates .figure").all_inner_texts() == ["13.03%", "13.29%"]
    assert "单利" in page.locator(".rates dt").first.inner_text()
    assert figure(page, "一共多付") == "¥864.00"
    assert figure(page, "每期还") == "¥1,072.00"


def test_the_disclosure_table_names_method_standard_party_and_that_nothing_else_is_charged(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    table = page.locator(".card:has(h2:text-is('综合融资成本明示表'))")
    for fact in ("按原始本金每期收取", "每期费率0.6%，每期72元", "禾川小额贷款有限公司", "正常履约年化综合融资成本",
                 "逾期罚息日利率", "除本表列明的项目外，不收取其他与本次贷款有关的费用"):  # fmt: skip
        expect(table).to_contain_text(fact)


def test_moving_the_slider_by_keys_changes_box_and_answer(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    slider = page.get_by_role("slider", name="借多少（元）")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#principal")).to_have_value("1000")
    expect(page.locator(".totals")).to_contain_text("¥1,072.00")


def test_typing_an_amount_moves_the_slider_and_only_the_last_answer_counts(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.locator("#principal").fill("5000")
    page.locator("#principal").fill("24000")
    expect(page.locator(".totals")).to_contain_text("¥25,728.00")
    assert page.get_by_role("slider", name="借多少（元）").input_value() == "24000"


def test_another_product_brings_its_instalments_rates_and_limits(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.get_by_role("radio", name=re.compile("随心借")).check()
    expect(page.locator("#principal-note")).to_have_text("可以填 500 到 200000 元")
    assert page.locator("#terms-options .option-name").all_inner_texts() == ["3 期", "6 期", "12 期"]
    expected = quote(QuoteRequest(principal=12000, terms=12, product="suixinjie", start="2026-09-01"))
    expect(page.locator(".big")).to_have_text(f"{expected.rates.compound.percent:.2f}%")
    page.get_by_role("radio", name="6 期").check()
    expect(page.locator("figcaption")).to_contain_text("一共 6 期")


def test_money_deducted_first_lowers_what_is_received_and_raises_the_rate(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    choose_own(page)
    page.locator("#extra-fees summary").click()
    page.locator("#deducted_fee").fill("500")
    expect(page.locator(".totals")).to_contain_text("¥11,500.00")
    expected = quote(QuoteRequest(principal=12000, terms=12, monthly_fee_rate="0.6%", deducted_fee=500))
    expect(page.locator(".big")).to_have_text(f"{expected.rates.compound.percent:.2f}%")


def test_a_high_rate_brings_a_notice_never_a_verdict(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    choose_own(page)
    page.locator("#rate").fill("2.5")
    expect(page.locator(".cap.above").first).to_contain_text("综合融资成本偏高，建议核对收费依据")
    words = page.locator("main").inner_text()
    assert not any(word in words for word in ("违法", "高利贷", "无需还款", "不用还"))


def test_early_settlement_shows_what_is_due_part_by_part_and_why(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.get_by_role("radio", name=re.compile("随心借")).check()
    page.locator("#settlement summary").click()
    page.locator("#at-period").fill("2")
    early = page.locator(".early")
    expect(early).to_contain_text("第 2 期还清")
    expect(early).to_contain_text("提前结清费")
    parts = early.locator("tbody td").all_inner_texts()
    total = re.search(r"一共要还 ¥([\d,.]+)", early.inner_text())
    assert total
    money = [Decimal(text.replace("¥", "").replace(",", "")) for text in parts]
    assert sum(money) == Decimal(total[1].replace(",", ""))
    page.locator("#early").uncheck()
    expect(page.locator(".early")).to_have_count(0)


@pytest.mark.parametrize(
    ("box", "text", "note", "words"),
    [
        ("#principal", "-5", "#principal-error", "请填 0.01 到 50000 元之间的金额"),
        ("#principal", "", "#principal-error", "请填 0.01 到 50000 元之间的金额"),
        ("#principal", "60000", "#principal-error", "50000"),
        ("#start", "", "#start-error", "请选一个有效的日期"),
        ("#start", "2001-01-01", "#start-error", "还没有收费标准"),
    ],
)
def test_an_error_stands_beside_its_box_in_words(open_page: Open, box: str, text: str, note: str, words: str) -> None:
    page = ready(open_page("/fees"))
    page.locator(box).fill(text)
    expect(page.locator(note)).to_contain_text(words)
    expect(page.locator(box)).to_have_attribute("aria-invalid", "true")
    assert note.removeprefix("#") in (page.locator(box).get_attribute("aria-describedby") or "").split()
    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator(".big")).to_have_text("13.84%")


def test_an_error_goes_away_when_the_box_is_right_again(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.locator("#principal").fill("abc")
    expect(page.locator("#principal-error")).not_to_be_empty()
    page.locator("#principal").fill("9000")
    expect(page.locator("#principal-error")).to_be_empty()
    expect(page.locator("#stale")).to_be_hidden()
    expect(page.locator("#principal")).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("box", "text", "note"),
    [
        ("#rate", "-1", "#rate-error"),
        ("#rate", "", "#rate-error"),
        ("#terms-count", "0", "#terms-count-error"),
        ("#terms-count", "10000", "#terms-count-error"),
    ],
)
def test_a_loan_elsewhere_has_its_errors_beside_their_boxes(open_page: Open, box: str, text: str, note: str) -> None:
    page = ready(open_page("/fees"))
    choose_own(page)
    page.locator(box).fill(text)
    expect(page.locator(note)).to_contain_text("请填")


def test_a_fee_above_the_principal_is_named_where_it_was_typed(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.locator("#extra-fees summary").click()
    page.locator("#deducted_fee").fill("13000")
    expect(page.locator("#deducted_fee-error")).to_contain_text("小于借款金额")


def test_the_chart_has_a_label_a_sentence_and_a_table_with_the_same_figures(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    chart = page.get_by_role("img", name="柱状图：每期还款中的本金、利息和费用。")
    expect(chart).to_be_visible()
    assert chart.locator("g").count() == 12
    expect(page.locator("figcaption")).to_contain_text("一共还 ¥12,864.00")
    page.get_by_text("看每一期的数字（表格）").click()
    rows = page.locator(".schedule tbody tr")
    expect(rows).to_have_count(13)
    assert rows.nth(0).locator("td").all_inner_texts() == [
        "2026-10-01", "¥1,000.00", "¥0.00", "¥72.00", "¥1,072.00", "¥11,000.00",
    ]  # fmt: skip
    expect(rows.nth(12)).to_contain_text("¥12,864.00")


def test_bars_differ_by_pattern_as_well_as_colour(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    overlays = page.locator("sw-fee-chart .plot rect:not(.part)")
    fills = overlays.evaluate_all("all => all.map(r => r.getAttribute('fill'))")
    assert set(fills) == {"none", "url(#chart-fees)"}


def test_a_long_loan_joins_its_bars_and_keeps_every_row_in_the_table(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    choose_own(page)
    page.locator("#terms-count").fill("360")
    expect(page.locator("figcaption")).to_contain_text("合并了 12 期")
    assert page.locator("sw-fee-chart .plot g").count() == 30
    assert page.locator(".schedule tbody tr").count() == 361


def test_a_new_answer_is_announced_in_one_sentence(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.locator("#principal").fill("24000")
    expect(page.locator("#announce")).to_have_text(
        "已更新：按时还款一年实际成本 13.84%，第一期还 ¥2,144.00，一共多付 ¥1,728.00。"
    )


def test_losing_the_line_is_said_and_the_page_recovers(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.context.set_offline(True)
    page.locator("#principal").fill("24000")
    expect(page.locator("#form-error")).to_contain_text("网络不通")
    page.context.set_offline(False)
    expect(page.locator(".totals")).to_contain_text("¥25,728.00")
    expect(page.locator("#form-error")).to_be_empty()


def test_the_whole_form_works_by_keyboard(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.get_by_role("radio", name=re.compile("月月付")).focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile("随心借"))).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("#principal")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("6000")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("radio", name="6 期")).to_be_checked()
    expect(page.locator("figcaption")).to_contain_text("本金 ¥6,000.00")
    expect(page.locator("figcaption")).to_contain_text("一共 6 期")


def test_the_person_button_takes_the_customer_to_a_person_in_one_step(open_page: Open, site: Site) -> None:
    page = ready(open_page("/fees"))
    page.locator("#human").click()
    expect(page.locator("#desk")).to_contain_text("已转人工")
    assert [kind for kind, _ in site.double.posts] == ["handoff"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [pytest.param("/fees", marks=pytest.mark.everyday), "/fees?mode=senior", "/fees?lang=en", "/fees?lang=zh-Hant"],
)
def test_axe_finds_nothing_with_everything_open(open_page: Open, scheme: str, path: str) -> None:
    page = ready(open_page(path, color_scheme=scheme))
    page.locator("input[value=own]").check()
    page.locator("#rate").fill("2.5")
    for fold in page.locator("main form summary").all():
        fold.click()
    page.locator("#at-period").fill("3")
    expect(page.locator(".early")).to_be_visible()
    expect(page.locator(".cap.above").first).to_be_visible()
    for fold in page.locator("#answer summary").all():
        fold.click()
    assert axe_violations(page) == []
    page.locator("#principal").fill("-1")
    expect(page.locator("#principal-error")).not_to_be_empty()
    assert axe_violations(page) == []


@pytest.mark.parametrize(
    "path", [pytest.param("/fees", marks=pytest.mark.everyday), "/fees?mode=senior", "/fees?lang=en"]
)
def test_a_320_pixel_window_never_scrolls_sideways(open_page: Open, path: str) -> None:
    page = ready(open_page(path, viewport={"width": 320, "height": 640}))
    for fold in page.locator("main summary").all():
        fold.click()
    assert not scrolls_sideways(page)
    page.locator("input[value=own]").check()
    expect(page.locator("#rate")).to_be_visible()
    assert not scrolls_sideways(page)
    cells = page.locator(".schedule tbody tr").first.locator("td")
    tops = cells.evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().top)")
    assert tops == sorted(set(tops)), "cells stand below one another"


@pytest.mark.parametrize("width", [320, 1200])
def test_text_at_200_percent_loses_nothing(open_page: Open, width: int) -> None:
    page = ready(open_page("/fees", viewport={"width": width, "height": 800}))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert not scrolls_sideways(page)
    cut = page.evaluate(
        "[...document.querySelectorAll('main .card, main dd, main p, main th, main td')]"
        ".filter(n => !n.matches('.visually-hidden') && n.offsetParent && n.scrollWidth > n.clientWidth + 1)"
        ".filter(n => getComputedStyle(n).overflowX === 'hidden').length"
    )
    assert cut == 0


@pytest.mark.parametrize(("path", "least"), [("/fees", 44), ("/fees?mode=senior", 60)])
def test_hit_areas_are_large_enough(open_page: Open, path: str, least: float) -> None:
    page = ready(open_page(path, viewport={"width": 390, "height": 800}))
    page.locator("input[value=own]").check()
    expect(page.locator("#rate")).to_be_visible()
    for fold in page.locator("main form summary").all():
        fold.click()
    page.locator(".more summary").click()
    assert small_targets(page, least) == []


def test_nothing_moves_when_reduced_motion_is_asked_for(open_page: Open) -> None:
    page = ready(open_page("/fees", reduced_motion="reduce"))
    page.locator("#principal").fill("24000")
    expect(page.locator(".totals")).to_contain_text("¥25,728.00")
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_languages_change_in_place_and_keep_what_was_typed(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.locator("#principal").fill("24000")
    page.get_by_role("button", name="EN English").click()
    expect(page.locator("h1")).to_have_text("Fee calculator")
    expect(page.locator("#principal")).to_have_value("24000")
    expect(page.locator(".headline .tag")).to_have_text("The annual rate the rules ask to be shown")
    expect(page.get_by_role("button", name="EN English")).to_be_focused()


def test_amounts_are_rounded_as_text_half_up_and_grouped(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    script = """import('/static/js/format.js').then(m => [m.yuan('12864'), m.yuan('0.005'), m.yuan('-1234567.895'),
      m.percent('13.845000'), m.percent('0.004'), m.rounded('-0.001', 2), m.fractionAsPercent('0.0065'),
      m.fractionAsPercent('0.144'), m.fractionAsPercent('1'), m.yuan('99999999999999999.99')])"""
    assert page.evaluate(script) == [
        "¥12,864.00", "¥0.01", "-¥1,234,567.90", "13.85%", "0.00%", "0.00", "0.65", "14.4", "100",
        "¥99,999,999,999,999,999.99",
    ]  # fmt: skip


def test_on_paper_the_form_is_gone_and_the_table_is_open(open_page: Open) -> None:
    page = ready(open_page("/fees"))
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator(".terms")).to_be_hidden()
    expect(page.locator(".schedule")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator(".schedule")).to_be_hidden()
