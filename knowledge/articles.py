"""Knowledge articles: Markdown with front matter, every figure a placeholder for a fee row.

`read_directory` returns the articles of a directory and every problem in it, with file and line. An article's body
has a Chinese part and, after `## English`, an English one; the first paragraph of each is the short answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.article_files import Written, read_article
from knowledge.fees import FeeBook, FeeRow, Lang, Source
from knowledge.yaml_lines import Problem, ProblemsFound

PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
_BARE_DIGITS = re.compile(r"[0-9０-９]+")


class ArticleError(ProblemsFound):
    """The knowledge directory has problems; correct each listed line and run `shouwen kb check` again."""

    code = "knowledge_broken"


@dataclass(frozen=True)
class Body:
    """One language of an article, placeholders unresolved."""

    title: str
    short: str
    details: str


@dataclass(frozen=True)
class Article:
    """One article. `products` empty means it holds for every product."""

    id: str
    chinese: Body
    english: Body
    questions: tuple[str, ...]
    intents: tuple[str, ...]
    products: tuple[str, ...]
    topics: tuple[int, ...]
    clauses: tuple[Source, ...]
    source: str
    valid_from: date
    valid_to: date | None
    file: str

    def holds(self, on: date) -> bool:
        """True when the article is in force on `on`."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def fits(self, product: str | None) -> bool:
        """True when it speaks about `product`, or about all products, or when no product is known."""
        return product is None or not self.products or product in self.products

    def body(self, lang: Lang) -> Body:
        """The Chinese or English part."""
        return self.english if lang == "en" else self.chinese

    def row_ids(self) -> tuple[str, ...]:
        """Ids of the fee rows its two bodies quote, in order, once each."""
        texts = (text for body in (self.chinese, self.english) for text in (body.title, body.short, body.details))
        return tuple(dict.fromkeys(row for text in texts for row in PLACEHOLDER.findall(text)))


def fill(text: str, fees: FeeBook, on: date, lang: Lang) -> tuple[str, tuple[FeeRow, ...]]:
    """Replace placeholders by the figures that hold on `on`; returns the text and the rows it used.

    Raises `FeeRowMissing` when a row does not hold on that date.
    """
    rows = {row_id: fees.row(row_id, on) for row_id in dict.fromkeys(PLACEHOLDER.findall(text))}
    return PLACEHOLDER.sub(lambda match: rows[match.group(1)].render(lang), text), tuple(rows.values())


def load_articles(
    directory: Path, fees: FeeBook, intents: Collection[str] = (), products: Collection[str] = ()
) -> tuple[Article, ...]:
    """All articles of a directory; raises `ArticleError` naming every problem when there is one."""
    articles, problems = read_directory(directory, fees, intents, products)
    if problems:
        raise ArticleError(problems)
    return articles


def read_directory(
    directory: Path, fees: FeeBook | None, intents: Collection[str] = (), products: Collection[str] = ()
) -> tuple[tuple[Article, ...], list[Problem]]:
    """Articles that can be used, and every problem found, in file order.

    What an article names must be in `fees`, `intents` and `products`; None or an empty collection leaves it unchecked.
    """
    articles: dict[str, Article] = {}
    problems: list[Problem] = []
    files = sorted(directory.rglob("*.md"))
    if not files:
        problems.append(Problem(directory.name, 0, "no articles here; add Markdown files with front matter"))
    for path in files:
        written, found = read_article(path, path.relative_to(directory).as_posix())
        problems += found
        if written is None:
            continue
        article = _article(written)
        problems += sorted(
            [
                *_validity_problems(article, written),
                *_name_problems(written, "intents", intents, "the taxonomy"),
                *_name_problems(written, "products", products, "products.yaml"),
                *_figure_problems(article, written, fees),
            ]
        )
        first = articles.setdefault(article.id, article)
        if first is not article:
            problems.append(
                Problem(written.name, written.line("id"), f"id {article.id} is already used by {first.file}")
            )
    return tuple(articles.values()), problems


def _article(written: Written) -> Article:
    fields = written.fields
    chinese, english = written.bodies()
    return Article(
        id=fields["id"],
        chinese=_body(fields["title"], chinese),
        english=_body(fields["title_en"], english),
        questions=tuple(fields["questions"]),
        intents=tuple(fields["intents"]),
        products=tuple(fields["products"]),
        topics=tuple(fields.get("topics") or ()),
        clauses=tuple(Source(c["document"], c["clause"], c["version"]) for c in fields["clauses"]),
        source=fields["source"],
        valid_from=fields["valid_from"],
        valid_to=fields.get("valid_to"),
        file=written.name,
    )


def _body(title: str, text: str) -> Body:
    short, _, details = text.partition("\n\n")
    return Body(title, short.strip(), details.strip())


def _validity_problems(article: Article, written: Written) -> Iterator[Problem]:
    if article.valid_to and article.valid_to < article.valid_from:
        yield Problem(written.name, written.line("valid_to"), "valid_to lies before valid_from")


def _name_problems(written: Written, field: str, known: Collection[str], where: str) -> Iterator[Problem]:
    for line, name in written.entries(field):
        if known and name not in known:
            yield Problem(written.name, line, f"{field[:-1]} {name} is not in {where}")


def _figure_problems(article: Article, written: Written, fees: FeeBook | None) -> Iterator[Problem]:
    """Bare figures and rows that do not exist, each where it stands; a row with a gap once, at its first place."""
    named: set[str] = set()
    for line, text in written.prose():
        if bare := _BARE_DIGITS.search(PLACEHOLDER.sub("", text)):
            yield Problem(written.name, line, f"figure {bare.group()} stands in the text; make it a fee row")
        for row_id in PLACEHOLDER.findall(text):
            if fees and not fees.history(row_id):
                yield Problem(written.name, line, f"{{{{{row_id}}}}} has no fee row; add one to fees/")
            elif fees and row_id not in named and (gap := _gap(article, row_id, fees)):
                yield Problem(written.name, line, gap)
            named.add(row_id)


def _gap(article: Article, row_id: str, fees: FeeBook) -> str | None:
    """What to say of a row without a figure for a day on which the article holds; None when it covers every day."""
    day = fees.first_gap(row_id, article.valid_from, article.valid_to)
    if day is None:
        return None
    return (
        f"{{{{{row_id}}}}} has no fee row on {day}, when the article holds; it has one from {fees.spans(row_id)}; "
        "add a row to fees/, or change the article's valid_from or valid_to"
    )
