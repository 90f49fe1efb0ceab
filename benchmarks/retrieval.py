"""Retrieval on four collections: BM25, the dense side, their reciprocal-rank blend and sums with several weights.

    python benchmarks/retrieval.py [../shared/data]

- **articles**: each article is indexed by its titles and all its questions but one; the one left out is the query and
  its article the only right answer. Every question is left out once, except those the classifier was trained on,
  because the same encoder serves the index.
- **names**: articles again, those of one product under the product's id; the queries are its names and nicknames, bare
  and in two question frames, so that exact words decide.
- **banking77**, **clinc150**: two random training sentences of each intent are the FAQ, 600 random in-scope test
  sentences the queries. Left out when the directory is not there.

Prints one JSON object on its last line: hit@1, hit@3, hit@5 and mean reciprocal rank, for the encoder that serves
(`tuned`) and for the one it was trained from (`plain`), and the mean reciprocal rank of each weight of BM25 in the sum
`dense + weight x BM25`. `ours_against_dense` compares the two query by query, which says more about their difference
than two intervals: the queries only one of them answers first, and the difference in mean reciprocal rank.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from clinc150 import part

from assistant.bootstrap import cache_directory, index_encoder, load_model
from assistant.settings import Settings
from evals.metrics import mean_with_interval, proportion
from intents.encoder.encoder import OnnxEncoder
from intents.encoder.source import encoder_source
from intents.normalise import canonical
from intents.training.dataset import Dataset, read_csv
from intents.utterances import TRAINING
from intents.utterances import load as load_utterances
from knowledge.articles import load_articles
from knowledge.fees import FeeBook
from knowledge.index import LEXICAL_WEIGHT, Entry, Index, TextEncoder, Vectors
from knowledge.products import ProductCatalogue

SEED, FAQ_SIZE, QUERIES, CONSTANT = 77, 2, 600, 60
CUTS = (1, 3, 5)
FRAMES = ("{}", "{}怎么收费", "how much does {} cost")
METHODS = ("bm25", "dense", "reciprocal_rank", "ours")
WEIGHTS = (0.01, 0.03, 0.05, 0.1, 0.2)


@dataclass(frozen=True)
class Fold:
    """Entries to index and the queries to ask them, each with the document that is right."""

    entries: tuple[Entry, ...]
    queries: tuple[Entry, ...]


class Remembering:
    """Encodes each text once, however many indexes hold it."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32, one row a text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts])


def article_folds(directory: Path) -> list[Fold]:
    """One fold for each place in the articles' lists of questions."""
    articles = load_articles(directory / "articles", FeeBook.load(directory / "fees"))
    trained = {canonical(utterance.text) for utterance in load_utterances(TRAINING)}
    folds = []
    for place in range(max(len(article.questions) for article in articles)):
        entries, queries = [], []
        for article in articles:
            kept = [question for n, question in enumerate(article.questions) if n != place]
            entries += [Entry(article.id, text) for text in (article.chinese.title, article.english.title, *kept)]
            asked = article.questions[place : place + 1]
            queries += [Entry(article.id, question) for question in asked if canonical(question) not in trained]
        folds.append(Fold(tuple(entries), tuple(queries)))
    return folds


def names_fold(directory: Path) -> Fold:
    """Every name of every product that has an article of its own."""
    fees = FeeBook.load(directory / "fees")
    entries = []
    for article in load_articles(directory / "articles", fees):
        document = article.products[0] if len(article.products) == 1 else article.id
        texts = (article.chinese.title, article.english.title, *article.questions)
        entries += [Entry(document, text) for text in texts]
    covered = {entry.document for entry in entries}
    products = [p for p in ProductCatalogue.load(directory / "products.yaml", fees) if p.id in covered]
    names = [(p.id, name) for p in products for name in dict.fromkeys((p.name, p.name_en, *p.aliases))]
    return Fold(tuple(entries), tuple(Entry(i, frame.format(name)) for i, name in names for frame in FRAMES))


def banking_fold(directory: Path) -> Fold:
    """Banking77, both parts as published."""
    return faq_fold(read_csv(directory / "train.csv"), read_csv(directory / "test.csv"))


def clinc_fold(directory: Path) -> Fold:
    """CLINC150's in-scope sentences."""
    raw = json.loads((directory / "data_full.json").read_text("utf-8"))
    return faq_fold(part(raw, "train"), part(raw, "test"))


def faq_fold(train: Dataset, test: Dataset) -> Fold:
    """Two training sentences an intent, and test sentences to ask."""
    draw = random.Random(SEED)
    by_intent: dict[str, list[str]] = {}
    for text, intent in zip(train.texts, train.intents, strict=True):
        by_intent.setdefault(intent, []).append(text)
    entries = [Entry(i, text) for i in sorted(by_intent) for text in draw.sample(by_intent[i], FAQ_SIZE)]
    pairs = draw.sample(list(zip(test.intents, test.texts, strict=True)), QUERIES)
    return Fold(tuple(entries), tuple(Entry(intent, text) for intent, text in pairs))


def ranks(fold: Fold, encoder: TextEncoder) -> dict[str, list[int | None]]:
    """The rank of the right document for each query, 1 is best, None when it was not found at all."""
    index = Index(fold.entries, encoder, canonical)
    found: dict[str, list[int | None]] = defaultdict(list)
    for query in fold.queries:
        for method, order in _orders(index, query.text).items():
            found[method].append(order.index(query.document) + 1 if query.document in order else None)
    return found


def _orders(index: Index, query: str) -> dict[str, list[str]]:
    dense = _summed(index, query, 0.0)
    bm25 = _by_words(index, query)
    fused: dict[str, float] = {}
    for order in (dense, bm25):
        for rank, document in enumerate(order, 1):
            fused[document] = fused.get(document, 0.0) + 1 / (CONSTANT + rank)
    return {
        "bm25": bm25,
        "dense": dense,
        "reciprocal_rank": sorted(fused, key=lambda document: -fused[document]),
        "ours": _summed(index, query, LEXICAL_WEIGHT),
        **{_weighted(weight): _summed(index, query, weight) for weight in WEIGHTS},
    }


def _weighted(weight: float) -> str:
    return f"weight {weight}"


def _summed(index: Index, query: str, weight: float) -> list[str]:
    return [hit.document for hit in index.search(query, len(index.entries), lexical=weight)]


def _by_words(index: Index, query: str) -> list[str]:
    """Documents that share a word with the query: a weight so large that the dense side only breaks ties."""
    hits = index.search(query, len(index.entries), lexical=1e6)
    return [hit.document for hit in hits if hit.lexical > 0]


def scores(found: Iterable[int | None]) -> dict[str, object]:
    """hit@k, mean reciprocal rank and the 95 % interval of hit@1."""
    placed = list(found)
    first = proportion(sum(rank == 1 for rank in placed), len(placed))
    hits = {f"hit@{cut}": round(float(np.mean([r is not None and r <= cut for r in placed])), 4) for cut in CUTS}
    reciprocal = float(np.mean([_reciprocal(rank) for rank in placed]))
    return {**hits, "mrr": round(reciprocal, 4), "hit@1_interval_95": [round(first.low, 4), round(first.high, 4)]}


def _reciprocal(rank: int | None) -> float:
    return 1 / rank if rank else 0.0


def compare(folds: Sequence[Fold], encoder: TextEncoder) -> dict[str, object]:
    """Scores of every method over all folds together, and the queries on which ours and dense differ."""
    remembering = Remembering(encoder)
    each = [ranks(fold, remembering) for fold in folds]
    methods = (*METHODS, *map(_weighted, WEIGHTS))
    joined = {method: [rank for fold in each for rank in fold[method]] for method in methods}
    pairs = list(zip(joined["ours"], joined["dense"], strict=True))
    gain = mean_with_interval([_reciprocal(ours) - _reciprocal(dense) for ours, dense in pairs], SEED)
    against = {
        "only_ours_first": sum(ours == 1 != dense for ours, dense in pairs),
        "only_dense_first": sum(dense == 1 != ours for ours, dense in pairs),
        "mrr_difference": round(gain.value or 0.0, 4),
        "mrr_difference_95": [round(gain.low, 4), round(gain.high, 4)],
    }
    weights = {weight: scores(joined[_weighted(weight)])["mrr"] for weight in WEIGHTS}
    return {**{m: scores(joined[m]) for m in METHODS}, "mrr_by_weight": weights, "ours_against_dense": against}


def main(data: Path, report: Callable[[str], None] = print) -> None:
    """Every collection with both encoders."""
    settings = Settings()
    source = encoder_source(settings.encoder, cache_directory(settings))
    encoders: dict[str, TextEncoder] = {
        "tuned": index_encoder(load_model(settings)),
        "plain": OnnxEncoder(source.served(), threads=settings.threads),
    }
    collections = {"articles": article_folds(settings.knowledge), "names": [names_fold(settings.knowledge)]}
    for name, fold in (("banking77", banking_fold), ("clinc150", clinc_fold)):
        if (data / name).is_dir():
            collections[name] = [fold(data / name)]
    result: dict[str, object] = {"benchmark": "retrieval", "lexical_weight": LEXICAL_WEIGHT}
    for name, folds in collections.items():
        compared = {which: compare(folds, encoder) for which, encoder in encoders.items()}
        result[name] = {"n": sum(len(fold.queries) for fold in folds), **compared}
    report(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data"))
