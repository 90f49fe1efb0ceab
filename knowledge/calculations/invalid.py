"""Says in words what is wrong with a value and what would be right, from an `InvalidInput`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from knowledge.calculations.draft import Fact
from knowledge.calculations.wording import Wording, bundled_wording
from knowledge.fees import Lang
from knowledge.figures import Figure
from knowledge.inputs import AmbiguousRate, InvalidInput
from knowledge.money import plain

_SPAN = re.compile(r"(?:from (?P<low>[\d.-]+)[元%]? )?(?:up )?to (?P<high>[\d.-]+)(?=[元%]|\b)")
_CHOICES = re.compile(r": (?P<list>\d+(?:, \d+)+)$")
_UNITS = {"amount": "cny", "remaining": "cny", "used": "cny", "days": "days", "rate": "percent"}
_LATEST_SHOWN = "2100"
_HUNDRED_MILLION = Decimal(100_000_000)


def explain_invalid(error: InvalidInput, lang: Lang) -> str:
    """One or two sentences for the customer: which value does not work and what does."""
    wording = bundled_wording()
    slot = _slot(error, wording)
    field = wording.fields.get(slot, wording.fields["other"]).of(lang)
    if isinstance(error, AmbiguousRate):
        first, second = error.readings
        return wording.invalid["ambiguous_rate"].of(lang).format(field=field, first=first, second=second)
    if error.got is None:
        return wording.invalid["missing"].of(lang).format(field=field)
    if slot == "rate_unit":
        return wording.invalid["rate_unit"].of(lang)
    facts = list(_facts(error, slot))
    if choices := _CHOICES.search(error.accepted):
        return wording.invalid["choices"].of(lang).format(field=field, choices=_listed(choices["list"], lang))
    shown = [_shown(fact, lang) for fact in facts]
    if len(shown) == 2:
        return wording.invalid["between"].of(lang).format(field=field, low=shown[0], high=shown[1])
    if len(shown) == 1:
        span = _SPAN.search(error.accepted)
        key = "from" if span and span["low"] else "up_to"
        return wording.invalid[key].of(lang).format(field=field, bound=shown[0])
    return wording.invalid["other"].of(lang).format(field=field)


def invalid_slot(error: InvalidInput) -> str:
    """The slot whose value is to be asked for again."""
    return _slot(error, bundled_wording())


def invalid_figures(error: InvalidInput) -> tuple[Figure, ...]:
    """The figures `explain_invalid` says, with their origin, for tracing the reply."""
    wording = bundled_wording()
    slot = _slot(error, wording)
    origin = f"input.{slot}"
    if isinstance(error, AmbiguousRate):
        return tuple(Figure(Decimal(text.rstrip("%")), "percent", origin) for text in error.readings)
    if choices := _CHOICES.search(error.accepted):
        return tuple(Figure(Decimal(text), "count", origin) for text in choices["list"].split(", "))
    return tuple(figure for fact in _facts(error, slot) for figure in fact.figures())


def _slot(error: InvalidInput, wording: Wording) -> str:
    return wording.aliases.get(error.field, error.field)


def _listed(choices: str, lang: Lang) -> str:
    return choices if lang == "en" else choices.replace(", ", "、")


def _facts(error: InvalidInput, slot: str) -> Iterator[Fact]:
    if error.got is None:
        return
    found = _SPAN.search(error.accepted)
    for text in (found["low"], found["high"]) if found else ():
        if text is not None and not text.startswith(_LATEST_SHOWN):
            yield _fact(text, slot)


def _fact(text: str, slot: str) -> Fact:
    origin = f"input.{slot}"
    if text.count("-") == 2:
        return Fact(date.fromisoformat(text), "date", origin)
    return Fact(Decimal(plain(Decimal(text))), _UNITS.get(slot, "count"), origin)


def _shown(fact: Fact, lang: Lang) -> str:
    """A bound as it is said: hundreds of millions of yuan as 亿元, which can be read at a glance."""
    hundred_millions = fact.value / _HUNDRED_MILLION if isinstance(fact.value, Decimal) else Decimal(0)
    if lang == "zh" and fact.unit == "cny" and hundred_millions >= 1:
        return f"{plain(hundred_millions)}亿元"
    return fact.render(lang)
