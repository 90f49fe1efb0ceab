"""Names what holds about a message and its conversation: the vocabulary of the decision table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.dialogue.reading import Reading
from assistant.dialogue.state import State
from intents.acts import Act, only_an_act
from intents.language import Language
from intents.risk import AMOUNT
from intents.taxonomy import CHITCHAT, HUMAN, OUT_OF_SCOPE, Automation, taxonomy
from intents.understanding import Understanding

_ACT_FACTS = {
    Act.WHY: "why",
    Act.REPEAT: "repeat",
    Act.MORE: "more",
    Act.THANKS: "thanks",
    Act.GOODBYE: "goodbye",
    Act.CANCEL: "cancels",
    Act.UNSOLVED: "unsolved",
    Act.CANNOT_SAY: "cannot_say",
    Act.YES: "accepts",
    Act.NO: "rejects",
    Act.NONE_OF_THESE: "rejects",
}
MAX_ATTEMPTS = 2
MAX_SAME = 1


@dataclass(frozen=True)
class Means:
    """What the knowledge can do with a reading: answer it from a passage, compute it, or refuse a value of it."""

    answerable: bool
    computed: bool = False
    refused: bool = False
    key: str = ""


def facts_of(understanding: Understanding, reading: Reading, state: State, means: Means) -> frozenset[str]:
    """Every fact of `decisions.yaml` that holds."""
    found = {fact for act, fact in _ACT_FACTS.items() if act in understanding.acts}
    found |= set(_danger(understanding, reading, state))
    found |= set(_topic(understanding, reading))
    found |= set(_knowledge(reading, state, means))
    found |= set(_past(state))
    found |= set(_question(reading, state))
    return frozenset(found)


def _danger(understanding: Understanding, reading: Reading, state: State) -> Iterable[str]:
    names = {signal.name for signal in understanding.risk.signals}
    if state.person:
        yield "person_in_charge"
    if state.case_id and not state.person:
        yield "case_ended"
    if understanding.risk.level >= 3:
        yield "critical"
    elif understanding.risk.level == 2 and not _only_a_sum(understanding, reading):
        yield "grave"
    if "wants_person" in names or (understanding.intent == HUMAN and not understanding.abstain):
        yield "wants_person"
    if understanding.language is Language.OTHER:
        yield "language_unsupported"
    if understanding.blank:
        yield "blank"


def _only_a_sum(understanding: Understanding, reading: Reading) -> bool:
    """A large sum in a plain question for a figure (借十万一个月利息多少) is no matter at stake."""
    grave = {signal.name for signal in understanding.risk.signals if signal.severity >= 2}
    return grave == {AMOUNT} and reading.sure and taxonomy()[reading.intent].auto is Automation.QUOTE


def _topic(understanding: Understanding, reading: Reading) -> Iterable[str]:
    intent = taxonomy()[reading.intent]
    if reading.sure and not understanding.blank:
        yield "sure"
    if intent.auto is Automation.HUMAN and not only_an_act(understanding.normalised):
        yield "human_only"
    if intent.auto is Automation.ASSIST:
        yield "assist_only"
    if reading.intent == CHITCHAT:
        yield "small_talk"
    if reading.intent == OUT_OF_SCOPE:
        yield "out_of_scope"
    if reading.follow_up:
        yield "follow_up"
    if reading.rivals:
        yield "rivals_close"
    if len(understanding.requests) > 1:
        yield "several"


def _knowledge(reading: Reading, state: State, means: Means) -> Iterable[str]:
    if reading.plan.status == "missing":
        yield "missing"
    if means.computed:
        yield "figure"
    if means.refused:
        yield "impossible"
    if means.answerable:
        yield "answerable"
    if reading.stale:
        yield "stale"
    if means.key and means.key == state.answer:
        yield "same_answer"
        if state.same >= MAX_SAME:
            yield "same_again"


def _past(state: State) -> Iterable[str]:
    if state.turns:
        yield "decided"
    if state.answer:
        yield "answered"
    if state.waiting:
        yield "queued"
    if state.failed:
        yield "failed_before"
    if state.failed > 1:
        yield "failed_twice"


def _question(reading: Reading, state: State) -> Iterable[str]:
    if reading.corrected:
        yield "corrects"
    if reading.unclear and not reading.choice:
        yield "value_unclear"
    question = state.question
    if question is None:
        return
    yield "question_open"
    yield {"clarify": "choosing", "collect": "collecting", "confirm": "confirming"}[question.kind]
    if reading.choice:
        yield "chooses"
    if reading.rejected:
        yield "rejects"
    if reading.fills:
        yield "fills"
    if reading.other_topic:
        yield "other_topic"
    if question.attempts >= MAX_ATTEMPTS:
        yield "asked_twice"
