"""Reads a message against the conversation: which topic, which product, which values, which option was chosen.

Pure: the same understanding and state give the same reading. Nothing is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from assistant.dialogue.slots import EXPECTING, Value, as_text, corrected_names, named_values, values_of
from assistant.dialogue.state import Known, Option, State
from intents.acts import Act
from intents.slots import Ambiguity
from intents.taxonomy import CHITCHAT
from intents.understanding import Understanding
from knowledge.calculations import Plan, plan

STALE_TURNS = 8
_FLOOR = 0.12
_CLOSE = 0.5
_SURE_FOLLOW_UP = 0.35
_FEW_MORE = 3


@dataclass(frozen=True)
class Reading:
    """A message resolved. `intent` is what is asked now; `values` are all values that count, old and new."""

    intent: str
    probability: float
    sure: bool
    product: str | None
    known: Mapping[str, Known]
    values: Mapping[str, Value]
    said: tuple[str, ...]
    corrected: tuple[str, ...]
    stale: tuple[str, ...]
    choice: Option | None
    rejected: bool
    follow_up: bool
    other_topic: bool
    rivals: tuple[tuple[str, float], ...]
    unclear: Ambiguity | None
    plan: Plan
    fills: bool
    question_text: str


def read(understanding: Understanding, state: State) -> Reading:
    """Resolve one message."""
    choice, rejected = _choice(understanding, state)
    said = named_values(understanding.slots, understanding.normalised, state.question.slot if state.question else "")
    if choice and state.question and state.question.slot:
        said[state.question.slot] = (choice.value, choice.label)
    product = _product(understanding, said, state)
    corrected = corrected_names(understanding.slots, state.known, said)
    known = _merged(state, said)
    intent, probability, sure, follow_up = _topic(understanding, state, choice, bool(said), product)
    other = _other_topic(understanding, state, intent, said)
    made = _plan(intent, product, known)
    return Reading(
        intent=intent,
        probability=probability,
        sure=sure,
        product=product,
        known=known,
        values=values_of(known),
        said=tuple(said),
        corrected=corrected,
        stale=_stale(state, said, made),
        choice=choice,
        rejected=rejected,
        follow_up=follow_up,
        other_topic=other,
        rivals=_rivals(understanding, state),
        unclear=understanding.slots.ambiguities[0] if understanding.slots.ambiguities else None,
        plan=made,
        fills=_fills(state, said, product),
        question_text=understanding.text,
    )


@lru_cache(maxsize=1)
def _products_asked() -> dict[str, tuple[str, ...]]:
    text = resources.files("assistant").joinpath("dialogue/products_asked.yaml").read_text("utf-8")
    return {intent: tuple(products) for intent, products in yaml.safe_load(text).items()}


def _plan(intent: str, product: str | None, known: Mapping[str, Known]) -> Plan:
    """What the calculation needs; for intents whose answer depends on the product, the product first."""
    made = plan(intent, product, values_of(known))
    asked = _products_asked().get(intent, ())
    if made.status == "none" and asked and product not in asked:
        return Plan("missing", ("product",), asked)
    return made


def expecting(state: State) -> str | None:
    """The kind of value the open question asks for, for the slot reader."""
    return EXPECTING.get(state.question.slot) if state.question and state.question.slot else None


def _choice(understanding: Understanding, state: State) -> tuple[Option | None, bool]:
    """The option the message picks by words or by number, and whether it rejects them all."""
    if state.question is None or not state.question.options:
        return None, bool(state.question and understanding.acts & {Act.NO, Act.NONE_OF_THESE})
    options = state.question.options
    said = understanding.normalised.strip(" 。.!！")
    for option in options:
        if said in (option.text.lower(), option.label.lower(), option.id):
            return option, False
    if understanding.acts & {Act.NONE_OF_THESE, Act.NO}:
        return None, True
    for slot in understanding.slots.choices:
        if slot.value == 0:
            return None, True
        place = slot.value - 1 if slot.value > 0 else len(options) - 1
        if slot.value != -2 and place < len(options):
            return options[place], False
    if state.question.kind == "clarify":
        matching = [o for o in options if o.value == understanding.intent and not understanding.abstain]
        return (matching[0] if matching else None), False
    return None, False


@lru_cache(maxsize=1)
def _vague() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    text = resources.files("assistant").joinpath("dialogue/vague.yaml").read_text("utf-8")
    return tuple((re.compile(row["says"]), tuple(row["means"])) for row in yaml.safe_load(text))


def _meanings(understanding: Understanding, state: State) -> tuple[str, ...]:
    """The meanings of a message that is vague however sure the classifier is; empty when something narrows it down."""
    if state.topic or state.question or state.product or understanding.slots.products:
        return ()
    said = understanding.normalised.strip(" ,，。.!！?？~")
    return next((meant for pattern, meant in _vague() if pattern.fullmatch(said)), ())


def _product(understanding: Understanding, said: dict[str, tuple[Value, str]], state: State) -> str | None:
    if "product" in said:
        return str(said.pop("product")[0])
    named = [slot.value for slot in understanding.slots.products]
    return named[0] if named else state.product


def _merged(state: State, said: Mapping[str, tuple[Value, str]]) -> dict[str, Known]:
    known = dict(state.known)
    if "rate" in said:
        known.pop("rate_unit", None)
    for name, (value, words) in said.items():
        known[name] = Known(as_text(value), words, state.turns)
    return known


def _topic(
    understanding: Understanding, state: State, choice: Option | None, gave_values: bool, product: str | None
) -> tuple[str, float, bool, bool]:
    """(intent, probability, sure, whether it follows up the last topic)."""
    question = state.question
    if choice and question and question.kind == "clarify":
        return choice.value, 1.0, True, False
    sure = not understanding.abstain and not _meanings(understanding, state)
    if question and question.kind in ("collect", "confirm"):
        answers = gave_values or choice is not None or product != state.product
        if answers or not sure or understanding.intent == question.intent:
            return question.intent, understanding.probability, True, False
    if state.topic and _only_names_product(understanding):
        return state.topic, 1.0, True, True
    elliptical = Act.ELLIPTICAL in understanding.acts
    if state.topic and understanding.in_context and (elliptical or (not sure and gave_values)):
        intent, probability = understanding.in_context[0]
        if probability >= _SURE_FOLLOW_UP:
            return intent, probability, True, True
    if state.topic and not sure and gave_values:
        return state.topic, understanding.probability, True, True
    return understanding.intent, understanding.probability, sure, False


def _only_names_product(understanding: Understanding) -> bool:
    """The message is a product's name and hardly a word more: it narrows the last topic down."""
    products = understanding.slots.products
    named = sum(slot.end - slot.start for slot in products)
    return bool(products) and len(understanding.normalised) - named <= _FEW_MORE


def _other_topic(
    understanding: Understanding, state: State, intent: str, said: Mapping[str, tuple[Value, str]]
) -> bool:
    question = state.question
    return bool(
        question
        and not said
        and not understanding.abstain
        and understanding.intent not in (question.intent, CHITCHAT)
        and intent != question.intent
    )


def _stale(state: State, said: Mapping[str, tuple[Value, str]], made: Plan) -> tuple[str, ...]:
    if made.status != "ready" or (state.question and state.question.kind == "confirm"):
        return ()
    old = [name for name, k in state.known.items() if name not in said and state.turns - k.turn > STALE_TURNS]
    return tuple(name for name in old if name in ("amount", "remaining"))


def _rivals(understanding: Understanding, state: State) -> tuple[tuple[str, float], ...]:
    """The two or three likeliest meanings when they are close; empty when one stands out or none does."""
    if meanings := _meanings(understanding, state):
        probabilities = dict(understanding.ranking)
        return tuple((intent, probabilities.get(intent, 0.0)) for intent in meanings)
    best = understanding.ranking[0][1]
    close = [
        (intent, p)
        for intent, p in understanding.ranking[:3]
        if p >= max(_FLOOR, best * _CLOSE * 0.5) and intent not in ("other.out_of_scope", CHITCHAT)
    ]
    return tuple(close) if len(close) > 1 else ()


def _fills(state: State, said: Mapping[str, tuple[Value, str]], product: str | None) -> bool:
    question = state.question
    if question is None or not question.slot:
        return False
    if question.slot == "product":
        return product is not None and product != state.product
    return question.slot in said or (
        question.slot in ("amount", "remaining") and bool({"amount", "remaining"} & said.keys())
    )
