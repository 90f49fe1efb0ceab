"""Finds what a message is about: its own words, the open question, or the topic before it (那利息呢, 月月付呢)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from assistant.dialogue.choices import Choice
from assistant.dialogue.state import State
from intents.acts import HANGS_ON, Act
from intents.taxonomy import CHITCHAT, OUT_OF_SCOPE
from intents.understanding import Understanding, words_beside_values

_FLOOR = 0.12
_CLOSE = 0.25
_SURE_FOLLOW_UP = 0.35
_CLEAR_HERE, _POSSIBLE_ALONE = 0.9, 0.02
_FEW_MORE = 3
_SAYS_SOMETHING, _SAYS_MORE = 4, 6
_CREDIT = "credit"
_FAMILIES = {"fee": _CREDIT, "repay": _CREDIT, "credit": _CREDIT}
_SHARED_SUMS = (("fee.", "credit.draw", "repay.early", "repay.instalment"), ("wealth.",))


@dataclass(frozen=True)
class Topic:
    """An intent with its probability; `sure` when it may be acted on, `follow_up` when it continues the last topic."""

    intent: str
    probability: float
    sure: bool
    follow_up: bool = False


@dataclass(frozen=True)
class Evidence:
    """What a message brings besides its meaning: values, a product, a correction, the value just asked for."""

    values: bool
    product: bool
    corrects: bool
    answers: bool


def family(intent: str) -> str:
    """Intents that speak of the same thing (a loan and its fees and repayment) share their values."""
    group = intent.split(".", 1)[0]
    return _FAMILIES.get(group, group)


def same_sum(one: str, other: str) -> bool:
    """Whether a sum said of one intent is also meant by the other: a loan's is, that of a bill is not."""
    return one == other or any(one.startswith(names) and other.startswith(names) for names in _SHARED_SUMS)


def find_topic(understanding: Understanding, state: State, choice: Choice, evidence: Evidence) -> Topic:
    """What the message is about."""
    question = state.question
    if choice.option and question and question.kind == "clarify":
        return Topic(choice.option.value, 1.0, True)
    if understanding.acts & {Act.GREETING, Act.ACKNOWLEDGED}:
        return Topic(CHITCHAT, 1.0, True)
    own = Topic(understanding.intent, understanding.probability, _sure(understanding, state))
    if question and question.kind in ("collect", "confirm"):
        if not is_other(understanding, state, choice, evidence):
            return Topic(question.intent, understanding.probability, True)
        return own
    return _continued(understanding, state, evidence, own) or own


def is_other(understanding: Understanding, state: State, choice: Choice, evidence: Evidence) -> bool:
    """The message surely is about something else than the open question for a value."""
    question = state.question
    if question is None or question.kind == "clarify" or choice.option or choice.rejected:
        return False
    if not _sure(understanding, state) or understanding.intent in (question.intent, CHITCHAT):
        return False
    if evidence.corrects or understanding.acts & {Act.CANNOT_SAY, Act.YES, Act.NO}:
        return False
    if not (evidence.values or evidence.product):
        return True
    in_context = understanding.in_context[0][0] if understanding.in_context else ""
    more = 0 if in_context == question.intent else words_beside_values(understanding.normalised, understanding.slots)
    apart = not evidence.answers or family(understanding.intent) != family(question.intent)
    return more >= (_SAYS_SOMETHING if apart else _SAYS_MORE)


def _sure(understanding: Understanding, state: State) -> bool:
    points_back = understanding.intent == OUT_OF_SCOPE and Act.REFERS_BACK in understanding.acts
    return not understanding.abstain and not points_back and not vague_meanings(understanding, state)


def _continued(understanding: Understanding, state: State, evidence: Evidence, own: Topic) -> Topic | None:
    """The last topic, taken up again; None when the message stands on its own."""
    if not state.topic:
        return None
    if evidence.corrects or _only_names_product(understanding) or _only_other_values(understanding, evidence):
        return Topic(state.topic, 1.0, True, follow_up=True)
    elliptical = bool(understanding.acts & HANGS_ON)
    refers = Act.REFERS_BACK in understanding.acts
    if _names_an_aspect(understanding, state, evidence, own):
        return Topic(own.intent, own.probability, True, follow_up=True)
    hangs_on = elliptical or (not own.sure and (evidence.values or refers or _fits_only_here(understanding)))
    if understanding.in_context and hangs_on:
        intent, probability = understanding.in_context[0]
        if probability >= _SURE_FOLLOW_UP and intent != OUT_OF_SCOPE:
            return Topic(intent, probability, True, follow_up=True)
    if not own.sure and evidence.values:
        return Topic(state.topic, understanding.probability, True, follow_up=True)
    if own.sure and elliptical and family(own.intent) == family(state.topic):
        return Topic(own.intent, own.probability, True, follow_up=True)
    return None


def _only_other_values(understanding: Understanding, evidence: Evidence) -> bool:
    """「那如果分6期呢」: the same matter with another value."""
    beside = words_beside_values(understanding.normalised, understanding.slots)
    return evidence.values and Act.ELLIPTICAL in understanding.acts and beside <= 1


def _fits_only_here(understanding: Understanding) -> bool:
    """Unclear alone, clear after the last topic, and one of the meanings it has alone: 「剩下的怎么收利息」."""
    if not understanding.in_context:
        return False
    intent, probability = understanding.in_context[0]
    return probability >= _CLEAR_HERE and dict(understanding.ranking).get(intent, 0.0) >= _POSSIBLE_ALONE


def _names_an_aspect(understanding: Understanding, state: State, evidence: Evidence, own: Topic) -> bool:
    """「免赔额呢」 after the waiting period names its own matter, unlike 「手续费呢」, which any topic may have."""
    if not own.sure or evidence.values or evidence.product or Act.ASPECT in understanding.acts:
        return False
    kept = understanding.in_context and understanding.in_context[0][0] == state.topic
    return bool(kept) and own.intent != state.topic and family(own.intent) == family(state.topic or "")


def _only_names_product(understanding: Understanding) -> bool:
    """The message is a product's name and hardly a word more: it narrows the last topic down."""
    products = understanding.slots.products
    named = sum(slot.end - slot.start for slot in products)
    return bool(products) and len(understanding.normalised) - named <= _FEW_MORE


def rivals(understanding: Understanding, state: State) -> tuple[tuple[str, float], ...]:
    """The two or three likeliest meanings when they are close; empty when one stands out or none does."""
    if meanings := vague_meanings(understanding, state):
        probabilities = dict(understanding.ranking)
        return tuple((intent, probabilities.get(intent, 0.0)) for intent in meanings)
    best = understanding.ranking[0][1]
    close = [
        (intent, p)
        for intent, p in understanding.ranking[:3]
        if p >= max(_FLOOR, best * _CLOSE) and intent not in (OUT_OF_SCOPE, CHITCHAT)
    ]
    return tuple(close) if len(close) > 1 else ()


@lru_cache(maxsize=1)
def _vague() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    rows = yaml.safe_load(resources.files("assistant").joinpath("dialogue/vague.yaml").read_text("utf-8"))
    return tuple((re.compile(row["says"]), tuple(row["means"])) for row in rows)


def vague_meanings(understanding: Understanding, state: State) -> tuple[str, ...]:
    """Meanings of a message that people mean in several ways however sure the classifier is; empty when it is plain."""
    if state.question or state.product or understanding.slots.products:
        return ()
    said = understanding.normalised.strip(" ,，。.!！?？~")
    meanings = next((meant for pattern, meant in _vague() if pattern.fullmatch(said)), ())
    near = state.topic and any(family(meaning) == family(state.topic) for meaning in meanings)
    return () if near else meanings
