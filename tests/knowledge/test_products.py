"""The product catalogue: ids, names, and refusal of entries that name what is not there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from knowledge.fees import FeeBook
from knowledge.inputs import InvalidInput
from knowledge.products import ProductCatalogue, ProductsBroken, ProductUnknown, bundled_catalogue

LOAN = """- id: suixinjie
  name: 随心借
  name_en: loan
  kind: cash_loan
  method: equal_instalment
  terms: [3]
  rows: {rate: suixinjie.monthly_rate}
"""


def load(directory: Path, text: str, fees: FeeBook) -> ProductCatalogue:
    path = directory / "products.yaml"
    path.write_text(text, encoding="utf-8")
    return ProductCatalogue.load(path, fees)


def test_all_eleven_products_are_there(catalogue: ProductCatalogue) -> None:
    assert {product.id for product in catalogue} == {
        "yueyuefu", "suixinjie", "wallet", "shoukuan", "anhe-medical", "anhe-accident", "hefu-life",
        "hewen-money", "herui-bond", "hexuan-mixed", "hezhi-advisory",
    }  # fmt: skip
    assert {product.id for product in bundled_catalogue()} == {product.id for product in catalogue}


@pytest.mark.parametrize(("word", "product"), [("小借", "suixinjie"), ("月月付", "yueyuefu"), ("小荷包", "wallet")])
def test_a_nickname_finds_its_product(catalogue: ProductCatalogue, word: str, product: str) -> None:
    found = catalogue.named(word)
    assert found is not None
    assert found.id == product


def test_no_two_products_share_a_name(catalogue: ProductCatalogue) -> None:
    names = [name for product in catalogue for name in (product.name, *product.aliases)]
    assert len(names) == len(set(names))
    assert catalogue.named("借呗") is None


def test_an_unknown_id_lists_the_ids_there_are(catalogue: ProductCatalogue) -> None:
    with pytest.raises(ProductUnknown, match="yueyuefu, suixinjie"):
        catalogue["huabei"]


def test_the_rate_row_depends_on_the_number_of_instalments(catalogue: ProductCatalogue, fees: FeeBook) -> None:
    on = date(2026, 11, 24)
    assert catalogue["yueyuefu"].rate_row(fees, 24, on).id == "yueyuefu.instalment_fee.24"
    with pytest.raises(InvalidInput, match="3, 6, 9, 12, 24"):
        catalogue["yueyuefu"].rate_row(fees, 18, on)


def test_a_good_file_is_loaded(tmp_path: Path, fees: FeeBook) -> None:
    assert [product.terms for product in load(tmp_path, LOAN, fees)] == [(3,)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "suixinjie.monthly_rate",
            "suixinjie.weekly_rate",
            "names fee row suixinjie.weekly_rate, which does not exist",
        ),
        ("equal_instalment", "balloon", "products.yaml:5: entry 1, method: Input should be"),
        ("  kind: cash_loan\n", "", "products.yaml:1: entry 1, kind: this field is missing"),
        (
            "  kind: cash_loan\n",
            "  kind: cash_loan\n  colour: red\n",
            "products.yaml:5: entry 1, colour: there is no",
        ),
        ("terms: [3]", "terms: three", "products.yaml:6: entry 1, terms: must be a list"),
        (LOAN, LOAN + LOAN, "given twice"),
        (LOAN, "[", "products.yaml"),
    ],
)
def test_a_broken_entry_is_refused_by_name(tmp_path: Path, fees: FeeBook, old: str, new: str, message: str) -> None:
    with pytest.raises(ProductsBroken, match=message.replace(".", r"\.")):
        load(tmp_path, LOAN.replace(old, new, 1), fees)
