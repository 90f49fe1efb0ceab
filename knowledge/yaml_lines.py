"""Reads YAML so that whatever is wrong in it is named by file and line, counted as an editor counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TOO_SHORT = "needs at least one entry"
_MESSAGES = {
    "missing": "this field is missing",
    "extra_forbidden": "there is no such field; remove it or correct its name",
    "tuple_type": "must be a list, such as [a, b]",
    "too_short": _TOO_SHORT,
}
_Loc = tuple[int | str, ...]
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something to correct: file name, line (from 1; 0 for the file as a whole), and what to do."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class ProblemsFound(Exception):
    """A directory or file cannot be used; the message has a line for each problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


def read_text(path: Path, name: str) -> str | Problem:
    """The text of a UTF-8 file without its byte order mark, or why it cannot be read."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        return Problem(name, 1, f"not UTF-8 (byte {error.start}); save it as UTF-8")
    except OSError as error:
        return Problem(name, 0, f"cannot be read: {error.strerror}")


def line_of(text: str, mark: Any) -> int:
    """The line of a YAML mark. YAML itself also counts U+0085 and U+2028 as line breaks; editors do not."""
    return text.count("\n", 0, mark.index) + 1


def yaml_problem(name: str, text: str, error: Exception) -> Problem:
    """A parser's error as a problem at its line; the first line for a value that cannot be read, such as a day 32."""
    if isinstance(error, yaml.reader.ReaderError):
        line = text.encode()[: error.position].count(b"\n") + 1
        return Problem(name, line, f"not readable as YAML: {error.reason}")
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or error
    return Problem(name, line_of(text, mark) if mark else 1, f"not readable as YAML: {reason}")


def read_model(path: Path, model: type[_Model], broken: type[ProblemsFound], root: str | None = None) -> _Model:
    """A file as a model, its whole content under the field `root` when given; raises `broken` with every problem."""
    text = read_text(path, path.name)
    if isinstance(text, Problem):
        raise broken([text])
    try:
        loader = LOADER(text)
        node = loader.get_single_node()
        raw = loader.construct_document(node) if node else None
    except (yaml.YAMLError, ValueError) as error:
        raise broken([yaml_problem(path.name, text, error)]) from None
    try:
        return model.model_validate({root: raw} if root else raw)
    except ValidationError as error:
        found = [
            (tuple(e["loc"][1:] if root else e["loc"]), _MESSAGES.get(e["type"], e["msg"])) for e in error.errors()
        ]
        found = [(loc, said) for loc, said in found if said != _TOO_SHORT or not _above(loc, found)]
        raise broken([_model_problem(path.name, text, node, loc, said) for loc, said in found]) from None


def _above(loc: _Loc, found: Sequence[tuple[_Loc, str]]) -> bool:
    """True for a place inside which something else is wrong: entries left out for that are not counted as there."""
    return any(len(other) > len(loc) and other[: len(loc)] == loc for other, _ in found)


def _model_problem(name: str, text: str, root: yaml.Node | None, loc: _Loc, message: str) -> Problem:
    found, node = root, root
    for step in loc:
        node = _below(node, step)
        found = node or found
    place = ", ".join(f"entry {step + 1}" if isinstance(step, int) else step for step in loc)
    return Problem(name, line_of(text, found.start_mark) if found else 1, f"{place}: {message}" if place else message)


def _below(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    return None
