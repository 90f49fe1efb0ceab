"""One labelling job: a sample, two labellers who never see each other's labels, and whoever settles differences.

Everything is in one directory beside the question file; labels are appended to a log, the last one of a person for a
question counts, and nothing is ever overwritten.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from evals.labelling.agreement import Agreement, agreement
from evals.question_rows import rows
from intents.normalise import normalise
from intents.taxonomy import taxonomy

Role = Literal["first", "second", "judge"]
ROLES: tuple[Role, ...] = ("first", "second", "judge")
_SAMPLE, _LOG = "sample.json", "labels.jsonl"


class LabellingRefused(ValueError):
    """The labelling job cannot go on; the message says what to do."""


@dataclass(frozen=True)
class Case:
    """A question to label. Labels of the source file are left out of the sample: everybody labels blind."""

    key: str
    text: str
    slices: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Label:
    """One person's label; `also` is set by the judge when the other label is defensible too."""

    role: Role
    key: str
    intent: str
    also: str = ""


@dataclass(frozen=True)
class Session:
    """A job on disk."""

    directory: Path
    cases: tuple[Case, ...]
    tokens: Mapping[Role, str]
    seed: int

    @classmethod
    def open(cls, file: Path, size: int = 200, seed: int = 7) -> Session:
        """Go on with the job beside `file`, or draw a seeded sample of `size` and begin one.

        `file` is a question file, or plain text with a question a line. Raises `LabellingRefused`, `QuestionFileError`.
        """
        directory = file.with_name(f"{file.name}.labelling")
        stored = directory / _SAMPLE
        if not stored.is_file():
            _begin(file, directory, size, seed)
        try:
            raw = json.loads(stored.read_text("utf-8"))
            cases = tuple(Case(c["key"], c["text"], tuple(c["slices"]), c["source"]) for c in raw["cases"])
            return cls(directory, cases, {role: raw["tokens"][role] for role in ROLES}, int(raw["seed"]))
        except (ValueError, KeyError, TypeError) as error:
            raise LabellingRefused(f"{stored} is damaged ({error}); restore it or begin again in a copy") from error

    def role_of(self, token: str) -> Role | None:
        """Whose address this is."""
        return next(
            (role for role in ROLES if secrets.compare_digest(self.tokens[role].encode(), token.encode())), None
        )

    def order(self, role: Role) -> list[Case]:
        """The cases in this person's own order, so that tiredness does not fall on the same questions."""
        shuffled = list(self.cases)
        random.Random(f"{self.seed}-{role}").shuffle(shuffled)
        return shuffled

    def labels(self, role: Role) -> dict[str, Label]:
        """The last label of this person for each question."""
        found: dict[str, Label] = {}
        log = self.directory / _LOG
        for line in log.read_text("utf-8").splitlines() if log.is_file() else ():
            raw = json.loads(line)
            if raw["role"] == role:
                found[raw["key"]] = Label(role, raw["key"], raw["intent"], raw.get("also", ""))
        return found

    def add(self, label: Label, at: datetime) -> None:
        """Append a label. Raises `LabellingRefused` for an unknown question or intent, or a judge who is too early."""
        if label.key not in {case.key for case in self.cases}:
            raise LabellingRefused("this question is not in the sample; reload the page")
        for intent in (label.intent, *([label.also] if label.also else [])):
            if intent not in taxonomy():
                raise LabellingRefused(f"{intent} is not an intent of the taxonomy; choose one from the list")
        if label.role == "judge" and not self.both_done():
            raise LabellingRefused("two people label first; differences are settled when both have finished")
        row = {**label.__dict__, "at": at.isoformat()}
        with (self.directory / _LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(row, ensure_ascii=False) + "\n")

    def both_done(self) -> bool:
        """Whether both labellers have labelled everything."""
        return all(len(self.labels(role)) == len(self.cases) for role in ("first", "second"))

    def differing(self) -> list[Case]:
        """The cases the two label differently, in sample order."""
        first, second = self.labels("first"), self.labels("second")
        return [
            c for c in self.cases if c.key in first and c.key in second and first[c.key].intent != second[c.key].intent
        ]

    def agreement(self) -> Agreement:
        """How well the two agree on what both have labelled."""
        first, second = (self._intents(role) for role in ("first", "second"))
        return agreement(first, second)

    def settled(self) -> list[tuple[Case, Label]]:
        """Every case with its final label: the common one, or the judge's; unsettled cases are left out."""
        first, second, judge = (self.labels(role) for role in ROLES)
        found = []
        for case in self.cases:
            a, b = first.get(case.key), second.get(case.key)
            if a and b and a.intent == b.intent:
                found.append((case, a))
            elif a and b and case.key in judge:
                found.append((case, judge[case.key]))
        return found

    def _intents(self, role: Role) -> dict[str, str]:
        return {key: label.intent for key, label in self.labels(role).items()}


def _begin(file: Path, directory: Path, size: int, seed: int) -> None:
    drawn = _cases(file)
    if not drawn:
        raise LabellingRefused(f"{file} holds no question; add a row below the header")
    if len(drawn) > size:
        drawn = random.Random(seed).sample(drawn, size)
    sample: dict[str, Any] = {
        "seed": seed,
        "tokens": {role: secrets.token_urlsafe(9) for role in ROLES},
        "cases": [{"key": c.key, "text": c.text, "slices": c.slices, "source": c.source} for c in drawn],
    }
    directory.mkdir(parents=True, exist_ok=True)
    temporary = directory / f".{_SAMPLE}"
    temporary.write_text(json.dumps(sample, ensure_ascii=False, indent=1) + "\n", "utf-8")
    temporary.replace(directory / _SAMPLE)


def _cases(file: Path) -> list[Case]:
    """Distinct questions of a question file of any form, or of a plain text."""
    if file.suffix.lower() == ".txt":
        try:
            lines = file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise LabellingRefused(f"{file} cannot be read as UTF-8 text: {error}") from error
        found = [Case(_key(line), line.strip(), (), file.stem) for line in lines if normalise(line)]
    else:
        found = [Case(_key(row.text), row.text, row.slices, row.source) for row in rows(file) if normalise(row.text)]
    return list({case.key: case for case in found}.values())


def _key(text: str) -> str:
    return sha256(normalise(text).encode("utf-8", "surrogatepass")).hexdigest()[:12]
