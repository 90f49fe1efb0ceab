"""Every figure over versions: reads the kept summaries and draws one line a figure, gates' limits beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.outcome import Plot, Series, Table
from evals.report.pivot import label
from evals.stored import ResultsRefused, Stored, read_results, summary, summary_name
from evals.writing import as_text, write_all

HISTORY = Path(__file__).parent / "history"


def remember(raw: dict[str, Any], directory: Path = HISTORY) -> Path:
    """Keep a report's summary (no text of any question) and return its file."""
    name = summary_name(raw)
    write_all(directory, {name: as_text(summary(json.loads(json.dumps(raw))))})
    return directory / name


def read_history(directory: Path = HISTORY) -> list[Stored]:
    """The kept summaries, oldest first. Raises `ResultsRefused` when there is none or one is broken."""
    found = [read_results(path) for path in sorted(directory.glob("*.json"))]
    if not found:
        raise ResultsRefused(f"{directory} holds no summary; keep one with: shouwen eval --out DIR --remember")
    return sorted(found, key=lambda stored: str(stored.raw["run"].get("made_at", "")))


def plots(history: Sequence[Stored]) -> list[Plot]:
    """One plot a suite and data set, one line a figure without part; figures never taken are left out."""
    names = tuple(stored.name for stored in history)
    found = []
    for suite, of in _suites(history):
        keys = dict.fromkeys(
            m.key for s in history if suite in s.results for m in s.results[suite].measures if m.of == of and not m.part
        )
        series = [_series(history, names, suite, key) for key in keys]
        shares = [s for s, share in series if share]
        others = [s for s, share in series if not share]
        for some, percent in ((shares, True), (others, False)):
            if some:
                found.append(_plot(suite, of, some, percent))
    return found


def table(history: Sequence[Stored]) -> Table:
    """All figures without part, a column a version."""
    rows = []
    for suite, of in _suites(history):
        keys = dict.fromkeys(
            m.key for s in history if suite in s.results for m in s.results[suite].measures if m.of == of and not m.part
        )
        for key in keys:
            measures = [s.results[suite].find(*key) if suite in s.results else None for s in history]
            values = [None if m is None or m.value is None else round(m.value, 4) for m in measures]
            rows.append((suite, of, label(key[0]), *values))
    return Table("Figures over versions", ("suite", "data", "figure", *(s.name for s in history)), tuple(rows))


def _suites(history: Sequence[Stored]) -> list[tuple[str, str]]:
    pairs = [(suite, m.of) for s in history for suite, result in s.results.items() for m in result.measures]
    return list(dict.fromkeys(pairs))


def _series(
    history: Sequence[Stored], names: tuple[str, ...], suite: str, key: tuple[str, str, str]
) -> tuple[Series, bool]:
    measures = [s.results[suite].find(*key) if suite in s.results else None for s in history]
    known = [m for m in measures if m is not None]
    values = tuple(None if m is None else m.value for m in measures)
    return Series(label(key[0]), names, values), all(m.unit == "share" for m in known)


def _plot(suite: str, of: str, series: Sequence[Series], percent: bool) -> Plot:
    changes = []
    for line in series:
        known = [y for y in line.y if y is not None]
        if len(known) > 1:
            changes.append(f"{line.name} {known[0]:.3f} to {known[-1]:.3f}")
    summary_words = f"From the first to the last version: {'; '.join(changes)}." if changes else "One version only."
    kind = "shares" if percent else "others"
    return Plot(
        f"history-{suite}-{of}-{kind}".replace(" ", "-"),
        f"{suite}: {of}",
        "line",
        "version",
        "value",
        tuple(series),
        summary_words,
        percent,
    )
