"""Any FAQ can be searched, and a line that cannot be used is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from knowledge.faq import FaqRefused, faq_index, read_faq, read_queries, search_rows
from tests.knowledge.hashed_encoder import HashedEncoder

ROWS = [
    {"id": "1", "question": "提现手续费多少", "answer": "按比例收"},
    {"id": 2, "question": "怎么更换手机号", "answer": None},
    {"id": "3", "question": "early repayment fee"},
]


def faq(directory: Path, *lines: str) -> Path:
    path = directory / "faq.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_rows_are_read_with_text_ids_and_an_empty_answer_for_none(tmp_path: Path) -> None:
    rows = read_faq(faq(tmp_path, *(json.dumps(row, ensure_ascii=False) for row in ROWS)))
    assert [(row.id, row.answer) for row in rows] == [("1", "按比例收"), ("2", ""), ("3", "")]


def test_blank_lines_and_a_byte_order_mark_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "faq.jsonl"
    path.write_text("\ufeff" + json.dumps(ROWS[0]) + "\n\n  \n" + json.dumps(ROWS[2]), encoding="utf-8")
    assert [row.id for row in read_faq(path)] == ["1", "3"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "needs id, question and answer as JSON"),
        ("no json", "needs id, question and answer as JSON"),
        ('{"id": "2"}', "needs id, question and answer as JSON"),
        ('{"question": "提现"}', "needs id, question and answer as JSON"),
        ('["2", "提现"]', "needs id, question and answer as JSON"),
        ("7", "needs id, question and answer as JSON"),
        ('{"id": "2", "question": " "}', "the question is empty"),
        ('{"id": 1, "question": "提现"}', "id 1 is used twice"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = faq(tmp_path, json.dumps(ROWS[0]), "", line)
    with pytest.raises(FaqRefused) as refused:
        read_faq(path)
    assert str(refused.value).startswith(f"{path}:3: ")
    assert message in str(refused.value)


def test_a_file_without_rows_not_utf8_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaqRefused, match="has no rows"):
        read_faq(faq(tmp_path, ""))
    gbk = tmp_path / "gbk.jsonl"
    gbk.write_bytes('{"id": "提现"}'.encode("gbk"))
    with pytest.raises(FaqRefused, match=r"gbk\.jsonl is not UTF-8 \(byte 8\)"):
        read_faq(gbk)
    with pytest.raises(FaqRefused, match=r"cannot read .*none\.jsonl"):
        read_queries(tmp_path / "none.jsonl")


@pytest.mark.xfail(strict=True, reason="lines are split at every Unicode line break, JSON strings may hold them")
@pytest.mark.parametrize("mark", ["\u2028", "\x85"])
def test_a_line_break_inside_a_json_string_is_text(tmp_path: Path, mark: str) -> None:
    row = json.dumps({"id": "1", "question": f"提现{mark}手续费"}, ensure_ascii=False)
    assert [found.id for found in read_faq(faq(tmp_path, row))] == ["1"]


def test_queries_are_the_lines_that_are_not_blank(tmp_path: Path) -> None:
    path = tmp_path / "queries.txt"
    path.write_text("提现\r\n\n  手机号 \n", encoding="utf-8")
    assert read_queries(path) == ["提现", "手机号"]


def test_each_query_gets_its_hits_best_first(tmp_path: Path) -> None:
    rows = read_faq(faq(tmp_path, *(json.dumps(row) for row in ROWS)))
    index = faq_index(rows, HashedEncoder(), str.lower)
    found = list(search_rows(index, ["换手机号", "EARLY repayment"], k=2))
    assert [row["query"] for row in found] == ["换手机号", "EARLY repayment"]
    assert [row["hits"][0]["id"] for row in found] == ["2", "3"]
    for row in found:
        scores = [hit["score"] for hit in row["hits"]]
        assert len(scores) == 2
        assert scores == sorted(scores, reverse=True)
