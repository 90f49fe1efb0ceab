"""Writes the encoder as an ONNX graph with mean pooling and normalisation inside.

The graph is assembled node by node from arrays, so serving needs neither torch nor an exporter. It starts at the
word vectors: the word table stays outside, memory-mapped, so that several graphs share it and only the pages of
words that customers use are resident (see `intents.encoder.words`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from intents.encoder.package_file import Dimensions

OPSET = 17
_CONTRIB = "com.microsoft"
Array = NDArray[np.float32]


@dataclass
class _Builder:
    """Collects nodes and initialisers while the graph is written from top to bottom."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initialisers: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.initialisers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

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
    qkv_bias = np.concatenate([weights[f"{name}.{p}.b"] for p in "qkv"])
    inputs = [hidden, graph.constant(f"{name}.qkv.w", qkv), graph.constant(f"{name}.qkv.b", qkv_bias), mask]
    attended = graph.add("Attention", inputs, f"{name}.attention", _CONTRIB, num_heads=dims.heads)
    projection = graph.constant(f"{name}.ao.w", matrix("ao", h, h))
    graph.add("MatMul", [attended, projection], f"{name}.projected")
    middle = _add_and_normalise(graph, name, f"{name}.projected", hidden, "ao", "aln", weights, dims)
    graph.add("MatMul", [middle, graph.constant(f"{name}.fi.w", matrix("fi", f, h))], f"{name}.up")
    bias = graph.constant(f"{name}.fi.b", weights[f"{name}.fi.b"])
    graph.add("BiasGelu", [f"{name}.up", bias], f"{name}.gelu", _CONTRIB)
    graph.add("MatMul", [f"{name}.gelu", graph.constant(f"{name}.fo.w", matrix("fo", h, f))], f"{name}.down")
    return _add_and_normalise(graph, name, f"{name}.down", middle, "fo", "oln", weights, dims)


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


def save_quantised(model: onnx.ModelProto, path: Path) -> None:
    """Write `model` with its matrix products in dynamic int8 (per channel; one bit spared so AVX2 cannot saturate)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        model,
        path,
        op_types_to_quantize=["MatMul", "Attention"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
