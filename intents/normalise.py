"""Normal form of a customer's sentence: what the classifier, the phrase floor and the slot reader all see.

`normalise` removes what carries no meaning (width, controls, emoji, repeated marks), converts traditional to
simplified characters and lower-cases Latin letters. `canonical` further replaces product names by one name a kind,
because an intent never depends on the product's name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib import resources

import emoji
import yaml
from opencc import OpenCC

_SPACES = re.compile(r"\s+")
_REPEATED_MARK = re.compile(r"([!?。,、~…\-=*#.])\1+")
_REPEATED_CHARACTER = re.compile(r"(\D)\1{3,}")
_MOST_PASSES = 8
_BETWEEN_CHINESE = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def clean(text: str) -> str:
    """Printable form of any string: NFKC, no controls, no lone surrogates, no direction marks, single spaces."""
    kept = "".join(c if not unicodedata.category(c).startswith("C") else " " for c in text)
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", kept)).strip()


def normalise(text: str) -> str:
    """Normal form for understanding. Idempotent; an emoji-only or blank sentence becomes the empty string."""
    plain = _pass(text)
    # What one pass brings together (two halves of an emoji, two parts of a word) the next one still has to read.
    for _ in range(_MOST_PASSES):
        if (again := _pass(plain)) == plain:
            break
        plain = again
    return plain


def _pass(text: str) -> str:
    plain = emoji.replace_emoji(clean(text), " ")
    plain = _to_simplified().convert(plain).lower()
    plain = _REPEATED_CHARACTER.sub(r"\1\1\1", _REPEATED_MARK.sub(r"\1", plain))
    plain = _BETWEEN_CHINESE.sub("", _SPACES.sub(" ", plain))
    return clean(plain)


@lru_cache(maxsize=1)
def _products() -> tuple[re.Pattern[str], dict[str, str]]:
    listed = yaml.safe_load(resources.files("intents").joinpath("products.yaml").read_text("utf-8"))
    canonical = {
        normalise(name): product["canonical"]
        for product in listed
        for name in (*product["names"], *product.get("market", ()))
        if product.get("canonical")
    }
    longest_first = sorted(canonical, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first))), canonical


def canonical(text: str) -> str:
    """Normal form with every product name replaced by the one name of its kind; what the classifier reads."""
    pattern, names = _products()
    return pattern.sub(lambda match: names[match.group()], normalise(text))
