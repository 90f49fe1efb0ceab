"""`kb check`, `kb build` and `kb search` as a user runs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from knowledge import kb_cli
from knowledge.base import KnowledgeBase
from knowledge.kb_cli import Parts, app, serve_with
from tests.knowledge.hashed_encoder import HashedEncoder
from tests.knowledge.knowledge_files import GOOD, write_knowledge


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Path]:
    """A knowledge directory served to the commands for one test."""
    before = list(kb_cli._parts)
    directory = tmp_path / "firm"
    directory.mkdir()
    write_knowledge(directory, {"loan-rate.md": GOOD})

    def build(root: Path) -> KnowledgeBase:
        return KnowledgeBase.load(root, HashedEncoder(), str.lower, tmp_path / "cache")

    serve_with(Parts(directory, ("fee.rate",), HashedEncoder, str.lower, build))
    yield directory
    kb_cli._parts[:] = before


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"COLUMNS": "300"})


def test_a_directory_in_order_is_counted(firm: Path) -> None:
    result = run("check", str(firm))
    assert result.exit_code == 0
    assert result.stdout == f"{firm}: 1 articles and 2 fee rows are in order\n"
    assert run("check").stdout == result.stdout


def test_each_problem_is_a_line_with_its_place(firm: Path) -> None:
    article = firm / "articles" / "loan-rate.md"
    article.write_text(GOOD.replace("[fee.rate]", "[fee.guess]").replace("loan.rate}}。", "loan.fee}}。"), "utf-8")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "articles/loan-rate.md:8: intent fee.guess is not in the taxonomy",
        "articles/loan-rate.md:17: {{loan.fee}} has no fee row; add one to fees/",
    ]
    assert result.stderr == f"2 problems in {firm}; correct the lines above and run `shouwen kb check` again\n"


def test_a_broken_fee_file_is_not_followed_by_every_placeholder(firm: Path) -> None:
    (firm / "fees" / "loans.yaml").write_text("- id: loan.rate\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.startswith("fees/loans.yaml:1: ")
    assert "has no fee row" not in result.stdout


def test_products_ceilings_and_validity_are_checked_too(firm: Path) -> None:
    article = firm / "articles" / "loan-rate.md"
    article.write_text(GOOD.replace("[loan]", "[lone]").replace("2025-01-01", "2024-01-01"), "utf-8")
    (firm / "caps.yaml").write_text("lpr_1y:\n  - {from: 2025-05-20, rate: low}\nrules: []\n", encoding="utf-8")
    assert run("check").stdout.splitlines() == [
        "caps.yaml:2: lpr_1y, entry 1, rate: Input should be a valid decimal",
        "articles/loan-rate.md:9: product lone is not in products.yaml",
        "articles/loan-rate.md:17: {{loan.rate}} has no fee row on 2024-01-01, when the article holds; "
        "it has one from 2025-01-01 to 2025-12-31, 2026-01-01 to now; "
        "add a row to fees/, or change the article's valid_from or valid_to",
    ]


def test_a_broken_product_file_is_not_followed_by_every_product(firm: Path) -> None:
    (firm / "products.yaml").write_text("- {id: loan, name: 小借}\n", encoding="utf-8")
    assert run("check").stdout.splitlines() == [
        "products.yaml:1: entry 1, name_en: this field is missing",
        "products.yaml:1: entry 1, kind: this field is missing",
    ]


def test_a_product_file_without_products_is_reported(firm: Path) -> None:
    (firm / "products.yaml").write_text("[]\n", encoding="utf-8")
    assert run("check").stdout == "products.yaml:1: needs at least one entry\n"


def test_an_empty_directory_is_told_what_it_lacks(tmp_path: Path, firm: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    result = run("check", str(empty))
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.stdout.splitlines()] == [
        "fees",
        "products.yaml",
        "caps.yaml",
        "articles",
    ]
    assert run("check", str(firm / "products.yaml")).exit_code == 2


@pytest.mark.parametrize("command", ["check", "build"])
def test_a_directory_that_is_not_there_is_refused(firm: Path, command: str) -> None:
    result = run(command, str(firm / "nowhere"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{firm}/nowhere is not a directory; name one with articles/" in result.stderr


def test_a_broken_directory_is_not_built(firm: Path) -> None:
    (firm / "articles" / "loan-rate.md").write_text("no front matter\n", encoding="utf-8")
    result = run("build")
    assert result.exit_code == 1
    assert result.stdout.startswith("articles/loan-rate.md:1: no front matter")
    assert not (firm.parent / "cache").exists()


def test_building_names_what_it_indexed(firm: Path) -> None:
    result = run("build", str(firm))
    assert result.exit_code == 0
    assert result.stdout.startswith("index over 1 articles, 4 entries, content ")
    assert len(list((firm.parent / "cache").glob("*.npz"))) == 1


@pytest.mark.usefixtures("firm")
def test_searching_prints_a_json_line_a_query(tmp_path: Path) -> None:
    faq, queries = tmp_path / "faq.jsonl", tmp_path / "queries.txt"
    faq.write_text('{"id": "a", "question": "提现手续费"}\n{"id": "b", "question": "换手机号"}\n', encoding="utf-8")
    queries.write_text("手机号怎么换\n提现\n", encoding="utf-8")
    result = run("search", str(faq), str(queries), "-k", "1")
    assert result.exit_code == 0
    assert [json.loads(line)["hits"][0]["id"] for line in result.stdout.splitlines()] == ["b", "a"]
    assert "手机号怎么换" in result.stdout


@pytest.mark.usefixtures("firm")
def test_an_faq_that_cannot_be_used_is_an_error_on_standard_error(tmp_path: Path) -> None:
    faq = tmp_path / "faq.jsonl"
    faq.write_text("{\n", encoding="utf-8")
    result = run("search", str(faq), str(faq))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "faq.jsonl:1: not JSON" in result.stderr


@pytest.mark.usefixtures("firm")
def test_a_csv_is_searched_with_queries_from_standard_input(tmp_path: Path) -> None:
    faq = tmp_path / "faq.csv"
    faq.write_text("编号,问题,答案\na,提现手续费,按比例\nb,换手机号,在设置里\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["search", str(faq), "-", "-k", "1"], input="手机号怎么换\n")
    assert [json.loads(line)["hits"][0]["id"] for line in result.stdout.splitlines()] == ["b"]


@pytest.mark.parametrize("command", ["check", "build", "search"])
def test_help_shows_an_example(command: str) -> None:
    assert f"shouwen kb {command} " in run(command, "--help").stdout
