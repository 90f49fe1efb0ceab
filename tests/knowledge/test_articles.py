"""Articles are read with their figures unresolved, and everything wrong with one is said with file and line."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from knowledge.articles import ArticleError, fill, load_articles, read_directory
from knowledge.fees import FeeBook, FeeRowMissing, Lang
from knowledge.products import bundled_catalogue, bundled_fees
from tests.knowledge.knowledge_files import BUNDLED, FEES, GOOD, write_articles

INTENTS = ("fee.rate", "fee.apr")
PRODUCTS = ("loan", "card")
TODAY = date(2026, 11, 1)


@pytest.fixture
def fees(tmp_path: Path) -> FeeBook:
    """The rate that changed at the turn of the year."""
    folder = tmp_path / "fees"
    folder.mkdir()
    (folder / "loans.yaml").write_text(FEES, encoding="utf-8")
    return FeeBook.load(folder)


def problems(directory: Path, fees: FeeBook) -> list[tuple[str, int, str]]:
    return [(p.file, p.line, p.message) for p in read_directory(directory, fees, INTENTS, PRODUCTS)[1]]


def test_an_article_is_read_with_both_languages(tmp_path: Path, fees: FeeBook) -> None:
    (article,) = load_articles(write_articles(tmp_path / "a", {"fee/loan-rate.md": GOOD}), fees, INTENTS)
    assert article.id == "loan-rate"
    assert article.chinese.short == "小借年利率{{loan.rate}}。"
    assert article.chinese.details == "只按没还的本金算。"
    assert article.english.short == "The loan costs {{loan.rate}} a year."
    assert article.english.details == "Only on the principal still owed."
    assert article.row_ids() == ("loan.rate",)
    assert article.clauses[0].render() == "《借款协议》第4.2条（2026-01版）"
    assert article.file == "fee/loan-rate.md"


@pytest.mark.parametrize(
    ("on", "lang", "filled"),
    [
        (date(2025, 12, 31), "zh", "小借年利率15%。"),
        (date(2026, 1, 1), "zh", "小借年利率14.4%。"),
        (date(2026, 1, 1), "en", "The loan costs 14.4% a year."),
    ],
)
def test_a_figure_is_that_of_the_date(tmp_path: Path, fees: FeeBook, on: date, lang: Lang, filled: str) -> None:
    (article,) = load_articles(write_articles(tmp_path / "a", {"loan-rate.md": GOOD}), fees)
    text, rows = fill(article.body(lang).short, fees, on, lang)
    assert text == filled
    assert [row.id for row in rows] == ["loan.rate"]


def test_a_figure_before_its_first_row_is_refused(fees: FeeBook) -> None:
    with pytest.raises(FeeRowMissing, match=r"loan\.rate is not defined for 2024-06-01"):
        fill("{{loan.rate}}", fees, date(2024, 6, 1), "zh")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("title_en: The rate of the loan\n", "", 1, "missing field: title_en"),
        ("title: 小借利率", "title:", 3, "title is empty"),
        ("valid_from: 2025-01-01", "valid_from: soon", 14, "valid_from must be a date such as"),
        ("valid_to:", "valid_to: never", 15, "valid_to must be a date such as"),
        ("valid_to:", "valid_to: 2024-12-31", 15, "valid_to lies before valid_from"),
        ("[fee.rate]", "[fee.rate, fee.guess]", 8, "intent fee.guess is not in the taxonomy"),
        ("[fee.rate]", "[]", 8, "intents is empty"),
        ("[loan]", "loan", 9, "products must be a list"),
        (', version: "2026-01"', "", 12, "a clause needs document, clause and version"),
        ('clause: "4.2"', "clause: 4.20", 12, "clause and version of a clause must be text in quotes"),
        ("title: 小借利率", "title: 2026", 3, "title must be text; put it in quotes"),
        ("title: 小借利率", "title: 小借{{loan.fee}}", 3, "{{loan.fee}} has no fee row"),
        ("The rate of the loan", "The rate for 3 months", 4, "figure 3 stands in the text"),
        ("  - 小借一年多少利息", "  - 小借: 一年多少利息", 6, "an entry of questions must be text; put it in quotes"),
        ("valid_to:", "valid_until: 2026-12-31", 15, "field valid_until is unknown"),
        ("source: 借款协议", "source: 借款协议\nid: again", 14, "field id is given twice"),
        ("[loan]", "[loan, lone]", 9, "product lone is not in products.yaml"),
        ("id: loan-rate", "id: Loan_Rate", 2, "id Loan_Rate must equal the file name"),
        ("小借年利率{{loan.rate}}。", "小借年利率{{loan.fee}}。", 17, "{{loan.fee}} has no fee row"),
        ("只按没还的本金算。", "一万元一年1440元。", 19, "figure 1440 stands in the text"),
        ("only on the", "the first ３ months,", 25, "figure ３ stands in the text"),
        ("## English", "## Englisch", 25, "the part after `## English` is missing"),
        ("小借年利率{{loan.rate}}。\n\n只按没还的本金算。\n", "", 22, "the body is empty"),
    ],
)
def test_each_breakage_is_reported_with_file_and_line(
    tmp_path: Path, fees: FeeBook, old: str, new: str, line: int, message: str
) -> None:
    # Given
    broken = re.sub(re.escape(old), lambda _: new, GOOD, count=1, flags=re.IGNORECASE)
    assert broken != GOOD
    directory = write_articles(tmp_path / "a", {"fee/loan-rate.md": broken})
    # When
    found = problems(directory, fees)
    # Then
    assert [(file, at) for file, at, said in found if message in said] == [("fee/loan-rate.md", line)], found
    with pytest.raises(ArticleError, match=rf"fee/loan-rate\.md:{line}: "):
        load_articles(directory, fees, INTENTS, PRODUCTS)


def test_front_matter_that_is_no_yaml_is_named_with_its_file(tmp_path: Path, fees: FeeBook) -> None:
    directory = write_articles(tmp_path / "a", {"loan-rate.md": GOOD.replace("title: ", "title: [")})
    ((file, _, message),) = problems(directory, fees)
    assert file == "loan-rate.md"
    assert message.startswith("not readable as YAML: ")


def test_front_matter_that_is_no_yaml_is_named_with_its_line(tmp_path: Path, fees: FeeBook) -> None:
    directory = write_articles(tmp_path / "a", {"loan-rate.md": GOOD.replace("id: loan-rate", "\tid: loan-rate")})
    assert [line for _, line, _ in problems(directory, fees)] == [2]


def test_a_character_that_yaml_forbids_is_named_with_its_line(tmp_path: Path, fees: FeeBook) -> None:
    directory = write_articles(tmp_path / "a", {"loan-rate.md": GOOD.replace("多少利息", "多少\x07利息")})
    assert problems(directory, fees) == [
        ("loan-rate.md", 6, "not readable as YAML: control characters are not allowed"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("valid_from: 2025-01-01", "valid_from: 2025-13-01", 14),
        ("valid_from: 2025-01-01", "valid_from: 2025-01-01 10:00:00", 14),
        ("intents: [fee.rate]", "intents: [[fee.rate]]", 8),
        ("intents: [fee.rate]", "intents:\n  - fee.rate\n  - 7", 10),
        ("topics: []", "topics: 32", 10),
        ("topics: []", "topics: [wages]", 10),
        ("valid_to:", "valid_to: 2025-02-30", 15),
        ("clauses:\n  - {", "clauses: {", 11),
    ],
)
def test_a_value_of_the_wrong_kind_is_reported_with_its_line(
    tmp_path: Path, fees: FeeBook, old: str, new: str, line: int
) -> None:
    directory = write_articles(tmp_path / "a", {"loan-rate.md": GOOD.replace(old, new)})
    assert [at for _, at, _ in problems(directory, fees)] == [line]


@pytest.mark.parametrize(
    ("before", "mark"), [("does the loan", "\u2028"), ("does the loan", "\x85"), ("按没还的", "\x0c")]
)
def test_a_unicode_line_break_is_no_line(tmp_path: Path, fees: FeeBook, before: str, mark: str) -> None:
    text = GOOD.replace(before, before + mark).replace("Only on", "Only 9 on")
    directory = write_articles(tmp_path / "a", {"loan-rate.md": text})
    assert ("loan-rate.md", 25, "figure 9 stands in the text; make it a fee row") in problems(directory, fees)


def test_a_byte_order_mark_is_no_part_of_the_front_matter(tmp_path: Path, fees: FeeBook) -> None:
    assert problems(write_articles(tmp_path / "a", {"loan-rate.md": "\ufeff" + GOOD}), fees) == []


@pytest.mark.parametrize(
    ("old", "new", "day", "line"),
    [
        ("valid_from: 2025-01-01", "valid_from: 2024-12-31", "2024-12-31", 17),
        ("title: 小借利率", "title: 小借利率{{loan.offer}}", "2025-04-01", 3),
        ("principal still", "{{loan.offer}} still", "2025-04-01", 25),
    ],
    ids=["before the first row", "after the last row, in the title", "after the last row, in the body"],
)
def test_a_row_that_does_not_hold_while_the_article_does_is_reported(
    tmp_path: Path, fees: FeeBook, old: str, new: str, day: str, line: int
) -> None:
    offer = replace(fees.history("loan.rate")[0], id="loan.offer", valid_to=date(2025, 3, 31))
    directory = write_articles(tmp_path / "a", {"loan-rate.md": GOOD.replace(old, new)})
    ((_, at, message),) = problems(directory, FeeBook([*fees.rows(), offer]))
    assert at == line
    assert f"has no fee row on {day}, when the article holds" in message


@pytest.mark.parametrize(("last", "fine"), [("2025-03-31", True), ("2025-04-01", False)])
def test_an_article_may_hold_to_the_last_day_of_its_rows(tmp_path: Path, fees: FeeBook, last: str, fine: bool) -> None:
    offer = replace(fees.history("loan.rate")[0], id="loan.offer", valid_to=date(2025, 3, 31))
    text = GOOD.replace("loan.rate", "loan.offer").replace("valid_to:", f"valid_to: {last}")
    found = problems(write_articles(tmp_path / "a", {"loan-rate.md": text}), FeeBook([offer]))
    assert [line for _, line, _ in found] == ([] if fine else [17])


def test_an_id_used_twice_names_the_first_file(tmp_path: Path, fees: FeeBook) -> None:
    directory = write_articles(tmp_path / "a", {"fee/loan-rate.md": GOOD, "old/loan-rate.md": GOOD})
    assert problems(directory, fees) == [
        ("old/loan-rate.md", 2, "id loan-rate is already used by fee/loan-rate.md"),
    ]


def test_a_file_that_is_not_utf8_is_named_with_the_byte(tmp_path: Path, fees: FeeBook) -> None:
    directory = write_articles(tmp_path / "a", {"loan-rate.md": GOOD})
    (directory / "gbk.md").write_bytes("---\nid: gbk\n标题".encode("gbk"))
    assert problems(directory, fees) == [("gbk.md", 1, "not UTF-8 (byte 12); save it as UTF-8")]


def test_every_problem_is_found_in_one_reading_and_good_articles_stay(tmp_path: Path, fees: FeeBook) -> None:
    directory = write_articles(
        tmp_path / "a",
        {
            "a.md": "no front matter",
            "b.md": GOOD.replace("loan-rate", "b").replace("本金", "100"),
            "loan-rate.md": GOOD,
        },
    )
    articles, found = read_directory(directory, fees, INTENTS)
    assert [problem.file for problem in found] == ["a.md", "b.md"]
    assert "loan-rate" in [article.id for article in articles]


def test_a_directory_without_articles_is_a_problem(tmp_path: Path, fees: FeeBook) -> None:
    (found,) = read_directory(tmp_path / "nothing", fees)[1]
    assert "no articles here" in found.message


def test_validity_includes_the_first_and_the_last_day(tmp_path: Path, fees: FeeBook) -> None:
    text = GOOD.replace("valid_to:", "valid_to: 2026-06-30")
    (article,) = load_articles(write_articles(tmp_path / "a", {"loan-rate.md": text}), fees)
    days = (date(2024, 12, 31), date(2025, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [article.holds(day) for day in days] == [False, True, True, False]


def test_the_bundled_directory_has_no_problem() -> None:
    articles, found = read_directory(BUNDLED / "articles", bundled_fees())
    assert found == []
    assert len(articles) > 150


def test_bundled_articles_name_only_products_there_are() -> None:
    known = {product.id for product in bundled_catalogue()}
    assert {p for a in load_articles(BUNDLED / "articles", bundled_fees()) for p in a.products} <= known


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_bundled_article_renders_on_its_first_day_and_today(lang: Lang) -> None:
    fees = bundled_fees()
    for article in load_articles(BUNDLED / "articles", fees):
        body = article.body(lang)
        for day in (article.valid_from, max(article.valid_from, TODAY)):
            text, _ = fill(f"{body.title}\n{body.short}\n{body.details}", fees, day, lang)
            assert "{{" not in text, article.id


def test_both_languages_of_a_first_line_say_the_same_figures() -> None:
    fees = bundled_fees()
    differing = [
        article.id
        for article in load_articles(BUNDLED / "articles", fees)
        if {row.id for row in fill(article.chinese.short, fees, TODAY, "zh")[1]}
        != {row.id for row in fill(article.english.short, fees, TODAY, "en")[1]}
    ]
    assert differing == []


def test_a_first_line_is_short_enough_to_be_read_out() -> None:
    fees = bundled_fees()
    lines = {a.id: fill(a.chinese.short, fees, TODAY, "zh")[0] for a in load_articles(BUNDLED / "articles", fees)}
    assert {name: line for name, line in lines.items() if len(line) > 60} == {}


def test_articles_and_fee_rows_name_the_same_clause_of_a_loan_agreement() -> None:
    """A quoted figure's clause is cited by an article that quotes it, so two numbers for one rule cannot stand."""
    fees = bundled_fees()
    quoting = defaultdict(set)
    for article in load_articles(BUNDLED / "articles", fees):
        for row_id in article.row_ids():
            quoting[row_id] |= {(clause.document, clause.clause) for clause in article.clauses}
    loans = {"禾川月月付服务协议", "禾川随心借服务协议"}
    rows = [fees.row(row_id, TODAY) for row_id in quoting]
    uncited = [
        (row.id, row.source.clause)
        for row in rows
        if row.source.document in loans and (row.source.document, row.source.clause) not in quoting[row.id]
    ]
    assert uncited == []
