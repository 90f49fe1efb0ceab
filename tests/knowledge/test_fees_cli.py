"""`fees quote` and `fees apr` as a user runs them: lines on standard output, errors with exit code 2."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from knowledge.cli import app

QUOTE = ["quote", "--principal", "12000", "--terms", "12"]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})


def as_file_row(vector: Any) -> dict[str, Any]:
    """A figure of vectors.yaml in the format a user's file has."""
    row: dict[str, Any] = {"id": vector.id, "method": vector.raw["method"]}
    if "grid" in vector.raw:
        return {**row, "monthly_cashflows": [a.lstrip("+") for a, n, *_ in vector.streams for _ in range(n)]}
    units = "per_year" in vector.raw
    for name, sign in (("advances", "+"), ("payments", "-")):
        row[name] = [
            {"amount": a[1:], "count": n, "t": int(at) if units else at, "step": int(every) if units else every}
            | ({"f": odd} if units else {})
            for a, n, at, odd, every in vector.streams
            if a[0] == sign
        ]
    return row | ({"unit_periods_per_year": vector.raw["per_year"]} if units else {})


def file_of(directory: Path, content: Any) -> str:
    path = directory / "flows.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def test_apr_prints_one_line_per_vector_unrounded(tmp_path: Path, vectors: list[Any]) -> None:
    result = run("apr", file_of(tmp_path, [as_file_row(vector) for vector in vectors]))
    assert result.exit_code == 0
    lines = [json.loads(line, parse_float=Decimal) for line in result.stdout.splitlines()]
    assert [line["id"] for line in lines] == [vector.id for vector in vectors]
    for line, vector in zip(lines, vectors, strict=True):
        assert set(line) == {"id", "percent"}
        assert -line["percent"].as_tuple().exponent >= 6
        assert abs(line["percent"] - Decimal(vector.raw["finer"])) <= Decimal("0.0000006")


def test_apr_with_a_method_uses_it_for_every_vector(tmp_path: Path, vectors: list[Any]) -> None:
    grids = [vector for vector in vectors if "nominal" in vector.raw]
    result = run("apr", file_of(tmp_path, [as_file_row(v) for v in grids]), "--method", "cn-irr-nominal")
    for line, vector in zip(result.stdout.splitlines(), grids, strict=True):
        assert abs(json.loads(line, parse_float=Decimal)["percent"] - Decimal(vector.raw["nominal"])) < Decimal(
            "0.00006"
        )


def test_apr_takes_dated_flows(tmp_path: Path) -> None:
    flows = [["2026-01-01", 10000], ["2027-01-01", -11000]]
    result = run("apr", file_of(tmp_path, [{"id": "d", "method": "pboc-irr-compound", "dated_cashflows": flows}]))
    assert json.loads(result.stdout) == {"id": "d", "percent": 10.0}


LEVEL = {
    "id": "v1", "method": "eu-aprc", "advances": [{"amount": "1000", "count": 1, "t": "0", "step": "0"}],
    "payments": [{"amount": "90", "count": 12, "t": "1/12", "step": "1/12"}],
}  # fmt: skip
UNITS = {
    "id": "v1", "method": "reg-z-actuarial", "unit_periods_per_year": "12",
    "advances": [{"amount": "1000", "count": 1, "t": 0, "f": "0", "step": 1}],
    "payments": [{"amount": "90", "count": 12, "t": 1, "f": "0", "step": 1}],
}  # fmt: skip


def broken(base: dict[str, Any], stream: str | None = None, **changes: Any) -> list[dict[str, Any]]:
    copy = json.loads(json.dumps(base))
    target = copy[stream][0] if stream else copy
    target.update(changes)
    for name in [name for name, value in target.items() if value == "-drop-"]:
        del target[name]
    good = {**LEVEL, "id": "good"}
    return [good, copy]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (broken(LEVEL, method="apr"), ["v1", "method", "reg-z-actuarial"]),
        (broken(LEVEL, method="-drop-"), ["v1", "method"]),
        (broken(LEVEL, id="-drop-"), ["#2", "id"]),
        (broken(LEVEL, id="good"), ["good", "used once"]),
        (broken(LEVEL, payments="-drop-"), ["v1", "payments"]),
        (broken(LEVEL, payments=[]), ["v1", "payments"]),
        (broken(LEVEL, "payments", amount="NaN"), ["v1", "payments[0].amount", "0 to"]),
        (broken(LEVEL, "payments", amount="-90"), ["v1", "payments[0].amount", "0 to"]),
        (broken(LEVEL, "payments", amount="ninety"), ["v1", "payments[0].amount"]),
        (broken(LEVEL, "payments", amount="-drop-"), ["v1", "payments[0].amount", "missing"]),
        (broken(LEVEL, "payments", count=0), ["v1", "payments[0].count", "1 to 10000"]),
        (broken(LEVEL, "payments", count=10**9), ["v1", "payments[0].count", "1 to 10000"]),
        (broken(LEVEL, "payments", t="1/0"), ["v1", "payments[0].t"]),
        (broken(LEVEL, "payments", t="soon"), ["v1", "payments[0].t", "1/12+3/365"]),
        (broken(LEVEL, "payments", t="500"), ["v1", "payments[0].t"]),
        (broken(LEVEL, "payments", step="-1/12"), ["v1", "payments[0].step"]),
        (broken(LEVEL, "payments", step="-drop-"), ["v1", "payments[0].step"]),
        (broken(LEVEL, "payments", ammount="1"), ["v1", "payments[0].ammount"]),
        (broken(LEVEL, "payments", f="1/2"), ["v1", "payments[0].f"]),
        (broken(LEVEL, currency="CNY", payments=[{"amount": 1, "t": "1", "currency": "USD"}]), ["v1", "currency"]),
        (broken(UNITS, unit_periods_per_year="0"), ["v1", "unit_periods_per_year", "above 0"]),
        (broken(UNITS, unit_periods_per_year="-drop-"), ["v1", "unit_periods_per_year"]),
        (broken(UNITS, "payments", f="3/2"), ["v1", "payments[0].f", "0 to below 1"]),
        (broken(UNITS, "payments", t="1/2"), ["v1", "payments[0].t", "whole number"]),
        (broken(UNITS, "payments", step="1/2"), ["v1", "payments[0].step"]),
        ([{"id": "m", "method": "cn-irr-nominal", "monthly_cashflows": ["1", "x"]}], ["m", "monthly_cashflows[1]"]),
        ([{"id": "m", "method": "cn-irr-nominal", "monthly_cashflows": "12"}], ["m", "monthly_cashflows"]),
        ([{"id": "m", "method": "cn-irr-nominal", "monthly_cashflows": [1, 2]}], ["m", "one sign"]),
        ([{"id": "m", "method": "cn-irr-nominal", "monthly_cashflows": [-100, 200, -150]}], ["m", "no rate"]),
        ([{"id": "d", "method": "eu-aprc", "dated_cashflows": [["2026-02-30", 1], ["2026-03-01", -1]]}], ["d", "date"]),
        (["x"], ["#1", "JSON object"]),
        ("[", ["file", "JSON list"]),
        ('[{"id": "n", "method": "eu-aprc", "monthly_cashflows": [' + "9" * 5000 + ", -1]}]", ["file"]),
        (broken(LEVEL, "payments", t="1" * 5000), ["v1", "payments[0].t"]),
        (broken(LEVEL, "payments", amount="1e99999999999999999999"), ["v1", "payments[0].amount"]),
        ('[{"id": "n", "method": "eu-aprc", "monthly_cashflows": [NaN, 1]}]', ["NaN"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) and isinstance(value[0], str) else "",
)
def test_a_wrong_field_ends_with_code_2_a_named_field_and_no_output(
    tmp_path: Path, content: Any, words: list[str]
) -> None:
    result = run("apr", file_of(tmp_path, content))
    assert result.exit_code == 2
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr


def test_an_astronomic_rate_is_printed_in_full(tmp_path: Path) -> None:
    flows = [["2026-01-01", 1], ["2026-01-02", -2]]
    result = run("apr", file_of(tmp_path, [{"id": "d", "method": "pboc-irr-compound", "dated_cashflows": flows}]))
    percent = json.loads(result.stdout, parse_float=Decimal)["percent"]
    assert percent == pytest.approx((Decimal(2) ** 365 - 1) * 100, rel=Decimal("1e-20"))


def test_several_rates_are_noted_beside_the_chosen_one(tmp_path: Path) -> None:
    vector = {
        "id": "s",
        "method": "uk-apr",
        "dated_cashflows": [["2025-01-01", -100], ["2026-01-01", 230], ["2027-01-01", -132]],
    }
    result = run("apr", file_of(tmp_path, [vector]))
    assert json.loads(result.stdout)["percent"] == pytest.approx(10)
    assert "10.000000, 20.000000" in result.stderr


def test_one_currency_named_throughout_is_taken(tmp_path: Path) -> None:
    assert run("apr", file_of(tmp_path, broken(LEVEL, "payments", currency="EUR"))).exit_code == 0


def test_apr_of_a_file_that_is_not_there_ends_with_code_2(tmp_path: Path) -> None:
    result = run("apr", str(tmp_path / "none.json"))
    assert result.exit_code == 2
    assert "file" in result.stderr


@pytest.mark.parametrize("rate", ["0.006", "0.6%", "千分之六"])
def test_quote_as_json_is_the_quote(rate: str) -> None:
    result = run(*QUOTE, "--monthly-fee-rate", rate, "--json")
    data = json.loads(result.stdout)
    assert data["rates"]["nominal"]["percent"] == "13.034224"
    assert data["rates"]["compound"]["percent"] == "13.841785"
    assert data["rates"]["simple"]["percent"] == "13.292308"


def test_quote_as_a_table_shows_schedule_rates_and_working() -> None:
    result = run(*QUOTE, "--monthly-fee-rate", "0.006", "--lender-type", "micro_loan")
    assert result.exit_code == 0
    for words in ("1072.00", "13.84%", "13.03%", "13.29%", "864元", "参考线24%"):
        assert words in result.stdout


def test_quote_of_a_product_shows_its_source() -> None:
    result = run(*QUOTE, "--product", "suixinjie", "--on", "2026-11-24")
    assert "禾川随心借服务协议" in result.stdout
    assert "1.2%" in result.stdout


def test_quote_counts_insurance_membership_and_guarantee() -> None:
    result = run(*QUOTE, "--annual-rate", "10%", "--insurance", "10", "--membership", "5", "--guarantee", "3", "--json")
    kinds = {item["kind"]: item["amount"] for item in json.loads(result.stdout)["items"]}
    assert kinds["insurance"] == "120"
    assert kinds["membership"] == "60"
    assert kinds["guarantee"] == "36"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--monthly-fee-rate", "6"], ["monthly_fee_rate", "6%", "0.6%"]),
        (["--monthly-fee-rate", "0.6"], ["monthly_fee_rate", "0.6%", "60%"]),
        (["--monthly-fee-rate", "0.006", "--terms", "0"], ["terms", "1 to 600"]),
        (["--monthly-fee-rate", "0.006", "--start", "2026-02-29"], ["start"]),
        (["--product", "nothing"], ["product", "suixinjie"]),
        (["--product", "suixinjie", "--on", "2020-01-01"], ["suixinjie.monthly_rate", "2020-01-01"]),
        ([], ["rate"]),
    ],
)
def test_quote_refuses_wrong_input_with_code_2(arguments: list[str], words: list[str]) -> None:
    result = run(*QUOTE, *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr
