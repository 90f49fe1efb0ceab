"""Are the deadlines right? Golden cases worked out by hand, over nights, weekends, holidays, pauses and complaints."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from evals.context import Context
from evals.metrics import proportion
from evals.outcome import Item, Measure, SuiteResult
from handoff.clock import Run, runs
from handoff.rules import bundled_rules

SUITE = "clocks"
OF = "golden cases"
_ZONE = ZoneInfo("Asia/Shanghai")


class ClockCaseBroken(ValueError):
    """A golden case names a clock that never runs in it; correct the case."""


@dataclass(frozen=True)
class _Fact:
    """Something that happened, as the clocks read it."""

    kind: str
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


def run(context: Context) -> SuiteResult:  # noqa: ARG001 - the clocks need no model
    """Fold every case and compare due time and outcome."""
    raw = yaml.safe_load(resources.files("evals").joinpath("cases/clocks.yaml").read_text("utf-8"))
    items = tuple(_judge(case) for case in raw["cases"])
    held = proportion(sum(item.ok for item in items), len(items))
    return SuiteResult(SUITE, (Measure.from_estimate("golden_cases", held, OF),), items=items)


def _judge(case: dict[str, Any]) -> Item:
    found = _run_of(case)
    outcome = case.get("outcome", "open")
    expected = f"due {case['due'] or 'never'}, {outcome}"
    got = f"due {_local(found.due_at if not found.cancelled else found.mark_at(100))}, {found.outcome or 'open'}"
    return Item(f"clock:{case['id']}", OF, case["id"], expected, got, expected == got, case["clock"])


def _run_of(case: dict[str, Any]) -> Run:
    facts = [
        _Fact(
            row["kind"],
            datetime.fromisoformat(row["at"]).replace(tzinfo=_ZONE),
            {k: v for k, v in row.items() if k not in ("kind", "at")},
        )
        for row in case["facts"]
    ]
    rules = bundled_rules()
    policy = rules.policies.at(facts[0].at)
    matching = [r for r in runs(facts, policy, rules.calendars(policy)) if r.clock == case["clock"]]
    if not matching:
        raise ClockCaseBroken(f"{case['id']}: clock {case['clock']} does not run")
    return matching[-1]


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone(_ZONE):%Y-%m-%d %H:%M}" if moment else "never"
