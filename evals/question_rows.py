"""Reads question files of four forms into raw rows: YAML by group, TSV, CSV and JSON lines.

Form only: decoding, columns, line numbers. What a row means is checked in `evals.questions`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

MAX_LINES = 100_000
REQUIRED = ("text", "intent")
ALIASES = {"also_defensible": "also"}
COLUMNS = (*REQUIRED, "slices", "also", "source", *ALIASES)
SEPARATOR = "|"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class QuestionFileError(ValueError):
    """A question file that cannot be used; the message names file and line and says what to do."""

    def __init__(self, file: Path | str, line: int, problem: str) -> None:
        self.file = str(file)
        self.line = line
        super().__init__(f"{file}:{line}: {problem}")


@dataclass(frozen=True)
class Row:
    """One question as written. `group` is set for YAML files alone."""

    file: str
    line: int
    text: str
    intent: str
    slices: tuple[str, ...]
    also: tuple[str, ...]
    source: str
    group: str | None = None


def rows(path: Path) -> Iterator[Row]:
    """The rows of a `.yaml`, `.yml`, `.jsonl`, `.tsv` or `.csv` file; raises `QuestionFileError`."""
    readers = {".yaml": _yaml, ".yml": _yaml, ".jsonl": _json_lines, ".tsv": _table, ".csv": _table}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise QuestionFileError(path, 1, f"ends in {path.suffix or 'nothing'}; name it {', '.join(sorted(readers))}")
    return reader(path, _decode(path))


def _decode(path: Path) -> str:
    """UTF-8 text (a BOM is dropped) with `\\n` line ends, at most `MAX_LINES` lines."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise QuestionFileError(path, 1, f"cannot be read ({error.strerror}); check the path") from error
    if content.startswith(_UTF16_MARKS):
        raise QuestionFileError(path, 1, "is UTF-16; save it as UTF-8")
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    if len(lines) > MAX_LINES:
        raise QuestionFileError(path, MAX_LINES + 1, f"more than {MAX_LINES} lines; split the file or draw a sample")
    return "\n".join(_decode_line(path, number, line) for number, line in enumerate(lines, 1))


def _decode_line(path: Path, number: int, line: bytes) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        earlier = "is not UTF-8" if number == 1 else "is not UTF-8 although the lines before are"
        raise QuestionFileError(path, number, f"{earlier} (GB18030?); save the whole file as UTF-8") from error
    if "\ufffd" in text or "\x00" in text:
        raise QuestionFileError(path, number, "holds characters lost in an earlier conversion; export the file again")
    return text


def _table(path: Path, content: str) -> Iterator[Row]:
    """Columns by the header; tab-separated fields are taken literally, comma-separated ones may be quoted."""
    tabbed = "\t" in content.split("\n", 1)[0]
    reader = (
        csv.reader(content.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE)
        if tabbed
        else csv.reader(content.split("\n"), strict=True)
    )
    header: list[str] | None = None
    start = 1
    try:
        for fields in reader:
            if header is None:
                header = [name.strip() for name in fields]
                _check_columns(path, 1, header)
            elif any(field.strip() for field in fields):
                yield _from_fields(path, start, header, fields)
            start = reader.line_num + 1
    except csv.Error as error:
        raise QuestionFileError(path, start, f"{error}; close the quotes of this row") from error


def _from_fields(path: Path, line: int, header: list[str], fields: list[str]) -> Row:
    if len(fields) != len(header):
        raise QuestionFileError(path, line, f"has {len(fields)} columns, the header {len(header)}; correct the row")
    return _row(path, line, dict(zip(header, fields, strict=True)))


def _json_lines(path: Path, content: str) -> Iterator[Row]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except json.JSONDecodeError as error:
            raise QuestionFileError(path, number, f"is not JSON ({error.msg}); one object a line") from error
        if not isinstance(entry, dict):
            raise QuestionFileError(path, number, 'is not an object; write {"text": …, "intent": …}')
        _check_columns(path, number, list(entry))
        yield _row(path, number, entry)


def _yaml(path: Path, content: str) -> Iterator[Row]:
    try:
        root = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise QuestionFileError(path, line, f"is not YAML ({error.problem}); quote the text") from error
    parts = _mapping(path, root)
    group, questions = parts.get("group"), parts.get("questions")
    if not isinstance(group, yaml.ScalarNode) or not isinstance(questions, yaml.SequenceNode):
        raise QuestionFileError(path, 1, "needs `group: NAME` and a list `questions:`")
    for node in questions.value:
        entry = {key: _plain(path, value) for key, value in _mapping(path, node).items()}
        _check_columns(path, _line(node), list(entry))
        yield _row(path, _line(node), entry, group.value)


def _mapping(path: Path, node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise QuestionFileError(path, _line(node), "expected `key: value`")
    return {str(key.value): value for key, value in node.value}


def _plain(path: Path, node: yaml.Node) -> str | list[str]:
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode) and all(isinstance(item, yaml.ScalarNode) for item in node.value):
        return [str(item.value) for item in node.value]
    raise QuestionFileError(path, _line(node), "expected a text or a list of names")


def _line(node: yaml.Node | None) -> int:
    return int(node.start_mark.line) + 1 if node else 1


def _check_columns(path: Path, line: int, names: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in COLUMNS]
    if missing or unknown:
        wrong = [*(f"no column {name}" for name in missing), *(f"unknown column {name}" for name in unknown)]
        raise QuestionFileError(path, line, f"{', '.join(wrong)}; the columns are {', '.join(COLUMNS)}")
    if len({ALIASES.get(name, name) for name in names}) < len(names):
        raise QuestionFileError(path, line, "has a column twice (also_defensible is also); keep one")


def _row(path: Path, line: int, entry: Mapping[str, object], group: str | None = None) -> Row:
    named = {ALIASES.get(key, key): value for key, value in entry.items()}
    for key in ("text", "intent", "source"):
        if not isinstance(named.get(key, ""), str):
            raise QuestionFileError(path, line, f"{key} is not a text; put it in quotes")
    return Row(
        file=path.name,
        line=line,
        text=str(named["text"]).strip(),
        intent=str(named["intent"]).strip(),
        slices=_names(path, line, named.get("slices")),
        also=_names(path, line, named.get("also")),
        source=str(named.get("source", "")).strip() or path.stem,
        group=group,
    )


def _names(path: Path, line: int, value: object) -> tuple[str, ...]:
    """Names from `a|b` or from a list."""
    listed = value.split(SEPARATOR) if isinstance(value, str) else [] if value is None else value
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise QuestionFileError(path, line, f"slices and also are names joined by {SEPARATOR} or a list of names")
    return tuple(name.strip() for name in listed if name.strip())
