"""Sentence encoder: multilingual-e5-small read from an installed package and served by ONNX Runtime.

The contract is small: `Encoder.encode(texts) -> float32 array (n, 384)`, rows of unit length.
Nothing is downloaded; `build_base` turns the package's 4-bit file into a cached ONNX graph once.
"""
