"""The same weights as a sentence-transformers directory, for training and for comparison.

Torch and transformers are imported here only; serving never loads them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from intents.encoder.cache import (
    FORMAT,
    MANIFEST,
    TOKENIZER,
    base_encoder,
    default_cache_directory,
    replaced_atomically,
)
from intents.encoder.package_file import SHA256, Dimensions, PackageFile, locate

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def bert_name(name: str) -> str:
    """The transformers name of a package tensor: `l3.q.w` -> `encoder.layer.3.attention.self.query.weight`."""
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER_NAMES[part]}.{'weight' if kind == 'w' else 'bias'}"


def package_names(layers: int) -> list[str]:
    """Package names of every encoder tensor but the word table, for a model of `layers` layers."""
    names = [name for name in _EMBEDDING_NAMES if name != "emb.word"]
    return names + [f"l{i}.{part}.{kind}" for i in range(layers) for part in _LAYER_NAMES for kind in "wb"]


def sentence_transformer(cache: Path | None = None) -> Path:
    """Directory that `SentenceTransformer(...)` loads, with prompts `query` and `passage`; built on first use."""
    cache = cache or default_cache_directory()
    target = cache / f"e5-small-torch-{SHA256[:12]}-v{FORMAT}"
    if not (target / MANIFEST).is_file():
        tokenizer = base_encoder(cache) / TOKENIZER
        with replaced_atomically(target) as work:
            _write(PackageFile(locate()), tokenizer, work)
    return target


def _write(package: PackageFile, tokenizer: Path, work: Path) -> None:
    from safetensors.numpy import save_file
    from transformers import PreTrainedTokenizerFast

    dims = package.dimensions
    tensors = {bert_name(name): _shaped(package.tensor(name), name, dims) for name in package.names()}
    save_file(tensors, work / "model.safetensors", metadata={"format": "pt"})
    (work / "config.json").write_text(json.dumps(_bert_config(dims)))
    PreTrainedTokenizerFast(
        tokenizer_file=str(tokenizer),
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        cls_token="<s>",
        sep_token="</s>",
        model_max_length=dims.positions,
    ).save_pretrained(work)
    _write_modules(work, dims)
    (work / MANIFEST).write_text(json.dumps({"format": FORMAT, "source_sha256": SHA256}))


def _shaped(values: NDArray[np.float32], name: str, dims: Dimensions) -> NDArray[np.float32]:
    if name == "emb.word" or name == "emb.pos" or name == "emb.type":
        return values.reshape(-1, dims.hidden)
    if not name.endswith(".w") or ".ln" in name or name.split(".")[1] in ("aln", "oln"):
        return values
    return values.reshape(-1, dims.ffn if ".fo." in name else dims.hidden)


def _bert_config(dims: Dimensions) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": dims.hidden,
        "num_hidden_layers": dims.layers,
        "num_attention_heads": dims.heads,
        "intermediate_size": dims.ffn,
        "vocab_size": dims.vocab,
        "max_position_embeddings": dims.positions,
        "type_vocab_size": dims.token_types,
        "layer_norm_eps": max(dims.layer_norm_eps, 1e-12),
        "hidden_act": "gelu",
        "pad_token_id": 1,
    }


def _write_modules(work: Path, dims: Dimensions) -> None:
    kinds = ("Transformer", "Pooling", "Normalize")
    modules = [
        {
            "idx": i,
            "name": str(i),
            "path": "" if i == 0 else f"{i}_{kind}",
            "type": f"sentence_transformers.models.{kind}",
        }
        for i, kind in enumerate(kinds)
    ]
    (work / "modules.json").write_text(json.dumps(modules))
    pooling = {"word_embedding_dimension": dims.hidden, "pooling_mode_mean_tokens": True}
    (work / "1_Pooling").mkdir()
    (work / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    (work / "2_Normalize").mkdir()
    prompts = {"prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": "query"}
    (work / "config_sentence_transformers.json").write_text(json.dumps(prompts))
