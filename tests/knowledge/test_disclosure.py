"""The cost table before signing: complete, safe as HTML, and plain when read aloud."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser

from knowledge.disclosure import NOTHING_ELSE, Disclosure
from knowledge.fees import FeeBook
from knowledge.products import ProductCatalogue
from knowledge.quotes import QuoteRequest, quote

ON = date(2026, 11, 24)


def table(
    fees: FeeBook, catalogue: ProductCatalogue, headline: str = "compound", product: str = "suixinjie"
) -> Disclosure:
    request = QuoteRequest(principal=10000, terms=12, product=product, on=ON, upfront_fee=50)
    return quote(request, fees=fees, catalogue=catalogue, headline=headline).disclosure  # type: ignore[arg-type]


class Cells(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_it_lists_principal_items_parties_yearly_cost_default_costs_and_nothing_else(
    fees: FeeBook, catalogue: ProductCatalogue
) -> None:
    found = table(fees, catalogue)
    assert found.principal == 10000
    assert [item.kind for item in found.normal] == ["interest", "upfront"]
    assert {item.party for item in (*found.normal, *found.default)} == {"禾川小额贷款有限公司"}
    assert [item.origin for item in found.default] == ["suixinjie.late_daily", "suixinjie.early_fee_rate"]
    assert found.closing == NOTHING_ELSE
    assert found.total_cost == sum(item.amount for item in found.normal)
    assert found.nominal_percent < found.compound_percent


def test_the_headline_follows_the_chosen_basis_and_the_others_stay(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    compound, nominal = table(fees, catalogue), table(fees, catalogue, "nominal")
    assert compound.headline == compound.compound_percent
    assert nominal.headline == nominal.nominal_percent
    for found in (compound, nominal):
        assert f"{found.nominal_percent:.2f}%（单利）" in found.to_html()
        assert f"{found.compound_percent:.2f}%（复利）" in found.to_html()


def test_the_html_is_a_well_formed_table_with_headers(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    cells = Cells()
    cells.feed(table(fees, catalogue).to_html())
    assert not cells.open
    assert {"table", "caption", "thead", "th", "td"} <= set(cells.tags)
    for words in ("贷款本金", "10000元", "正常履约年化综合融资成本", "违约时才会发生的费用", "0.06%", NOTHING_ELSE):
        assert words in cells.text


def test_a_partys_name_cannot_inject_markup() -> None:
    extra = {"kind": "other", "amount": 1, "party": "<script>x</script>", "name": "<b>费</b>"}
    html = quote(QuoteRequest(principal=1000, terms=2, monthly_rate="1%", extras=[extra])).disclosure.to_html()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<b>" not in html


def test_read_aloud_it_says_the_yearly_rate_first_then_yuan(fees: FeeBook, catalogue: ProductCatalogue) -> None:
    found = table(fees, catalogue)
    text = found.to_text()
    assert text.index(f"{found.headline:.2f}%") < text.index("10000元")
    assert text.endswith(NOTHING_ELSE)
    sentences = [s for s in text.split("。") if s]
    assert max(map(len, sentences)) <= 45


def test_terms_from_the_customer_promise_nothing_about_other_charges() -> None:
    found = quote(QuoteRequest(principal=1000, terms=2, monthly_rate="1%", late_daily_rate="万分之五")).disclosure
    assert found.closing != NOTHING_ELSE
    assert "合同" in found.closing
    assert found.default[0].standard == "每天0.05%"
    assert found.default[0].amount == Decimal(0)
