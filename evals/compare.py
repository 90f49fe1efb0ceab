"""What changed between two reports: figures, gates, and item by item what was fixed and what regressed.

Reports of different versions, models or data are compared on what they share, and the differences are said first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evals.outcome import Item, Measure
from evals.stored import Stored

_SHOWN_AS_CHANGE = 5e-4


@dataclass(frozen=True)
class Moved:
    """One figure in both reports. `certain` when the two 95 % intervals do not overlap."""

    suite: str
    before: Measure
    after: Measure

    @property
    def change(self) -> float:
        """After minus before; 0.0 when one is unknown."""
        if self.before.value is None or self.after.value is None:
            return 0.0
        return self.after.value - self.before.value

    @property
    def certain(self) -> bool:
        """Whether the intervals lie apart."""
        a, b = self.before, self.after
        if a.low is None or a.high is None or b.low is None or b.high is None:
            return False
        return a.high < b.low or b.high < a.low


@dataclass(frozen=True)
class Turned:
    """One case judged otherwise than before."""

    suite: str
    before: Item
    after: Item


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two reports."""

    explanations: tuple[str, ...]
    moved: tuple[Moved, ...]
    fixed: tuple[Turned, ...]
    regressed: tuple[Turned, ...]
    only_before: int
    only_after: int
    gates: tuple[str, ...]


def compare(before: Stored, after: Stored) -> Comparison:
    """Compare two reports on the suites, data and cases they share."""
    shared = [suite for suite in before.results if suite in after.results]
    fixed, regressed, only_before, only_after = [], [], 0, 0
    for suite in shared:
        old, new = before.items(suite), after.items(suite)
        only_before += len(old.keys() - new.keys())
        only_after += len(new.keys() - old.keys())
        turned = [Turned(suite, old[id], new[id]) for id in old if id in new and old[id].ok != new[id].ok]
        fixed += [t for t in turned if t.after.ok]
        regressed += [t for t in turned if not t.after.ok]
    return Comparison(
        tuple(_explain(before, after)),
        tuple(m for suite in shared for m in _moved(suite, before, after)),
        tuple(fixed),
        tuple(regressed),
        only_before,
        only_after,
        tuple(_gates(before.raw, after.raw)),
    )


def _moved(suite: str, before: Stored, after: Stored) -> Iterator[Moved]:
    later = {m.key: m for m in after.results[suite].measures}
    for old in before.results[suite].measures:
        new = later.get(old.key)
        if new and _differ(old.value, new.value):
            yield Moved(suite, old, new)


def _differ(old: float | None, new: float | None) -> bool:
    """Whether a reader should see both; unknown differs from every value."""
    if old is None or new is None:
        return (old is None) != (new is None)
    return abs(new - old) >= _SHOWN_AS_CHANGE


def _explain(before: Stored, after: Stored) -> Iterator[str]:
    """Why figures may differ for another reason than the model's quality."""
    a, b = before.raw, after.raw
    if a["version"] != b["version"]:
        yield f"versions differ: {a['version']} and {b['version']}"
    if a["seed"] != b["seed"]:
        yield f"seeds differ ({a['seed']} and {b['seed']}): samples and perturbations are not the same"
    if a["quick"] != b["quick"]:
        yield "one of the two is a quick run on samples"
    yield from _subject(a["subject"], b["subject"])
    for name in {**a["data"], **b["data"]}:
        yield from _data(name, a["data"].get(name), b["data"].get(name))
    for suite in {**before.results, **after.results}:
        if suite not in before.results or suite not in after.results:
            where = "after" if suite not in before.results else "before"
            yield f"suite {suite} was run only {where}"


def _subject(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    names = {
        "knowledge_sha256": "the knowledge differs",
        "labels": "the number of intents differs",
        "threshold": "the abstention thresholds differ",
        "day": "the evaluation days differ: other clauses and fee rows may be in force",
    }
    for key, words in names.items():
        if a.get(key) != b.get(key):
            yield f"{words}: {_short(a.get(key))} and {_short(b.get(key))}"
    old, new = a.get("model", {}), b.get("model", {})
    for key in sorted({**old, **new}):
        if old.get(key) != new.get(key) and key != "threshold":
            yield f"models differ in {key}: {_short(old.get(key))} and {_short(new.get(key))}"


def _data(name: str, a: Mapping[str, Any] | None, b: Mapping[str, Any] | None) -> Iterator[str]:
    if a is None or b is None:
        yield f"data {name} was given only {'after' if a is None else 'before'}"
    elif a["sha256"] != b["sha256"]:
        yield f"data {name} differs ({a['n']} and {b['n']} questions): only questions in both are compared one by one"


def _gates(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    old = {gate["id"]: gate for gate in a["gates"]}
    for gate in b["gates"]:
        was = old.get(gate["id"])
        if was is None:
            yield f"gate {gate['id']} is new: {gate['verdict']}"
            continue
        if was["limit"] != gate["limit"]:
            yield f"gate {gate['id']}: the limit changed from {was['limit']} to {gate['limit']}"
        if was["verdict"] != gate["verdict"]:
            yield f"gate {gate['id']}: {was['verdict']}, now {gate['verdict']}"


def _short(value: object) -> str:
    text = str(value)
    return text[:12] + "…" if len(text) > 20 else text
