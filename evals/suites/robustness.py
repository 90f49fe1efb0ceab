"""How fast does it get worse when text is mistyped, misheard, decorated or disguised? And is danger still seen?

Accuracy against strength for each perturbation, on a seeded sample of the own Chinese questions; recall of every
critical question under evasion; and the adversarial library, where each found failure is kept with its date.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

import yaml

from evals.context import Context, item_id
from evals.metrics import proportion
from evals.outcome import Item, Measure, Plot, Series, SuiteResult, Table
from evals.perturbations import KINDS, perturb
from evals.questions import Question
from evals.suites.critical import ALARM, is_critical
from intents.taxonomy import taxonomy

SUITE = "robustness"
STRENGTHS = (0.1, 0.2, 0.4)
EVASION = 0.2
SAMPLE, QUICK_SAMPLE = 300, 40
_ORDINARY = tuple(kind for kind in KINDS if kind != "injection")
OF = "own"


class LibraryBroken(ValueError):
    """The adversarial library has an unknown intent or expectation; correct the named entry."""


@dataclass(frozen=True)
class Attack:
    """One entry of the adversarial library: `expect` is `alarm`, `no_alarm` or an intent."""

    text: str
    expect: str
    kind: str
    added: date


def run(context: Context) -> SuiteResult:
    """Perturb, classify and count."""
    chinese = [q for q in context.own.questions if any("\u4e00" <= c <= "\u9fff" for c in q.text)]
    sample = _sample(chinese, QUICK_SAMPLE if context.quick else SAMPLE, context.seed)
    measures, plot, table = _curves(context, sample)
    evasion, evasion_items = _evasion(context, [q for q in chinese if is_critical(q)])
    attacks, attack_items = _attacks(context)
    note = f"Sample of {len(sample)} questions; spoken_numbers is measured on those with numbers only."
    items = (*evasion_items, *attack_items)
    return SuiteResult(SUITE, (*measures, *evasion, *attacks), (table,), (plot,), items, (note,))


def _sample(questions: Sequence[Question], size: int, seed: int) -> list[Question]:
    if len(questions) <= size:
        return list(questions)
    return random.Random(seed).sample(list(questions), size)


def _curves(context: Context, sample: Sequence[Question]) -> tuple[list[Measure], Plot, Table]:
    measures = [_accuracy_at(context, sample, "none", 0.0)]
    series, rows = [], []
    for kind in _ORDINARY:
        context.progress(f"robustness: {kind}")
        touched = [q for q in sample if perturb(kind, q.text, 1.0, context.seed) != q.text]
        found = [_accuracy_at(context, touched, kind, strength) for strength in (0.0, *STRENGTHS)]
        measures += found[1:]
        series.append(
            Series(kind, (0.0, *STRENGTHS), tuple(m.value for m in found), tuple(m.low for m in found),
                   tuple(m.high for m in found))
        )  # fmt: skip
        rows.append((kind, len(touched), *(m.value for m in found)))
    mean = [m.value for m in measures if m.part.endswith(f"@{EVASION}") and m.value is not None]
    measures.append(Measure("accuracy_perturbed_mean", sum(mean) / len(mean) if mean else None, len(sample), OF))
    worst = min(rows, key=lambda row: float(row[-1] if row[-1] is not None else 1))
    plot = Plot(
        "robustness",
        "Accuracy against the strength of a perturbation",
        "line",
        "share of characters perturbed",
        "accuracy",
        tuple(series),
        f"At {STRENGTHS[-1]:.0%}, {worst[0]} hurts most: {float(worst[-1] or 0):.1%} right, "
        f"{float(worst[2] or 0):.1%} untouched.",
    )
    columns = ("perturbation", "n", "untouched %", *(f"at {s:.0%} %" for s in STRENGTHS))
    return measures, plot, Table("Accuracy against strength", columns, tuple(rows))


def _accuracy_at(context: Context, sample: Sequence[Question], kind: str, strength: float) -> Measure:
    texts = [q.text if kind == "none" else perturb(kind, q.text, strength, context.seed) for q in sample]
    context.subject.model.prefetch(texts)
    right = sum(p.intent == q.intent for q, p in zip(sample, context.subject.model.predict(texts), strict=True))
    part = kind if kind == "none" else f"{kind}@{strength}"
    return Measure.from_estimate("accuracy", proportion(right, len(sample)), OF, part)


def _evasion(context: Context, critical: Sequence[Question]) -> tuple[list[Measure], list[Item]]:
    """Every critical question in every disguise."""
    measures, items, seen, asked = [], [], 0, 0
    for kind in KINDS:
        context.progress(f"evasion: {kind}")
        pairs = [(q, perturb(kind, q.text, EVASION, context.seed)) for q in critical]
        pairs = [(q, text) for q, text in pairs if text != q.text]
        context.subject.model.prefetch(text for _, text in pairs)
        caught = [context.understood(text).risk.level >= ALARM for _, text in pairs]
        measures.append(Measure.from_estimate("critical_recall", proportion(sum(caught), len(caught)), OF, kind))
        seen, asked = seen + sum(caught), asked + len(caught)
        items += [
            Item(item_id(f"{OF}/{kind}", q.text), OF, text, q.intent, "nothing", False, f"{kind}: {q.text}")
            for (q, text), found in zip(pairs, caught, strict=True)
            if not found
        ]
    measures.append(Measure.from_estimate("critical_recall", proportion(seen, asked), OF))
    return measures, items


def _attacks(context: Context) -> tuple[list[Measure], list[Item]]:
    items = []
    for attack in adversarial_library():
        understood = context.understood(attack.text)
        raised = understood.risk.level >= ALARM
        if attack.expect in ("alarm", "no_alarm"):
            got, ok = "alarm" if raised else "no_alarm", raised == (attack.expect == "alarm")
        else:
            got, ok = understood.intent, understood.intent == attack.expect
        note = f"{attack.kind}, {attack.added}"
        items.append(Item(item_id("library", attack.text), "library", attack.text, attack.expect, got, ok, note))
    held = proportion(sum(item.ok for item in items), len(items))
    danger = [item for item in items if item.expected == "alarm"]
    return [
        Measure.from_estimate("library_held", held, "library"),
        Measure.from_estimate("library_dangers_seen", proportion(sum(i.ok for i in danger), len(danger)), "library"),
    ], items


@lru_cache(maxsize=1)
def adversarial_library() -> tuple[Attack, ...]:
    """The adversarial library. Raises `LibraryBroken`."""
    raw = yaml.safe_load(resources.files("evals").joinpath("cases/adversarial.yaml").read_text("utf-8"))
    found = tuple(Attack(str(r["text"]), str(r["expect"]), str(r["kind"]), r["added"]) for r in raw["attacks"])
    for attack in found:
        if attack.expect not in ("alarm", "no_alarm") and attack.expect not in taxonomy():
            raise LibraryBroken(f"「{attack.text}」 expects {attack.expect!r}: write alarm, no_alarm or an intent")
        if not isinstance(attack.added, date):
            raise LibraryBroken(f"「{attack.text}」 has no date; write added: YYYY-MM-DD")
    return found
