"""What the assistant says in one turn, and what each figure in it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict


class Citation(BaseModel):
    """The clause an answer rests on, with the version and the dates it holds for."""

    model_config = ConfigDict(frozen=True)

    article: str | None = None
    title: str = ""
    document: str
    clause: str
    version: str
    valid_from: date | None = None
    as_of: date
    row_id: str | None = None


class Suggestion(BaseModel):
    """A next step: a button showing `label` that says `text`."""

    model_config = ConfigDict(frozen=True)

    label: str
    text: str


class Reply(BaseModel):
    """The words, the blocks around them (details, tables, options), citations and suggestions."""

    model_config = ConfigDict(frozen=True)

    text: str
    blocks: tuple[dict[str, Any], ...] = ()
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Grounds:
    """A figure that may be said: its value and unit (`cny`, `percent`, `days`, …), its wording, and its origin."""

    value: Decimal | date | str
    unit: str
    rendered: str
    origin: str


def spoken_parts(reply: Reply) -> list[str]:
    """Every text of a reply a customer reads as the firm's claim: words, paragraphs, table cells, option labels."""
    parts = [reply.text, *(s.label for s in reply.suggestions)]
    for block in reply.blocks:
        parts += _texts({key: value for key, value in block.items() if key not in ("kind", "id")})
    return parts


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for key, item in value.items() if key != "id" for text in _texts(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    return []
