"""The questions the assistant asks: which meaning, which value, is it still so. A question can be put again as it was.

A builder makes what is remembered (`Question`); `put` words it, the first time and when it is asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from assistant.dialogue.slots import as_text
from assistant.dialogue.state import Option, Question
from assistant.dialogue.unclear import slot_for, values_of_reading
from assistant.reply import Grounds, Reply
from assistant.wording import Lang, say
from intents.slots import Ambiguity
from intents.slots import Reading as SlotReading
from intents.taxonomy import taxonomy
from knowledge.calculations import used_slots
from knowledge.products import ProductCatalogue

_RATE_UNITS = {
    "day": ("每天", "a day"),
    "month": ("每月", "a month"),
    "year": ("每年", "a year"),
    "period": ("每期", "an instalment"),
}
_CURRENCIES = {"CNY": ("元", "yuan"), "USD": ("美元", "US dollars")}
_UNITS = {
    "term": ("{}期", "{} instalments"),
    "period": ("第{}期", "instalment {}"),
    "duration": ("{}天", "{} days"),
}


def which_meaning(rivals: Sequence[tuple[str, float]], lang: Lang, about: str) -> Question:
    """Which of two or three meanings was meant; a choice among them answers it."""
    names = [(_name(intent, lang), intent) for intent, _ in rivals]
    options = tuple(Option(str(place), name, name, intent) for place, (name, intent) in enumerate(names, 1))
    return Question("clarify", "", options=options, about=about)


def which_value(
    slot: str, intent: str, products: Sequence[str], catalogue: ProductCatalogue, lang: Lang, about: str
) -> Question:
    """One value; for the product and for the unit of a rate, with what it can be as buttons."""
    options: tuple[Option, ...] = ()
    if slot == "product":
        known = [catalogue[product_id] for product_id in products]
        options = tuple(
            Option(str(place), product.name_en if lang == "en" else product.name, product.name, product.id)
            for place, product in enumerate(known, 1)
        )
    elif slot == "rate_unit":
        options = tuple(
            Option(str(place), words[lang == "en"], words[lang == "en"], unit)
            for place, (unit, words) in enumerate(_RATE_UNITS.items(), 1)
        )
    return Question("collect", intent, slot, options, about=about)


def still_so(slot: str, words: str, intent: str, about: str) -> Question:
    """Whether a value said long ago, or of something else, still holds."""
    return Question("confirm", intent, slot, words=words, about=about)


def which_reading(unclear: Ambiguity, intent: str, asked: str, lang: Lang, about: str) -> Question:
    """Which reading of an ambiguous value is meant; openly when the readings cannot be listed."""
    useful = used_slots(intent)
    slot = slot_for(unclear.field, useful, asked) or "amount"
    options = []
    for place, candidate in enumerate(unclear.candidates, 1):
        label = _reading_label(candidate, lang)
        given = values_of_reading(candidate, useful, asked, unclear.text)
        sets = tuple((name, as_text(value)) for name, (value, _) in given.items())
        options.append(Option(str(place), label, label, sets[0][1], sets))
    return Question("collect", intent, slot, tuple(options), words=unclear.text, about=about)


def put(question: Question, lang: Lang) -> tuple[Reply, tuple[Grounds, ...]]:
    """The words of a question with its buttons. The customer's own words in it are their own grounds."""
    text, options = _words(question, lang), list(question.options)
    if question.kind == "clarify":
        none = say("none_of_these", lang)
        options.append(Option("0", none, none, ""))
    elif question.kind == "confirm":
        yes, no = say("confirm_yes", lang), say("confirm_no", lang)
        options = [Option("1", yes, yes, "yes"), Option("2", no, no, "no")]
    if question.attempts > 1:
        text = f"{say('again', lang)}{' ' if lang == 'en' else ''}{text}"
    return with_options(text, options), _grounds(question)


def with_options(text: str, options: Sequence[Option]) -> Reply:
    """A reply with buttons under it."""
    if not options:
        return Reply(text=text)
    shown = [{"id": o.id, "label": o.label, "text": o.text} for o in options]
    return Reply(text=text, blocks=({"kind": "options", "options": shown},))


def _words(question: Question, lang: Lang) -> str:
    if question.kind == "clarify":
        return say("clarify_options" if len(question.options) > 1 else "clarify_one", lang)
    if question.kind == "confirm":
        return say("confirm_value", lang, words=question.words)
    if question.words:
        return say("unclear_value" if question.options else "unclear_open", lang, words=question.words)
    return say(f"collect_{question.slot}", lang)


def _grounds(question: Question) -> tuple[Grounds, ...]:
    said = [question.words, *(option.label for option in question.options if option.sets)]
    return tuple(Grounds(words, "text", words, "customer") for words in said if words)


def _reading_label(reading: SlotReading, lang: Lang) -> str:
    place = 1 if lang == "en" else 0
    if reading.field == "rate" and isinstance(reading.value, Decimal):
        percent = f"{(reading.value * 100).normalize():f}%"
        name = _RATE_UNITS.get(reading.unit, ("", ""))[place]
        return f"{percent} {name}".strip() if lang == "en" else f"{name}{percent}"
    if reading.field == "amount":
        currency = _CURRENCIES.get(reading.unit or "CNY", (reading.unit, reading.unit))[place]
        return f"{reading.value} {currency}" if lang == "en" else f"{reading.value}{currency}"
    return _UNITS.get(reading.field, ("{}", "{}"))[place].format(reading.value)


def _name(intent: str, lang: Lang) -> str:
    described = taxonomy()[intent]
    return described.en[:1].upper() + described.en[1:] if lang == "en" else described.zh
