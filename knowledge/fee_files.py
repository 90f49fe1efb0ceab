"""Reads fee files and finds every problem in them, each with the line a person has to correct."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from knowledge.fee_units import MONEY_UNITS, RATE_UNITS, UNITS, WHOLE_UNITS
from knowledge.yaml_lines import LOADER, Problem, line_of, read_text, yaml_problem

_REQUIRED = ("id", "product", "item", "name", "name_en", "value", "unit", "phase", "valid_from", "source")
_OPTIONAL = ("basis", "party", "valid_to", "note")
_SOURCE = ("document", "clause", "version")
_PHASES = ("normal", "default", "fact")
_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9_]+)+$")
_HIGHEST_RATE = Decimal(5)


def read_directory(directory: Path) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The parsed rows of every `*.yaml` in `directory`, and every problem found; broken rows are left out."""
    if not directory.is_dir():
        return [], [Problem(directory.name, 0, "no such directory; give the folder that holds the fee files")]
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for path in sorted(directory.glob("*.yaml")):
        for line, raw, error in _entries(path):
            found = [error] if error else _row_problems(raw)
            problems += [Problem(path.name, line, message) for message in found]
            if not found:
                rows.append(_typed(raw, path.name, line))
    problems += _overlaps(rows)
    return rows, sorted(problems)


def _entries(path: Path) -> Iterator[tuple[int, Any, str | None]]:
    """(line, mapping, None) per row, or (line, None, message) for what is not a row."""
    text = read_text(path, path.name)
    if isinstance(text, Problem):
        yield text.line, None, text.message
        return
    try:
        loader = LOADER(text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        problem = yaml_problem(path.name, text, error)
        yield problem.line, None, problem.message
        return
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        yield 1, None, "the file must be a list of rows, each starting with `- id:`"
        return
    for node in root.value:
        line = line_of(text, node.start_mark)
        try:
            yield line, _mapping(loader, node), None
        except (yaml.YAMLError, ValueError) as error:
            yield line, None, f"not readable: {getattr(error, 'problem', None) or error}"


def _mapping(loader: Any, node: yaml.Node) -> Any:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("a row must be a mapping that starts with `- id:`")
    keys = [key.value for key, _ in node.value]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise ValueError(f"field {repeated[0]} is given twice")
    return loader.construct_document(node)


def _row_problems(raw: dict[str, Any]) -> list[str]:
    found = [f"field {name} is missing" for name in _REQUIRED if raw.get(name) in (None, "")]
    known = {*_REQUIRED, *_OPTIONAL}
    found += [f"field {n} is unknown; known are {', '.join(sorted(known))}" for n in map(str, raw) if n not in known]
    found += _text_problems(raw)
    found += _value_problems(raw)
    found += _date_problems(raw)
    found += _source_problems(raw.get("source"))
    phase = raw.get("phase")
    if phase is not None and phase not in _PHASES:
        found.append(f"phase {phase!r} is unknown; use {', '.join(_PHASES)}")
    if phase in ("normal", "default") and not raw.get("party"):
        found.append("field party is missing: a charge must say who charges it")
    return found


def _text_problems(raw: dict[str, Any]) -> list[str]:
    names = ("id", "product", "item", "name", "name_en", "basis", "party", "note")
    given = [n for n in names if raw.get(n) is not None]
    found = [f"field {n} must be text in quotes" for n in given if not isinstance(raw[n], str)]
    row_id = raw.get("id")
    if isinstance(row_id, str) and row_id:
        if not _ID.match(row_id):
            found.append(f"id {row_id!r} must be product.item in lower case, such as suixinjie.annual_rate")
        elif isinstance(raw.get("product"), str) and not row_id.startswith(raw["product"] + "."):
            found.append(f"id {row_id!r} must start with its product {raw['product']!r}")
    return found


def _value_problems(raw: dict[str, Any]) -> list[str]:
    value, unit = raw.get("value"), raw.get("unit")
    if unit is None:
        return []
    if not isinstance(unit, str) or unit not in UNITS:
        return [f"unit {unit!r} is unknown; use one of {', '.join(sorted(UNITS))}"]
    if value is None or value == "":
        return []
    if not isinstance(value, str):
        return [f"value {value!r} must be written in quotes, so that it stays exact"]
    if unit == "text":
        return []
    try:
        number = Decimal(value)
    except InvalidOperation:
        return [f"value {value!r} is not a number; unit {unit} needs a decimal such as 0.144"]
    if not number.is_finite() or number < 0:
        return [f"value {value!r} must be a finite number, zero or more"]
    if unit in RATE_UNITS and number > _HIGHEST_RATE:
        return [f"value {value!r} is too large for {unit}: write a rate as a fraction, 14.4% as 0.144"]
    if unit in WHOLE_UNITS and number != number.to_integral_value():
        return [f"value {value!r} must be a whole number for unit {unit}"]
    if unit == "day_of_month" and not 1 <= number <= 31:
        return [f"value {value!r} must be a day from 1 to 31"]
    if unit in MONEY_UNITS and number != round(number, 2):
        return [f"value {value!r} has more than two decimals; money is in yuan and cents"]
    return []


def _date_problems(raw: dict[str, Any]) -> list[str]:
    start, end = raw.get("valid_from"), raw.get("valid_to")
    found = [
        f"{name} {value!r} is not a date; write YYYY-MM-DD without quotes"
        for name, value in (("valid_from", start), ("valid_to", end))
        if value is not None and type(value) is not date
    ]
    if not found and start is not None and end is not None and end < start:
        found.append(f"valid_to {end} is before valid_from {start}")
    return found


def _source_problems(source: Any) -> list[str]:
    if source is None:
        return []
    if not isinstance(source, dict):
        return ["source must be {document, clause, version}"]
    found = [f"source.{name} is missing" for name in _SOURCE if source.get(name) in (None, "")]
    found += [f"source.{n} must be text in quotes" for n in _SOURCE if source.get(n) and not isinstance(source[n], str)]
    return found + [f"source.{name} is unknown" for name in map(str, source) if name not in _SOURCE]


def _typed(raw: dict[str, Any], file: str, line: int) -> dict[str, Any]:
    value = raw["value"] if raw["unit"] == "text" else Decimal(raw["value"])
    optional = {name: raw.get(name) or "" for name in ("basis", "party", "note")}
    return {**raw, **optional, "value": value, "valid_to": raw.get("valid_to"), "file": file, "line": line}


def _overlaps(rows: list[dict[str, Any]]) -> list[Problem]:
    by_id: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_id[row["id"]].append(row)
    found: list[Problem] = []
    for row_id, group in by_id.items():
        ordered = sorted(group, key=lambda r: r["valid_from"])
        for earlier, later in pairwise(ordered):
            where = f"{earlier['file']}:{earlier['line']}"
            if earlier["valid_from"] == later["valid_from"]:
                message = f"{row_id} from {later['valid_from']} is given twice, also at {where}"
                found.append(Problem(later["file"], later["line"], message))
            elif earlier["valid_to"] is None or earlier["valid_to"] >= later["valid_from"]:
                message = f"{row_id} overlaps {where}: set its valid_to before {later['valid_from']}"
                found.append(Problem(later["file"], later["line"], message))
    return found
