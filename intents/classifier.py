"""The intent classifier as it is served: fine-tuned encoder graph, linear head, n-gram head, blend, threshold.

`load` reads a model directory that `shouwen train` wrote; `predict_proba` gives calibrated probabilities.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from intents.calibration import Blend
from intents.encoder.cache import GRAPH
from intents.encoder.encoder import OnnxEncoder
from intents.encoder.source import EncoderSource, encoder_source
from intents.ngrams import NgramHead
from intents.normalise import canonical

HEAD, NGRAMS, META, CARD = "head.npz", "ngrams.npz", "model.json", "MODEL_CARD.md"
BUNDLED = Path(__file__).parent / "model"


class ModelDirectoryError(RuntimeError):
    """A classifier directory that is missing a part or does not fit together; train it again with `shouwen train`."""


@dataclass(frozen=True)
class Prediction:
    """One sentence's outcome: the ranking holds every label, best first."""

    ranking: tuple[tuple[str, float], ...]
    threshold: float

    @property
    def intent(self) -> str:
        """The likeliest label."""
        return self.ranking[0][0]

    @property
    def probability(self) -> float:
        """Its calibrated probability."""
        return self.ranking[0][1]

    @property
    def abstain(self) -> bool:
        """Whether the probability is too low to answer on."""
        return self.probability < self.threshold


@dataclass(frozen=True)
class Classifier:
    """A loaded model. Thread-safe."""

    labels: tuple[str, ...]
    encoder: OnnxEncoder
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    ngrams: NgramHead
    blend: Blend
    threshold: float
    meta: dict[str, object]

    @classmethod
    def load(cls, directory: Path = BUNDLED, source: EncoderSource | None = None, threads: int = 1) -> Classifier:
        """Read a model directory; `source` is the encoder it was trained from (the packaged one when None).

        Raises `ModelDirectoryError` for a missing or damaged directory, or one trained from another encoder.
        """
        source = source or encoder_source()
        try:
            meta = json.loads((directory / META).read_text("utf-8"))
            with np.load(directory / HEAD) as head:
                weight, bias = head["weight"].astype(np.float32), head["bias"].astype(np.float32)
            ngrams = NgramHead.load(directory / NGRAMS)
            labels = tuple(meta["labels"])
            blend = Blend(**meta["blend"])
            threshold = float(meta["threshold"])
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise ModelDirectoryError(
                f"{directory} is not a usable model ({error}); run: shouwen train --out DIR"
            ) from error
        if not len(labels) == len(bias) == len(ngrams.bias) == len(weight):
            raise ModelDirectoryError(f"{directory}: the parts disagree on the number of intents; train it again")
        if meta.get("encoder_sha256", source.digest) != source.digest:
            raise ModelDirectoryError(
                f"{directory} was trained from another encoder; set SHOUWEN_ENCODER or train again"
            )
        encoder = OnnxEncoder(source.served(), directory / GRAPH, threads)
        return cls(labels, encoder, weight, bias, ngrams, blend, threshold, meta)

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.floating]:
        """Calibrated probabilities, shape (len(texts), len(labels)), for raw sentences."""
        read = [canonical(text) for text in texts]
        scores = self.encoder.encode(read) @ self.weight.T + self.bias
        return self.blend.probabilities(scores, self.ngrams.scores(read))

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Ranked predictions, one per sentence."""
        return [self._ranked(row) for row in self.predict_proba(texts)]

    def _ranked(self, row: NDArray[np.floating]) -> Prediction:
        order = np.argsort(-row, kind="stable")
        return Prediction(tuple((self.labels[i], float(row[i])) for i in order), self.threshold)
