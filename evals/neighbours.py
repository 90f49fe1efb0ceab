"""The training sentences nearest to a question, by shared character 3-grams: where an error may have come from."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from intents.near_duplicates import grams
from intents.normalise import canonical
from intents.utterances import Utterance

SHOWN = 3


@dataclass(frozen=True)
class Neighbour:
    """One training sentence, its label, its place and how similar it is (Jaccard, 0 to 1)."""

    text: str
    intent: str
    place: str
    similarity: float

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        rounded = round(self.similarity, 3)
        return {"text": self.text, "intent": self.intent, "place": self.place, "similarity": rounded}


def nearest_utterances(
    texts: Sequence[str], utterances: Sequence[Utterance], shown: int = SHOWN
) -> list[tuple[Neighbour, ...]]:
    """For each text its `shown` most similar sentences, the most similar first; fewer when fewer share a gram."""
    rows = [grams(canonical(utterance.text)) for utterance in utterances]
    holders: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        for gram in row:
            holders[gram].append(number)
    return [_nearest(text, utterances, rows, holders, shown) for text in texts]


def _nearest(
    text: str,
    utterances: Sequence[Utterance],
    rows: Sequence[frozenset[str]],
    holders: dict[str, list[int]],
    shown: int,
) -> tuple[Neighbour, ...]:
    asked = grams(canonical(text))
    shared = Counter(number for gram in asked for number in holders.get(gram, ()))
    scored = [(n / (len(asked) + len(rows[number]) - n), number) for number, n in shared.items()]
    best = sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:shown]
    return tuple(Neighbour(utterances[i].text, utterances[i].intent, utterances[i].place, score) for score, i in best)
