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
    assert result.stdout == "1 articles and 2 fee rows are in order\n"
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


def test_a_broken_fee_file_is_not_followed_by_every_placeholder(firm: Path) -> None:
    (firm / "fees" / "loans.yaml").write_text("- id: loan.rate\n", encoding="utf-8")
    result = run("check")
    assert result.exit_code == 1
    assert result.stdout.startswith("fees/loans.yaml:1: ")
    assert "has no fee row" not in result.stdout


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
    assert "faq.jsonl:1: needs id, question and answer" in result.stderr
