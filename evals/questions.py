"""Labelled questions to evaluate on: the project's own set and any firm's file, checked the same way.

The own set lives in `evals/data/` and is never trained on (`evals.leakage` proves it). A firm's file has the columns
`text,intent[,slices][,also_defensible][,source]` as TSV or CSV, or the same keys as JSON lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.question_rows import MAX_LINES, QuestionFileError, Row, rows
from intents.normalise import normalise
from intents.taxonomy import taxonomy

__all__ = ["MAX_LINES", "OWN_DATA", "SLICES", "Question", "QuestionFileError", "own_questions", "read_questions"]

OWN_DATA = Path(__file__).parent / "data"
SLICES = ("elderly", "dialect", "very_short", "long_story", "traditional", "english", "voice", "angry")
_SLICE_NAME = re.compile(r"[\w.-]{1,40}")


@dataclass(frozen=True)
class Question:
    """One labelled question.

    `slices`: voices it belongs to (the own set uses `SLICES`; a firm may have its own names).
    `also`: intents that are defensible besides `intent`. `source`: the source column, else the file's name.
    """

    text: str
    intent: str
    slices: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    source: str = ""

    @property
    def group(self) -> str:
        """The part of the intent before the dot."""
        return self.intent.split(".", 1)[0]

    def accepts(self, intent: str) -> bool:
        """Whether an answer of `intent` is right or defensible."""
        return intent == self.intent or intent in self.also


def read_questions(path: Path) -> tuple[Question, ...]:
    """Every question of a file, or of the `*.yaml` files of a directory, in order.

    Raises `QuestionFileError` naming file and line: unreadable or mixed encodings, wrong columns, unknown intents,
    empty or repeated questions, no question at all, more than `MAX_LINES` lines.
    """
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    questions = tuple(_checked(row for file in files for row in rows(file)))
    if not questions:
        raise QuestionFileError(path, 1, "holds no question; add a row below the header")
    return questions


def own_questions() -> tuple[Question, ...]:
    """The project's own evaluation set."""
    return read_questions(OWN_DATA)


def _checked(found: Iterable[Row]) -> Iterator[Question]:
    """Questions of rows that are valid one by one and differ from each other in more than width, case and script."""
    first: dict[str, Row] = {}
    for row in found:
        _check_text(row)
        _check_intents(row)
        _check_slices(row)
        earlier = first.setdefault(normalise(row.text), row)
        if earlier is not row:
            said = "with another intent" if earlier.intent != row.intent else "with the same intent"
            raise QuestionFileError(
                row.file, row.line, f"「{row.text}」 is at {earlier.file}:{earlier.line} already, {said}; delete one"
            )
        yield Question(row.text, row.intent, row.slices, row.also, row.source)


def _check_text(row: Row) -> None:
    if not normalise(row.text):
        raise QuestionFileError(row.file, row.line, "the text is empty; fill it in or delete the row")


def _check_intents(row: Row) -> None:
    known = taxonomy()
    for intent in (row.intent, *row.also):
        if intent not in known:
            raise QuestionFileError(row.file, row.line, f"unknown intent {intent!r}; take one from taxonomy.yaml")
    if row.intent in row.also or len(set(row.also)) < len(row.also):
        raise QuestionFileError(row.file, row.line, "an intent is named twice; `also` lists only other intents")
    if row.group is not None and known[row.intent].group != row.group:
        raise QuestionFileError(row.file, row.line, f"{row.intent} is not of group {row.group}; move the question")


def _check_slices(row: Row) -> None:
    for name in row.slices:
        if not _SLICE_NAME.fullmatch(name):
            raise QuestionFileError(row.file, row.line, f"slice {name!r} is not a name; use letters, digits, _ . -")
    if len(set(row.slices)) < len(row.slices):
        raise QuestionFileError(row.file, row.line, "a slice is named twice; keep one")
