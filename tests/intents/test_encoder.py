"""The encoder is built whole or not at all, and equals the sentence-transformers view of the same weights."""

import json
from pathlib import Path

import numpy as np
import pytest

from intents.encoder import cache
from intents.encoder.cache import base_encoder, replaced_atomically
from intents.encoder.encoder import OnnxEncoder
from intents.encoder.package_file import ModelFileError, PackageFile, locate
from intents.encoder.source import EncoderRefused, encoder_source
from intents.encoder.tokenizer import build_tokenizer

TEXTS = ["提前还款要收手续费吗", "how do I repay early", "今天天气怎么样"]


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder(base_encoder())


def test_vectors_have_unit_length_and_near_meanings_lie_nearer(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode([*TEXTS, "提前结清收不收违约金"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0] * 4, abs=1e-4)
    assert vectors[0] @ vectors[3] > vectors[0] @ vectors[2]


def test_no_texts_give_no_vectors(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.hidden)


def test_the_served_graph_agrees_with_torch(encoder: OnnxEncoder) -> None:
    transformers = pytest.importorskip("sentence_transformers")
    from intents.encoder.torch_view import sentence_transformer

    baseline = transformers.SentenceTransformer(str(sentence_transformer())).encode(TEXTS)
    assert (encoder.encode(TEXTS) * baseline).sum(axis=1).min() > 0.99


def test_the_tokenizer_marks_the_ends_and_keeps_every_character() -> None:
    tokenizer = build_tokenizer(PackageFile(locate()).vocabulary)
    encoded = tokenizer.encode("query: 提前还款")
    assert encoded.tokens[0] == "<s>"
    assert encoded.tokens[-1] == "</s>"
    assert tokenizer.decode(encoded.ids[1:-1]).replace(" ", "") == "query:提前还款"


@pytest.mark.parametrize("content", [b"", b"E5S1", b"nonsense" * 100])
def test_a_damaged_package_file_is_refused_and_leaves_no_half_model(tmp_path: Path, content: bytes) -> None:
    source = tmp_path / "e5-small-q4.bin"
    source.write_bytes(content)
    with pytest.raises(ModelFileError, match="Reinstall"):
        base_encoder(tmp_path / "cache", source)
    assert not list((tmp_path / "cache").iterdir())


def test_preparing_the_encoder_leaves_standard_output_to_results(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    base_encoder(tmp_path / "cache")
    assert capfd.readouterr().out == ""


def test_a_missing_package_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("intents.encoder.package_file.PACKAGE", "no_such_package_here")
    with pytest.raises(ModelFileError, match="pip install"):
        cache.base_encoder(tmp_path, None)


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> None:
        with replaced_atomically(tmp_path / "model") as work:
            (work / "half").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not list(tmp_path.iterdir())


def test_a_rebuild_replaces_the_former_directory_whole(tmp_path: Path) -> None:
    for text in ("first", "second"):
        with replaced_atomically(tmp_path / "model") as work:
            (work / "content").write_text(text)
    assert (tmp_path / "model" / "content").read_text() == "second"


def test_an_encoder_directory_that_cannot_be_served_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderRefused, match=r"model\.safetensors"):
        encoder_source(tmp_path)
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "t5"}))
    with pytest.raises(EncoderRefused, match="t5"):
        encoder_source(tmp_path)
