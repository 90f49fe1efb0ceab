"""What a calculation needs and what it answers: `Plan`, `Calculation` and the parts of the latter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from knowledge.caps import CapNotice
from knowledge.fees import FeeRow, Lang
from knowledge.figures import Figure

Text = Mapping[Lang, str]
"""The same words in Chinese (`zh`) and English (`en`)."""
LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Plan:
    """Whether an intent is computed. `none`: answer with the article. `missing`: ask for `missing`, first one first.

    `products` are the ones it can be computed for: the choices when `product` is missing, else what will be used.
    """

    status: Literal["none", "missing", "ready"]
    missing: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A source. `row_id` names the fee row (or `caps.<rule>`), empty for a law; `name` and `value` are the row's."""

    document: str
    clause: str
    version: str
    valid_from: date
    row_id: str = ""
    name: str = ""
    value: str = ""

    @classmethod
    def of_row(cls, row: FeeRow) -> Citation:
        """The citation of a fee row, with the figure it gives."""
        source = row.source
        cited = (source.document, source.clause, source.version, row.valid_from)
        return cls(*cited, row.id, row.name, row.render())


@dataclass(frozen=True, slots=True)
class Table:
    """A table in both languages; `rows[lang]` are as long as `columns[lang]`."""

    id: str
    title: Text
    columns: Mapping[Lang, tuple[str, ...]]
    rows: Mapping[Lang, tuple[tuple[str, ...], ...]]


@dataclass(frozen=True, slots=True)
class Calculation:
    """An explained answer. Every number in its words and tables is in `figures`, with where it comes from.

    `short` is the first line, `details` the paragraphs of the working, `spoken` what a voice reads (never a table),
    `suggestions` questions the customer may ask next.
    """

    intent: str
    products: tuple[str, ...]
    short: Text
    details: Mapping[Lang, tuple[str, ...]]
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]
    citations: tuple[Citation, ...]
    notices: tuple[CapNotice, ...]
    suggestions: Mapping[Lang, tuple[str, ...]]
    spoken: Text
