"""Finds promises, advice, verdicts and blame in text meant for customers (forbidden_words.yaml).

`lint` is pure text in, findings out, so every package with customer wording can call it on its own templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from knowledge.yaml_lines import ProblemsFound, read_model

Category = Literal["promise", "advice", "verdict", "blame"]
_CLAUSE_END = re.compile(r"[，。！？；：、,.!?;:\n]")
_SENTENCE_END = re.compile(r"[。！？；!?;\n]|\.\s")


class ForbiddenWordsBroken(ProblemsFound):
    """forbidden_words.yaml cannot be used; correct the entry named in the message."""

    code = "forbidden_words_broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One forbidden word as it stands in the text, and what to write instead."""

    word: str
    category: Category
    advice: str


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Word(_Frozen):
    pattern: re.Pattern[str]
    allow: tuple[re.Pattern[str], ...] = ()


class _Group(_Frozen):
    advice: str
    negation: bool
    words: tuple[_Word, ...]


class ForbiddenWords(_Frozen):
    """The whole list, its patterns compiled."""

    negators: re.Pattern[str]
    educational: re.Pattern[str]
    categories: dict[Category, _Group]

    @classmethod
    def load(cls, path: Path) -> ForbiddenWords:
        """Read forbidden_words.yaml; raises `ForbiddenWordsBroken` naming the entry."""
        return read_model(path, cls, ForbiddenWordsBroken)


@lru_cache(maxsize=1)
def bundled_words() -> ForbiddenWords:
    """The project's own list, read once."""
    return ForbiddenWords.load(Path(__file__).parent / "forbidden_words.yaml")


def lint(text: str, words: ForbiddenWords | None = None) -> list[Finding]:
    """Every promise, advice, verdict or blame in `text`, in the order of the text.

    A word passes when the rules allow its wording, when its clause negates it first (promises and advice only), or when
    the sentence warns of what swindlers say.
    """
    book = words or bundled_words()
    lowered = text.lower()
    hits = sorted(_hits(lowered, book), key=lambda hit: hit[0])
    return [finding for _, finding in hits]


def _hits(text: str, book: ForbiddenWords) -> Iterator[tuple[int, Finding]]:
    for category, group in book.categories.items():
        for word in group.words:
            for match in word.pattern.finditer(text):
                if _allowed(match, text, word) or _educational(match, text, book):
                    continue
                if group.negation and book.negators.search(_before(match, text, _CLAUSE_END)):
                    continue
                yield match.start(), Finding(match.group(), category, group.advice)


def _allowed(match: re.Match[str], text: str, word: _Word) -> bool:
    return any(
        found.start() <= match.start() and match.end() <= found.end()
        for pattern in word.allow
        for found in pattern.finditer(text)
    )


def _educational(match: re.Match[str], text: str, book: ForbiddenWords) -> bool:
    head = _before(match, text, _SENTENCE_END)
    tail = _SENTENCE_END.split(text[match.end() :], maxsplit=1)[0]
    return bool(book.educational.search(head + match.group() + tail))


def _before(match: re.Match[str], text: str, end: re.Pattern[str]) -> str:
    return end.split(text[: match.start()])[-1]
