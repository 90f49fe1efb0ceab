"""The intent taxonomy: what customers can want, how dangerous each matter is, and who may answer it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from importlib import resources

import yaml

CRITICAL = "critical."
OUT_OF_SCOPE = "other.out_of_scope"
HUMAN = "service.human"
CHITCHAT = "service.chitchat"


class Automation(StrEnum):
    """Who may answer: the bot, also with figures, also up to the identity check; a person with a draft; a person."""

    BOT = "bot"
    QUOTE = "quote"
    VERIFY = "verify"
    ASSIST = "assist"
    HUMAN = "human"


@dataclass(frozen=True)
class Intent:
    """One row of `taxonomy.yaml`. `risk` is the severity 1 (general) to 3 (major)."""

    id: str
    zh: str
    en: str
    risk: int
    auto: Automation
    scope: str
    excludes: str

    @property
    def group(self) -> str:
        """The part of the id before the dot."""
        return self.id.split(".", 1)[0]

    @property
    def critical(self) -> bool:
        """Whether a person must take over at once."""
        return self.id.startswith(CRITICAL)


@dataclass(frozen=True)
class Taxonomy:
    """All intents in file order."""

    intents: tuple[Intent, ...]
    groups: dict[str, str]

    def __getitem__(self, intent: str) -> Intent:
        return self._by_id[intent]

    def __contains__(self, intent: object) -> bool:
        return intent in self._by_id

    @property
    def ids(self) -> tuple[str, ...]:
        """Every intent id, in file order."""
        return tuple(intent.id for intent in self.intents)

    @cached_property
    def _by_id(self) -> dict[str, Intent]:
        return {intent.id: intent for intent in self.intents}


@lru_cache(maxsize=1)
def taxonomy() -> Taxonomy:
    """The bundled taxonomy, read once."""
    raw = yaml.safe_load(resources.files("intents").joinpath("taxonomy.yaml").read_text("utf-8"))
    intents = tuple(
        Intent(
            id=row["id"],
            zh=row["zh"],
            en=row["en"],
            risk=int(row["risk"]),
            auto=Automation(row["auto"]),
            scope=row["scope"],
            excludes=row["not"],
        )
        for row in raw["intents"]
    )
    return Taxonomy(intents, dict(raw["groups"]))
