"""Builds an answer so that no figure can be said without its origin: texts take figures only as named facts.

A fact renders itself in both languages; each fact a text or a table cell uses is recorded, and so is each source.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter

from knowledge.calculations.model import LANGS, Calculation, Citation, Table, Text
from knowledge.calculations.wording import Wording
from knowledge.caps import CapNotice
from knowledge.fee_units import RATE_UNITS, render_value
from knowledge.fees import FeeRow, Lang
from knowledge.figures import Figure, SourceRef
from knowledge.money import HUNDRED, plain, yuan


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure with its unit and origin. `places` rounds a percentage for showing; `value` is percent, not fraction."""

    value: Decimal | date
    unit: str
    origin: str
    places: int | None = None

    def shown(self) -> Decimal | date:
        """The value as it is said."""
        if isinstance(self.value, Decimal) and self.places is not None:
            return self.value.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)
        return self.value

    def render(self, lang: Lang) -> str:
        """`1072元`, `13.03%`, `2026年10月24日`; in English `CNY 1072`, `13.03%`, `24 October 2026`."""
        value = self.shown()
        if not isinstance(value, Decimal):
            if lang == "en":
                return f"{value.day} {month_name[value.month]} {value.year}"
            return f"{value.year}年{value.month}月{value.day}日"
        if self.unit == "percent":
            return f"{value:f}%" if self.places is not None else f"{plain(value)}%"
        if self.unit == "cny":
            return f"CNY {yuan(value)[:-1]}" if lang == "en" else yuan(value)
        return render_value(value, self.unit, lang)

    def figures(self) -> Iterable[Figure]:
        """The figure as said, and as kept when it was rounded for saying."""
        yield Figure(self.shown(), self.unit, self.origin)
        if self.shown() != self.value:
            yield Figure(self.value, self.unit, self.origin)


def money(value: Decimal, origin: str) -> Fact:
    """An amount in yuan."""
    return Fact(value, "cny", origin)


def percent(value: Decimal, origin: str, places: int | None = 2) -> Fact:
    """A percentage (13.03, not 0.1303), said with two decimals; `places=None` says it as it is."""
    return Fact(value, "percent", origin, places)


def count(value: int, origin: str, unit: str = "count") -> Fact:
    """A whole number, bare or with a unit such as days."""
    return Fact(Decimal(value), unit, origin)


def row_fact(row: FeeRow) -> Fact:
    """The figure of a numeric fee row; its origin is the row's id."""
    if row.unit in RATE_UNITS:
        return Fact(row.number * HUNDRED, "percent", row.id)
    return Fact(row.number, row.unit, row.id)


Value = Fact | Mapping[Lang, str]


class Draft:
    """Collects the facts, sources and sentences of one answer."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._values: dict[str, Value] = {}
        self._figures: dict[Figure, None] = {}
        self._citations: dict[Citation, None] = {}

    def put(self, **values: Value) -> None:
        """Name facts (or names in two languages) for the texts."""
        self._values.update(values)

    def put_row(self, name: str, row: FeeRow) -> None:
        """Name the figure of a fee row and cite the row."""
        self._values[name] = row_fact(row)
        self.cite(row)

    def name(self, **names: tuple[str, str]) -> None:
        """Name words without figures: `product=("月月付", "Yueyuefu")`."""
        self._values.update({key: {"zh": zh, "en": en} for key, (zh, en) in names.items()})

    def cite(self, *rows: FeeRow) -> None:
        """Cite fee rows."""
        self._citations.update({Citation.of_row(row): None for row in rows})

    def cite_refs(self, refs: Iterable[SourceRef]) -> None:
        """Cite the sources of a quote."""
        for ref in refs:
            cited = (ref.document, ref.clause, ref.version, ref.valid_from, ref.row_id, ref.name, ref.rendered)
            self._citations[Citation(*cited)] = None

    def cite_law(self, *names: str) -> None:
        """Cite rules of explanations.yaml."""
        self._citations.update({self.wording.laws[name].citation(): None for name in names})

    def cite_other(self, citation: Citation) -> None:
        """Cite a source that is neither a fee row nor listed as a law."""
        self._citations[citation] = None

    def note(self, figures: Iterable[Figure]) -> None:
        """Record figures that a table or a notice says."""
        self._figures.update(dict.fromkeys(figures))

    def cell(self, value: Value) -> Text:
        """A value for a table, recorded."""
        return {lang: self._render(value, lang) for lang in LANGS}

    def say(self, *keys: str) -> Text:
        """One paragraph from texts of explanations.yaml, with the facts they name filled in and recorded."""
        found: dict[Lang, str] = {}
        for lang in LANGS:
            sentences = [self._filled(self.wording.text(key).of(lang), lang) for key in keys]
            found[lang] = (" " if lang == "en" else "").join(sentences)
        return found

    def table(self, name: str, header: Sequence[str], rows: Sequence[Sequence[Text]]) -> Table:
        """A table whose title is text `table.<name>` and whose columns are texts `column.<header>`."""
        columns = [self.wording.text(f"column.{column}") for column in header]
        return Table(
            name,
            self.say(f"table.{name}"),
            {lang: tuple(column.of(lang) for column in columns) for lang in LANGS},
            {lang: tuple(tuple(cell[lang] for cell in row) for row in rows) for lang in LANGS},
        )

    def finish(
        self,
        intent: str,
        products: tuple[str, ...],
        short: Text,
        details: Sequence[Text],
        *,
        spoken: Text | None = None,
        tables: Sequence[Table] = (),
        notices: tuple[CapNotice, ...] = (),
    ) -> Calculation:
        """The finished answer; the meanings of the terms it uses become its last paragraph."""
        paragraphs: dict[Lang, tuple[str, ...]] = {}
        for lang in LANGS:
            said = [text[lang] for text in details]
            meanings = self.wording.glossary("\n".join([short[lang], *said]), lang)
            paragraphs[lang] = tuple([*said, meanings] if meanings else said)
        suggestions = self.wording.suggestions.get(intent, ())
        asked = {lang: tuple(suggestion.of(lang) for suggestion in suggestions) for lang in LANGS}
        return Calculation(
            intent, products, short, paragraphs, tuple(tables), tuple(self._figures), tuple(self._citations), notices,
            asked, spoken or short,
        )  # fmt: skip

    def _filled(self, template: str, lang: Lang) -> str:
        parts: list[str] = []
        for literal, name, _, _ in Formatter().parse(template):
            parts.append(literal)
            if name:
                parts.append(self._render(self._values[name], lang))
        return "".join(parts)

    def _render(self, value: Value, lang: Lang) -> str:
        if isinstance(value, Fact):
            self.note(value.figures())
            return value.render(lang)
        return value[lang]


def literal(text: str) -> Text:
    """The same characters in both languages: a name, a dash."""
    return {"zh": text, "en": text}


def joined(lines: Sequence[Text]) -> Text:
    """Several sentences as one text."""
    return {"zh": "".join(line["zh"] for line in lines), "en": " ".join(line["en"] for line in lines)}
