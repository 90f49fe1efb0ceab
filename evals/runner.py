"""Runs suites over one product and gives one report. Sentences are classified once, before the suites, with a bar.

Two runs over the same product and data give the same report except for its `run` part (date, machine, duration).
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from evals.context import OWN, QUICK_EVERY, Context, QuestionSet
from evals.gates import Gate, Judgement, bundled_gates, judge
from evals.leakage import check_no_leaks, training_sentences
from evals.neighbours import Neighbour, nearest_utterances
from evals.outcome import Item, SuiteResult, failures
from evals.subject import Subject
from evals.suites import (
    calibration,
    clocks,
    critical,
    dialogue,
    fairness,
    figures,
    handover,
    intents,
    retrieval,
    robustness,
    scope,
    selective,
    shopper,
)

FORMAT = 1
EVALUATION_DAY = date(2026, 11, 24)
ERRORS_WITH_NEIGHBOURS = 60

SUITES: Mapping[str, Callable[[Context], SuiteResult]] = {
    module.SUITE: module.run
    for module in (
        intents,
        critical,
        calibration,
        selective,
        scope,
        retrieval,
        handover,
        fairness,
        figures,
        dialogue,
        clocks,
        robustness,
        shopper,
    )
}
WITHOUT_QUESTIONS = frozenset({clocks.SUITE, dialogue.SUITE, shopper.SUITE})


class SuiteUnknown(ValueError):
    """There is no suite of that name; take one of those listed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no suite {name}; the suites are {', '.join(SUITES)}")


@dataclass(frozen=True)
class Report:
    """A finished evaluation; `as_json` is `results.json`."""

    results: Mapping[str, SuiteResult]
    judgements: tuple[Judgement, ...]
    sets: tuple[QuestionSet, ...]
    subject: Mapping[str, Any]
    seed: int
    quick: bool
    neighbours: Mapping[str, tuple[Neighbour, ...]] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> tuple[Judgement, ...]:
        """The gates that failed."""
        return tuple(j for j in self.judgements if j.verdict == "failed")

    def as_json(self) -> dict[str, Any]:
        """Plain data; only `run` differs between two runs over the same product and data."""
        return {
            "format": FORMAT,
            "run": dict(self.run),
            "version": product_version(),
            "seed": self.seed,
            "quick": self.quick,
            "subject": dict(self.subject),
            "data": {s.name: {"n": len(s.questions), "sha256": s.digest, "ceiling": s.ceiling} for s in self.sets},
            "gates": [judgement.as_json() for judgement in self.judgements],
            "suites": {name: result.as_json() for name, result in self.results.items()},
            "neighbours": {id: [n.as_json() for n in found] for id, found in self.neighbours.items()},
        }


def evaluate(
    subject: Subject,
    sets: Sequence[QuestionSet],
    suites: Sequence[str] = (),
    *,
    seed: int = 7,
    quick: bool = False,
    gates: Sequence[Gate] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Run the named suites, or all. Raises `SuiteUnknown`, and `LeakageError` when training has seen a question."""
    chosen = _chosen(suites)
    started = time.monotonic()
    used = tuple(s.sampled(QUICK_EVERY) for s in sets) if quick else tuple(sets)
    asks = bool(set(chosen) - WITHOUT_QUESTIONS)
    if asks:
        check_no_leaks((q for s in used if s.name == OWN for q in s.questions), training_sentences())
    with progress or progress_bar() as bar:
        context = Context(subject, used, seed, quick)
        if asks:
            _classify(context, bar)
        results = _run(context, chosen, bar)
    judged = judge(bundled_gates() if gates is None else gates, results, [s.name for s in used], quick)
    report = Report(results, tuple(judged), used, subject.describe(), seed, quick, run=machine())
    return replace(
        report,
        neighbours=_neighbours(results),
        run={**report.run, "minutes": round((time.monotonic() - started) / 60, 2)},
    )


def progress_bar() -> Progress:
    """What a person watches meanwhile; on standard error, so that output can be piped."""
    from rich.console import Console

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def product_version() -> str:
    """The installed version, or the source's own when it is run without being installed."""
    try:
        return version("shouwen")
    except PackageNotFoundError:
        return "source"


def machine() -> dict[str, Any]:
    """Where and when: the only part of a report that differs between equal runs."""
    return {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {_processor()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        for line in cpus.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _chosen(suites: Sequence[str]) -> list[str]:
    for name in suites:
        if name not in SUITES:
            raise SuiteUnknown(name)
    return [name for name in SUITES if not suites or name in suites]


def _classify(context: Context, bar: Progress) -> None:
    texts = [q.text for s in context.sets for q in s.questions]
    task = bar.add_task("Classifying", total=len(set(texts)))
    context.subject.model.prefetch(texts, lambda: bar.advance(task))


def _run(context: Context, chosen: Sequence[str], bar: Progress) -> dict[str, SuiteResult]:
    task = bar.add_task("Suites", total=len(chosen))
    results = {}
    for name in chosen:
        bar.update(task, description=name)
        told = replace(context, progress=lambda text: bar.update(task, description=text))
        results[name] = SUITES[name](told)
        bar.advance(task)
    return results


def _neighbours(results: Mapping[str, SuiteResult]) -> dict[str, tuple[Neighbour, ...]]:
    """The training sentences nearest to the first errors of every data set."""
    if intents.SUITE not in results:
        return {}
    shown: list[Item] = []
    wrong = failures(results[intents.SUITE].items)
    for of in dict.fromkeys(item.of for item in wrong):
        shown += [item for item in wrong if item.of == of][:ERRORS_WITH_NEIGHBOURS]
    found = nearest_utterances([item.text for item in shown], training_sentences())
    return {item.id: near for item, near in zip(shown, found, strict=True)}
