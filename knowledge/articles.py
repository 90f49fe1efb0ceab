"""Knowledge articles: Markdown with front matter, every figure a placeholder for a fee row.

`read_directory` returns the articles of a directory and every problem in it, with file and line. An article's body
has a Chinese part and, after `## English`, an English one; the first paragraph of each is the short answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from knowledge.fees import FeeBook, FeeRow, Lang, Problem, Source

PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")
_ENGLISH = re.compile(r"^##\s*English\s*$", re.MULTILINE)
_BARE_DIGITS = re.compile(r"[0-9０-９]+")
_REQUIRED = ("id", "title", "title_en", "questions", "intents", "products", "clauses", "source", "valid_from")
_ID = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


class ArticleError(Exception):
    """The knowledge directory has problems; correct each listed line and run `shouwen kb check` again."""

    code = "knowledge_broken"

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(f"{p.file}:{p.line}: {p.message}" for p in problems))
        self.problems = problems


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
        texts = (self.chinese.title, self.chinese.short, self.chinese.details, self.english.short, self.english.details)
        return tuple(dict.fromkeys(row for text in texts for row in PLACEHOLDER.findall(text)))


def fill(text: str, fees: FeeBook, on: date, lang: Lang) -> tuple[str, tuple[FeeRow, ...]]:
    """Replace placeholders by the figures that hold on `on`; returns the text and the rows it used.

    Raises `FeeRowMissing` when a row does not hold on that date.
    """
    rows = {row_id: fees.row(row_id, on) for row_id in dict.fromkeys(PLACEHOLDER.findall(text))}
    return PLACEHOLDER.sub(lambda match: rows[match.group(1)].render(lang), text), tuple(rows.values())


def load_articles(directory: Path, fees: FeeBook, known_intents: Iterable[str] = ()) -> tuple[Article, ...]:
    """All articles of a directory; raises `ArticleError` naming every problem when there is one."""
    articles, problems = read_directory(directory, fees, known_intents)
    if problems:
        raise ArticleError(problems)
    return articles


def read_directory(
    directory: Path, fees: FeeBook, known_intents: Iterable[str] = ()
) -> tuple[tuple[Article, ...], list[Problem]]:
    """Articles that can be used, and every problem found, in file order. An empty `known_intents` checks none."""
    intents = frozenset(known_intents)
    articles: dict[str, Article] = {}
    problems: list[Problem] = []
    files = sorted(directory.rglob("*.md"))
    if not files:
        problems.append(Problem(str(directory), 0, "no articles here; add Markdown files with front matter"))
    for path in files:
        name = path.relative_to(directory).as_posix()
        try:
            text = path.read_text("utf-8")
            article, found = _parse(text, name, path.stem)
        except UnicodeDecodeError as error:
            article, found = None, [Problem(name, 1, f"not UTF-8 (byte {error.start}); save it as UTF-8")]
        except yaml.YAMLError as error:
            article, found = None, [_yaml_problem(name, error)]
        if article:
            found += list(_semantic_problems(article, text, fees, intents))
            if article.id in articles:
                found.append(Problem(name, 2, f"id {article.id} is already used by {articles[article.id].file}"))
            articles.setdefault(article.id, article)
        problems += found
    return tuple(articles.values()), problems


def _yaml_problem(name: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    return Problem(
        name, (mark.line + 2) if mark else 1, f"front matter is not YAML: {getattr(error, 'problem', error)}"
    )


def _parse(text: str, name: str, stem: str) -> tuple[Article | None, list[Problem]]:
    post = frontmatter.loads(text)
    meta: dict[str, Any] = post.metadata
    missing = [field for field in _REQUIRED if field not in meta or meta[field] in (None, "")]
    if missing:
        return None, [Problem(name, 1, f"missing field: {', '.join(missing)}")]
    chinese, _, english = _split_languages(post.content)
    problems = list(_shape_problems(meta, chinese, english, text, name, stem))
    if problems:
        return None, problems
    return (
        Article(
            id=meta["id"],
            chinese=_body(meta["title"], chinese),
            english=_body(meta["title_en"], english),
            questions=tuple(map(str, meta["questions"])),
            intents=tuple(meta["intents"]),
            products=tuple(meta["products"]),
            topics=tuple(meta.get("topics") or ()),
            clauses=tuple(Source(str(c["document"]), str(c["clause"]), str(c["version"])) for c in meta["clauses"]),
            source=str(meta["source"]),
            valid_from=meta["valid_from"],
            valid_to=meta.get("valid_to"),
            file=name,
        ),
        [],
    )


def _split_languages(content: str) -> tuple[str, str, str]:
    parts = _ENGLISH.split(content, maxsplit=1)
    return parts[0].strip(), "", parts[1].strip() if len(parts) > 1 else ""


def _body(title: str, text: str) -> Body:
    short, _, details = text.partition("\n\n")
    return Body(str(title), short.strip(), details.strip())


def _shape_problems(
    meta: dict[str, Any], chinese: str, english: str, text: str, name: str, stem: str
) -> Iterator[Problem]:
    for field in ("questions", "intents", "products", "clauses"):
        if not isinstance(meta[field], list):
            yield Problem(name, _line_of(text, field), f"{field} must be a list")
            return
    for field in ("questions", "intents", "clauses"):
        if not meta[field]:
            yield Problem(name, _line_of(text, field), f"{field} is empty; an article needs at least one")
    for clause in meta["clauses"]:
        if not isinstance(clause, dict) or not {"document", "clause", "version"} <= clause.keys():
            yield Problem(name, _line_of(text, "clauses"), "a clause needs document, clause and version")
    for field in ("valid_from", "valid_to"):
        if meta.get(field) is not None and not isinstance(meta[field], date):
            yield Problem(name, _line_of(text, field), f"{field} must be a date such as 2026-08-01")
    if not _ID.match(str(meta["id"])) or meta["id"] != stem:
        yield Problem(name, _line_of(text, "id"), f"id {meta['id']} must equal the file name and use a-z, 0-9 and -")
    if not chinese:
        yield Problem(name, _line_count(text), "the body is empty")
    if not english:
        yield Problem(name, _line_count(text), "the part after `## English` is missing")


def _semantic_problems(article: Article, text: str, fees: FeeBook, intents: frozenset[str]) -> Iterator[Problem]:
    if article.valid_to and article.valid_to < article.valid_from:
        yield Problem(article.file, _line_of(text, "valid_to"), "valid_to lies before valid_from")
    for intent in article.intents:
        if intents and intent not in intents:
            yield Problem(article.file, _line_of(text, "intents"), f"intent {intent} is not in the taxonomy")
    for number, line in _body_lines(text):
        for row_id in PLACEHOLDER.findall(line):
            if not fees.history(row_id):
                yield Problem(article.file, number, f"{{{{{row_id}}}}} has no fee row; add one to knowledge/fees")
        if bare := _BARE_DIGITS.search(PLACEHOLDER.sub("", line)):
            yield Problem(article.file, number, f"figure {bare.group()} stands in the text; make it a fee row")


def _body_lines(text: str) -> Iterator[tuple[int, str]]:
    fences = 0
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() == "---" and fences < 2:
            fences += 1
        elif fences >= 2:
            yield number, line


def _line_of(text: str, field: str) -> int:
    return next((n for n, line in enumerate(text.splitlines(), 1) if line.startswith(f"{field}:")), 1)


def _line_count(text: str) -> int:
    return max(1, len(text.splitlines()))
