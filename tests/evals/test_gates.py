"""Gates: every one names a figure that is measured, fails on the wrong side, and shows what went wrong."""

from __future__ import annotations

import pytest

from evals.gates import Gate, GatesBroken, bundled_gates, gates_from, judge
from evals.outcome import Item, Measure, SuiteResult
from evals.runner import SUITES

RECALL = Gate("recall", "critical", "recall", "own", "why", atleast=0.98)
ALARMS = Gate("alarms", "critical", "false_alarms", "own", "why", atmost=0.02)
REAL = Gate("real", "critical", "recall", "dev_questions", "why", atleast=0.9, when="given")


def result(recall: float | None, alarms: float = 0.0) -> dict[str, SuiteResult]:
    items = (
        Item("own:1", "own", "被骗了", "critical.fraud", "nothing", False),
        Item("own:2", "own", "慢死了", "no alarm", "critical.self_harm", False),
    )
    measures = (Measure("recall", recall, 50), Measure("false_alarms", alarms, 500))
    return {"critical": SuiteResult("critical", measures, items=items)}


@pytest.mark.parametrize(("value", "verdict"), [(0.98, "passed"), (0.9799, "failed"), (None, "failed")])
def test_a_gate_passes_at_its_limit_and_fails_below_it_or_when_unknown(value: float | None, verdict: str) -> None:
    (found,) = judge([RECALL], result(value), ["own"])
    assert found.verdict == verdict


def test_a_failed_gate_names_figure_limit_and_examples_of_its_own_kind() -> None:
    missed, false = judge([RECALL, ALARMS], result(0.5, 0.1), ["own"])
    assert "critical recall of own is 0.5000 (n=50), must be ≥ 0.98" in str(missed)
    assert missed.examples[0].startswith("「被骗了」 expected critical.fraud")
    assert false.examples[0].startswith("「慢死了」 expected no alarm")


def test_a_gate_on_data_that_was_not_given_is_not_judged() -> None:
    (found,) = judge([REAL], result(0.5), ["own"])
    assert found.verdict == "not judged"


def test_what_a_quick_sample_cannot_know_is_not_judged() -> None:
    (found,) = judge([RECALL], result(None), ["own"], quick=True)
    assert found.verdict == "not judged"


def test_gates_of_suites_that_did_not_run_are_left_out() -> None:
    assert judge([RECALL], {}, ["own"]) == []


@pytest.mark.parametrize(
    "row",
    [
        {"id": "x", "suite": "s", "measure": "m", "of": "own", "source": "s"},
        {"id": "x", "suite": "s", "measure": "m", "of": "own", "source": "s", "atleast": 1, "atmost": 1},
        {"id": "x", "suite": "s", "measure": "m", "of": "own", "source": "s", "atmost": 1, "whenever": "always"},
        {"id": "x", "suite": "s", "measure": "m", "of": "own", "source": "s", "atmost": 1, "when": "sometimes"},
    ],
)
def test_a_broken_gate_is_refused_by_name(row: dict[str, object]) -> None:
    with pytest.raises(GatesBroken, match="gate x"):
        gates_from({"gates": [row]})


def test_every_bundled_gate_belongs_to_a_suite_and_says_where_its_limit_comes_from() -> None:
    assert len(bundled_gates()) >= 25
    for gate in bundled_gates():
        assert gate.suite in SUITES
        assert len(gate.source) > 20
