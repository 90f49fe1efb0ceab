"""Fee rows: validity by date, wording, and every kind of problem reported with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from knowledge.fees import FeeBook, FeeBookBroken, FeeRowMissing
from tests.knowledge.knowledge_files import FEES


def write(directory: Path, text: str, name: str = "loans.yaml") -> Path:
    (directory / name).write_text(text, encoding="utf-8")
    return directory


def test_a_row_is_the_one_of_its_date_last_day_included(tmp_path: Path) -> None:
    book = FeeBook.load(write(tmp_path, FEES))
    assert book.row("loan.rate", date(2025, 12, 31)).value == Decimal("0.15")
    assert book.row("loan.rate", date(2026, 1, 1)).value == Decimal("0.144")
    assert [row.line for row in book.history("loan.rate")] == [1, 14]
    assert len(book.rows("loan", on=date(2026, 6, 1))) == 1
    assert len(book.rows()) == 2
    assert book.find("loan.rate", date(2020, 1, 1)) is None


def test_a_missing_row_says_which_dates_it_holds_for(tmp_path: Path) -> None:
    book = FeeBook.load(write(tmp_path, FEES))
    with pytest.raises(FeeRowMissing, match="2025-01-01 to 2025-12-31, 2026-01-01 to now"):
        book.row("loan.rate", date(2024, 1, 1))
    with pytest.raises(FeeRowMissing, match="no row has this id"):
        book.row("loan.fee", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        ("0.144", "rate_year", "14.4%", "14.4%"),
        ("0.0005", "rate_day", "0.05%", "0.05%"),
        ("1.00", "percent", "100%", "100%"),
        ("5", "cny", "5元", "CNY 5"),
        ("50000", "cny", "50000元", "CNY 50000"),
        ("100", "cny_per_day", "每天100元", "CNY 100 a day"),
        ("15", "days", "15天", "15 days"),
        ("1", "workdays", "1个工作日", "1 working day"),
        ("12", "months", "12个月", "12 months"),
        ("5", "years", "5年", "5 years"),
        ("2", "hours", "2小时", "2 hours"),
        ("5", "minutes", "5分钟", "5 minutes"),
        ("3", "count", "3", "3"),
        ("10", "day_of_month", "10号", "day 10"),
        ("3、6、12", "text", "3、6、12", "3、6、12"),
    ],
)
def test_every_unit_reads_well_in_both_languages(tmp_path: Path, value: str, unit: str, zh: str, en: str) -> None:
    text = FEES.split("- id", 2)[1]
    text = "- id" + text.replace('"0.15"', f'"{value}"').replace("rate_year", unit)
    row = FeeBook.load(write(tmp_path, text)).row("loan.rate", date(2025, 6, 1))
    assert (row.render("zh"), row.render("en")) == (zh, en)


def test_a_source_reads_as_a_citation(tmp_path: Path) -> None:
    source = FeeBook.load(write(tmp_path, FEES)).row("loan.rate", date(2026, 6, 1)).source
    assert source.render("zh") == "《借款协议》第4.2条（2026-01版）"
    assert source.render("en") == "借款协议, clause 4.2 (version 2026-01)"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("unit: rate_year\n  basis", "unit: rate_decade\n  basis", "unit 'rate_decade' is unknown"),
        ('value: "0.15"', "value: 0.15", "must be written in quotes"),
        ('value: "0.15"', 'value: "fifteen"', "is not a number"),
        ('value: "0.15"', 'value: "NaN"', "finite number"),
        ('value: "0.15"', 'value: "-0.15"', "zero or more"),
        ('value: "0.15"', 'value: "15"', "write a rate as a fraction"),
        ('  value: "0.15"\n', "", "field value is missing"),
        ("  name_en: rate\n  value: \"0.15\"", "  value: \"0.15\"", "field name_en is missing"),
        ("  party: 某公司\n", "", "who charges it"),
        ("phase: normal\n  valid_from: 2025", "phase: usual\n  valid_from: 2025", "phase 'usual' is unknown"),
        ("valid_from: 2025-01-01", "valid_from: 2025-02-30", "day"),
        ("valid_from: 2025-01-01", 'valid_from: "soon"', "not a date"),
        ("valid_to: 2025-12-31", "valid_to: 2024-12-31", "is before valid_from"),
        ("valid_to: 2025-12-31", "valid_to: 2026-03-01", "overlaps loans.yaml:1"),
        ("valid_from: 2026-01-01", "valid_from: 2025-01-01", "given twice"),
        ('clause: "4.2", version: "2025-01"', 'version: "2025-01"', "source.clause is missing"),
        ('clause: "4.2", version: "2025-01"', 'clause: 4.2, version: "2025-01"', "source.clause must be text"),
        ("id: loan.rate\n  product: loan\n  item: rate\n  name: 利率\n  name_en: rate\n  value: \"0.15\"",
         "id: Loan rate\n  product: loan\n  item: rate\n  name: 利\n  name_en: r\n  value: \"0.15\"", "lower case"),
        ("product: loan", "product: lean", "must start with its product"),
        ("  basis: 剩余本金\n", "  bases: 剩余本金\n", "field bases is unknown"),
        ("  basis: 剩余本金\n", "  name: 又一个\n", "given twice"),
    ],
)  # fmt: skip
def test_a_broken_row_is_reported_with_file_line_and_remedy(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in FEES
    problems = FeeBook.problems(write(tmp_path, FEES.replace(old, new, 1)))
    assert problems
    assert all(problem.file == "loans.yaml" and problem.line in (1, 14) for problem in problems)
    assert any(message in problem.message for problem in problems), problems
    with pytest.raises(FeeBookBroken, match=r"loans\.yaml:"):
        FeeBook.load(tmp_path)


def test_every_problem_is_reported_not_only_the_first(tmp_path: Path) -> None:
    broken = FEES.replace('"0.15"', "0.15").replace('"0.144"', '"x"').replace("phase: normal", "phase: odd")
    assert [problem.line for problem in FeeBook.problems(write(tmp_path, broken))] == [1, 1, 14, 14]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n", "must be a list"),
        ("- a\n", "mapping"),
        ("- [\n", "not readable as YAML"),
        ("- id: [\n  x: }\n", "YAML"),
    ],
)
def test_a_file_that_is_no_list_of_rows_is_reported(tmp_path: Path, text: str, message: str) -> None:
    problems = FeeBook.problems(write(tmp_path, text))
    assert any(message in problem.message for problem in problems), problems


def test_overlaps_are_found_across_files(tmp_path: Path) -> None:
    rows = FEES.split("- id")
    write(tmp_path, "- id" + rows[1].replace("valid_to: 2025-12-31", "valid_to:"), "a.yaml")
    write(tmp_path, "- id" + rows[2], "b.yaml")
    (problem,) = FeeBook.problems(tmp_path)
    assert (problem.file, problem.line) == ("b.yaml", 1)
    assert "a.yaml:1" in problem.message


def test_a_directory_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert "no such directory" in FeeBook.problems(tmp_path / "nowhere")[0].message


def test_bands_come_in_order_with_the_open_end_last(fees: FeeBook) -> None:
    bounds = [bound for bound, _ in fees.bands("hexuan-mixed.redeem", date(2026, 11, 24))]
    assert bounds == [*sorted(b for b in bounds if b is not None), None]


def test_the_loan_rows_of_the_demonstration_firm_are_there_today(fees: FeeBook) -> None:
    today = date(2026, 11, 24)
    rendered = {row.id: row.render() for row in fees.rows(on=today)}
    expected = {
        "yueyuefu.instalment_fee.3": "0.7%", "yueyuefu.instalment_fee.6": "0.65%", "yueyuefu.instalment_fee.9": "0.6%",
        "yueyuefu.instalment_fee.12": "0.6%", "yueyuefu.instalment_fee.24": "0.55%", "yueyuefu.minimum_ratio": "10%",
        "yueyuefu.revolving_daily": "0.05%", "yueyuefu.late_daily": "0.075%", "yueyuefu.interest_free_days": "40天",
        "yueyuefu.bill_day": "1号", "yueyuefu.due_day": "10号", "yueyuefu.grace_days": "3天",
        "yueyuefu.limit_min": "500元", "yueyuefu.limit_max": "50000元", "yueyuefu.early_fee": "0元",
        "suixinjie.annual_rate": "14.4%", "suixinjie.monthly_rate": "1.2%", "suixinjie.daily_rate": "0.04%",
        "suixinjie.late_daily": "0.06%", "suixinjie.early_fee_rate": "1%", "suixinjie.early_free_from_period": "3",
        "suixinjie.grace_days": "3天", "suixinjie.min_amount": "500元", "suixinjie.max_amount": "200000元",
        "suixinjie.terms": "3、6、12", "suixinjie.disburse_minutes": "5分钟",
    }  # fmt: skip
    assert {row_id: rendered.get(row_id) for row_id in expected} == expected


@pytest.mark.parametrize("mark", ["\u2028", "\x85"])
def test_a_unicode_line_break_is_no_line_of_the_file(tmp_path: Path, mark: str) -> None:
    text = FEES.replace("basis: 剩余本金", f'basis: "剩余{mark}本金"').replace('"0.144"', '"x"')
    assert [problem.line for problem in FeeBook.problems(write(tmp_path, text))] == [14]


def test_a_byte_order_mark_is_no_part_of_a_fee_file(tmp_path: Path) -> None:
    assert FeeBook.problems(write(tmp_path, "\ufeff" + FEES)) == []
    (tmp_path / "loans.yaml").write_bytes(FEES.encode("gbk"))
    ((file, line, message),) = [(p.file, p.line, p.message) for p in FeeBook.problems(tmp_path)]
    assert (file, line) == ("loans.yaml", 1)
    assert message.startswith("not UTF-8 (byte ")
