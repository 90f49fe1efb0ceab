"""The suites over a small real product: what they count, and that their parts agree with each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from assistant.guard import untied_figures
from evals.context import Context, QuestionSet
from evals.outcome import SuiteResult, failures
from evals.questions import Question
from evals.subject import Subject
from evals.suites import (
    calibration,
    clocks,
    critical,
    fairness,
    figures,
    handover,
    intents,
    retrieval,
    robustness,
    scope,
    selective,
)


@pytest.fixture(scope="module")
def read(context: Context) -> SuiteResult:
    return intents.run(context)


def value(result: SuiteResult, name: str, part: str = "", of: str = "own") -> float:
    measure = result.find(name, of, part)
    assert measure is not None
    assert measure.value is not None
    return measure.value


def test_the_headline_counts_abstentions_as_wrong(read: SuiteResult, context: Context) -> None:
    predictions = context.predictions(context.own.questions)
    right = [q.intent == p.intent and not p.abstain for q, p in zip(context.own.questions, predictions, strict=True)]
    assert value(read, "accuracy_at_operating_point") == pytest.approx(np.mean(right))
    assert value(read, "accuracy_at_operating_point") < value(read, "accuracy")
    product = value(read, "coverage") * value(read, "accuracy_answered")
    assert value(read, "accuracy_at_operating_point") == pytest.approx(product)


def test_every_question_is_one_item_and_the_wrong_ones_make_the_accuracy(read: SuiteResult, context: Context) -> None:
    assert len(read.items) == len(context.own.questions)
    assert 1 - len(failures(read.items)) / len(read.items) == pytest.approx(value(read, "accuracy"))


def test_a_second_set_is_one_more_column(context: Context) -> None:
    other = QuestionSet("theirs", (Question("怎么提前还款", "repay.early"), Question("天气如何", "other.out_of_scope")))
    found = intents.run(replace(context, sets=(*context.sets, other)))
    assert {m.of for m in found.measures} == {"own", "theirs"}


def test_a_missed_danger_costs_more_than_ten_plain_confusions_of_one() -> None:
    assert intents.confusion_cost("critical.fraud", "fee.rate") == 10
    assert intents.confusion_cost("service.complaint", "service.contact") == 3
    assert intents.confusion_cost("fee.rate", "fee.apr") == 1


def test_dangers_are_seen_by_classifier_or_phrases_and_each_alone_sees_fewer(context: Context) -> None:
    found = critical.run(context)
    both = value(found, "recall")
    assert both >= max(value(found, "recall_classifier_alone"), value(found, "recall_phrases_alone"))
    dangers = sum(q.intent.startswith("critical.") for q in context.own.questions)
    measure = found.find("recall", "own")
    assert measure is not None
    assert measure.n == dangers
    assert len([i for i in failures(found.items) if i.expected != "no alarm"]) == round((1 - both) * dangers)


def test_the_calibration_error_of_an_honest_and_of_a_boasting_model(context: Context) -> None:
    found = calibration.run(context)
    assert 0 <= value(found, "ece") <= 1
    counted = sum(int(str(row[2])) for row in found.tables[0].rows)
    assert counted == len(context.own.questions)


def test_the_operating_point_lies_on_the_curve(context: Context) -> None:
    found = selective.run(context)
    assert value(found, "answered_error") <= value(found, "answered_error_upper")
    assert value(found, "coverage_at_error", "2%") <= value(found, "coverage_at_error", "8%")
    point = found.plots[0].series[1]
    assert point.x[0] == pytest.approx(value(found, "coverage"))


def test_a_set_without_out_of_scope_questions_is_unknown_not_perfect(subject: Subject) -> None:
    found = scope.run(Context(subject, (QuestionSet("own", (Question("怎么提前还款", "repay.early"),)),)))
    measure = found.find("auroc", "own")
    assert measure is not None
    assert measure.value is None


def test_deeper_search_finds_at_least_as_much_and_all_three_ways_are_measured(context: Context) -> None:
    few = QuestionSet("own", context.own.questions[::6])
    found = retrieval.run(replace(context, sets=(few,)))
    for way in retrieval.WAYS:
        hits = [value(found, f"hit@{k}", way) for k in (1, 3, 5)]
        assert hits == sorted(hits)
        assert hits[0] <= value(found, "mrr", way)
    assert value(found, "hit@5", "BM25 alone") > 0.2


def test_both_sides_of_the_hand_over_ledger_add_up(context: Context) -> None:
    few = QuestionSet("own", context.own.questions[::3])
    found = handover.run(replace(context, sets=(few,)))
    needed, total = value(found, "needed_share"), value(found, "human_share")
    split = value(found, "reached") * needed + value(found, "needless") * (1 - needed)
    assert split == pytest.approx(total)
    assert sum(int(str(row[1])) for row in found.tables[0].rows) == len(few.questions)


def test_small_slices_are_unknown_and_never_equal(context: Context) -> None:
    found = fairness.run(replace(context, sets=(QuestionSet("own", context.own.questions[:60]),)))
    by_slice = [m for m in found.measures if m.name == "accuracy" and m.n < fairness.FEWEST]
    assert by_slice
    assert all(m.value is None for m in by_slice)
    gap = found.find("largest_gap", "own")
    assert gap is not None
    assert gap.value is None


def test_a_slice_served_worse_shows_as_a_gap_and_harder_questions_do_not_adjust_into_one() -> None:
    def judged(name: str, intent: str, right: int, wrong: int) -> list[fairness.Judged]:
        slices = (name,) if name else ()
        outcomes = [True] * right + [False] * wrong
        return [fairness.Judged(slices, intent, ok, False, False, None, None) for ok in outcomes]

    unfair = [*judged("elderly", "fee.rate", 50, 50), *judged("", "fee.rate", 90, 10)]
    assert fairness.adjusted_gap(unfair, "elderly") == pytest.approx(0.4)
    harder = [*judged("elderly", "fee.apr", 50, 50), *judged("", "fee.apr", 5, 5), *judged("", "fee.rate", 90, 10)]
    member = np.array(["elderly" in j.slices for j in harder])
    assert fairness.gap(np.array([j.correct for j in harder]), member) > 0.3
    assert fairness.adjusted_gap(harder, "elderly") == pytest.approx(0.0)


def test_every_refusal_says_why(context: Context) -> None:
    found = fairness.run(replace(context, sets=(QuestionSet("own", context.own.questions[::3]),)))
    assert value(found, "refusals_explained") == 1.0


def test_all_published_rates_are_reproduced_and_a_wrong_one_would_be_seen() -> None:
    from decimal import Decimal

    from evals.rate_cases import rate_cases

    cases = rate_cases()
    assert len(cases) > 50
    assert not any(case.accepts(case.finer + Decimal("0.00001")) for case in cases)
    assert all(item.ok for item in figures._rates())


def test_planted_figures_are_wrong_and_the_guard_stops_them(context: Context) -> None:
    replies = [context.taken(q.text) for q in context.own.questions[::3]]
    planted = [(taken, wrong) for taken in replies for wrong in figures.plant(taken, 1)]
    assert planted
    for taken, wrong in planted:
        assert wrong.text != taken.reply.text
        reply = taken.reply.model_copy(update={"text": wrong.text})
        assert untied_figures(reply, taken.grounds, (taken.understanding.text,))


def test_the_rate_cases_of_evaluation_and_of_the_engine_tests_are_the_same_file() -> None:
    from pathlib import Path

    root = Path(__file__).parents[2]
    mine, theirs = root / "evals/cases/rate_vectors.yaml", root / "tests/knowledge/vectors.yaml"
    assert mine.read_bytes() == theirs.read_bytes()


def test_every_golden_clock_case_holds_and_a_minute_more_would_not(context: Context) -> None:
    found = clocks.run(context)
    assert [item.id for item in failures(found.items)] == []
    case = {"id": "x", "clock": "disposal", "facts": [{"kind": "opened", "at": "2026-11-24 12:00", "severity": 1}]}
    assert not clocks._judge({**case, "due": "2026-11-24 12:06"}).ok
    with pytest.raises(clocks.ClockCaseBroken, match="does not run"):
        clocks._judge({**case, "clock": "inspection", "due": None})


def test_robustness_is_measured_at_every_strength_and_remembers_what_slipped_through(context: Context) -> None:
    few = QuestionSet("own", context.own.questions[::9])
    found = robustness.run(replace(context, sets=(few,)))
    strengths = {m.part for m in found.measures if m.name == "accuracy"}
    assert {f"homophones@{s}" for s in robustness.STRENGTHS} <= strengths
    assert value(found, "critical_recall") > 0
    assert all(item.note for item in found.items if item.of == "own")


def test_the_adversarial_library_is_dated_and_holds_both_dangers_and_calm() -> None:
    attacks = robustness.adversarial_library()
    assert len({a.text for a in attacks}) == len(attacks) >= 35
    assert {"alarm", "no_alarm"} < {a.expect for a in attacks}
    assert all(isinstance(a.added, date) and a.added >= date(2026, 11, 24) for a in attacks)
