"""The questions the assistant asks: which meaning, which value, is it still so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.dialogue.reading import Reading
from assistant.dialogue.state import Option, Question
from assistant.reply import Reply
from assistant.wording import Lang, say
from intents.slots import Ambiguity
from intents.taxonomy import taxonomy
from knowledge.base import KnowledgeBase

_SLOT_OF_FIELD = {
    "amount": "amount",
    "rate": "rate",
    "date": "start",
    "term": "terms",
    "period": "period",
    "number": "amount",
}
_RATE_UNITS = {
    "day": ("每天", "a day"),
    "month": ("每月", "a month"),
    "year": ("每年", "a year"),
    "period": ("每期", "an instalment"),
}
_CURRENCIES = {"CNY": ("元", "yuan"), "USD": ("美元", "US dollars")}


@dataclass(frozen=True)
class Asked:
    """A question: its words and what is remembered of it."""

    reply: Reply
    question: Question


def ask_choice(rivals: Sequence[tuple[str, float]], lang: Lang) -> Asked:
    """Ask which of two or three meanings was meant, with one more option for none of them."""
    options = [
        Option(str(place), _name(intent, lang), _name(intent, lang), intent)
        for place, (intent, _) in enumerate(rivals, 1)
    ]
    none = say("none_of_these", lang)
    shown = [*options, Option("0", none, none, "")]
    return Asked(_with_options(say("clarify_options", lang), shown), Question("clarify", "", options=tuple(options)))


def ask_slot(slot: str, intent: str, base: KnowledgeBase, reading: Reading, lang: Lang, attempts: int = 1) -> Asked:
    """Ask for one value; for the product, with the products it can be as buttons."""
    options: list[Option] = []
    if slot == "product":
        for place, product_id in enumerate(reading.plan.products, 1):
            product = base.catalogue[product_id]
            label = product.name_en if lang == "en" else product.name
            options.append(Option(str(place), label, product.name, product_id))
    text = say(f"collect_{slot}", lang)
    if attempts > 1:
        text = f"{say('again', lang)}{text}"
    return Asked(_with_options(text, options), Question("collect", intent, slot, tuple(options), attempts))


def ask_confirmation(slot: str, words: str, intent: str, lang: Lang) -> Asked:
    """Ask whether a value said long ago still holds."""
    yes, no = say("confirm_yes", lang), say("confirm_no", lang)
    shown = [Option("1", yes, yes, "yes"), Option("2", no, no, "no")]
    return Asked(_with_options(say("confirm_value", lang, words=words), shown), Question("confirm", intent, slot))


def ask_unclear(unclear: Ambiguity, intent: str, lang: Lang, attempts: int) -> Asked:
    """Ask which reading of an ambiguous value is meant; openly when the readings cannot be listed."""
    slot = _SLOT_OF_FIELD.get(unclear.field, "amount")
    options = []
    for place, candidate in enumerate(unclear.candidates, 1):
        label = _reading_label(candidate.value, candidate.field, candidate.unit, lang)
        options.append(Option(str(place), label, label, str(candidate.value)))
    key = "unclear_value" if options else "unclear_open"
    reply = _with_options(say(key, lang, words=unclear.text), options)
    return Asked(reply, Question("collect", intent, slot, (), attempts))


def _reading_label(value: object, field: str, unit: str, lang: Lang) -> str:
    place = 1 if lang == "en" else 0
    if field == "rate":
        percent = f"{float(str(value)) * 100:.4f}".rstrip("0").rstrip(".")
        name = _RATE_UNITS.get(unit, ("", ""))[place]
        return f"{percent}% {name}" if lang == "en" else f"{name}{percent}%"
    if field == "amount":
        return f"{value}{' ' if lang == 'en' else ''}{_CURRENCIES.get(unit or 'CNY', (unit, unit))[place]}"
    return str(value)


def _name(intent: str, lang: Lang) -> str:
    described = taxonomy()[intent]
    return described.en[:1].upper() + described.en[1:] if lang == "en" else described.zh


def _with_options(text: str, options: Sequence[Option]) -> Reply:
    if not options:
        return Reply(text=text)
    shown = [{"id": o.id, "label": o.label, "text": o.text} for o in options]
    return Reply(text=text, blocks=({"kind": "options", "options": shown},))
