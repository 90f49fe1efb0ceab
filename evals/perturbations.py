"""Seeded, graded perturbations of a sentence: how people mistype, mishear, decorate, and evade.

`perturb(kind, text, strength, seed)` is pure. The same text and seed choose the same places at every strength, in the
same order, so a stronger perturbation contains the weaker one and accuracy against strength is a curve, not noise.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from typing import Any

import yaml

_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = re.compile(r"(?<![\d.])[0-9]{1,9}(?:\.[0-9]{1,2})?(?![\d.])")
_MARKS = re.compile(r"[，。！？；：、,.!?;:…「」“”\"']+")
_COMMON_FIRST_BYTES = range(0xB0, 0xD8)  # GB 2312 level one: the 3 755 characters in daily use


class PerturbationUnknown(ValueError):
    """No such perturbation or strength: take a kind of `KINDS` and a strength from 0 to 1."""


@dataclass(frozen=True)
class _Tables:
    """What `perturbations.yaml` holds, indexed."""

    look_alikes: Mapping[str, str]
    split: Mapping[str, str]
    fillers: tuple[str, ...]
    initials: Mapping[str, str]
    finals: tuple[tuple[str, str], ...]
    emoji: tuple[str, ...]
    separators: tuple[str, ...]
    injections: tuple[str, ...]


def perturb(kind: str, text: str, strength: float, seed: int = 0) -> str:
    """`text` with about `strength` of its characters (or numbers, or breaks) perturbed; 0 gives `text` back.

    Raises `PerturbationUnknown`.
    """
    if kind not in KINDS or not 0 <= strength <= 1:
        raise PerturbationUnknown(f"{kind!r} at {strength}: kinds are {', '.join(KINDS)}, strengths 0 to 1")
    if strength == 0 or not text:
        return text
    digest = sha256(f"{seed}|{kind}|{text}".encode("utf-8", "surrogatepass")).digest()
    return KINDS[kind](text, strength, random.Random(int.from_bytes(digest[:8], "big")))


def _chosen(places: Sequence[int], strength: float, rng: random.Random) -> list[int]:
    """The first `strength` of the places in a fixed shuffled order; at least one when there is any."""
    order = list(places)
    rng.shuffle(order)
    return order[: max(1, round(len(order) * strength))] if order else []


def _replace_each(text: str, strength: float, rng: random.Random, options: Callable[[str], Sequence[str]]) -> str:
    """Replace chosen characters by one of their options; the choice for a place does not depend on the strength."""
    places = [i for i, c in enumerate(text) if options(c)]
    picks = {i: rng.choice(options(text[i])) for i in places}
    chosen = set(_chosen(places, strength, rng))
    return "".join(picks[i] if i in chosen else c for i, c in enumerate(text))


def _insert_after(text: str, strength: float, rng: random.Random, what: Sequence[str]) -> str:
    places = [i for i, c in enumerate(text) if _HAN.match(c)] or list(range(len(text)))
    picks = {i: rng.choice(what) for i in places}
    chosen = set(_chosen(places, strength, rng))
    return "".join(c + picks[i] if i in chosen else c for i, c in enumerate(text))


def _homophones(text: str, strength: float, rng: random.Random) -> str:
    return _replace_each(text, strength, rng, _same_sound)


def _look_alikes(text: str, strength: float, rng: random.Random) -> str:
    table = _tables().look_alikes
    return _replace_each(text, strength, rng, lambda c: table.get(c, ""))


def _dropped(text: str, strength: float, rng: random.Random) -> str:
    gone = set(_chosen(range(len(text)), strength, rng))
    kept = "".join(c for i, c in enumerate(text) if i not in gone)
    return kept or text[0]


def _doubled(text: str, strength: float, rng: random.Random) -> str:
    twice = set(_chosen([i for i, c in enumerate(text) if not c.isdigit()], strength, rng))
    return "".join(c * 2 if i in twice else c for i, c in enumerate(text))


def _pinyin(text: str, strength: float, rng: random.Random) -> str:
    return _replace_each(text, strength, rng, lambda c: (_sound(c),) if _HAN.match(c) else ())


def _split(text: str, strength: float, rng: random.Random) -> str:
    table = _tables().split
    return _replace_each(text, strength, rng, lambda c: (table[c],) if c in table else ())


def _emoji(text: str, strength: float, rng: random.Random) -> str:
    return _insert_after(text, strength, rng, _tables().emoji)


def _separators(text: str, strength: float, rng: random.Random) -> str:
    mark = rng.choice(_tables().separators)
    return _insert_after(text, strength, rng, (mark,))


def _spoken_numbers(text: str, strength: float, rng: random.Random) -> str:
    import cn2an

    found = list(_NUMBER.finditer(text))
    chosen = set(_chosen(range(len(found)), strength, rng))
    result = text
    for place in sorted(chosen, reverse=True):
        match = found[place]
        result = result[: match.start()] + str(cn2an.an2cn(match.group(), "low")) + result[match.end() :]
    return result


def _heard(text: str, strength: float, rng: random.Random) -> str:
    """As a speech recogniser writes it: no punctuation, confusable sounds, fillers."""
    wrong = _replace_each(text, strength, rng, _near_sound)
    filled = _insert_after(wrong, strength / 4, rng, _tables().fillers)
    return _MARKS.sub("", filled) or filled


def _injection(text: str, strength: float, rng: random.Random) -> str:  # noqa: ARG001 - whole or not at all
    return rng.choice(_tables().injections).replace("{}", text)


KINDS: Mapping[str, Callable[[str, float, random.Random], str]] = {
    "homophones": _homophones,
    "look_alikes": _look_alikes,
    "dropped": _dropped,
    "doubled": _doubled,
    "pinyin": _pinyin,
    "split": _split,
    "emoji": _emoji,
    "separators": _separators,
    "spoken_numbers": _spoken_numbers,
    "speech": _heard,
    "injection": _injection,
}


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    raw: dict[str, Any] = yaml.safe_load(resources.files("evals").joinpath("perturbations.yaml").read_text("utf-8"))
    alike: dict[str, str] = {}
    for group in raw["look_alikes"]:
        for character in group:
            others = alike.get(character, "") + "".join(c for c in group if c != character)
            alike[character] = "".join(dict.fromkeys(others))
    initials = {a: b for pair in raw["confusable"]["initials"] for a, b in (pair, reversed(pair))}
    return _Tables(
        look_alikes=alike,
        split={whole: halves for whole, halves in raw["split"].items() if len(whole) == 1},
        fillers=tuple(raw["fillers"]),
        initials=initials,
        finals=tuple((long, short) for long, short in raw["confusable"]["finals"]),
        emoji=tuple(raw["emoji"]),
        separators=tuple(raw["separators"]),
        injections=tuple(raw["injections"]),
    )


@lru_cache(maxsize=8192)
def _sound(character: str) -> str:
    """Toneless pinyin of one character."""
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])


@lru_cache(maxsize=1)
def _by_sound() -> Mapping[str, str]:
    """Common characters by their toneless pinyin."""
    found: dict[str, str] = {}
    for first in _COMMON_FIRST_BYTES:
        for second in range(0xA1, 0xFF):
            try:
                character = bytes((first, second)).decode("gb2312")
            except UnicodeDecodeError:
                continue
            sound = _sound(character)
            found[sound] = found.get(sound, "") + character
    return found


@lru_cache(maxsize=8192)
def _same_sound(character: str) -> str:
    return _by_sound().get(_sound(character), "").replace(character, "") if _HAN.match(character) else ""


@lru_cache(maxsize=8192)
def _near_sound(character: str) -> str:
    """Common characters a recogniser may write instead: the same syllable, or one confusable sound away."""
    if not _HAN.match(character):
        return ""
    sound = _sound(character)
    near = _same_sound(character) + "".join(_by_sound().get(other, "") for other in _neighbours(sound))
    return near.replace(character, "")


def _neighbours(sound: str) -> list[str]:
    tables = _tables()
    initial = next((i for i in sorted(tables.initials, key=len, reverse=True) if sound.startswith(i)), "")
    found = [tables.initials[initial] + sound[len(initial) :]] if initial else []
    for long, short in tables.finals:
        if sound.endswith(long):
            found.append(sound.removesuffix(long) + short)
        elif sound.endswith(short):
            found.append(sound.removesuffix(short) + long)
    return found
