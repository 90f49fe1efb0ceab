"""Which of the firm's products a message names; names of other firms' products are claimed so that they fill no slot.

Names come from products.yaml. A name of three or more characters is also recognised when one character is a
sound-alike (随新借), because that is how speech input and hurried typing get a coined name wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import yaml

from intents.normalise import normalise
from intents.slots.page import Page
from intents.slots.slot import ProductSlot

# Where a short name is part of another word: regular expressions for what may not stand before and after it.
_NOT_BEFORE = {
    "月付": "每个按这上下当本首次几各俩半一二两三四五六七八九十",
    "心借": "安省放小关用担",
    "钱包": "信宝付子东",
}
_NOT_AFTER = {"月付": "款清息费", "随心": "所", "小稳": "定", "小智": "能慧"}
# Endings that make a name an ordinary word; a sound-alike of those would be some other ordinary word.
_ORDINARY_ENDINGS = "码险包用"
_FUNCTION_WORDS = frozenset("吗了的呢吧啊呀就再在是有和跟与要能可会不没过着")
_SAME_INITIAL = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_SAME_FINAL = (("ang", "an"), ("eng", "en"), ("ing", "in"))


@dataclass(frozen=True)
class _Names:
    exact: re.Pattern[str]
    product_of: dict[str, str]
    by_sound: re.Pattern[str] | None
    spelled: tuple[str, ...]


@lru_cache(maxsize=1)
def _names() -> _Names:
    listed = yaml.safe_load(resources.files("intents").joinpath("products.yaml").read_text("utf-8"))
    own = {normalise(name): product["id"] for product in listed for name in product["names"]}
    others = {normalise(name): "" for product in listed for name in product.get("market", ())}
    every = others | own
    pattern = "|".join(_guarded(name) for name in sorted(every, key=len, reverse=True))
    coined = tuple(sorted((n for n in own if _is_coined(n)), key=len, reverse=True))
    by_sound = re.compile("|".join(f"({_sound_pattern(name)})" for name in coined)) if coined else None
    return _Names(re.compile(pattern), every, by_sound, coined)


def _guarded(name: str) -> str:
    if name.isascii():
        return rf"(?<![a-z]){re.escape(name)}(?![a-z])"
    before, after = _NOT_BEFORE.get(name, ""), _NOT_AFTER.get(name, "")
    return (rf"(?<![{before}\d])" if before else "") + re.escape(name) + (f"(?![{after}])" if after else "")


def _is_coined(name: str) -> bool:
    return len(name) >= 3 and not name.isascii() and name[-1] not in _ORDINARY_ENDINGS


@lru_cache(maxsize=1)
def _homophones() -> dict[str, str]:
    """Character to every character that sounds like it, tones and the common southern mergers aside."""
    from pypinyin.constants import PINYIN_DICT

    by_sound: dict[str, list[str]] = defaultdict(list)
    sounds: dict[str, set[str]] = defaultdict(set)
    for code, readings in PINYIN_DICT.items():
        if not 0x4E00 <= code <= 0x9FFF:
            continue
        for reading in readings.split(","):
            sound = _merged(_toneless(reading))
            by_sound[sound].append(chr(code))
            sounds[chr(code)].add(sound)
    wanted = {c for name in _coined_names() for c in name}
    return {c: "".join(o for sound in sounds[c] for o in by_sound[sound]) for c in wanted}


def _coined_names() -> list[str]:
    listed = yaml.safe_load(resources.files("intents").joinpath("products.yaml").read_text("utf-8"))
    return [n for product in listed for n in map(normalise, product["names"]) if _is_coined(n)]


def _toneless(sound: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", sound) if c.isalpha())


def _merged(sound: str) -> str:
    for long, short in _SAME_INITIAL:
        if sound.startswith(long):
            sound = short + sound[len(long) :]
    for long, short in _SAME_FINAL:
        if sound.endswith(long):
            sound = sound[: -len(long)] + short
    return sound


def _sound_pattern(name: str) -> str:
    return "".join(f"[{_homophones().get(c) or re.escape(c)}]" for c in name)


def other_firms_products(text: str) -> tuple[str, ...]:
    """Names of other firms' products in a message, each once, as said."""
    names = _names()
    found = (match.group() for match in names.exact.finditer(normalise(text)))
    return tuple(dict.fromkeys(name for name in found if not names.product_of[name]))


def read_products(page: Page) -> tuple[ProductSlot, ...]:
    """Claim every product name; slots for the firm's own."""
    names = _names()
    found = []
    for match in page.find(names.exact):
        words, product = page.claim(*match.span()), names.product_of[match.group()]
        if product:
            found.append(ProductSlot(words, *match.span(), product))
    if names.by_sound:
        for match in page.find(names.by_sound):
            name = names.spelled[(match.lastindex or 1) - 1]
            wrong = [c for c, right in zip(match.group(), name, strict=True) if c != right]
            if len(wrong) == 1 and wrong[0] not in _FUNCTION_WORDS:
                words = page.claim(*match.span())
                found.append(ProductSlot(words, *match.span(), names.product_of[name], misspelt=True))
    return tuple(sorted(found, key=lambda slot: slot.start))
