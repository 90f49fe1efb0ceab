"""Comparing two reports and keeping their figures: what changed, why, and nobody's text in what is kept."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from evals.compare import compare
from evals.history import plots, read_history, remember, table
from evals.outcome import Item, Measure, SuiteResult
from evals.stored import ResultsRefused, read_results, summary
from evals.writing import as_text


def report(**changes: Any) -> dict[str, Any]:
    items = (
        Item("own:1", "own", "提前还款怎么弄", "repay.early", "repay.early", True),
        Item("own:2", "own", "收我几分利", "fee.rate", "fee.calc", False),
    )
    measures = (
        Measure("accuracy", 0.5, 2, low=0.09, high=0.91),
        Measure("accuracy", 0.5, 2, part="repay"),
        Measure("coverage", None, 0),
    )
    suite = SuiteResult("intents", measures, items=items).as_json()
    gate = {"id": "accuracy", "verdict": "failed", "limit": 0.92, "examples": ["「收我几分利」"]}
    made: dict[str, Any] = {
        "format": 1,
        "run": {"made_at": "2026-11-24T10:00:00+00:00"},
        "version": "0.1.0",
        "seed": 7,
        "quick": False,
        "subject": {"model": {"data_sha256": "aaa"}, "knowledge_sha256": "k", "threshold": 0.5, "labels": 101},
        "data": {"own": {"n": 2, "sha256": "d1", "ceiling": None}},
        "gates": [gate],
        "suites": {"intents": suite},
        "neighbours": {},
    }
    return {**copy.deepcopy(made), **changes}


def better() -> dict[str, Any]:
    later = report(version="0.2.0", run={"made_at": "2026-12-01T10:00:00+00:00"})
    suite = later["suites"]["intents"]
    suite["items"] = [{**suite["items"][0], "ok": False, "got": "repay.how"}, {**suite["items"][1], "ok": True}]
    suite["items"].append({**suite["items"][1], "id": "own:3", "ok": False})
    suite["measures"][0] = {**suite["measures"][0], "value": 0.97, "low": 0.95, "high": 0.99}
    suite["measures"][2] = {**suite["measures"][2], "value": 0.4}
    later["gates"][0] = {**later["gates"][0], "verdict": "passed"}
    later["data"]["own"]["sha256"] = "d2"
    later["subject"]["model"]["data_sha256"] = "bbb"
    return later


def stored(path: Path, raw: dict[str, Any]) -> Any:
    path.mkdir()
    (path / "results.json").write_text(as_text(raw), "utf-8")
    return read_results(path)


def test_fixed_and_regressed_cases_are_named_one_by_one(tmp_path: Path) -> None:
    found = compare(stored(tmp_path / "a", report()), stored(tmp_path / "b", better()))
    assert [t.after.id for t in found.fixed] == ["own:2"]
    assert [t.after.got for t in found.regressed] == ["repay.how"]
    assert (found.only_before, found.only_after) == (0, 1)


def test_figures_that_moved_are_shown_and_certain_only_when_intervals_lie_apart(tmp_path: Path) -> None:
    found = compare(stored(tmp_path / "a", report()), stored(tmp_path / "b", better()))
    moved = {(m.before.name, m.before.part): m for m in found.moved}
    assert set(moved) == {("accuracy", ""), ("coverage", "")}
    assert moved[("accuracy", "")].change == pytest.approx(0.47)
    assert moved[("accuracy", "")].certain
    assert found.gates == ("gate accuracy: failed, now passed",)


def test_other_versions_models_and_data_are_explained_first(tmp_path: Path) -> None:
    other = better()
    other["suites"]["clocks"] = SuiteResult("clocks", ()).as_json()
    other["data"]["theirs"] = {"n": 9, "sha256": "x", "ceiling": None}
    other["seed"] = 8
    said = " | ".join(compare(stored(tmp_path / "a", report()), stored(tmp_path / "b", other)).explanations)
    for words in (
        "versions differ: 0.1.0 and 0.2.0",
        "seeds differ",
        "models differ in data_sha256",
        "data own differs",
        "data theirs was given only after",
        "suite clocks was run only after",
    ):
        assert words in said


def test_a_report_compared_with_itself_has_nothing_to_say(tmp_path: Path) -> None:
    same = compare(stored(tmp_path / "a", report()), stored(tmp_path / "b", report()))
    assert (same.explanations, same.moved, same.fixed, same.regressed, same.gates) == ((), (), (), (), ())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not a results file"),
        ("[]", "has format None"),
        (json.dumps({"format": 99}), "has format 99"),
        (json.dumps({"format": 1}), "not a results file"),
    ],
)
def test_files_that_are_no_reports_are_refused_by_name(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "results.json").write_text(content)
    with pytest.raises(ResultsRefused, match=words):
        read_results(tmp_path)
    with pytest.raises(ResultsRefused, match="cannot be read"):
        read_results(tmp_path / "missing")


def test_what_is_kept_holds_figures_and_nobodys_text(tmp_path: Path) -> None:
    kept = remember(report(), tmp_path)
    assert kept.name == "20261124T100000-0.1.0.json"
    text = kept.read_text("utf-8")
    assert "利息" not in text
    assert '"accuracy"' in text
    assert summary(report())["suites"]["intents"]["measures"]


def test_history_draws_every_figure_over_versions_oldest_first(tmp_path: Path) -> None:
    remember(better(), tmp_path)
    remember(report(), tmp_path)
    kept = read_history(tmp_path)
    assert [s.raw["version"] for s in kept] == ["0.1.0", "0.2.0"]
    (drawn,) = plots(kept)
    assert {s.name: s.y for s in drawn.series}["top-1 accuracy, forced choice"] == (0.5, 0.97)
    assert "0.500 to 0.970" in drawn.summary
    assert ("intents", "own", "answered (not abstained)", None, 0.4) in table(kept).rows


def test_an_empty_history_says_how_to_begin_one(tmp_path: Path) -> None:
    with pytest.raises(ResultsRefused, match="--remember"):
        read_history(tmp_path)
