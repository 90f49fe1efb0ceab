"""Training input is checked, splits are disjoint, and calibration does what it says."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.calibration import Blend, choose_threshold, error_upper_bound, expected_calibration_error, fit_blend
from intents.ngrams import NgramHead
from intents.training.dataset import Dataset, DatasetError, read_csv, split
from intents.training.finetune import _Mean, _rate
from intents.training.ngram_head import fit_ngram_head

ROWS = "text,intent\n" + "\n".join(f"sentence {i} about {kind},{kind}" for i in range(10) for kind in ("cats", "dogs"))


def test_a_csv_of_text_and_intent_is_read(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(ROWS)
    assert read_csv(path).labels == ("cats", "dogs")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"question,answer\na,b\n", "columns text,intent"),
        (b"text,intent\n,pay\n", ":2: empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"text,intent\na,x\nb,x\nc,x\n", "at least two"),
        (b"text,intent\na,x\nb,x\nc,x\nd,y\n", "intent y has 1"),
    ],
)
def test_a_bad_training_file_is_refused_with_the_place_and_remedy(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        read_csv(path)


@given(st.lists(st.sampled_from("abcd"), min_size=40, max_size=120))
def test_the_three_parts_are_disjoint_and_complete(labels: list[str]) -> None:
    data = Dataset(tuple(str(i) for i in range(len(labels))), tuple(labels))
    parts = split(data, seed=1, calibration=0.1, test=0.1)
    together = [*parts.train, *parts.calibration, *parts.test]
    assert sorted(together) == list(range(len(labels)))


def test_the_digest_does_not_depend_on_the_order_of_lines() -> None:
    assert Dataset(("a", "b"), ("x", "y")).digest == Dataset(("b", "a"), ("y", "x")).digest
    assert Dataset(("a",), ("x",)).digest != Dataset(("a",), ("y",)).digest


def test_joined_rows_keep_their_order_and_intents() -> None:
    joined = Dataset(("a",), ("x",)).joined(Dataset(("b", "c"), ("y", "x")))
    assert joined == Dataset(("a", "b", "c"), ("x", "y", "x"))


def test_the_learning_rate_rises_then_falls_to_its_last_share() -> None:
    rates = [_rate(step, 100, 0.1, 0.3) for step in range(100)]
    assert rates[:10] == pytest.approx([(step + 1) / 10 for step in range(10)])
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.3, abs=0.01)
    assert _rate(99, 100, 0.1) == pytest.approx(0.0, abs=0.02)


def test_the_mean_of_the_last_weights_takes_their_place() -> None:
    torch = pytest.importorskip("torch")
    weight = torch.nn.Parameter(torch.zeros(1))
    mean = _Mean([weight], first=10)
    for step in range(1, 31):
        with torch.no_grad():
            weight.fill_(float(step))
        mean.see()
    mean.settle()
    assert weight.item() == pytest.approx((15 + 20 + 25 + 30) / 4)


def test_without_averaging_the_last_weights_stay() -> None:
    torch = pytest.importorskip("torch")
    weight = torch.nn.Parameter(torch.ones(1))
    mean = _Mean([weight], first=5)
    for _ in range(5):
        mean.see()
    mean.settle()
    assert weight.item() == 1.0


def test_the_ngram_head_survives_saving_and_reading(tmp_path: Path) -> None:
    texts = [f"借款{i}" for i in range(9)] + [f"保险{i}" for i in range(9)]
    head = fit_ngram_head(texts, np.array([0] * 9 + [1] * 9), 2, seed=0)
    head.save(tmp_path / "ngrams.npz")
    again = NgramHead.load(tmp_path / "ngrams.npz")
    assert np.allclose(head.scores(texts), again.scores(texts), atol=1e-2)
    assert head.scores(["借款多少"]).argmax() == 0


def test_blending_cools_an_overconfident_head() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, 600)
    scores = generator.normal(0, 1, (600, 3)) + 2 * np.eye(3)[labels]
    fitted = fit_blend(scores * 20, np.zeros((600, 3)), labels)
    probabilities = fitted.probabilities(scores * 20, np.zeros((600, 3)))
    assert fitted.encoder < 0.2
    assert expected_calibration_error(probabilities.max(1), probabilities.argmax(1) == labels) < 0.05


@given(st.integers(1, 400), st.data())
def test_the_error_bound_lies_above_the_error(n: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, n))
    assert error_upper_bound(errors, n) >= errors / n


def test_the_threshold_is_the_smallest_that_keeps_the_bound() -> None:
    confidence = np.linspace(0, 1, 1001)
    correct = confidence > 0.3
    threshold = choose_threshold(confidence, correct, target=0.05)
    answered = confidence >= threshold
    assert error_upper_bound(int((~correct[answered]).sum()), int(answered.sum())) <= 0.05
    assert threshold < 0.31


def test_probabilities_of_a_blend_sum_to_one() -> None:
    scores = np.random.default_rng(1).normal(size=(5, 4))
    assert Blend(0.7, 1.3).probabilities(scores, scores).sum(axis=1) == pytest.approx([1.0] * 5)
