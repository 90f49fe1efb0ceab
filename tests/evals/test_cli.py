"""`shouwen eval` in a terminal: what it writes, how it ends, what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import evals.subject
from evals.cli import app
from evals.subject import Subject

run = CliRunner()


@pytest.fixture(autouse=True)
def _small_product(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands load the small product in place of the shipped one."""
    monkeypatch.setattr(evals.subject, "load_subject", lambda _settings, _day: subject)


def test_a_run_writes_both_files_prints_the_gates_and_ends_well_when_they_hold(tmp_path: Path) -> None:
    done = run.invoke(app, ["--suite", "clocks", "--out", str(tmp_path / "r")])
    assert done.exit_code == 0, done.output
    assert {p.name for p in (tmp_path / "r").iterdir()} == {"results.json", "report.html"}
    assert "passed" in done.output
    raw = json.loads((tmp_path / "r" / "results.json").read_text("utf-8"))
    assert list(raw["suites"]) == ["clocks"]


def test_a_failed_gate_ends_with_one_and_names_gate_figure_limit_and_examples(tmp_path: Path) -> None:
    done = run.invoke(app, ["--suite", "intents", "--quick", "--out", str(tmp_path)])
    assert done.exit_code == 1
    plain = " ".join(done.output.split())
    assert "gate intent-accuracy-own: intents accuracy of own is 0." in plain
    assert "must be ≥ 0.92" in plain
    assert plain.count("- 「") >= 10


def test_a_firms_own_file_is_one_more_column(tmp_path: Path) -> None:
    data = tmp_path / "ours.csv"
    data.write_text("text,intent\n怎么提前还款,repay.early\n", "utf-8")
    run.invoke(app, ["--suite", "scope", "--quick", "--data", str(data), "--out", str(tmp_path / "r")])
    raw = json.loads((tmp_path / "r" / "results.json").read_text("utf-8"))
    assert raw["data"]["ours"]["n"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text,label\na,b\n", "no column intent"),
        ("text,intent\n你好,no.such\n", "unknown intent"),
        ("text,intent\n", "holds no question"),
    ],
)
def test_a_data_file_that_cannot_be_used_ends_with_two_and_its_line(tmp_path: Path, content: str, words: str) -> None:
    data = tmp_path / "bad.csv"
    data.write_text(content, "utf-8")
    done = run.invoke(app, ["--suite", "scope", "--data", str(data), "--out", str(tmp_path / "r")])
    assert done.exit_code == 2
    assert words in " ".join(done.output.split())
    assert not (tmp_path / "r").exists()


def test_unknown_suites_missing_out_and_missing_files_are_refused(tmp_path: Path) -> None:
    assert run.invoke(app, ["--suite", "magic", "--out", str(tmp_path)]).exit_code == 2
    assert run.invoke(app, []).exit_code == 2
    assert run.invoke(app, ["compare", str(tmp_path / "a"), str(tmp_path / "b")]).exit_code == 2
    assert run.invoke(app, ["history", str(tmp_path)]).exit_code == 2


def test_compare_and_history_read_what_runs_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import evals.history

    monkeypatch.setattr(evals.history, "HISTORY", tmp_path / "kept")
    for name in ("a", "b"):
        run.invoke(app, ["--suite", "clocks", "--out", str(tmp_path / name)])
    done = run.invoke(app, ["compare", str(tmp_path / "a"), str(tmp_path / "b")])
    assert done.exit_code == 0, done.output
    assert "fixed 0, regressed 0" in done.output
    raw = json.loads((tmp_path / "a" / "results.json").read_text("utf-8"))
    evals.history.remember(raw, tmp_path / "kept")
    done = run.invoke(app, ["history", str(tmp_path / "kept"), "--out", str(tmp_path / "h.html")])
    assert done.exit_code == 0, done.output
    assert "golden cases" in (tmp_path / "h.html").read_text("utf-8")


def test_triage_and_drift_read_a_database(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'log.db'}"
    done = run.invoke(app, ["triage", "--database", database])
    assert done.exit_code == 0, done.output
    assert "Nothing went wrong" in done.output
    assert run.invoke(app, ["drift", "--database", database]).exit_code == 2
