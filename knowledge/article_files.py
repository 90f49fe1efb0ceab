"""Reads one article file and finds what is wrong with its form, each problem with the line a person has to correct."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from knowledge.yaml_lines import LOADER, Problem, line_of, read_text, yaml_problem

_TEXT = ("id", "title", "title_en", "source")
_TEXTS = ("questions", "intents", "products")
_DATES = ("valid_from", "valid_to")
_REQUIRED = (*_TEXT, *_TEXTS, "clauses", "valid_from")
_FIELDS = (*_REQUIRED, "topics", "valid_to")
_CLAUSE = ("document", "clause", "version")
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_ENGLISH = re.compile(r"^##\s*English\s*$", re.MULTILINE)
_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


@dataclass(frozen=True)
class Written:
    """An article as its file has it: the fields, the lines they stand in, and the body's text in two languages."""

    name: str
    text: str
    fields: dict[str, Any]
    lines: dict[str, int]
    entry_lines: dict[str, list[int]]
    body_start: int

    def line(self, field: str) -> int:
        """The line of a field, the first when it is not there."""
        return self.lines.get(field, 1)

    def entries(self, field: str) -> list[tuple[int, Any]]:
        """The entries of a list, each with its line."""
        return list(zip(self.entry_lines[field], self.fields[field], strict=True))

    def bodies(self) -> tuple[str, str]:
        """The Chinese and the English part, either empty when it is missing."""
        chinese, *english = _ENGLISH.split(self.text[self.body_start :], maxsplit=1)
        return chinese.strip(), english[0].strip() if english else ""

    def prose(self) -> Iterator[tuple[int, str]]:
        """What customers read: the two titles and every line of the body, each with its line number."""
        for field in ("title", "title_en"):
            yield self.line(field), str(self.fields[field])
        first = self.text.count("\n", 0, self.body_start) + 1
        yield from enumerate(self.text[self.body_start :].split("\n"), first)

    @property
    def last_line(self) -> int:
        """The number of the last line that is not empty."""
        return self.text.rstrip("\n").count("\n") + 1


def read_article(path: Path, name: str) -> tuple[Written | None, list[Problem]]:
    """The article of a file, or None and every problem of its form."""
    text = read_text(path, name)
    if isinstance(text, Problem):
        return None, [text]
    fences = list(islice(_FENCE.finditer(text), 2))
    if len(fences) < 2 or text[: fences[0].start()].strip():
        return None, [Problem(name, 1, "no front matter; begin with a line `---`, then the fields, then `---`")]
    try:
        loader = LOADER(text[: fences[1].start()])
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        return None, [yaml_problem(name, text, error)]
    if not isinstance(root, yaml.MappingNode):
        return None, [Problem(name, 1, "no front matter; write fields such as `id: …` between the two lines `---`")]
    written = Written(name, text, {}, {}, {}, fences[1].end())
    problems = [*_read_fields(written, loader, root)]
    problems += _missing(written, {problem.line for problem in problems})
    if not problems:
        problems += _shape_problems(written, path.stem)
    return (None, sorted(problems)) if problems else (written, [])


def _read_fields(written: Written, loader: Any, root: yaml.MappingNode) -> Iterator[Problem]:
    """Fill in the fields and their lines; yields those that cannot be read."""
    for key, value in root.value:
        line = line_of(written.text, key.start_mark)
        if key.value not in _FIELDS:
            yield Problem(written.name, line, f"field {key.value} is unknown; known are {', '.join(_FIELDS)}")
        elif key.value in written.lines:
            yield Problem(written.name, line, f"field {key.value} is given twice")
        else:
            written.lines[key.value] = line
            if isinstance(value, yaml.SequenceNode):
                written.entry_lines[key.value] = [line_of(written.text, entry.start_mark) for entry in value.value]
            try:
                written.fields[key.value] = loader.construct_object(value, deep=True)
            except (yaml.YAMLError, ValueError) as error:
                reason = getattr(error, "problem", None) or error
                yield Problem(written.name, line, f"{key.value} cannot be read: {reason}")


def _missing(written: Written, unreadable: set[int]) -> Iterator[Problem]:
    missing = [field for field in _REQUIRED if field not in written.lines]
    if missing:
        yield Problem(written.name, 1, f"missing field: {', '.join(missing)}")
    for field in _REQUIRED:
        line = written.lines.get(field)
        if line and line not in unreadable and written.fields[field] in (None, ""):
            yield Problem(written.name, line, f"{field} is empty")


def _shape_problems(written: Written, stem: str) -> Iterator[Problem]:
    fields = written.fields
    for field in _TEXT:
        if not isinstance(fields[field], str):
            yield Problem(written.name, written.line(field), f"{field} must be text; put it in quotes")
    for field in _TEXTS:
        yield from _list_problems(written, field, str, "text; put it in quotes")
    if fields.get("topics") is not None:
        yield from _list_problems(written, "topics", int, "a number")
    yield from _list_problems(written, "clauses", dict, "{document, clause, version}")
    for field in ("questions", "intents", "clauses"):
        if fields[field] == []:
            yield Problem(written.name, written.line(field), f"{field} is empty; an article needs at least one")
    yield from _clause_problems(written)
    for field in _DATES:
        if fields.get(field) is not None and type(fields[field]) is not date:
            yield Problem(written.name, written.line(field), f"{field} must be a date such as 2026-08-01")
    if not _ID.match(str(fields["id"])) or fields["id"] != stem:
        message = f"id {fields['id']} must equal the file name ({stem}) and use a-z, 0-9 and -"
        yield Problem(written.name, written.line("id"), message)
    chinese, english = written.bodies()
    if not chinese:
        yield Problem(written.name, written.last_line, "the body is empty")
    if not english:
        yield Problem(written.name, written.last_line, "the part after `## English` is missing")


def _list_problems(written: Written, field: str, kind: type, wanted: str) -> Iterator[Problem]:
    if not isinstance(written.fields[field], list):
        yield Problem(written.name, written.line(field), f"{field} must be a list, such as [a, b]")
        return
    for line, entry in written.entries(field):
        if not isinstance(entry, kind) or isinstance(entry, bool):
            yield Problem(written.name, line, f"an entry of {field} must be {wanted}")


def _clause_problems(written: Written) -> Iterator[Problem]:
    if not isinstance(written.fields["clauses"], list):
        return
    for line, clause in written.entries("clauses"):
        if not isinstance(clause, dict):
            continue
        if not clause.keys() >= set(_CLAUSE):
            yield Problem(written.name, line, "a clause needs document, clause and version")
        elif not all(isinstance(clause[part], str) and clause[part] for part in _CLAUSE):
            yield Problem(written.name, line, "document, clause and version of a clause must be text in quotes")
