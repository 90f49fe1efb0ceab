"""Reads dialogue scenarios: what a customer says, turn by turn, and what must then be so. Never the wording.

`scenarios/*.yaml` holds lists of scenarios. A mistyped key is an error, not a check that silently never runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.policy import Action, decision_table
from intents.taxonomy import taxonomy

SCENARIOS = Path(__file__).parent / "scenarios"
STATE_FIELDS = frozenset(
    {"product", "topic", "person", "failed", "language", "mode", "closed", "risk", "turns", "known"}
)


class ScenarioError(ValueError):
    """A scenario file that cannot be run; the message names file, scenario and field."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HandOffExpected(_Strict):
    """What the request for a person must say."""

    reason: str | None = None
    severity: Annotated[int | None, Field(ge=1, le=3)] = None
    group: str | None = None
    complaint: bool | None = None


class Expected(_Strict):
    """What must be so after a turn; everything left out is not checked."""

    action: Action | None = None
    rule: str | None = None
    move: str | None = None
    intent: str | None = None
    product: str | None = None
    question: Literal["none", "clarify", "collect", "confirm"] | None = None
    slot: str | None = None
    options: int | tuple[str, ...] | None = None
    cites: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    no_figures: bool = False
    risk_level: Annotated[int | None, Field(ge=0, le=3)] = None
    signals: tuple[str, ...] = ()
    handoff: bool | HandOffExpected | None = None
    waiting: int | None = None
    person: bool | None = None
    language: str | None = None
    failed: int | None = None
    state: dict[str, Any] = Field(default_factory=dict)

    @field_validator("cites", "figures", "signals", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("options", mode="before")
    @classmethod
    def _count(cls, value: Any) -> Any:
        return value["count"] if isinstance(value, dict) and set(value) == {"count"} else value

    @field_validator("intent")
    @classmethod
    def _known_intent(cls, value: str | None) -> str | None:
        if value is not None and value not in taxonomy():
            raise ValueError(f"intent {value} is not in the taxonomy")
        return value

    @field_validator("rule")
    @classmethod
    def _known_rule(cls, value: str | None) -> str | None:
        if value is not None and value not in {rule.id for rule in decision_table().rules}:
            raise ValueError(f"rule {value} is not in decisions.yaml")
        return value

    @field_validator("move")
    @classmethod
    def _known_move(cls, value: str | None) -> str | None:
        if value is not None and value not in decision_table().moves:
            raise ValueError(f"move {value} is not in decisions.yaml")
        return value

    @field_validator("state")
    @classmethod
    def _known_state(cls, value: dict[str, Any]) -> dict[str, Any]:
        if unknown := {name.split(".")[0] for name in value} - STATE_FIELDS:
            raise ValueError(f"unknown state {', '.join(sorted(unknown))}; known are {', '.join(sorted(STATE_FIELDS))}")
        return value


class ScenarioTurn(_Strict):
    """One message and what must follow. `after_minutes` is how long the customer waited before writing; with
    `case_ended` a person ended the case meanwhile."""

    say: str
    expect: Expected = Expected()
    after_minutes: Annotated[int, Field(ge=0)] = 0
    case_ended: bool = False


class Scenario(_Strict):
    """A conversation. `at` is when it begins (the evaluation day at ten in the morning when left out)."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    why: str = ""
    mode: Literal["standard", "senior", "voice"] = "standard"
    locale: Literal["zh-Hans", "zh-Hant", "en"] | None = None
    at: datetime | None = None
    turns: Annotated[tuple[ScenarioTurn, ...], Field(min_length=1)]

    @field_validator("at")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("needs a time zone, such as 2026-11-24T10:00+08:00")
        return value


def read_scenarios(path: Path = SCENARIOS) -> tuple[Scenario, ...]:
    """Every scenario of a file or of a directory's `*.yaml`. Raises `ScenarioError`."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    found = [scenario for file in files for scenario in _read(file)]
    _check_unique(found)
    return tuple(found)


def _read(file: Path) -> Iterable[Scenario]:
    try:
        rows = yaml.safe_load(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioError(f"{file.name} cannot be read: {error}") from error
    if not isinstance(rows, list):
        raise ScenarioError(f"{file.name} must be a list of scenarios")
    for place, row in enumerate(rows, 1):
        name = row.get("id", f"number {place}") if isinstance(row, dict) else f"number {place}"
        try:
            yield Scenario.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ScenarioError(f"{file.name}: scenario {name}: {where}: {first['msg']}") from error


def _check_unique(found: Iterable[Scenario]) -> None:
    seen: set[str] = set()
    for scenario in found:
        if scenario.id in seen:
            raise ScenarioError(f"scenario {scenario.id} is there twice; give one another id")
        seen.add(scenario.id)
