"""Is everybody served equally well? Accuracy, abstention, human share and expected wait by slice, gaps with intervals.

Slices that describe people (age, dialect, script, language, voice) are gated; slices that describe a message's form
(very short, long, angry) are shown beside them. A slice with fewer than 100 questions is unknown, never equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

import numpy as np
from numpy.typing import NDArray

from assistant.policy import Action
from assistant.turn import Taken
from evals.context import Context, QuestionSet
from evals.metrics import Estimate, bootstrap, proportion
from evals.outcome import Cell, Measure, Plot, Series, SuiteResult, Table
from handoff.rules import bundled_rules

SUITE = "fairness"
FEWEST = 100
FORMS = frozenset({"very_short", "long_story", "angry"})
_NO_SLICE = "none of these"


@dataclass(frozen=True)
class Judged:
    """One question's treatment. `wait` is the promised first human response in seconds, None without a hand-over."""

    slices: tuple[str, ...]
    intent: str
    correct: bool
    abstained: bool
    person: bool
    wait: float | None
    explained: bool | None


def run(context: Context) -> SuiteResult:
    """Compare the slices of every set that has slices."""
    measures: list[Measure] = []
    tables: list[Table] = []
    plots: list[Plot] = []
    for chosen in context.sets:
        judged = _judge(context, chosen)
        measures += _explained(chosen.name, judged)
        if any(j.slices for j in judged):
            found = _by_slice(chosen.name, judged) + _gaps(chosen.name, judged, context.seed)
            measures += found
            tables.append(_table(chosen.name, judged, found))
            plots.append(_plot(chosen.name, found))
    note = (
        f"Gap = accuracy of everybody else minus accuracy of the slice. Slices under {FEWEST} questions are unknown. "
        f"{', '.join(sorted(FORMS))} describe messages, not people, and are not gated. The adjusted gap compares "
        "within each intent, so that a slice is not blamed for asking harder questions."
    )
    return SuiteResult(SUITE, tuple(measures), tuple(tables), tuple(plots), notes=(note,))


def _judge(context: Context, chosen: QuestionSet) -> list[Judged]:
    noon = datetime.combine(context.subject.today, time(12), UTC)
    first_response = bundled_rules().policies.at(noon).clock("first_response")
    found = []
    for question, prediction in zip(chosen.questions, context.predictions(chosen.questions), strict=True):
        taken = context.taken(question.text)
        person = taken.action is Action.HANDOFF
        wait = None
        if person and taken.handoff:
            wait = float(first_response.limit(str(taken.handoff.severity)).working_seconds)
        right = question.intent == prediction.intent
        told = _explains(taken) if taken.action in (Action.HANDOFF, Action.DECLINE) else None
        found.append(Judged(question.slices, question.intent, right, prediction.abstain, person, wait, told))
    return found


def _explains(taken: Taken) -> bool:
    """Whether a refusal says why: the rule has its reason in both languages, and words or a receipt are sent."""
    return bool(taken.rule.why_zh and taken.rule.why_en and (taken.reply.text or taken.handoff))


def _slices(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    names = sorted({name for j in judged for name in j.slices})
    found = {name: [j for j in judged if name in j.slices] for name in names}
    return {**found, _NO_SLICE: [j for j in judged if not j.slices]}


def _by_slice(of: str, judged: Sequence[Judged]) -> list[Measure]:
    found = []
    for name, members in _slices(judged).items():
        n = len(members)
        shares = {
            "accuracy": sum(j.correct for j in members),
            "abstention": sum(j.abstained for j in members),
            "human_share": sum(j.person for j in members),
        }
        for measure, count in shares.items():
            share = proportion(count, n) if n >= FEWEST else Estimate(None, n)
            found.append(Measure.from_estimate(measure, share, of, name))
        waits = [j.wait for j in members if j.wait is not None]
        known = n >= FEWEST and waits
        wait = sum(waits) / len(waits) if known else None
        found.append(Measure("expected_wait", wait, len(waits), of, name, unit="seconds"))
    return found


def gap(correct: NDArray[np.bool_], member: NDArray[np.bool_]) -> float:
    """Accuracy of everybody else minus accuracy of the members; 0 when either side is empty."""
    if not member.any() or member.all():
        return 0.0
    return float(correct[~member].mean() - correct[member].mean())


def adjusted_gap(judged: Sequence[Judged], name: str) -> float:
    """The gap inside each intent, weighted by the slice's own intents: difficulty of the intents falls out."""
    inside: dict[str, list[bool]] = {}
    outside: dict[str, list[bool]] = {}
    for j in judged:
        (inside if name in j.slices else outside).setdefault(j.intent, []).append(j.correct)
    shared = [intent for intent in inside if intent in outside]
    weight = sum(len(inside[intent]) for intent in shared)
    lost = sum(len(inside[i]) * (sum(outside[i]) / len(outside[i]) - sum(inside[i]) / len(inside[i])) for i in shared)
    return lost / weight if weight else 0.0


def _gaps(of: str, judged: Sequence[Judged], seed: int) -> list[Measure]:
    correct = np.array([j.correct for j in judged], bool)
    rows: dict[str, Measure] = {}
    for name, members in _slices(judged).items():
        if name == _NO_SLICE or len(members) < FEWEST:
            continue
        member = np.array([name in j.slices for j in judged], bool)
        low, high = bootstrap(lambda i, m=member: gap(correct[i], m[i]), len(judged), seed)  # type: ignore[misc]
        rows[name] = Measure("gap", gap(correct, member), len(members), of, name, low, high, "number")
    adjusted = [Measure("gap_adjusted", adjusted_gap(judged, n), m.n, of, n, unit="number") for n, m in rows.items()]
    people = [m for name, m in rows.items() if name not in FORMS]
    worst = max(people, key=lambda m: m.value or 0.0, default=None)
    largest = Measure("largest_gap", None, 0, of, unit="number")
    if worst:
        largest = Measure("largest_gap", worst.value, worst.n, of, low=worst.low, high=worst.high, unit="number")
    fair = [m for m in adjusted if m.part not in FORMS]
    most = max((m.value or 0.0 for m in fair), default=None)
    return [*rows.values(), *adjusted, largest, Measure("largest_gap_adjusted", most, largest.n, of, unit="number")]


def _explained(of: str, judged: Sequence[Judged]) -> list[Measure]:
    refusals = [j.explained for j in judged if j.explained is not None]
    return [Measure.from_estimate("refusals_explained", proportion(sum(refusals), len(refusals)), of)]


def _table(of: str, judged: Sequence[Judged], measures: Sequence[Measure]) -> Table:
    found = {m.key: m for m in measures}
    rows: list[tuple[Cell, ...]] = []
    for name, members in _slices(judged).items():
        if len(members) < FEWEST:
            rows.append((name, len(members), *["unknown"] * 7))
            continue
        shares = [found[(measure, of, name)].value for measure in ("accuracy", "abstention", "human_share")]
        wait = found[("expected_wait", of, name)].value
        apart, adjusted = found.get(("gap", of, name)), found.get(("gap_adjusted", of, name))
        interval = f"{apart.low:+.3f} to {apart.high:+.3f}" if apart and apart.low is not None else None
        signed = [f"{m.value:+.3f}" if m and m.value is not None else None for m in (apart, adjusted)]
        rows.append((name, len(members), *shares, wait and round(wait), signed[0], interval, signed[1]))
    columns = (
        "slice", "n", "accuracy %", "abstained %", "to a person %", "expected wait, s", "gap", "95 % interval",
        "gap within intents",
    )  # fmt: skip
    return Table(f"Treatment by slice: {of}", columns, tuple(rows))


def _plot(of: str, measures: Sequence[Measure]) -> Plot:
    found = {m.part: m for m in measures if m.name == "accuracy" and m.value is not None}
    worst = min(found.values(), key=lambda m: m.value or 0.0, default=None)
    series = Series(
        "accuracy",
        tuple(found),
        tuple(m.value for m in found.values()),
        tuple(m.low for m in found.values()),
        tuple(m.high for m in found.values()),
    )
    summary = (
        f"Lowest: {worst.part} with {worst.value:.1%} of {worst.n} questions." if worst else "No slice is large enough."
    )
    return Plot(f"fairness-{of}", f"Accuracy by slice: {of}", "bar", "slice", "accuracy", (series,), summary)
