"""Writes the encoder as an ONNX graph with mean pooling and normalisation inside.

The graph is assembled node by node from arrays, so serving needs neither torch nor an exporter. It starts at the
word vectors: the word table stays outside, memory-mapped, so that several graphs share it and only the pages of
words that customers use are resident (see `intents.encoder.words`).

Matrices are kept in 8 bits by blocks, and the runtime quantises activations by blocks of a row as well. One scale for a
whole activation tensor is faster, but outliers spoil it: 7 % of first choices then differ from float arithmetic, by
blocks 1 %; and a sentence's vector would depend on the sentences beside it in the batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from intents.encoder.package_file import Dimensions

OPSET = 17
_CONTRIB = "com.microsoft"
_BLOCK = 128
_INT8_ACTIVATIONS = 4
Array = NDArray[np.float32]


@dataclass
class _Builder:
    """Collects nodes and initialisers while the graph is written from top to bottom."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initialisers: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def product(self, left: str, name: str, matrix: Array) -> str:
        """`left @ matrix`, the matrix (into x out) kept in 8-bit blocks along its input side."""
        into, out = matrix.shape
        blocks = -(-into // _BLOCK)
        padded = np.zeros((out, blocks * _BLOCK), np.float32)
        padded[:, :into] = matrix.T
        values = padded.reshape(out, blocks, _BLOCK)
        scales = np.maximum(np.abs(values).max(axis=-1), 1e-12) / 127
        stored = self.constant(f"{name}.w", (np.round(values / scales[..., None]) + 128).astype(np.uint8))
        scale = self.constant(f"{name}.scale", scales.reshape(-1).astype(np.float32))
        shape = {"K": into, "N": out, "bits": 8, "block_size": _BLOCK, "accuracy_level": _INT8_ACTIVATIONS}
        return self.add("MatMulNBits", [left, stored, scale], f"{name}.product", _CONTRIB, **shape)

    def split(self, value: str, parts: str, width: int) -> list[str]:
        """Cut the last axis into one piece of `width` for each letter of `parts`."""
        sizes = self.constant(f"{value}.sizes", np.full(len(parts), width, np.int64))
        outputs = [f"{value}.{part}" for part in parts]
        self.nodes.append(helper.make_node("Split", [value, sizes], outputs, name=f"{value}.split", axis=-1))
        return outputs

    def add(self, op: str, inputs: list[str], output: str, domain: str = "", **attributes: object) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, domain=domain, **attributes))
        return output


def encoder_graph(weights: Mapping[str, Array], dims: Dimensions) -> onnx.ModelProto:
    """ONNX model: `word_vectors` (float32, batch x length x hidden) and `attention_mask` (int64, batch x length)
    -> `embedding` (float32, batch x hidden, unit length).

    `weights` maps the package's tensor names (`l3.q.w`, `emb.ln.b`, ...) to float32 arrays of any shape.
    """
    graph = _Builder()
    hidden = _embeddings(graph, weights, dims)
    mask = graph.add("Cast", ["attention_mask"], "mask_int32", to=TensorProto.INT32)
    for layer in range(dims.layers):
        hidden = _layer(graph, layer, hidden, mask, weights, dims)
    _pooling(graph, hidden)
    vectors = helper.make_tensor_value_info("word_vectors", TensorProto.FLOAT, ["batch", "length", dims.hidden])
    mask_info = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "length"])
    output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", dims.hidden])
    return helper.make_model(
        helper.make_graph(graph.nodes, "encoder", [vectors, mask_info], [output], graph.initialisers),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(_CONTRIB, 1)],
        ir_version=9,
    )


def _embeddings(graph: _Builder, weights: Mapping[str, Array], dims: Dimensions) -> str:
    positions = graph.constant("emb.pos", weights["emb.pos"].reshape(dims.positions, dims.hidden))
    token_type = graph.constant("emb.type0", weights["emb.type"].reshape(dims.token_types, dims.hidden)[0])
    graph.add("Shape", ["word_vectors"], "length_of", start=1, end=2)
    start = graph.constant("zero", np.array([0], np.int64))
    axis = graph.constant("axis0", np.array([0], np.int64))
    graph.add("Slice", [positions, start, "length_of", axis], "position_vectors")
    graph.add("Add", ["word_vectors", "position_vectors"], "with_positions")
    graph.add("Add", ["with_positions", token_type], "with_type")
    gamma = graph.constant("emb.ln.w", weights["emb.ln.w"])
    beta = graph.constant("emb.ln.b", weights["emb.ln.b"])
    return graph.add("LayerNormalization", ["with_type", gamma, beta], "emb.out", axis=-1, epsilon=_eps(dims))


def _layer(graph: _Builder, layer: int, hidden: str, mask: str, weights: Mapping[str, Array], dims: Dimensions) -> str:
    name = f"l{layer}"

    def matrix(part: str, out: int, into: int) -> Array:
        return weights[f"{name}.{part}.w"].reshape(out, into).T

    h, f = dims.hidden, dims.ffn
    qkv = np.concatenate([matrix(p, h, h) for p in "qkv"], axis=1)
    qkv_bias = graph.constant(f"{name}.qkv.b", np.concatenate([weights[f"{name}.{p}.b"] for p in "qkv"]))
    graph.add("Add", [graph.product(hidden, f"{name}.qkv", qkv), qkv_bias], f"{name}.qkv")
    query, key, value = graph.split(f"{name}.qkv", "qkv", h)
    inputs = [query, key, value, "", mask]
    attended = graph.add("MultiHeadAttention", inputs, f"{name}.attention", _CONTRIB, num_heads=dims.heads)
    projected = graph.product(attended, f"{name}.ao", matrix("ao", h, h))
    middle = _add_and_normalise(graph, name, projected, hidden, "ao", "aln", weights, dims)
    up = graph.product(middle, f"{name}.fi", matrix("fi", f, h))
    gelu = graph.add(
        "BiasGelu", [up, graph.constant(f"{name}.fi.b", weights[f"{name}.fi.b"])], f"{name}.gelu", _CONTRIB
    )
    down = graph.product(gelu, f"{name}.fo", matrix("fo", h, f))
    return _add_and_normalise(graph, name, down, middle, "fo", "oln", weights, dims)


def _add_and_normalise(
    graph: _Builder,
    name: str,
    value: str,
    skip: str,
    bias: str,
    norm: str,
    weights: Mapping[str, Array],
    dims: Dimensions,
) -> str:
    gamma = graph.constant(f"{name}.{norm}.w", weights[f"{name}.{norm}.w"])
    beta = graph.constant(f"{name}.{norm}.b", weights[f"{name}.{norm}.b"])
    shift = graph.constant(f"{name}.{bias}.b", weights[f"{name}.{bias}.b"])
    inputs = [value, skip, gamma, beta, shift]
    return graph.add("SkipLayerNormalization", inputs, f"{name}.{norm}.out", _CONTRIB, epsilon=_eps(dims))


def _pooling(graph: _Builder, hidden: str) -> None:
    graph.add("Cast", ["attention_mask"], "mask_float", to=TensorProto.FLOAT)
    last = graph.constant("last_axis", np.array([-1], np.int64))
    time = graph.constant("time_axis", np.array([1], np.int64))
    graph.add("Unsqueeze", ["mask_float", last], "mask_column")
    graph.add("Mul", [hidden, "mask_column"], "masked")
    graph.add("ReduceSum", ["masked", time], "token_sum", keepdims=0)
    graph.add("LpNormalization", ["token_sum"], "embedding", axis=-1, p=2)


def _eps(dims: Dimensions) -> float:
    return max(dims.layer_norm_eps, 1e-12)
