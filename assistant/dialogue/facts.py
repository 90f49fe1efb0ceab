"""Names what holds about a message and its conversation: the vocabulary of the decision table."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.dialogue.reading import Reading
from assistant.dialogue.state import State
from intents.acts import Act
from intents.language import Language
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
}
MAX_ATTEMPTS = 2


def facts_of(understanding: Understanding, reading: Reading, state: State, answerable: bool) -> frozenset[str]:
    """Every fact of `decisions.yaml` that holds."""
    found = {fact for act, fact in _ACT_FACTS.items() if act in understanding.acts}
    found |= set(_danger(understanding, state))
    found |= set(_topic(understanding, reading, state, answerable))
    found |= set(_question(reading, state))
    return frozenset(found)


def _danger(understanding: Understanding, state: State) -> Iterable[str]:
    names = {signal.name for signal in understanding.risk.signals}
    if state.person:
        yield "person_in_charge"
    if state.case_id and not state.person:
        yield "case_ended"
    if understanding.risk.level >= 3:
        yield "critical"
    elif understanding.risk.level == 2:
        yield "grave"
    if "wants_person" in names or (understanding.intent == HUMAN and not understanding.abstain):
        yield "wants_person"
    if understanding.language is Language.OTHER:
        yield "language_unsupported"
    if understanding.blank:
        yield "blank"


def _topic(understanding: Understanding, reading: Reading, state: State, answerable: bool) -> Iterable[str]:
    intent = taxonomy()[reading.intent]
    if reading.sure and not understanding.blank:
        yield "sure"
    if intent.auto is Automation.HUMAN:
        yield "human_only"
    if intent.auto is Automation.ASSIST:
        yield "assist_only"
    if reading.intent == CHITCHAT:
        yield "small_talk"
    if reading.intent == OUT_OF_SCOPE:
        yield "out_of_scope"
    if state.topic:
        yield "has_topic"
    if reading.follow_up:
        yield "follow_up"
    if reading.rivals:
        yield "rivals_close"
    if len(understanding.requests) > 1:
        yield "several"
    if reading.plan.status == "missing":
        yield "missing"
    if reading.plan.status == "ready":
        yield "figure"
    if answerable:
        yield "answerable"
    if reading.stale:
        yield "stale"
    if state.waiting:
        yield "queued"
    if state.failed:
        yield "failed_before"


def _question(reading: Reading, state: State) -> Iterable[str]:
    if reading.corrected:
        yield "corrects"
    if reading.unclear:
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
    if reading.fills or (reading.choice and question.slot):
        yield "fills"
    if reading.other_topic:
        yield "other_topic"
    if question.attempts >= MAX_ATTEMPTS:
        yield "asked_twice"
