"""Fine-tunes the encoder's layers with a linear head, reproducibly for a seed.

The word table stays as it is, and the lowest layers when the recipe says so: their output is computed once and kept,
which makes every pass quicker. Training all layers was worth 3.5 points of the encoder's accuracy over the upper nine.
Batches hold sentences of one length, so nothing is padded. The head starts from a logistic regression on the untouched
vectors, which spares the encoder the noise of a random head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from intents.encoder.encoder import QUERY
from intents.encoder.tokenizer import MAX_TOKENS
from intents.encoder.torch_view import bert_name, package_names

_READ_BATCH = 128
_MEAN_EVERY = 5
_MOST_FOR_HEAD = 16_000


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters of one fine-tuning.

    The learning rate falls to `final_rate` of its peak. With `averaged` above zero the result is the mean of the
    weights over that last share of the steps (Izmailov et al. 2018): it carries over better to strangers' sentences.
    """

    epochs: int = 4
    learning_rate: float = 8e-5
    head_learning_rate: float = 1e-3
    batch_size: int = 32
    label_smoothing: float = 0.1
    weight_decay: float = 0.01
    warmup: float = 0.06
    final_rate: float = 0.0
    averaged: float = 0.0
    dropout: float = 0.1
    frozen_layers: int = 0
    seed: int = 20261124


@dataclass(frozen=True)
class Finetuned:
    """Encoder tensors under the package's names, and the head: logits = vectors @ weight.T + bias."""

    tensors: dict[str, NDArray[np.float32]]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


def finetune(
    directory: Path, texts: Sequence[str], labels: NDArray[np.int64], classes: int, recipe: Recipe
) -> Finetuned:
    """Train on `texts` with class indices `labels`; `directory` is a sentence-transformers directory of BERT shape."""
    import torch

    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    encoder, tokenizer = _load(directory, recipe)
    lower = _lower_outputs(encoder, tokenizer, texts, recipe.frozen_layers)
    head = _initial_head(encoder, lower, labels, classes, recipe.frozen_layers)
    _train(encoder, head, lower, labels, recipe)
    state = {name: value.detach().numpy() for name, value in encoder.state_dict().items()}
    names = package_names(encoder.config.num_hidden_layers)
    tensors = {name: state[bert_name(name)].astype(np.float32) for name in names}
    return Finetuned(tensors, head.weight.detach().numpy(), head.bias.detach().numpy())


def _load(directory: Path, recipe: Recipe) -> tuple[Any, Any]:
    from tokenizers import Tokenizer
    from transformers import BertModel
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    encoder = BertModel.from_pretrained(
        directory,
        add_pooling_layer=False,
        hidden_dropout_prob=recipe.dropout,
        attention_probs_dropout_prob=recipe.dropout,
    )
    encoder.requires_grad_(False)
    encoder.encoder.layer[recipe.frozen_layers :].requires_grad_(True)
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return encoder, tokenizer


def _lower_outputs(encoder: Any, tokenizer: Any, texts: Sequence[str], frozen: int) -> list[NDArray[np.float16]]:
    """Output of the embeddings and the `frozen` lowest layers, per sentence (tokens x hidden)."""
    import torch

    rows = [e.ids for e in tokenizer.encode_batch([QUERY + text for text in texts])]
    outputs: list[NDArray[np.float16]] = [np.empty(0, np.float16)] * len(rows)
    encoder.eval()
    with torch.no_grad(), _progress("Reading sentences", len(rows)) as advance:
        for batch in _batches([len(row) for row in rows], _READ_BATCH):
            hidden = encoder.embeddings(input_ids=torch.tensor([rows[i] for i in batch]))
            for layer in encoder.encoder.layer[:frozen]:
                hidden = layer(hidden)
            for place, output in zip(batch, hidden.numpy().astype(np.float16), strict=True):
                outputs[place] = output
            advance(len(batch))
    return outputs


def _vectors(encoder: Any, lower: Sequence[NDArray[np.float16]], frozen: int) -> Any:
    """Unit sentence vectors from the lower layers' outputs of sentences of one length."""
    import torch

    hidden = torch.from_numpy(np.stack(lower).astype(np.float32))
    for layer in encoder.encoder.layer[frozen:]:
        hidden = layer(hidden)
    return torch.nn.functional.normalize(hidden.mean(1), dim=-1)


def _initial_head(
    encoder: Any, lower: list[NDArray[np.float16]], labels: NDArray[np.int64], classes: int, frozen: int
) -> Any:
    import torch
    from sklearn.linear_model import LogisticRegression

    vectors = np.empty((len(lower), encoder.config.hidden_size), np.float32)
    with torch.no_grad(), _progress("Starting the head", len(lower)) as advance:
        for batch in _batches([len(x) for x in lower], _READ_BATCH):
            vectors[batch] = _vectors(encoder, [lower[i] for i in batch], frozen).numpy()
            advance(len(batch))
    mean, spread = vectors.mean(axis=0), float(vectors.std(axis=0).mean())
    rows = slice(None, None, -(-len(vectors) // _MOST_FOR_HEAD))
    regression = LogisticRegression(C=0.1, max_iter=100, tol=1e-3).fit((vectors[rows] - mean) / spread, labels[rows])
    weight = regression.coef_ / spread
    bias = regression.intercept_ - weight @ mean
    if classes == 2:
        weight, bias = np.vstack([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    head = torch.nn.Linear(vectors.shape[1], classes)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(weight).float())
        head.bias.copy_(torch.from_numpy(bias).float())
    return head


def _train(
    encoder: Any, head: Any, lower: list[NDArray[np.float16]], labels: NDArray[np.int64], recipe: Recipe
) -> None:
    import torch

    generator = np.random.default_rng(recipe.seed)
    trained = [p for p in encoder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [
            {"params": trained, "lr": recipe.learning_rate},
            {"params": head.parameters(), "lr": recipe.head_learning_rate},
        ],
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    lengths = [len(x) for x in lower]
    total = recipe.epochs * len(_batches(lengths, recipe.batch_size))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: _rate(step, total, recipe.warmup, recipe.final_rate)
    )
    targets = torch.from_numpy(labels)
    mean = _Mean([*trained, *head.parameters()], first=total - round(total * recipe.averaged))
    encoder.train()
    with _progress("Fine-tuning", total) as advance:
        for _ in range(recipe.epochs):
            for batch in _batches(lengths, recipe.batch_size, generator):
                logits = head(_vectors(encoder, [lower[i] for i in batch], recipe.frozen_layers))
                loss = torch.nn.functional.cross_entropy(logits, targets[batch], label_smoothing=recipe.label_smoothing)
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(trained, 1.0)
                optimiser.step()
                schedule.step()
                mean.see()
                advance(1, f"loss {loss.item():.3f}")
    mean.settle()
    encoder.eval()


class _Mean:
    """Running mean of parameters, taken every few steps from step `first` on; `settle` puts it in their place."""

    def __init__(self, parameters: Sequence[Any], first: int) -> None:
        self._parameters, self._first = parameters, first
        self._mean: list[Any] = []
        self._steps = self._seen = 0

    def see(self) -> None:
        """Call after every step of the optimiser."""
        import torch

        self._steps += 1
        if self._steps <= self._first or self._steps % _MEAN_EVERY:
            return
        self._seen += 1
        with torch.no_grad():
            if not self._mean:
                self._mean = [p.detach().clone() for p in self._parameters]
            for kept, now in zip(self._mean, self._parameters, strict=True):
                kept.lerp_(now, 1 / self._seen)

    def settle(self) -> None:
        """Give the parameters their mean, when one was taken."""
        import torch

        with torch.no_grad():
            for kept, now in zip(self._mean, self._parameters, strict=False):
                now.copy_(kept)


def _batches(lengths: Sequence[int], size: int, generator: np.random.Generator | None = None) -> list[list[int]]:
    """Batches of sentences of one length; with a generator, drawn and ordered at random."""
    order = np.arange(len(lengths)) if generator is None else generator.permutation(len(lengths))
    order = order[np.argsort(np.asarray(lengths)[order], kind="stable")]
    _, starts = np.unique(np.asarray(lengths)[order], return_index=True)
    groups = np.split(order, starts[1:])
    cuts = [group[start : start + size].tolist() for group in groups for start in range(0, len(group), size)]
    if generator is not None:
        generator.shuffle(cuts)
    return cuts


def _rate(step: int, total: int, warmup: float, final: float = 0.0) -> float:
    rising = max(1, int(total * warmup))
    if step < rising:
        return (step + 1) / rising
    return final + (1 - final) * max(0.0, (total - step) / max(1, total - rising))


@contextmanager
def _progress(title: str, total: int) -> Iterator[Callable[..., None]]:
    """A progress bar on a terminal, a line every tenth elsewhere; yields `advance(count, note)`."""
    done, columns = 0, (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task(title, total=total)

        def advance(count: int, note: str = "") -> None:
            nonlocal done
            if not progress.console.is_terminal and done * 10 // total != (done + count) * 10 // total:
                print(f"{title}: {(done + count) * 100 // total} % {note}", flush=True)
            done += count
            progress.update(task, advance=count, description=f"{title} {note}")

        yield advance
