"""The plain sentences a customer receives when something happens to the case; texts live in receipts.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from handoff.errors import HandoffError

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
FIELDS = frozenset({"queue", "agent", "ahead", "opens", "slot", "reason", "decision", "hours", "days"})


class ReceiptsRefused(HandoffError):
    """The receipts file lacks a language or names an unknown field: complete it."""

    code = "receipts_refused"


@dataclass(frozen=True)
class Receipts:
    """Texts by kind (or `kind.variant`) and language."""

    texts: Mapping[str, Mapping[str, str]]

    def covers(self, kind: str) -> bool:
        return kind in self.texts

    def render(self, kind: str, language: str, fields: Mapping[str, Any], variants: Sequence[str] = ()) -> str | None:
        """The sentence for an event kind, the first known variant first; None when the customer is not told.

        A language without a text reads Simplified Chinese.
        """
        names = (*(f"{kind}.{variant}" for variant in variants), kind)
        found = next((self.texts[name] for name in names if name in self.texts), None)
        if found is None:
            return None
        text = found.get(language) or found["zh-Hans"]
        return text.format_map({name: fields.get(name, "") for name in FIELDS})


def load_receipts(path: Path | None = None) -> Receipts:
    """Read the texts, by default the bundled ones. Raises ReceiptsRefused."""
    text = path.read_text("utf-8") if path else resources.files("handoff").joinpath("receipts.yaml").read_text("utf-8")
    texts: dict[str, dict[str, str]] = yaml.safe_load(text)
    for kind, by_language in texts.items():
        for language in LANGUAGES:
            if not by_language.get(language):
                raise ReceiptsRefused(f"receipt {kind} has no text in {language}; add one")
            used = {name for _, name, _, _ in Formatter().parse(by_language[language]) if name}
            if used - FIELDS:
                raise ReceiptsRefused(f"receipt {kind} uses unknown field {', '.join(sorted(used - FIELDS))}")
    return Receipts(texts)
