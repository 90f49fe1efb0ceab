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
        ("{", "not JSON"),
        ("no json", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"id": "2"}', "question missing"),
        ('{"question": "提现"}', "id missing"),
        ('{"id": null, "question": ""}', "id and question missing"),
        ('["2", "提现"]', "not a row; write one a line"),
        ("7", "not a row; write one a line"),
        ('{"id": "2", "question": " "}', "the question is empty"),
        ('{"id": "2", "question": ["提现"]}', "id and question must be text"),
        ('{"id": true, "question": "提现"}', "id and question must be text"),
        ('{"id": "2", "question": "\\ud800"}', "half a character"),
        ('{"id": 1, "question": "提现"}', "id 1 is used twice"),
    ],
    ids=lambda text: str(text)[:40],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = faq(tmp_path, json.dumps(ROWS[0]), "", line)
    with pytest.raises(FaqRefused) as refused:
        read_faq(path)
    assert str(refused.value).startswith(f"{path}:3: ")
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["faq.jsonl", "faq.csv"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has no rows"),
        ('{"id": "提现"}'.encode("gbk"), r"is not UTF-8 \(byte 8\); save it as UTF-8"),
        (b"PK\x03\x04\x00\x00", "is a binary file; export it as UTF-8 text"),
        ("id,question\n1,提现\n".encode("utf-16"), "is a binary file; export it as UTF-8 text"),
    ],
    ids=["empty", "GBK", "spreadsheet", "UTF-16"],
)
def test_a_file_that_is_no_text_or_empty_is_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FaqRefused, match=rf"{name} {message}"):
        read_faq(tmp_path / name)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FaqRefused, match=r"cannot read .*none\.csv: No such file"):
        read_faq(tmp_path / "none.csv")
    with pytest.raises(FaqRefused, match=r"cannot read .*: Is a directory"):
        read_queries(tmp_path)


def csv_file(directory: Path, text: str) -> Path:
    path = directory / "faq.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize(
    "text",
    [
        'id,question,answer\n1,提现手续费,"按比例,\n每笔"\n2,换手机号,\n',
        '\ufeff编号,问题,答案\r\n1,提现手续费,"按比例,\r\n每笔"\r\n\r\n,,\r\n2,换手机号\r\n',
        'Answer, ID,topic,Question\n"按比例,\n每笔",1,pay,提现手续费\n,2,,换手机号',
    ],
    ids=["plain", "as Excel writes it", "other order and further columns"],
)
def test_a_csv_is_read_by_its_column_names(tmp_path: Path, text: str) -> None:
    rows = read_faq(csv_file(tmp_path, text))
    assert [(row.id, row.question, row.answer) for row in rows] == [
        ("1", "提现手续费", "按比例,\n每笔"),
        ("2", "换手机号", ""),
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("id,answer\n1,按比例\n", 1, "no column question; the first line must name the columns id,question,answer"),
        ("1;提现\n", 1, "it has: 1;提现"),
        ('id,question\n1,"提现\n手续费"\n,换手机号\n', 4, "id missing"),
        ('id,question\n1,提现\n2,"换手机号\n', 3, "not CSV (unexpected end of data)"),
        ("id,question\n1,提现\n\n1,换手机号\n", 4, "id 1 is used twice"),
        ("id,question\n1,提\u2028现\n1,换手机号\n", 3, "id 1 is used twice"),
    ],
)
def test_a_bad_csv_is_refused_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = csv_file(tmp_path, text)
    with pytest.raises(FaqRefused) as refused:
        read_faq(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")
    assert message in str(refused.value)


@pytest.mark.parametrize("mark", ["\u2028", "\x85"])
def test_a_line_break_inside_a_json_string_is_text(tmp_path: Path, mark: str) -> None:
    row = json.dumps({"id": "1", "question": f"提现{mark}手续费"}, ensure_ascii=False)
    assert [found.id for found in read_faq(faq(tmp_path, row))] == ["1"]


def test_queries_are_the_lines_that_are_not_blank(tmp_path: Path) -> None:
    path = tmp_path / "queries.txt"
    path.write_text("提现\r\n\n  手机号 \n", encoding="utf-8")
    assert read_queries(path) == ["提现", "手机号"]


def test_a_file_without_queries_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "queries.txt"
    path.write_text(" \n\n", encoding="utf-8")
    with pytest.raises(FaqRefused, match="has no queries; write one on each line"):
        read_queries(path)


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
