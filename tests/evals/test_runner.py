"""A whole run: repeatable but for its date, refused when training has seen a question, never half written."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evals.context import Context, QuestionSet
from evals.leakage import LeakageError, training_sentences
from evals.neighbours import nearest_utterances
from evals.outcome import result_from_json
from evals.questions import Question
from evals.report import render
from evals.runner import Report, SuiteUnknown, evaluate
from evals.subject import CachingModel, Subject
from evals.writing import as_text, write_all

FAST = ("intents", "critical", "calibration", "selective", "scope", "clocks", "handover")
HOSTILE = Question("<script>alert(1)</script>{{ 7*7 }}</script>", "other.out_of_scope", ("very_short",))


@pytest.fixture(scope="module")
def sets(some_questions: tuple[Question, ...]) -> tuple[QuestionSet, ...]:
    return (QuestionSet("own", (*some_questions[::5], HOSTILE)), QuestionSet("theirs", some_questions[1::9]))


@pytest.fixture(scope="module")
def report(subject: Subject, sets: tuple[QuestionSet, ...]) -> Report:
    return evaluate(subject, sets, FAST)


def test_two_runs_give_the_same_report_but_for_date_and_machine(
    report: Report, subject: Subject, sets: tuple[QuestionSet, ...]
) -> None:
    fresh = replace(subject, model=CachingModel(subject.model))
    again = evaluate(fresh, sets, FAST).as_json()
    first = report.as_json()
    assert {name for name in first if first[name] != again[name]} <= {"run"}
    assert {"made_at", "machine", "minutes"} <= set(first["run"])


def test_what_is_written_can_be_read_back(report: Report) -> None:
    raw = json.loads(as_text(report.as_json()))
    for name in report.results:
        assert result_from_json(raw["suites"][name]).as_json() == raw["suites"][name]
    assert result_from_json(raw["suites"]["intents"]).find("accuracy", "theirs") is not None


def test_an_unknown_suite_is_refused_with_the_list(subject: Subject, sets: tuple[QuestionSet, ...]) -> None:
    with pytest.raises(SuiteUnknown, match="intents, critical"):
        evaluate(subject, sets, ["intentions"])


def test_a_question_that_training_has_seen_fails_the_run(subject: Subject) -> None:
    seen = max(training_sentences()[:200], key=lambda u: len(u.text))
    with pytest.raises(LeakageError, match="near-duplicates"):
        evaluate(subject, (QuestionSet("own", (Question(seen.text, seen.intent),)),), ["scope"])


def test_errors_name_the_training_sentences_they_are_near_to(report: Report) -> None:
    assert report.neighbours
    utterances = training_sentences()[:500]
    ((first, *_),) = nearest_utterances([utterances[7].text], utterances)
    assert (first.text, first.similarity) == (utterances[7].text, 1.0)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.tags: list[str] = []
        self.plots = 0
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.sources += [str(named[key]) for key in ("src", "href") if key in named]
        self.plots += named.get("role") == "img" and bool(named.get("aria-label"))
        if named.get("id"):
            self.ids.append(str(named["id"]))


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return render(report)


def test_the_page_opens_without_a_network_and_every_figure_has_a_text_twin(page: str, report: Report) -> None:
    read = _Reader()
    read.feed(page)
    assert all(source.startswith("#") for source in read.sources)
    figures = sum(len(r.plots) for r in report.results.values())
    assert read.plots == read.tags.count("figcaption") == figures > 0
    assert page.count("The same as a table") == figures
    assert len(read.ids) == len(set(read.ids))
    assert "Plotly" in page
    assert len(page) > 4_000_000


def test_what_customers_wrote_is_escaped(page: str) -> None:
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_page_names_hashes_machine_gates_and_every_data_set(page: str, report: Report) -> None:
    for text in (*(s.digest for s in report.sets), str(report.run["python"]), "theirs", "knowledge_sha256"):
        assert text in page
    assert all(j.gate.id in page for j in report.judgements)


def test_an_interrupted_write_leaves_the_old_files_and_nothing_else(tmp_path: Path) -> None:
    write_all(tmp_path, {"a.txt": "old", "b.txt": "old"})
    with pytest.raises(UnicodeEncodeError):
        write_all(tmp_path, {"a.txt": "new", "b.txt": "\ud800"})
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a.txt": "old", "b.txt": "old"}


def test_a_quick_sample_keeps_every_intent(some_questions: tuple[Question, ...], context: Context) -> None:
    assert {q.intent for q in some_questions} == {q.intent for q in context.own.questions}
    assert len({q.intent for q in some_questions}) == 101


def test_the_digest_changes_with_a_label_and_not_with_the_name() -> None:
    one, other = Question("怎么还款", "repay.how"), Question("怎么还款", "repay.date")
    assert QuestionSet("a", (one,)).digest == QuestionSet("b", (one,)).digest
    assert QuestionSet("a", (one,)).digest != QuestionSet("a", (other,)).digest
