"""What the knowledge makes of a reading: the passages in force, and the calculation when all its values are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistant.dialogue.reading import Reading
from assistant.dialogue.slots import Value
from assistant.wording import Lang
from intents.taxonomy import HUMAN, OUT_OF_SCOPE
from knowledge.base import KnowledgeBase, Passage
from knowledge.calculations import Calculation, calculate
from knowledge.inputs import InvalidInput


@dataclass(frozen=True)
class Work:
    """Passages, best first, and a calculation or the value it refuses."""

    passages: tuple[Passage, ...] = ()
    made: Calculation | None = None
    refused: InvalidInput | None = None


def work_on(base: KnowledgeBase, reading: Reading, today: date, lang: Lang) -> Work:
    """Everything the knowledge has on a reading."""
    passages = tuple(_passages(base, reading, today, lang))
    if reading.plan.status != "ready":
        return Work(passages)
    try:
        return Work(passages, computed(base, reading.intent, reading.product, reading.values, today))
    except InvalidInput as error:
        return Work(passages, refused=error)


def computed(
    base: KnowledgeBase, intent: str, product: str | None, values: Mapping[str, Value], today: date
) -> Calculation:
    """The calculation over the firm's own rows. Raises `InvalidInput`."""
    return calculate(intent, product, values, fees=base.fees, catalogue=base.catalogue, caps=base.caps, today=today)


def _passages(base: KnowledgeBase, reading: Reading, today: date, lang: Lang) -> list[Passage]:
    if not reading.question_text or reading.intent in (OUT_OF_SCOPE, HUMAN):
        return []
    own = base.find(reading.question_text, today, intent=reading.intent, product=reading.product, lang=lang)
    return own or base.find(reading.question_text, today, intent=reading.intent, lang=lang)
