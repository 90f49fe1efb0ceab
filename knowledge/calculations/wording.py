"""The sentences of explanations.yaml: texts, terms of the trade with their meaning, laws, suggestions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.calculations.model import Citation
from knowledge.fees import Lang
from knowledge.yaml_lines import Problem, ProblemsFound, read_model


class WordingBroken(ProblemsFound):
    """explanations.yaml cannot be used, or a text is missing in it; correct the entry named in the message."""

    code = "wording_broken"


class Bilingual(BaseModel):
    """One text in both languages; `{name}` stands for a figure or a name."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """The text in one language."""
        return self.en if lang == "en" else self.zh


class Term(BaseModel):
    """A term of the trade and what it means, each in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    zh: str
    en: str
    means_zh: str
    means_en: str


class Law(BaseModel):
    """A rule that an explanation rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    document: str
    clause: str
    version: str
    valid_from: date

    def citation(self) -> Citation:
        """The law as a citation."""
        return Citation(self.document, self.clause, self.version, self.valid_from)


class Wording(BaseModel):
    """All of explanations.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    terms: tuple[Term, ...]
    laws: Mapping[str, Law]
    texts: Mapping[str, Bilingual]
    suggestions: Mapping[str, tuple[Bilingual, ...]]
    invalid: Mapping[str, Bilingual]
    fields: Mapping[str, Bilingual]
    aliases: Mapping[str, str]

    @classmethod
    def load(cls, path: Path) -> Wording:
        """Read explanations.yaml; raises `WordingBroken` naming the entry."""
        return read_model(path, cls, WordingBroken)

    def text(self, key: str) -> Bilingual:
        """The text of a key; raises `WordingBroken` when there is none."""
        try:
            return self.texts[key]
        except KeyError:
            raise WordingBroken([Problem("explanations.yaml", 0, f"no text {key}; add it under texts")]) from None

    def glossary(self, text: str, lang: Lang) -> str:
        """The meanings of the terms used in `text`, one sentence each, in the order of the glossary."""
        if lang == "en":
            low = text.lower()
            return " ".join(f"{t.en.capitalize()}: {t.means_en}" for t in self.terms if t.en.lower() in low)
        return "".join(f"{term.zh}，{term.means_zh}" for term in self.terms if term.zh in text)


@lru_cache(maxsize=1)
def bundled_wording() -> Wording:
    """The project's own explanations.yaml, read once."""
    return Wording.load(Path(__file__).parents[1] / "explanations.yaml")
