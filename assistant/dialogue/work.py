"""What the knowledge makes of a reading: the passages in force, and the calculation when all its values are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistant.dialogue.reading import Reading
from assistant.dialogue.slots import Value
from assistant.wording import Lang
from intents.taxonomy import HUMAN, OUT_OF_SCOPE, taxonomy
from knowledge.base import KnowledgeBase, Passage
from knowledge.calculations import Calculation, calculate
from knowledge.inputs import InvalidInput

_NEARBY = 12


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
    asked, intent = reading.question_text, reading.intent
    own = base.find(asked, today, intent=intent, product=reading.product, lang=lang)
    return own or _of_product(base, reading, today, lang) or base.find(asked, today, intent=intent, lang=lang)


def _of_product(base: KnowledgeBase, reading: Reading, today: date, lang: Lang) -> list[Passage]:
    """What is said of the product in focus nearby, when the intent's own articles are about other products only."""
    if reading.product is None:
        return []
    near = base.find(reading.question_text, today, product=reading.product, lang=lang, k=_NEARBY)
    group = f"{taxonomy()[reading.intent].group}."
    return [
        passage
        for passage in near
        if reading.product in passage.article.products and any(i.startswith(group) for i in passage.article.intents)
    ]
