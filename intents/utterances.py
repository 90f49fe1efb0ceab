"""The labelled sentences the classifier learns from, and the data check that keeps them honest.

One YAML file a group: `group: NAME`, `intents: {INTENT: [sentence, …]}`. Sentences to learn from are in `utterances/`,
sentences to calibrate on in `calibration_set/`. `problems` names every fault with its file and line;
`diversity` shows how differently the sentences of an intent are worded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

import yaml

from intents.near_duplicates import NEAR, grams, nearest_similarities, pairs_within
from intents.normalise import normalise
from intents.taxonomy import OUT_OF_SCOPE, taxonomy

TRAINING = Path(__file__).parent / "utterances"
CALIBRATION = Path(__file__).parent / "calibration_set"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FEWEST = 60
FEWEST_BY_GROUP = {"credit": 120, "repay": 120, "fee": 120}
FEWEST_BY_INTENT = {OUT_OF_SCOPE: 300}


class UtteranceFileError(ValueError):
    """An utterance file whose form is wrong; the message names file, line and remedy."""


@dataclass(frozen=True)
class Utterance:
    """One labelled sentence and the place it is written at (`file` is the path below its directory's parent)."""

    text: str
    intent: str
    group: str
    file: str
    line: int

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One fault of the data. `kind`: unknown, misplaced, blank, few, duplicate, near."""

    kind: str
    message: str


@dataclass(frozen=True)
class Diversity:
    """How varied one intent's sentences are; low similarity and many grams are good."""

    intent: str
    sentences: int
    distinct_grams: int
    nearest_similarity: float


def load(directory: Path = TRAINING) -> list[Utterance]:
    """Every sentence of the directory's `*.yaml`, by file name and line.

    Raises `UtteranceFileError` for a missing directory or a file of the wrong form.
    """
    files = sorted(directory.glob("*.yaml"))
    if not files:
        raise UtteranceFileError(f"{directory} holds no *.yaml; name a directory with one utterance file a group")
    return [utterance for file in files for utterance in _read(file)]


def fewest(intent: str) -> int:
    """How many training sentences an intent needs."""
    return FEWEST_BY_INTENT.get(intent) or FEWEST_BY_GROUP.get(intent.split(".", 1)[0], FEWEST)


def problems(training: Sequence[Utterance], calibration: Sequence[Utterance] = ()) -> list[Problem]:
    """Every fault of the two sets together; an empty list means the data may be trained on."""
    rows = [*training, *calibration]
    return [*_misfiled(rows), *_too_few(training), *_repeated(rows)]


def diversity(utterances: Sequence[Utterance]) -> list[Diversity]:
    """Distinct character 3-grams and mean nearest-neighbour similarity for each intent, in order of appearance."""
    texts: dict[str, list[str]] = defaultdict(list)
    for utterance in utterances:
        texts[utterance.intent].append(utterance.text)
    return [
        Diversity(intent, len(said), len(frozenset().union(*map(grams, said))), fmean(nearest_similarities(said)))
        for intent, said in texts.items()
    ]


def _read(file: Path) -> Iterator[Utterance]:
    name = f"{file.parent.name}/{file.name}"
    try:
        root = yaml.compose(file.read_text("utf-8"), Loader=_LOADER)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UtteranceFileError(f"{name} is not readable YAML in UTF-8: {error}") from error
    parts = _mapping(root, name)
    group, intents = parts.get("group"), parts.get("intents")
    if not isinstance(group, yaml.ScalarNode) or intents is None:
        raise UtteranceFileError(f"{name}:1: needs the keys `group` and `intents`")
    for intent, sentences in _mapping(intents, name).items():
        if not isinstance(sentences, yaml.SequenceNode):
            raise UtteranceFileError(f"{name}:{_line(sentences)}: {intent} must be a list of sentences")
        for sentence in sentences.value:
            if not isinstance(sentence, yaml.ScalarNode):
                raise UtteranceFileError(f"{name}:{_line(sentence)}: not a sentence; put it in quotes")
            yield Utterance(sentence.value, intent, group.value, name, _line(sentence))


def _mapping(node: yaml.Node | None, name: str) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise UtteranceFileError(f"{name}:{_line(node) if node else 1}: expected `key: value` lines")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value in found:
            raise UtteranceFileError(f"{name}:{_line(key)}: {key.value} appears twice; join the two lists")
        found[key.value] = value
    return found


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _misfiled(rows: Iterable[Utterance]) -> Iterator[Problem]:
    known = taxonomy()
    for row in rows:
        if row.intent not in known:
            yield Problem("unknown", f"{row.place}: {row.intent} is not in taxonomy.yaml; correct the intent")
        elif known[row.intent].group != row.group:
            yield Problem("misplaced", f"{row.place}: {row.intent} does not belong to {row.group}; move the sentence")
        if not normalise(row.text):
            yield Problem("blank", f"{row.place}: nothing is left of this sentence; delete the line")


def _too_few(training: Iterable[Utterance]) -> Iterator[Problem]:
    counts = Counter(utterance.intent for utterance in training)
    for intent in taxonomy().ids:
        if (count := counts[intent]) < (needed := fewest(intent)):
            yield Problem("few", f"{intent} has {count} sentences; write at least {needed - count} more")


def _repeated(rows: Sequence[Utterance]) -> Iterator[Problem]:
    for pair in pairs_within([row.text for row in rows], NEAR):
        first, second = rows[pair.left], rows[pair.right]
        same = normalise(first.text) == normalise(second.text)
        kind, how = ("duplicate", "the same as") if same else ("near", f"{pair.similarity:.2f} similar to")
        yield Problem(
            kind,
            f"{second.place}: 「{second.text}」 ({second.intent}) is {how} {first.place}: 「{first.text}」"
            f" ({first.intent}); delete one",
        )
