"""Reads `results.json` back, and keeps the summaries that history plots: figures only, never anybody's text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.outcome import Item, Measure, SuiteResult, result_from_json
from evals.runner import FORMAT

RESULTS = "results.json"
_NAME = re.compile(r"[^\w.-]+")


class ResultsRefused(ValueError):
    """A results file that cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Stored:
    """A report read back."""

    path: Path
    raw: Mapping[str, Any]
    results: Mapping[str, SuiteResult]

    @property
    def name(self) -> str:
        """Version and date, for headings."""
        return f"{self.raw['version']} of {str(self.raw['run'].get('made_at', 'unknown date'))[:16]}"

    def items(self, suite: str) -> dict[str, Item]:
        """The judged cases of a suite by id."""
        return {item.id: item for item in self.results[suite].items}


def read_results(path: Path) -> Stored:
    """Read `results.json`, or the one in a directory. Raises `ResultsRefused`."""
    file = path / RESULTS if path.is_dir() else path
    try:
        raw = json.loads(file.read_text("utf-8"))
        if not isinstance(raw, dict) or raw.get("format") != FORMAT:
            found = raw.get("format") if isinstance(raw, dict) else None
            raise ResultsRefused(f"{file} has format {found}, this version reads {FORMAT}; run the evaluation again")
        results = {name: result_from_json(suite) for name, suite in raw["suites"].items()}
        _ = (raw["version"], raw["run"], raw["data"], raw["subject"], raw["seed"], raw["quick"])
    except OSError as error:
        raise ResultsRefused(
            f"{file} cannot be read ({error.strerror}); name a directory that `eval --out` wrote"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ResultsRefused):
            raise
        raise ResultsRefused(f"{file} is not a results file ({error}); run the evaluation again") from error
    return Stored(file, raw, results)


def summary(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A report without tables, plots and texts: what history keeps."""
    suites = {name: {"suite": name, "measures": list(suite["measures"])} for name, suite in raw["suites"].items()}
    gates = [{k: v for k, v in gate.items() if k != "examples"} for gate in raw["gates"]]
    return {**raw, "suites": suites, "gates": gates, "neighbours": {}}


def summary_name(raw: Mapping[str, Any]) -> str:
    """A file name that sorts by time: `20261124T101500-0.2.0.json`."""
    made = re.sub(r"[^\dT]", "", str(raw["run"].get("made_at", ""))[:19])
    return _NAME.sub("-", f"{made}-{raw['version']}.json")


def value(stored: Stored, suite: str, key: tuple[str, str, str]) -> Measure | None:
    """One figure of a report; None when it was not taken."""
    return stored.results[suite].find(*key) if suite in stored.results else None
