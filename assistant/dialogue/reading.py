"""Reads a message against the conversation: which topic, which product, which values, which option was chosen.

Pure: the same understanding and state give the same reading. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import yaml

from assistant.dialogue.choices import Choice, choose
from assistant.dialogue.slots import (
    Said,
    Value,
    as_text,
    corrected_names,
    expected_kind,
    from_text,
    named_values,
    taken_back,
    values_of,
)
from assistant.dialogue.state import Known, Option, Question, State
from assistant.dialogue.topic import Evidence, Topic, family, find_topic, is_other, rivals, same_sum
from assistant.dialogue.unclear import settle
from intents.acts import Act
from intents.normalise import normalise
from intents.slots import Ambiguity
from intents.understanding import Understanding
from knowledge.base import Passage
from knowledge.calculations import Plan, plan, used_slots

STALE_TURNS = 8
_CONFIRMED = ("amount", "remaining")
_ASKS_FOR_A_FIGURE = frozenset({"fee.calc"})


@dataclass(frozen=True)
class Reading:
    """A message resolved. `intent` is what is asked now; `values` are all values that count for it, old and new;
    `known` is everything to be remembered."""

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
    chosen_too: tuple[Option, ...]
    rejected: bool
    follow_up: bool
    other_topic: bool
    rivals: tuple[tuple[str, float], ...]
    unclear: Ambiguity | None
    plan: Plan
    fills: bool
    question_text: str


def expecting(state: State) -> str | None:
    """The kind of value the open question asks for, for the slot reader."""
    return expected_kind(state.question.slot) if state.question else None


def read(understanding: Understanding, state: State) -> Reading:
    """Resolve one message."""
    question = state.question
    asked = question.slot if question else ""
    choice = choose(understanding, question)
    said = _said(understanding, choice, question)
    product = _product(understanding, said, state)
    corrected = corrected_names(understanding.slots, state.known, said)
    back = taken_back(understanding.slots, state.known)
    renamed = product != state.product
    evidence = Evidence(
        values=bool(said or back or understanding.slots.ambiguities),
        product=renamed,
        corrects=bool(corrected or back),
        answers=renamed if asked == "product" else asked in said,
    )
    topic = find_topic(understanding, state, choice, evidence)
    other = is_other(understanding, state, choice, evidence)
    useful = used_slots(topic.intent)
    if "remaining" in said and "amount" not in said and "amount" in useful and "remaining" not in useful:
        said["amount"] = said.pop("remaining")  # what is owed is the sum itself where nothing else is asked about it
    settled, unclear = settle(understanding.slots.ambiguities, useful, asked, said)
    said = {**settled, **said}
    known = _remembered(understanding, state, said, back, topic, product)
    made, values = _planned(topic, product, known, said, state)
    return Reading(
        intent=topic.intent,
        probability=topic.probability,
        sure=topic.sure,
        product=product,
        known=known,
        values=values,
        said=tuple(said),
        corrected=corrected,
        stale=_stale(state, said, made, values, topic, product),
        choice=choice.option,
        chosen_too=choice.others,
        rejected=choice.rejected,
        follow_up=topic.follow_up,
        other_topic=other,
        rivals=rivals(understanding, state),
        unclear=unclear,
        plan=made,
        fills=not other and _fills(question, said, product, state, made),
        question_text=_question_text(understanding, question, choice, other),
    )


def answer_key(reading: Reading, passages: tuple[Passage, ...], computed: bool) -> str:
    """Names the answer a reading leads to: the article, or the values it is computed from."""
    if computed:
        values = ",".join(f"{name}={as_text(value)}" for name, value in sorted(reading.values.items()))
        return f"{reading.intent}|{reading.product}|{values}"
    return passages[0].article.id if passages else ""


def _question_text(understanding: Understanding, question: Question | None, choice: Choice, other: bool) -> str:
    """What is searched for: the message, with the one that led to the question it answers."""
    said = understanding.normalised
    if question is None or other or understanding.blank:
        return said
    if question.kind == "clarify" and choice.option is None:
        return said
    answered = choice.option.text if choice.option else said
    return f"{normalise(question.about)} {answered}".strip()


def _said(understanding: Understanding, choice: Choice, question: Question | None) -> Said:
    said = named_values(understanding.slots, understanding.normalised, question.slot if question else "")
    option = choice.option
    if option and question and question.slot:
        given = option.sets or ((question.slot, option.value),)
        said |= {name: (from_text(name, value), option.label) for name, value in given}
    return said


def _product(understanding: Understanding, said: Said, state: State) -> str | None:
    """The product in focus: chosen, named alone, or the one before; several named at once are none."""
    if "product" in said:
        return str(said.pop("product")[0])
    named = {slot.value for slot in understanding.slots.products}
    if len(named) == 1:
        return named.pop()
    corrections = understanding.slots.corrections
    gone = any(c.kind == "product" and c.new is None and c.old == state.product for c in corrections)
    return None if named or gone else state.product


def _remembered(
    understanding: Understanding,
    state: State,
    said: Said,
    back: frozenset[str],
    topic: Topic,
    product: str | None,
) -> dict[str, Known]:
    """Everything said so far: the new values over the old, without what was taken back."""
    known = {name: k for name, k in state.known.items() if name not in back}
    question = state.question
    named = product != state.product and not (question and question.slot == "product")
    if "rate" in said or (named and "rate" in known and known["rate"].product != product):
        known.pop("rate_unit", None)
        known.pop("rate", None)  # a product named by itself has rates of its own
    for name, (value, words) in said.items():
        known[name] = Known(as_text(value), words, state.turns, topic.intent, product)
    if question and question.kind == "confirm" and Act.YES in understanding.acts and question.slot in known:
        known[question.slot] = replace(known[question.slot], used=state.turns, intent=topic.intent, product=product)
    return known


def _planned(
    topic: Topic, product: str | None, known: Mapping[str, Known], said: Said, state: State
) -> tuple[Plan, dict[str, Value]]:
    """What the calculation needs, and the values it may use: those of the same kind of matter.

    A new question of its own is not computed merely because of values said of another one, unless a figure is all it
    asks for (每月还多少).
    """
    near = family(topic.intent)
    usable = {name: k for name, k in known.items() if name in said or family(k.intent or topic.intent) == near}
    values = values_of(usable)
    choosing = state.question is not None and state.question.kind == "clarify"
    just = {name for name, k in usable.items() if choosing and k.turn == state.turns - 1}
    own = values_of({n: k for n, k in usable.items() if n in said or n in just or k.intent == topic.intent})
    asked = state.question is not None and state.question.intent == topic.intent
    continues = topic.follow_up or asked or topic.intent in _ASKS_FOR_A_FIGURE
    made = plan(topic.intent, product, values if continues else own)
    if made.status != "none":
        made = plan(topic.intent, product, values)
    offered = _products_asked().get(topic.intent, ())
    if made.status == "none" and offered and product not in offered:
        return Plan("missing", ("product",), offered), values
    return made, values


@lru_cache(maxsize=1)
def _products_asked() -> dict[str, tuple[str, ...]]:
    text = resources.files("assistant").joinpath("dialogue/products_asked.yaml").read_text("utf-8")
    return {intent: tuple(products) for intent, products in yaml.safe_load(text).items()}


def _stale(
    state: State, said: Said, made: Plan, values: Mapping[str, Value], topic: Topic, product: str | None
) -> tuple[str, ...]:
    """Sums the answer would rest on although they were said long ago, or of another question or product."""
    if made.status != "ready" or (state.question and state.question.kind == "confirm"):
        return ()
    useful = used_slots(topic.intent)
    carried = [name for name in _CONFIRMED if name in values and name in useful and name not in said]
    return tuple(name for name in carried if name in state.known and _old(state.known[name], state, topic, product))


def _old(known: Known, state: State, topic: Topic, product: str | None) -> bool:
    if state.turns - max(known.turn, known.used) > STALE_TURNS:
        return True
    if topic.follow_up:
        return False
    elsewhere = known.product is not None and product is not None and known.product != product
    return elsewhere or bool(known.intent and not same_sum(known.intent, topic.intent))


def _fills(question: Question | None, said: Said, product: str | None, state: State, made: Plan) -> bool:
    """The message gives the value asked for, so that it need not be asked again."""
    if question is None or not question.slot or question.slot in made.missing:
        return False
    if question.slot == "product":
        return product is not None and product != state.product
    return question.slot in said or (question.slot in _CONFIRMED and bool({"amount", "remaining"} & said.keys()))
