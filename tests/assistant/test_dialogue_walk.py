"""The dialogue as a machine: what is promised of it holds in every state that can be reached.

The walk itself is in `dialogue_machine.py`; the list of transitions it finds is `assistant/dialogue/transitions.yaml`.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import knowledge
from assistant.dialogue.state import ASIDES, State
from assistant.dialogue.transitions import known_transitions, transition
from assistant.policy import Action, decision_table
from assistant.turn import Brain
from assistant.wording import say
from intents.normalise import canonical
from intents.taxonomy import taxonomy
from knowledge.base import KnowledgeBase
from tests.assistant.conftest import HashedGrams
from tests.assistant.dialogue_machine import (
    BY_NAME,
    MESSAGES,
    QuickBrain,
    Step,
    Walk,
    ended,
    remembering,
    signature,
    take,
    walk,
)

NEUTRAL = (ASIDES - {"ask_again"}) | {"drop"}
"""Moves that do what the customer asked of the conversation itself; they bring it neither further nor back."""
ASKS = frozenset({"collect", "confirm", "disambiguate"})
FAILS = frozenset({"clarify", "ask_again", "decline", "revalue"})


@pytest.fixture(scope="module")
def brain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brain]:
    with pytest.MonkeyPatch.context() as patch:
        remembering(patch)
        directory, store = Path(knowledge.__file__).parent, tmp_path_factory.mktemp("walk")
        base = KnowledgeBase.load(directory, HashedGrams(), canonical, store, taxonomy().ids, "hashed-grams")
        yield QuickBrain(base)


@pytest.fixture(scope="module")
def walked(brain: Brain) -> Walk:
    return walk(brain, MESSAGES)


def test_every_rule_of_the_table_decides_in_some_reachable_state(walked: Walk) -> None:
    decided = {rule for step in walked.steps for rule in step.rules}
    assert decided == {rule.id for rule in decision_table().rules}


@pytest.mark.parametrize("name", ["wants_person", "zero"])
def test_a_person_is_one_step_away_from_every_state(walked: Walk, brain: Brain, name: str) -> None:
    for state in walked.states.values():
        step = take(brain, state, BY_NAME[name])
        assert step.taken.action is Action.HANDOFF
        assert step.after.person


def test_a_critical_signal_goes_to_a_person_from_every_state(walked: Walk, brain: Brain) -> None:
    for state in walked.states.values():
        step = take(brain, state, BY_NAME["critical"])
        assert step.taken.action is Action.HANDOFF
        assert step.taken.handoff is not None
        assert step.taken.handoff.severity == 3
        assert step.after.person


def test_while_a_person_has_the_conversation_the_bot_only_passes_messages_on(walked: Walk) -> None:
    steps = [step for step in walked.steps if step.before.person]
    assert steps
    for step in steps:
        assert step.taken.rule.move == "relay"
        assert step.taken.reply.text in {say("relayed", "zh"), say("relayed", "en")}
        assert not step.taken.reply.blocks
        assert step.after.person


def test_the_bot_speaks_again_only_after_the_recorded_end(walked: Walk, brain: Brain) -> None:
    for state in walked.with_person():
        answered = take(brain, ended(state), BY_NAME["answerable"])
        assert answered.taken.action is Action.ANSWER
        assert answered.taken.reply.text


def test_nothing_untied_is_said_anywhere(walked: Walk) -> None:
    assert not [(step.said.name, step.taken.untied) for step in walked.steps if step.taken.untied]


def test_every_reply_of_the_bot_says_something(walked: Walk) -> None:
    for step in walked.steps:
        assert step.taken.reply.text or step.taken.handoff


def stuck(step: Step) -> bool:
    """The turn brought the conversation no further: not understood, declined, asked or answered the same again."""
    move, reading = step.taken.rule.move, step.taken.reading
    if move in FAILS:
        return True
    if move in ASKS:
        return bool(step.before.question) and not reading.fills and reading.choice is None and not reading.rejected
    same = step.after.answer == step.before.answer
    return move in ("answer", "compute") and same and step.taken.effects["answer"] is not None


def test_no_cycle_without_progress_is_longer_than_two_turns(walked: Walk) -> None:
    """After two stuck turns in a row, whatever small talk is between them, the third is a person."""
    onward: dict[object, list[tuple[object, int]]] = defaultdict(list)
    for step in walked.steps:
        bot_speaks = not step.before.person and not step.taken.handoff
        if bot_speaks and (stuck(step) or step.taken.rule.move in NEUTRAL):
            onward[signature(step.before)].append((signature(step.after), int(stuck(step))))
    worst: dict[object, int] = {}
    frontier = dict.fromkeys((signature(state) for state in walked.states.values()), 0)
    while frontier:
        reached: dict[object, int] = {}
        for here, count in frontier.items():
            assert count <= 2, here
            if worst.get(here, -1) >= count:
                continue
            worst[here] = count
            for there, more in onward[here]:
                reached[there] = max(reached.get(there, 0), count + more)
        frontier = {there: count for there, count in reached.items() if worst.get(there, -1) < count}


def test_the_same_question_is_put_at_most_twice_before_a_person_or_another_matter(walked: Walk) -> None:
    for step in walked.steps:
        question = step.after.question
        assert question is None or question.attempts <= 2


def test_a_conversation_is_rebuilt_from_what_it_stored(walked: Walk) -> None:
    """The effects went through JSON: nothing of a state lives outside its events."""
    assert all(isinstance(step.after, State) for step in walked.steps)
    asked = next(step.after for step in walked.steps if step.after.question and step.after.question.options)
    assert asked.question
    assert isinstance(asked.question.options[0].sets, tuple)


def test_the_listed_transitions_are_exactly_those_that_can_happen(walked: Walk) -> None:
    found = {transition(step.before, step.taken.action, step.after) for step in walked.steps}
    assert found == set(known_transitions())


def test_the_map_shows_the_promises_a_reviewer_looks_for() -> None:
    ways = known_transitions()
    situations = {before for before, _, _ in ways}
    assert {before for before, action, after in ways if (action, after) == ("handoff", "person")} == situations
    assert {(action, after) for before, action, after in ways if before == "person"} == {("handoff", "person")}
    assert all(after == "person" for _, action, after in ways if action == "handoff")
