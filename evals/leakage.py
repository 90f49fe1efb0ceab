"""Proves that no evaluation question was trained on: exact and near duplicates between the two sets.

Near means a Jaccard similarity of character 3-grams of at least `NEAR`, once on the normal form and once with product
names made equal, because the classifier reads that form. Only the rarest grams are indexed
(`intents.near_duplicates`), so 20 000 by 2 000 sentences take seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from evals.questions import Question
from intents.near_duplicates import NEAR, pairs_across
from intents.normalise import canonical
from intents.utterances import CALIBRATION, TRAINING, Utterance, load


@dataclass(frozen=True)
class Leak:
    """A question that is as good as known from training. `similarity` is 1.0 for an exact duplicate."""

    question: Question
    utterance: Utterance
    similarity: float

    def __str__(self) -> str:
        question, utterance = self.question, self.utterance
        return (
            f"「{question.text}」 ({question.intent}, {question.source}) is {self.similarity:.2f} similar to "
            f"{utterance.place} 「{utterance.text}」; take one of them out"
        )


class LeakageError(ValueError):
    """Evaluation questions were found in the training data; the figures would be worthless."""

    def __init__(self, leaks: Sequence[Leak], shown: int = 10) -> None:
        self.leaks = tuple(leaks)
        listed = "\n".join(f"  {leak}" for leak in self.leaks[:shown])
        known = len({leak.question for leak in self.leaks})
        super().__init__(f"{known} evaluation questions are near-duplicates of training sentences:\n{listed}")


def training_sentences() -> list[Utterance]:
    """Every bundled sentence a model learns from or is calibrated on."""
    return [*load(TRAINING), *load(CALIBRATION)]


def leaks(questions: Sequence[Question], utterances: Sequence[Utterance], threshold: float = NEAR) -> tuple[Leak, ...]:
    """Every pair at least `threshold` similar, in the order of the questions, the most similar first."""
    known, asked = [utterance.text for utterance in utterances], [question.text for question in questions]
    as_written = pairs_across(known, asked, threshold)  # compares normal forms
    products_equal = pairs_across(list(map(canonical, known)), list(map(canonical, asked)), threshold)
    best: dict[tuple[int, int], float] = {}
    for pair in chain(as_written, products_equal):
        key = (pair.right, pair.left)
        best[key] = max(best.get(key, 0.0), pair.similarity)
    ordered = sorted(best.items(), key=lambda item: (item[0][0], -item[1], item[0][1]))
    return tuple(Leak(questions[right], utterances[left], found) for (right, left), found in ordered)


def check_no_leaks(questions: Iterable[Question], utterances: Iterable[Utterance], threshold: float = NEAR) -> None:
    """Raises `LeakageError` listing the pairs when any question is a near-duplicate of a training sentence."""
    if found := leaks(tuple(questions), tuple(utterances), threshold):
        raise LeakageError(found)
