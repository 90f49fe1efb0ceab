"""Reads which of the options just shown a message picks: by button, by words, by number, by meaning, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.dialogue.state import Option, Question
from intents.acts import Act
from intents.normalise import normalise
from intents.slots import ALL, NONE_OF_THEM
from intents.understanding import Understanding

_EDGES = " ,，。.!！?？~"
_AROUND = re.compile(
    r"^(?:(?:我|就|应该|想|要|是|选|问|说|的|那个|嗯|it's|the|i mean)[ ,]*)+"
    r"|(?:那个|这个|那种|的|吧|呀|啊|呢|了|哈| one)+$"
)
_SHORTEST = 2
_UNIT_WORDS = {
    "天": "day", "日": "day", "月": "month", "年": "year", "期": "period",
    "da": "day", "month": "month", "year": "year", "annual": "year", "instal": "period",
}  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """What was picked: an option, further ones beside it (都要), or none of them."""

    option: Option | None = None
    others: tuple[Option, ...] = ()
    rejected: bool = False


def choose(understanding: Understanding, question: Question | None) -> Choice:
    """The choice a message makes among the options of the open question."""
    if question is None:
        return Choice()
    said = understanding.normalised.strip(_EDGES)
    if option := _by_button(said, question):
        return Choice(option)
    if understanding.acts & {Act.NONE_OF_THESE, Act.NO}:
        return Choice(rejected=True)
    if not question.options:
        return Choice()
    if (numbered := _by_number(understanding, question)) is not None:
        return numbered
    option = _by_words(said, question) or _by_meaning(understanding, question)
    if option is None and len(question.options) == 1 and Act.YES in understanding.acts:
        option = question.options[0]
    return Choice(option)


def _by_button(said: str, question: Question) -> Option | None:
    for option in question.options:
        if said in (normalise(option.text), normalise(option.label), option.id):
            return option
    return None


def _by_number(understanding: Understanding, question: Question) -> Choice | None:
    options = question.options
    for slot in understanding.slots.choices:
        if slot.value == NONE_OF_THEM:
            return Choice(rejected=True)
        if slot.value == ALL:
            return Choice(options[0], options[1:])
        place = slot.value - 1 if slot.value > 0 else len(options) - 1
        if place < len(options):
            return Choice(options[place])
    return None


def _by_words(said: str, question: Question) -> Option | None:
    """The only option whose label holds the words said, as in 付款失败那个."""
    bare = _AROUND.sub("", said)
    if question.slot == "rate_unit":
        unit = next((unit for word, unit in _UNIT_WORDS.items() if word in said), "")
        return next((option for option in question.options if option.value == unit), None)
    if len(bare) < _SHORTEST:
        return None
    holding = [option for option in question.options if bare in normalise(option.label)]
    return holding[0] if len(holding) == 1 else None


def _by_meaning(understanding: Understanding, question: Question) -> Option | None:
    if question.kind != "clarify" or understanding.abstain:
        return None
    return next((option for option in question.options if option.value == understanding.intent), None)
