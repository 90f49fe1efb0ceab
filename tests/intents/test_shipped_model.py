"""What is shipped is what the shipped sentences give: same data, small, and readable only when whole."""

import json
import shutil
from pathlib import Path

import pytest

from intents.bundled import data_digest
from intents.classifier import BUNDLED, HEAD, META, NGRAMS, Classifier, ModelDirectoryError
from intents.encoder.cache import GRAPH
from intents.encoder.package_file import ModelFileError
from intents.taxonomy import taxonomy

SHIPPED_LIMIT = 30 * 1024 * 1024


@pytest.fixture(scope="module")
def model() -> Classifier:
    return Classifier.load()


def test_the_shipped_weights_come_from_the_shipped_sentences() -> None:
    meta = json.loads((BUNDLED / META).read_text("utf-8"))
    assert meta["data_sha256"] == data_digest(), "the utterances changed; run `shouwen train --out intents/model`"


def test_the_shipped_model_is_small_and_knows_every_intent(model: Classifier) -> None:
    assert sum(path.stat().st_size for path in BUNDLED.iterdir()) < SHIPPED_LIMIT
    assert set(model.labels) == set(taxonomy().ids)


def test_probabilities_are_a_distribution_and_the_same_every_time(model: Classifier) -> None:
    texts = ["提前还款要收手续费吗", "", "how do I repay", "😀" * 50, "长" * 5000]
    once, twice = model.predict_proba(texts), model.predict_proba(texts)
    assert once.sum(axis=1) == pytest.approx([1.0] * len(texts), abs=1e-4)
    assert (once == twice).all()


def test_a_sentence_means_the_same_alone_and_in_a_batch(model: Classifier) -> None:
    texts = ["额度怎么提高", "我的卡被盗刷了", "提现多久到账，我等了两天还没看到钱，麻烦帮我查一下是怎么回事"]
    together = [p.intent for p in model.predict(texts)]
    assert together == [model.predict([text])[0].intent for text in texts]


@pytest.mark.parametrize("part", [META, HEAD, NGRAMS, GRAPH])
@pytest.mark.parametrize("damage", ["missing", "truncated"])
def test_a_damaged_model_directory_is_refused_with_the_remedy(tmp_path: Path, part: str, damage: str) -> None:
    copy = tmp_path / "model"
    shutil.copytree(BUNDLED, copy)
    if damage == "missing":
        (copy / part).unlink()
    else:
        (copy / part).write_bytes((copy / part).read_bytes()[:100])
    with pytest.raises((ModelDirectoryError, ModelFileError)):
        Classifier.load(copy)


def test_a_model_of_another_encoder_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(BUNDLED, copy)
    meta = json.loads((copy / META).read_text("utf-8"))
    (copy / META).write_text(json.dumps({**meta, "encoder_sha256": "0" * 64}))
    with pytest.raises(ModelDirectoryError, match="another encoder"):
        Classifier.load(copy)
