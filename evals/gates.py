"""Judges the measured figures against `gates.yaml`: which release conditions hold, fail, or could not be judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

import yaml

from evals.outcome import Item, SuiteResult, failures

Verdict = Literal["passed", "failed", "not judged"]
EXAMPLES = 10


class GatesBroken(ValueError):
    """gates.yaml has an entry without limit, with two, or with an unknown key; correct the named gate."""


@dataclass(frozen=True)
class Gate:
    """One release condition on one figure. Exactly one of `atleast` and `atmost` is set."""

    id: str
    suite: str
    measure: str
    of: str
    source: str
    part: str = ""
    atleast: float | None = None
    atmost: float | None = None
    when: str = "always"

    @property
    def limit(self) -> float:
        """The limit, whichever side it is on."""
        return self.atleast if self.atleast is not None else self.atmost or 0.0

    @property
    def comparison(self) -> str:
        """`≥` or `≤`."""
        return "≥" if self.atleast is not None else "≤"

    def holds(self, value: float) -> bool:
        """Whether a value is on the right side."""
        return value >= self.limit if self.atleast is not None else value <= self.limit


@dataclass(frozen=True)
class Judgement:
    """A gate's verdict with the figure it was judged on and, when it failed, examples."""

    gate: Gate
    verdict: Verdict
    value: float | None
    n: int
    low: float | None
    high: float | None
    examples: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        flat = asdict(self)
        gate = flat.pop("gate")
        return {**gate, **flat, "limit": self.gate.limit, "comparison": self.gate.comparison}

    def __str__(self) -> str:
        value = "not measured" if self.value is None else f"{self.value:.4f}"
        where = (
            f"{self.gate.suite} {self.gate.measure} of {self.gate.of}{f'/{self.gate.part}' if self.gate.part else ''}"
        )
        return f"gate {self.gate.id}: {where} is {value} (n={self.n}), must be {self.gate.comparison} {self.gate.limit}"


@lru_cache(maxsize=1)
def bundled_gates() -> tuple[Gate, ...]:
    """The gates of this release. Raises `GatesBroken`."""
    return gates_from(yaml.safe_load(resources.files("evals").joinpath("gates.yaml").read_text("utf-8")))


def gates_from(raw: Mapping[str, Any]) -> tuple[Gate, ...]:
    """Gates of parsed YAML. Raises `GatesBroken`."""
    found = []
    for row in raw["gates"]:
        try:
            gate = Gate(**row)
        except TypeError as error:
            raise GatesBroken(f"gate {row.get('id', '?')}: {error}") from error
        if (gate.atleast is None) == (gate.atmost is None):
            raise GatesBroken(f"gate {gate.id} needs exactly one of atleast and atmost")
        if gate.when not in ("always", "given"):
            raise GatesBroken(f"gate {gate.id}: when is `always` or `given`")
        found.append(gate)
    if len({gate.id for gate in found}) < len(found):
        raise GatesBroken("two gates have the same id")
    return tuple(found)


def judge(
    gates: Sequence[Gate], results: Mapping[str, SuiteResult], given: Sequence[str], quick: bool = False
) -> list[Judgement]:
    """Judge every gate whose suite ran. An unknown figure fails its gate, unless its data was not given, or the run
    was quick and the sample too small to know."""
    return [_judge(gate, results[gate.suite], given, quick) for gate in gates if gate.suite in results]


def _judge(gate: Gate, result: SuiteResult, given: Sequence[str], quick: bool) -> Judgement:
    measure = result.find(gate.measure, gate.of, gate.part)
    absent = gate.of not in given and (gate.when == "given" or gate.of == "own")
    unknown = measure is None or measure.value is None
    if absent or (unknown and quick):
        return Judgement(gate, "not judged", None, 0, None, None)
    if measure is None or measure.value is None:
        return Judgement(gate, "failed", None, measure.n if measure else 0, None, None)
    verdict: Verdict = "passed" if gate.holds(measure.value) else "failed"
    shown = _examples(gate, result) if verdict == "failed" else ()
    return Judgement(gate, verdict, measure.value, measure.n, measure.low, measure.high, shown)


def _examples(gate: Gate, result: SuiteResult) -> tuple[str, ...]:
    """Ten failed items of the gate's data, those the measure speaks of first."""
    wanted = [item for item in failures(result.items) if item.of == gate.of] or failures(result.items)
    wanted = sorted(wanted, key=lambda item: not _speaks_of(gate, item))
    return tuple(
        f"「{item.text}」 expected {item.expected}, got {item.got}{f' ({item.note})' if item.note else ''}"
        for item in wanted[:EXAMPLES]
    )


def _speaks_of(gate: Gate, item: Item) -> bool:
    """False alarms are examples of alarms, misses of recall; a part's items name the part."""
    if gate.part and gate.part not in item.note:
        return False
    alarm = item.expected in ("no alarm", "no_alarm") or item.expected.startswith("no person")
    return alarm == (gate.measure in ("false_alarms", "needless"))
