"""Scenario files are checked strictly, and the runner sees what really happened."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assistant.bootstrap import load_brain
from assistant.dialogue.transitions import known_transitions
from assistant.settings import Settings
from evals.scenario import Scenario, ScenarioError, read_scenarios
from evals.subject import Subject
from evals.suites.dialogue import Stage, coverage, play, stage

DAY = date(2026, 11, 24)
ALL = read_scenarios()
FAST_EVERY = 6


@pytest.fixture(scope="module")
def held(subject: Subject) -> Iterator[Stage]:
    with stage(subject) as opened:
        yield opened


@pytest.fixture(scope="module")
def shipped() -> Iterator[Stage]:
    """The product as it is served, with the bundled classifier: scenarios say what customers of it are promised."""
    brain = load_brain(Settings())
    with stage(Subject(brain.model, brain.base, DAY)) as opened:
        yield opened


def scenario(*turns: dict[str, object], **more: object) -> Scenario:
    return Scenario.model_validate({"id": "one", "turns": list(turns), **more})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("- {id: a, turns: [{say: 你好, expects: {}}]}", "a: turns.0.expects"),
        ("- {id: a, turns: [{say: 你好, expect: {intent: repay.nothing}}]}", "not in the taxonomy"),
        ("- {id: a, turns: [{say: 你好, expect: {rule: magic}}]}", "not in decisions.yaml"),
        ("- {id: a, turns: [{say: 你好, expect: {state: {mood: bad}}}]}", "unknown state mood"),
        ("- {id: a, turns: []}", "a: turns"),
        ("- {id: a, turns: [{say: 你好}]}\n- {id: a, turns: [{say: 你好}]}", "there twice"),
        ("id: a", "must be a list"),
        ("- {id: a, at: 2026-11-24T10:00:00, turns: [{say: 你好}]}", "time zone"),
    ],
)
def test_a_mistyped_scenario_is_refused_by_name(tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(ScenarioError, match=words):
        read_scenarios(file)


def test_the_bundled_scenarios_can_be_read_and_each_checks_something() -> None:
    assert len(ALL) >= 60
    for each in ALL:
        assert any(turn.expect.model_fields_set for turn in each.turns), each.id


@pytest.mark.parametrize("each", ALL[::FAST_EVERY], ids=lambda each: each.id)
def test_a_scenario_goes_as_it_should(each: Scenario, shipped: Stage) -> None:
    assert {turn.say: turn.wrong for turn in play(each, shipped) if turn.wrong} == {}


@pytest.mark.slow
def test_all_scenarios_go_as_they_should_and_take_every_transition_of_the_dialogue(shipped: Stage) -> None:
    played = {each.id: play(each, shipped) for each in ALL}
    assert {
        name: [t.wrong for t in turns if t.wrong] for name, turns in played.items() if any(t.wrong for t in turns)
    } == {}
    taken = {turn.way for turns in played.values() for turn in turns}
    assert taken == set(known_transitions())


def test_the_coverage_table_names_the_transitions_never_taken_first() -> None:
    taken, *missed = known_transitions()
    rows = coverage({taken: ["one", "two"]}).rows
    assert [row[:3] for row in rows[:-1]] == sorted(missed)
    assert rows[-1] == (*taken, 2, "one")


def test_a_person_is_asked_for_and_the_bot_is_silent_afterwards(held: Stage) -> None:
    expect = {"action": "handoff", "rule": "person-asked", "person": True, "handoff": {"severity": 1}}
    relayed = {"rule": "person-in-charge", "move": "relay", "person": True}
    played = play(scenario({"say": "转人工", "expect": expect}, {"say": "还在吗", "expect": relayed}), held)
    assert [turn.wrong for turn in played] == [(), ()]


def test_what_is_not_as_expected_is_said_in_words(held: Stage) -> None:
    expect = {
        "action": "answer",
        "intent": "fee.rate",
        "question": "collect",
        "slot": "amount",
        "options": 2,
        "cites": ["某协议"],
        "figures": ["100元"],
        "risk_level": 3,
        "signals": ["critical.fraud"],
        "handoff": False,
        "waiting": 2,
        "person": False,
        "failed": 4,
        "state": {"product": "suixinjie", "known": {"amount": "5"}},
    }
    ((turn,),) = [play(scenario({"say": "转人工", "expect": expect}), held)]
    named = {difference.split(":")[0] for difference in turn.wrong}
    assert named == {
        "action",
        "intent",
        "question",
        "slot",
        "options",
        "cites",
        "figures",
        "risk_level",
        "signals",
        "handoff",
        "waiting",
        "person",
        "failed",
        "state product",
        "state known.amount",
    }


def test_a_value_that_must_not_be_remembered_is_noticed(held: Stage) -> None:
    forgotten = {"state": {"known.amount": None, "product": None}}
    nothing = {"state": {"known": {}}}
    played = play(
        scenario({"say": "随心借借一万分12期利息多少", "expect": forgotten}, {"say": "谢谢", "expect": nothing}), held
    )
    assert [sorted(difference.split(":")[0] for difference in turn.wrong) for turn in played] == [
        ["state known.amount", "state product"],
        ["state known"],
    ]


def test_a_danger_raises_level_three_and_starts_the_clocks_of_a_major_case(held: Stage) -> None:
    expect = {"risk_level": 3, "handoff": {"severity": 3, "group": "critical"}, "person": True}
    (turn,) = play(scenario({"say": "我被骗了，钱转给骗子了", "expect": expect}), held)
    assert turn.wrong == ()


def test_mode_locale_and_waiting_time_reach_the_conversation(held: Stage) -> None:
    senior = scenario(
        {"say": "你好", "expect": {"state": {"mode": "senior"}}},
        {"say": "谢谢", "after_minutes": 30, "expect": {"rule": "thanks"}},
        mode="senior",
        at="2026-11-23T23:50:00+08:00",
    )
    assert [turn.wrong for turn in play(senior, held)] == [(), ()]


def test_options_can_be_counted_as_a_mapping_and_single_names_need_no_list() -> None:
    made = scenario({"say": "x", "expect": {"options": {"count": 2}, "cites": "甲", "figures": "5元"}})
    assert made.turns[0].expect.options == 2
    assert (made.turns[0].expect.cites, made.turns[0].expect.figures) == (("甲",), ("5元",))
