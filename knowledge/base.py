"""The knowledge base of a firm: articles, fee rows, products, caps and the search index over them.

`find` answers with passages in force on a date, for the product asked about, or with nothing. The index is derived
data: its vectors are kept in a cache file named after the content's hash, so a changed file means a rebuild.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from knowledge.articles import Article, fill, load_articles
from knowledge.caps import CapBook
from knowledge.fees import FeeBook, FeeRow, Lang
from knowledge.index import Entry, Hit, Index, TextEncoder, Vectors
from knowledge.products import ProductCatalogue

PRODUCT_BONUS = 0.15
OTHER_PRODUCT = -0.1
ANSWERABLE = 0.49
"""Score of a passage from which it answers; goes with the encoder and with `LEXICAL_WEIGHT`, which set the scale."""


@dataclass(frozen=True)
class Passage:
    """An article rendered for a date and language, with the rows its figures come from."""

    article: Article
    title: str
    short: str
    details: str
    rows: tuple[FeeRow, ...]
    as_of: date
    score: float


class KnowledgeBase:
    """Loaded once a process; read only, so any thread may use it."""

    def __init__(
        self,
        articles: tuple[Article, ...],
        fees: FeeBook,
        catalogue: ProductCatalogue,
        caps: CapBook,
        index: Index,
        stamp: str,
    ) -> None:
        self.articles: Mapping[str, Article] = {article.id: article for article in articles}
        self.fees = fees
        self.catalogue = catalogue
        self.caps = caps
        self.index = index
        self.stamp = stamp

    @classmethod
    def load(
        cls,
        directory: Path,
        encoder: TextEncoder,
        prepare: Callable[[str], str],
        cache: Path,
        known_intents: Collection[str] = (),
        encoder_name: str = "",
    ) -> KnowledgeBase:
        """Read and check a directory; raises a `ProblemsFound` that names every problem."""
        fees = FeeBook.load(directory / "fees")
        catalogue = ProductCatalogue.load(directory / "products.yaml", fees)
        articles = load_articles(directory / "articles", fees, known_intents, [product.id for product in catalogue])
        caps = CapBook.load(directory / "caps.yaml")
        entries = entries_of(articles)
        stamp = content_stamp(entries, encoder_name)
        index = _cached_index(entries, encoder, prepare, cache / f"index-{stamp[:16]}.npz", stamp)
        return cls(articles, fees, catalogue, caps, index, stamp)

    def find(
        self,
        question: str,
        on: date,
        *,
        intent: str | None = None,
        product: str | None = None,
        lang: Lang = "zh",
        k: int = 3,
    ) -> list[Passage]:
        """Passages for a question, best first; with an `intent` only its articles count. Empty means nothing."""

        def allowed(document: str) -> bool:
            article = self.articles[document]
            return article.holds(on) and article.fits(product) and (intent is None or intent in article.intents)

        hits = self.index.search(question, k=len(self.articles), allowed=allowed)
        ranked = sorted(hits, key=lambda hit: -self._score(hit, product))[:k]
        return [self.render(self.articles[hit.document], on, lang, self._score(hit, product)) for hit in ranked]

    def answerable(self, passages: list[Passage]) -> bool:
        """Whether the best passage is close enough to be an answer rather than the nearest wrong one."""
        return bool(passages) and passages[0].score >= ANSWERABLE

    def render(self, article: Article, on: date, lang: Lang, score: float = 1.0) -> Passage:
        """An article with the figures that hold on `on`."""
        body = article.body(lang)
        title, in_title = fill(body.title, self.fees, on, lang)
        short, in_short = fill(body.short, self.fees, on, lang)
        details, in_details = fill(body.details, self.fees, on, lang)
        rows = tuple({row.id: row for row in (*in_title, *in_short, *in_details)}.values())
        return Passage(article, title, short, details, rows, on, score)

    def _score(self, hit: Hit, product: str | None) -> float:
        own = self.articles[hit.document].products
        if not own:
            return hit.score
        if product is None:
            return hit.score + OTHER_PRODUCT
        return hit.score + (PRODUCT_BONUS if product in own else OTHER_PRODUCT)


def entries_of(articles: Iterable[Article]) -> list[Entry]:
    """Titles and questions of the articles, as searchable entries."""
    return [
        Entry(article.id, text)
        for article in articles
        for text in (article.chinese.title, article.english.title, *article.questions)
    ]


def content_stamp(entries: Iterable[Entry], encoder_name: str) -> str:
    """SHA-256 over everything the vectors depend on."""
    digest = hashlib.sha256(encoder_name.encode())
    for entry in entries:
        digest.update(f"\n{entry.document}\t{entry.text}".encode())
    return digest.hexdigest()


def _cached_index(
    entries: list[Entry], encoder: TextEncoder, prepare: Callable[[str], str], path: Path, stamp: str
) -> Index:
    stored = _read_vectors(path, stamp, len(entries))
    index = Index(entries, encoder, prepare, stored)
    if stored is None:
        _write_vectors(path, stamp, index.vectors)
    return index


def _read_vectors(path: Path, stamp: str, count: int) -> Vectors | None:
    """The vectors of a cache file; None when there is none, it is damaged, or it belongs to other content."""
    try:
        with np.load(path) as stored:
            vectors: Vectors = stored["vectors"]
            return vectors if stored["stamp"].item() == stamp and len(vectors) == count else None
    except (OSError, KeyError, ValueError, BadZipFile, EOFError):
        return None


def _write_vectors(path: Path, stamp: str, vectors: Vectors) -> None:
    """Put a new file in the old one's place in one step, so that another process reads either of the two."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, stamp=np.array(stamp), vectors=vectors)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
