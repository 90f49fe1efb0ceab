"""Readings of a sentence for the phrase floor: what the words say once every disguise is taken off.

A reading keeps only letters and digits (so characters pulled apart by blanks, marks or emoji stand together again),
in simplified lower case, with look-alike characters and known misspellings put right. Each character remembers
where it came from, so that evidence is shown in the customer's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from intents.normalise import normalise

_LETTER = re.compile(r"[^\W_]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z0-9']")
_SYLLABLES = re.compile(r"[a-z]+|.", re.DOTALL)
_NEAR_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))


@dataclass(frozen=True)
class Reading:
    """Characters as read, and for each the position in the raw sentence it stands for."""

    text: str
    origins: tuple[int, ...]

    def replace(self, pattern: re.Pattern[str], replacement: str) -> Reading:
        """The reading with every match read as `replacement`; the origins stay those of the matched characters."""
        if not pattern.search(self.text):
            return self
        text, origins, done = [], [], 0
        for match in pattern.finditer(self.text):
            start, end = match.span()
            text += [self.text[done:start], replacement]
            origins += [*self.origins[done:start]]
            origins += [self.origins[min(start + i, end - 1)] for i in range(len(replacement))]
            done = end
        return Reading("".join(text) + self.text[done:], (*origins, *self.origins[done:]))

    def keep(self, places: Sequence[int]) -> Reading:
        """The reading of the chosen places only."""
        return Reading("".join(self.text[i] for i in places), tuple(self.origins[i] for i in places))

    def words(self, raw: str, start: int, end: int) -> str:
        """The customer's own words behind characters start..end."""
        return raw[self.origins[start] : self.origins[end - 1] + 1]

    def unbroken(self, start: int, end: int) -> bool:
        """Whether nothing was taken out between characters start..end (the last one excluded)."""
        return self.origins[end - 1] - self.origins[start] == end - 1 - start


@dataclass(frozen=True)
class Folds:
    """What is read as what: single characters, then sequences (patterns over a reading), then words by their sound."""

    characters: Mapping[str, str]
    sequences: tuple[tuple[re.Pattern[str], str], ...]
    sounds: tuple[tuple[str, str], ...]


@lru_cache(maxsize=65536)
def _read(character: str) -> str:
    return normalise(character)


def read(raw: str, folds: Folds) -> Reading:
    """The plain reading: letters and digits, look-alikes folded."""
    text, origins = [], []
    for place, character in enumerate(raw):
        for part in _read(character):
            if _LETTER.match(part):
                text.append(folds.characters.get(part, part))
                origins.append(place)
    reading = Reading("".join(text), tuple(origins))
    for pattern, replacement in folds.sequences:
        reading = reading.replace(pattern, replacement)
    return _respelled(reading, folds.sounds)


def _respelled(reading: Reading, sounds: Iterable[tuple[str, str]]) -> Reading:
    """Words heard in other characters, written with their own (one character for one, so the origins stay)."""
    line, ends = spoken(reading.text)
    letters = list(reading.text)
    for sound, word in sounds:
        for start, end in _heard(line, ends, sound):
            if end - start == len(word):
                letters[start:end] = word
    return Reading("".join(letters), reading.origins)


def spoken(text: str) -> tuple[str, tuple[int, ...]]:
    """The text as syllables between blanks (a run of Latin letters is one), and the place each syllable ends at."""
    parts = list(_SYLLABLES.finditer(text))
    return " ".join(["", *(syllable(p.group()) for p in parts), ""]), tuple(p.end() for p in parts)


def sound_of(phrase: str) -> str:
    """A phrase as it stands inside `spoken`, blanks on both sides."""
    return spoken(phrase)[0]


def hear(text: str, sound: str) -> tuple[int, int] | None:
    """Where characters of the given sound first stand in the text: start and end."""
    return next(_heard(*spoken(text), sound), None)


def _heard(line: str, ends: tuple[int, ...], sound: str) -> Iterator[tuple[int, int]]:
    at, counted, first = line.find(sound), 0, 0
    while at >= 0:
        first += line.count(" ", counted, at)
        counted = at
        yield (ends[first - 1] if first else 0), ends[first + sound.count(" ") - 2]
        at = line.find(sound, at + 1)


def readings(raw: str, folds: Folds) -> tuple[Reading, ...]:
    """The plain reading; without doubled characters; Chinese characters alone. Equal ones are left out."""
    plain = read(raw, folds)
    once = plain.keep([i for i, c in enumerate(plain.text) if not i or c != plain.text[i - 1]])
    chinese = plain.keep([i for i, c in enumerate(plain.text) if _HAN.match(c)])
    return tuple({reading.text: reading for reading in (chinese, once, plain)}.values())[::-1]


def latin(raw: str, look_alikes: Mapping[str, str]) -> str:
    """Latin words in lower case with single blanks, letters spelled out one by one joined again (`d i e` is die)."""
    text = "".join(look_alikes.get(c, c) for c in normalise(raw).replace("’", "'"))
    words = "".join(c if _LATIN.match(c) else " " for c in text).split()
    joined: list[str] = []
    spelled = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and spelled and not (word == "i" and len(joined[-1]) == 1):
            joined[-1] += word
        else:
            joined.append(word)
        spelled = single
    return " ".join(joined)


@lru_cache(maxsize=65536)
def syllable(character: str) -> str:
    """The toneless pinyin of one Chinese character, retroflex initials read as plain ones; other characters as is."""
    found: str = lazy_pinyin(character, style=Style.NORMAL)[0]
    for written, spoken in _NEAR_INITIALS:
        if found.startswith(written):
            return spoken + found[2:]
    return found


def pinyin(phrase: str) -> str:
    """A phrase as it is typed in Latin letters, in one word."""
    return "".join(lazy_pinyin(phrase, style=Style.NORMAL))
