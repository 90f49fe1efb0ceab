"""What every suite works on: the subject, the labelled sets, the seed, and readings shared between suites."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from assistant.dialogue.state import State
from assistant.turn import Taken
from evals.questions import Question, own_questions, read_questions
from evals.subject import Subject
from intents.classifier import Prediction
from intents.understanding import Understanding, understand

OWN = "own"
DEV_QUESTIONS = Path(__file__).parents[1] / ".." / "shared" / "data" / "dev_questions.tsv"
QUICK_EVERY = 8


@dataclass(frozen=True)
class QuestionSet:
    """A named set of labelled questions; `digest` changes with any text, label or slice.

    `ceiling` is the agreement of two people who labelled it, when that is known.
    """

    name: str
    questions: tuple[Question, ...]
    ceiling: float | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over everything that is judged."""
        content = sha256()
        for question in self.questions:
            row = (question.text, question.intent, *question.slices, "|", *question.also)
            content.update("\t".join(row).encode("utf-8", "surrogatepass") + b"\n")
        return content.hexdigest()

    def sampled(self, every: int) -> QuestionSet:
        """One in `every` questions of each intent, at least one, chosen by their hash.

        Not by their place: authors write the telling cases first, and a sample of those would be harder than the set.
        """
        by_intent: dict[str, list[Question]] = {}
        for question in self.questions:
            by_intent.setdefault(question.intent, []).append(question)
        kept = {
            question
            for members in by_intent.values()
            for question in sorted(members, key=lambda q: item_id("", q.text))[: max(1, round(len(members) / every))]
        }
        return QuestionSet(self.name, tuple(q for q in self.questions if q in kept), self.ceiling)


def own_set() -> QuestionSet:
    """The project's own evaluation questions."""
    return QuestionSet(OWN, own_questions())


def file_set(path: Path) -> QuestionSet:
    """A labelled file, named after itself; raises `QuestionFileError`."""
    from evals.labelling.agreement import ceiling_beside

    return QuestionSet(path.stem, read_questions(path), ceiling_beside(path))


@dataclass(frozen=True)
class Context:
    """One evaluation. `progress(text)` tells a person what is being worked on."""

    subject: Subject
    sets: tuple[QuestionSet, ...]
    seed: int = 7
    quick: bool = False
    progress: Callable[[str], None] = lambda _text: None
    _understood: dict[str, Understanding] = field(default_factory=dict, repr=False, compare=False)
    _taken: dict[str, Taken] = field(default_factory=dict, repr=False, compare=False)

    @property
    def own(self) -> QuestionSet:
        """The first set: the project's own, or the only one given."""
        return self.sets[0]

    def predictions(self, questions: Sequence[Question]) -> list[Prediction]:
        """The classifier's ranking for each question, computed once."""
        return self.subject.model.predict([question.text for question in questions])

    def understood(self, text: str) -> Understanding:
        """The message read without a conversation before it, computed once."""
        if text in self._taken:
            return self._taken[text].understanding
        if text not in self._understood:
            self._understood[text] = understand(text, self.subject.model, self.subject.today)
        return self._understood[text]

    def taken(self, text: str) -> Taken:
        """The first turn of a conversation that begins with `text`, computed once."""
        if text not in self._taken:
            self._taken[text] = self.subject.brain.take(text, State(), self.subject.today)
        return self._taken[text]


def item_id(of: str, text: str) -> str:
    """A short stable name of a case."""
    return f"{of}:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
