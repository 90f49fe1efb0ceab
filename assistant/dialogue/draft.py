"""What a move may look at (`Turn`) and what it gives (`Draft`): what to say and what to remember, before the guard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.dialogue.reading import Reading, answer_key
from assistant.dialogue.state import Question, State, Waiting
from assistant.dialogue.work import Work
from assistant.policy import Rule
from assistant.reply import Grounds, Reply
from assistant.wording import Lang, lang_of
from intents.language import Language
from intents.understanding import Understanding
from knowledge.base import KnowledgeBase


@dataclass(frozen=True)
class HandOff:
    """A request for a person: why, how grave, and for which group of people."""

    reason: str
    severity: int
    group: str
    complaint: bool = False


@dataclass(frozen=True)
class Draft:
    """The outcome of a move. `answer` names an answer given (None when none was); `articles` None keeps the old."""

    reply: Reply
    grounds: tuple[Grounds, ...] = ()
    question: Question | None = None
    topic: str | None = None
    articles: tuple[str, ...] | None = None
    answer: str | None = None
    waiting: tuple[Waiting, ...] = ()
    failed: int = 0
    dropped: tuple[str, ...] = ()
    handoff: HandOff | None = None
    close: bool = False


@dataclass(frozen=True)
class Turn:
    """Everything a move may look at."""

    understanding: Understanding
    reading: Reading
    state: State
    rule: Rule
    base: KnowledgeBase
    work: Work
    today: date
    language: Language

    @property
    def lang(self) -> Lang:
        """The language texts are taken in."""
        return lang_of(self.language)

    @property
    def answer(self) -> str:
        """The name of the answer this turn would give."""
        return answer_key(self.reading, self.work.passages, self.work.made is not None)
