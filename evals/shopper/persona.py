"""Who the mystery shoppers are and what they want: `personas.yaml`, checked."""

from __future__ import annotations

import random
from importlib import resources
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from evals.perturbations import perturb

Ends = Literal["answer", "handoff", "decline"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Goal(_Strict):
    """What must be reached. `clock` is a clock that must run on the case, `severity` the case's least severity."""

    ends: Ends
    intent: str | None = None
    figures: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    severity: Annotated[int, Field(ge=1, le=3)] = 1
    clock: str | None = None


class Noise(_Strict):
    """How roughly this persona types."""

    kind: str
    strength: Annotated[float, Field(gt=0, le=1)]


class Persona(_Strict):
    """One shopper. `answers` maps words of the bot's question to the reply; the first that occurs counts.
    `details` are what it adds, one after the other, when an answer is right but too general."""

    id: str
    who: str
    openings: Annotated[tuple[str, ...], Field(min_length=1)]
    answers: dict[str, str] = Field(default_factory=dict)
    details: tuple[str, ...] = ()
    goal: Goal
    mode: Literal["standard", "senior", "voice"] = "standard"
    locale: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
    noise: Noise | None = None
    patience: Annotated[int, Field(ge=1, le=12)] = 6

    def openings_of(self, seed: int) -> list[str]:
        """All openings in this seed's order, roughened."""
        order = list(self.openings)
        random.Random(f"{seed}-{self.id}").shuffle(order)
        if self.noise is None:
            return order
        return [perturb(self.noise.kind, text, self.noise.strength, seed) for text in order]

    def answer_to(self, question: str) -> str | None:
        """What this persona replies to a question; None when it has nothing to say to it."""
        return next((reply for words, reply in self.answers.items() if words.lower() in question.lower()), None)


def bundled_personas() -> tuple[Persona, ...]:
    """Every persona of `personas.yaml`; raises pydantic's ValidationError naming the field."""
    raw: dict[str, Any] = yaml.safe_load(resources.files("evals").joinpath("personas.yaml").read_text("utf-8"))
    return tuple(Persona.model_validate(row) for row in raw["personas"])
