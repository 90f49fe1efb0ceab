"""Where the encoder comes from: the packaged multilingual-e5-small, or a firm's own sentence-transformers directory.

Either way there is one served directory (tokenizer, word table, ONNX graph), one directory to train from, and one
digest that a trained model keeps, so that a model is never served with another encoder's word table.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from intents.encoder.cache import (
    FORMAT,
    MANIFEST,
    TOKENIZER,
    base_encoder,
    default_cache_directory,
    replaced_atomically,
    write_graph,
)
from intents.encoder.package_file import SHA256, Dimensions, PackageFile, locate, sha256_of
from intents.encoder.torch_view import bert_name, package_names, sentence_transformer
from intents.encoder.words import FLOATS

_WEIGHTS, _CONFIG = "model.safetensors", "config.json"


class EncoderRefused(ValueError):
    """SHOUWEN_ENCODER points to something that cannot be served; the message says what is missing."""

    code = "encoder_refused"


@dataclass(frozen=True)
class EncoderSource:
    """An encoder's origin; `directory` None means the packaged one."""

    digest: str
    directory: Path | None
    cache: Path

    def served(self) -> Path:
        """The directory that ONNX Runtime serves from, built on first use."""
        if self.directory is None:
            return base_encoder(self.cache)
        target = self.cache / f"imported-{self.digest[:12]}-v{FORMAT}"
        if not (target / MANIFEST).is_file():
            with replaced_atomically(target) as work:
                _import(self.directory, work, self.digest)
        return target

    def trainable(self) -> Path:
        """The sentence-transformers directory that training starts from."""
        return self.directory or sentence_transformer(self.cache)

    def dimensions(self) -> Dimensions:
        """Architecture numbers."""
        return PackageFile(locate()).dimensions if self.directory is None else _dimensions(self.directory)


def encoder_source(directory: Path | None = None, cache: Path | None = None) -> EncoderSource:
    """The packaged encoder, or the one in `directory`. Raises `EncoderRefused` when the directory cannot be served."""
    cache = cache or default_cache_directory()
    if directory is None:
        return EncoderSource(SHA256, None, cache)
    _check(directory)
    digest = hashlib.sha256((sha256_of(directory / _WEIGHTS) + sha256_of(directory / TOKENIZER)).encode()).hexdigest()
    return EncoderSource(digest, directory, cache)


def _check(directory: Path) -> None:
    for name in (_WEIGHTS, _CONFIG, TOKENIZER):
        if not (directory / name).is_file():
            raise EncoderRefused(f"{directory} has no {name}; give a sentence-transformers directory with safetensors")
    config = json.loads((directory / _CONFIG).read_text("utf-8"))
    if config.get("model_type") != "bert" or config.get("hidden_act", "gelu") != "gelu":
        raise EncoderRefused(
            f"{directory} is a {config.get('model_type')} model; encoders of BERT architecture are served"
        )
    pooling = directory / "1_Pooling" / _CONFIG
    if pooling.is_file() and not json.loads(pooling.read_text("utf-8")).get("pooling_mode_mean_tokens", True):
        raise EncoderRefused(f"{directory} does not pool by the mean of its tokens; only mean pooling is served")


def _dimensions(directory: Path) -> Dimensions:
    config = json.loads((directory / _CONFIG).read_text("utf-8"))
    return Dimensions(
        hidden=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        ffn=config["intermediate_size"],
        vocab=config["vocab_size"],
        positions=config["max_position_embeddings"],
        token_types=config["type_vocab_size"],
        layer_norm_eps=config["layer_norm_eps"],
    )


def _import(directory: Path, work: Path, digest: str) -> None:
    from safetensors.numpy import load_file

    dims = _dimensions(directory)
    tensors = {name.removeprefix("bert."): value for name, value in load_file(directory / _WEIGHTS).items()}
    try:
        words = tensors[bert_name("emb.word")].astype(np.float32)
        weights = {name: tensors[bert_name(name)].astype(np.float32).reshape(-1) for name in package_names(dims.layers)}
    except KeyError as error:
        raise EncoderRefused(f"{directory}/{_WEIGHTS} has no tensor {error}") from None
    np.save(work / FLOATS, words)
    write_graph(weights, dims, work / "encoder.onnx")
    shutil.copyfile(directory / TOKENIZER, work / TOKENIZER)
    (work / MANIFEST).write_text(json.dumps({"format": FORMAT, "source_sha256": digest, "hidden": dims.hidden}))
