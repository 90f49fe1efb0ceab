"""The phrase floor: reviewed patterns of `risk_phrases.yaml`, compiled once, and the search for them.

A pattern is a regular expression over a reading (see `risk_reading`): no blanks, no punctuation. In it `…` stands for
up to eight characters and `<name>` for a fragment of the file. Negation cancels a match only when it stands directly
before the danger, nothing between them, and is not itself turned round (「不是没被骗」「要不是…」).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from intents.risk_reading import Folds, Reading, hear, latin, pinyin, readings, sound_of, spoken

_GAP = ".{0,8}?"
_REACH = 16


class RiskPhrasesError(ValueError):
    """`risk_phrases.yaml` is wrong; the message names the entry and the fault."""


@dataclass(frozen=True)
class Phrases:
    """All wordings of one signal: Chinese patterns, English patterns, phrases by sound, Latin letters run together."""

    chinese: re.Pattern[str] | None
    weak: re.Pattern[str] | None
    unless: re.Pattern[str] | None
    harmless: re.Pattern[str] | None
    english: re.Pattern[str] | None
    sounds: tuple[str, ...]
    squeezed: tuple[str, ...]
    cancelled_by: re.Pattern[str] | None
    severity: int

    def talk(self, text: str) -> list[tuple[int, int]]:
        """Stretches of the text that only talk about this danger; what stands outside them still counts."""
        return [match.span() for match in self.harmless.finditer(text)] if self.harmless else []


@dataclass(frozen=True)
class RiskPhrases:
    """The whole file: signals by name (critical ones by their intent), folds, thresholds and limits."""

    signals: Mapping[str, Phrases]
    folds: Folds
    look_alikes: Mapping[str, str]
    turned_round: re.Pattern[str]
    thresholds: Mapping[str, float]
    amount_limit: Decimal
    repeated_contacts: int
    request: re.Pattern[str]
    connective: re.Pattern[str]

    def search(self, text: str) -> dict[str, str]:
        """For each signal found the customer's words that show it."""
        views = readings(text, self.folds)
        roman = latin(text, self.look_alikes)
        run = re.sub(r"[^a-z]", "", roman)
        line, _ = spoken(views[0].text)
        found: dict[str, str] = {}
        for name, phrases in self.signals.items():
            evidence = (
                self._chinese(text, views, phrases)
                or _english(roman, run, phrases)
                or self._by_sound(text, views[0], line, phrases)
            )
            if evidence:
                found[name] = evidence
        return found

    def _chinese(self, text: str, views: tuple[Reading, ...], phrases: Phrases) -> str | None:
        for view in views:
            ordinary = phrases.unless and phrases.unless.search(view.text)
            for pattern in (phrases.chinese, None if ordinary else phrases.weak):
                if pattern and (match := self._first(view, pattern, phrases)):
                    return view.words(text, *match.span())
        return None

    def _first(self, view: Reading, pattern: re.Pattern[str], phrases: Phrases) -> re.Match[str] | None:
        talk = phrases.talk(view.text)
        match = pattern.search(view.text)
        while match and (
            any(start <= match.start() < end for start, end in talk)
            or self._cancelled(view, match.start(match.lastgroup or 0), phrases.cancelled_by)
        ):
            match = pattern.search(view.text, match.start() + 1)
        return match

    def _cancelled(self, view: Reading, start: int, negation: re.Pattern[str] | None) -> bool:
        """Whether a negation ends directly before `start`, written in one piece and not turned round itself."""
        if negation is None:
            return False
        found = negation.search(view.text[max(0, start - _REACH) : start])
        if found is None:
            return False
        negated_from = start - len(found.group())
        return view.unbroken(negated_from, start + 1) and not self.turned_round.search(
            view.text[max(0, negated_from - _REACH) : negated_from]
        )

    def _by_sound(self, text: str, view: Reading, line: str, phrases: Phrases) -> str | None:
        for sound in phrases.sounds:
            place = hear(view.text, sound) if sound in line else None
            if place is None or any(start <= place[0] < end for start, end in phrases.talk(view.text)):
                continue
            if not self._cancelled(view, place[0], phrases.cancelled_by):
                return view.words(text, *place)
        return None


def _english(roman: str, run: str, phrases: Phrases) -> str | None:
    if phrases.english and (match := phrases.english.search(roman)):
        return match.group()
    return next((word for word in phrases.squeezed if word in run), None)


@lru_cache(maxsize=1)
def risk_phrases() -> RiskPhrases:
    """The bundled file, read and compiled once. Raises `RiskPhrasesError` for a broken entry."""
    return parse(yaml.safe_load(resources.files("intents").joinpath("risk_phrases.yaml").read_text("utf-8")))


def parse(raw: Mapping[str, Any]) -> RiskPhrases:
    """Compile the content of a risk phrase file. Raises `RiskPhrasesError` naming the broken entry."""
    try:
        fragments = {name: f"(?:{value})" for name, value in raw["fragments"].items()}
        folds = Folds(
            {str(k): str(v) for k, v in raw["folds"]["characters"].items()},
            tuple((_compile(row["read"], fragments), str(row["as"])) for row in raw["folds"]["sequences"]),
            tuple((sound_of(word), word) for word in raw["folds"]["sounds"]),
        )
        return RiskPhrases(
            signals={name: _phrases(entry, fragments, raw) for name, entry in raw["signals"].items()},
            folds=folds,
            look_alikes=raw["folds"]["latin"],
            turned_round=re.compile(f"(?:{raw['negation']['turned_round']})$"),
            thresholds={name: float(value) for name, value in raw["thresholds"].items()},
            amount_limit=Decimal(str(raw["limits"]["amount"])),
            repeated_contacts=int(raw["limits"]["repeated_contacts"]),
            request=_compile(raw["requests"]["request"], fragments),
            connective=_compile(raw["requests"]["connective"], fragments),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise RiskPhrasesError(
            f"risk_phrases.yaml: missing or malformed entry ({error}); see its first lines"
        ) from error


def _phrases(entry: Mapping[str, Any], fragments: Mapping[str, str], raw: Mapping[str, Any]) -> Phrases:
    sounds = entry.get("sounds", ())
    negation = f"(?:{raw['negation']['before']})$" if entry.get("negation", True) else None
    return Phrases(
        chinese=_any_of(entry.get("phrases", ()), fragments),
        weak=_any_of(entry.get("weak", ()), fragments),
        unless=_any_of(entry.get("unless", ()), fragments),
        harmless=_any_of(entry.get("harmless", ()), fragments),
        english=_any_of((rf"\b(?:{pattern})" for pattern in entry.get("english", ())), fragments),
        sounds=tuple(sound_of(phrase) for phrase in sounds),
        squeezed=(*entry.get("squeezed", ()), *(pinyin(phrase) for phrase in sounds)),
        cancelled_by=re.compile(negation) if negation else None,
        severity=int(entry["severity"]),
    )


def _any_of(patterns: Iterable[str], fragments: Mapping[str, str]) -> re.Pattern[str] | None:
    """One pattern for all; each `danger` group gets a name of its own, so that `lastgroup` tells which one matched."""
    compiled = [_compile(pattern, fragments).pattern for pattern in patterns]
    named = [p.replace("(?P<danger>", f"(?P<danger{i}>") for i, p in enumerate(compiled)]
    return re.compile("|".join(named)) if named else None


def _compile(pattern: str, fragments: Mapping[str, str]) -> re.Pattern[str]:
    try:
        filled = re.sub(r"(?<!\?P)<(\w+)>", lambda match: fragments[match.group(1)], str(pattern))
        return re.compile(filled.replace("…", _GAP))
    except (re.error, KeyError) as error:
        raise RiskPhrasesError(f"risk_phrases.yaml: 「{pattern}」 is not a pattern ({error}); correct it") from error
