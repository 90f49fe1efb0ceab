"""Does it find the right article? Joined search against its two halves, and whether it admits that nothing fits.

A question's articles are those that carry its intent. The measured search sees neither intent nor product, which is
harder than the turn's own (`served`), and the same for all three ways of searching.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from evals.context import Context, QuestionSet, item_id
from evals.metrics import Estimate, auroc, hit_at, mean_with_interval, ndcg, proportion, reciprocal_rank
from evals.outcome import Item, Measure, Plot, Series, SuiteResult
from evals.questions import Question
from intents.taxonomy import CHITCHAT, HUMAN, OUT_OF_SCOPE
from knowledge.base import KnowledgeBase
from knowledge.index import LEXICAL_WEIGHT

SUITE = "retrieval"
DEPTH = 10
_BM25_ONLY = 1e6
WAYS = {"joined": LEXICAL_WEIGHT, "dense alone": 0.0, "BM25 alone": _BM25_ONLY}
Ranking = tuple[str, ...]


def run(context: Context) -> SuiteResult:
    """Search with every question of every set that has articles."""
    measures: list[Measure] = []
    items: list[Item] = []
    plots: list[Plot] = []
    for chosen in context.sets:
        asked = [(q, relevant) for q in chosen.questions if (relevant := articles_of(context, q.intent))]
        found = {way: [rank(context, q.text, way) for q, _ in asked] for way in WAYS}
        for way, rankings in found.items():
            measures += _ranking_measures(chosen.name, way, asked, rankings, context.seed)
        measures += _nothing(context, chosen) + _served(context, chosen, asked)
        plots.append(_plot(chosen, asked, found))
        items += [
            Item(
                item_id(chosen.name, q.text),
                chosen.name,
                q.text,
                q.intent,
                ranking[0] if ranking else "nothing",
                hit_at(ranking, relevant, 1),
                f"first right place: {_place(ranking, relevant)}",
            )
            for (q, relevant), ranking in zip(asked, found["joined"], strict=True)
        ]
    return SuiteResult(SUITE, tuple(measures), plots=tuple(plots), items=tuple(items))


def articles_of(context: Context, intent: str) -> frozenset[str]:
    """Ids of the articles in force that answer an intent; none for what is not answered by articles."""
    if intent in (OUT_OF_SCOPE, CHITCHAT, HUMAN):
        return frozenset()
    base, today = context.subject.base, context.subject.today
    return frozenset(a.id for a in base.articles.values() if intent in a.intents and a.holds(today))


def rank(context: Context, text: str, way: str) -> Ranking:
    """The best documents of one way of searching; BM25 alone gives nothing when no word is shared."""
    base = context.subject.base
    hits = base.index.search(text, DEPTH, _in_force(base, context), WAYS[way])
    return tuple(hit.document for hit in hits if way != "BM25 alone" or hit.lexical > 0)


def _in_force(base: KnowledgeBase, context: Context) -> Callable[[str], bool]:
    return lambda document: base.articles[document].holds(context.subject.today)


def _ranking_measures(
    of: str,
    way: str,
    asked: Sequence[tuple[Question, frozenset[str]]],
    rankings: Sequence[Ranking],
    seed: int,
) -> list[Measure]:
    pairs = [(ranking, relevant) for (_, relevant), ranking in zip(asked, rankings, strict=True)]
    estimates: dict[str, Estimate] = {
        f"hit@{k}": proportion(sum(hit_at(r, relevant, k) for r, relevant in pairs), len(pairs)) for k in (1, 3, 5)
    }
    estimates["mrr"] = mean_with_interval([reciprocal_rank(r, relevant) for r, relevant in pairs], seed)
    estimates["ndcg@5"] = mean_with_interval([ndcg(r, relevant, 5) for r, relevant in pairs], seed)
    return [
        Measure.from_estimate(name, e, of, way, "number" if name in ("mrr", "ndcg@5") else "share")
        for name, e in estimates.items()
    ]


def _nothing(context: Context, chosen: QuestionSet) -> list[Measure]:
    """Out-of-scope questions should find nothing; questions with articles should not be told so."""
    base, today = context.subject.base, context.subject.today
    read = []
    for question in chosen.questions:
        outside = question.intent == OUT_OF_SCOPE
        if outside or articles_of(context, question.intent):
            found = base.find(question.text, today)
            read.append((outside, not base.answerable(found), found[0].score if found else -1.0))
    said = [outside for outside, nothing, _ in read if nothing]
    outside_said = [nothing for outside, nothing, _ in read if outside]
    of = chosen.name
    separates = auroc([-score for *_, score in read], [outside for outside, *_ in read]) if read else None
    return [
        Measure.from_estimate("nothing_here_precision", proportion(sum(said), len(said)), of),
        Measure.from_estimate("nothing_here_recall", proportion(sum(outside_said), len(outside_said)), of),
        Measure("nothing_here_auroc", separates, len(read), of, unit="number"),
    ]


def _served(context: Context, chosen: QuestionSet, asked: Sequence[tuple[Question, frozenset[str]]]) -> list[Measure]:
    """The turn's own search: does its first passage carry the labelled intent?"""
    first = [(context.taken(q.text).passages[:1], relevant) for q, relevant in asked]
    right = sum(bool(p) and p[0].article.id in relevant for p, relevant in first)
    return [Measure.from_estimate("served_hit@1", proportion(right, len(first)), chosen.name)]


def _plot(
    chosen: QuestionSet, asked: Sequence[tuple[Question, frozenset[str]]], found: dict[str, list[Ranking]]
) -> Plot:
    series = []
    for way, rankings in found.items():
        share = partial(_hit_share, asked, rankings)
        series.append(Series(way, tuple(range(1, DEPTH + 1)), tuple(share(k) for k in range(1, DEPTH + 1))))
    first = ", ".join(f"{s.name} {s.y[0] or 0:.1%}" for s in series)
    title = f"A right article among the first k: {chosen.name}"
    return Plot(f"hits-{chosen.name}", title, "line", "k", "share of questions", tuple(series), f"At k = 1: {first}.")


def _hit_share(asked: Sequence[tuple[Question, frozenset[str]]], rankings: Sequence[Ranking], k: int) -> float:
    hits = sum(hit_at(ranking, relevant, k) for (_, relevant), ranking in zip(asked, rankings, strict=True))
    return hits / max(1, len(asked))


def _place(ranking: Ranking, relevant: frozenset[str]) -> str:
    return str(next((place for place, d in enumerate(ranking, 1) if d in relevant), f"below {DEPTH}"))
