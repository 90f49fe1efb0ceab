"""The sentences around the answers, read from `wording.yaml` once."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Literal

import yaml

from intents.language import Language, to_traditional

Lang = Literal["zh", "en"]


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = yaml.safe_load(
        resources.files("assistant").joinpath("wording.yaml").read_text("utf-8")
    )
    return texts


def say(key: str, lang: Lang, **fields: object) -> str:
    """The sentence `key` in a language with its fields filled in."""
    text = _texts()[key][lang]
    return text.format(**fields) if fields else text


def all_sentences() -> dict[str, dict[str, str]]:
    """Every sentence by key and language, for the wording lint."""
    return _texts()


def lang_of(language: Language) -> Lang:
    """The language texts are kept in: English for English, Chinese for everything else."""
    return "en" if language is Language.EN else "zh"


def in_script(value: object, language: Language) -> object:
    """`value` (text, list or mapping) in the customer's script; only traditional Chinese changes anything."""
    if language is not Language.ZH_HANT:
        return value
    if isinstance(value, str):
        return to_traditional(value)
    if isinstance(value, dict):
        return {key: in_script(item, language) if key not in _CODES else item for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [in_script(item, language) for item in value]
    return value


_CODES = frozenset({"kind", "id", "article", "row_id", "valid_from", "as_of", "version", "move", "rule"})
