"""Fine-tunes the encoder with a linear head, word table frozen, reproducibly for a seed.

Batches are made of sentences of like length, so little time goes into padding. The head starts from a logistic
regression on the frozen vectors, which spares the encoder the noise of a random head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from intents.encoder.encoder import QUERY
from intents.encoder.tokenizer import MAX_TOKENS
from intents.encoder.torch_view import bert_name, package_names


@dataclass(frozen=True)
class Recipe:
    """Hyper-parameters of one fine-tuning."""

    epochs: int = 3
    learning_rate: float = 5e-5
    head_learning_rate: float = 1e-3
    batch_size: int = 32
    label_smoothing: float = 0.1
    weight_decay: float = 0.01
    warmup: float = 0.06
    dropout: float = 0.1
    seed: int = 20261124


@dataclass(frozen=True)
class Finetuned:
    """Encoder tensors under the package's names, and the head: logits = vectors @ weight.T + bias."""

    tensors: dict[str, NDArray[np.float32]]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


def finetune(
    directory: Path,
    texts: Sequence[str],
    labels: NDArray[np.int64],
    classes: int,
    recipe: Recipe,
    augment: Callable[[str, np.random.Generator], str] | None = None,
) -> Finetuned:
    """Train on `texts` with class indices `labels`; `directory` is a sentence-transformers directory of BERT shape."""
    import torch

    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    encoder, tokenizer = _load(directory, recipe)
    head = _initial_head(encoder, tokenizer, texts, labels, classes)
    _train(encoder, tokenizer, head, texts, labels, recipe, augment)
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
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return encoder, tokenizer


def _vectors(encoder: Any, rows: list[list[int]]) -> Any:
    import torch

    length = max(map(len, rows))
    ids = torch.tensor([row + [1] * (length - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (length - len(row)) for row in rows])
    hidden = encoder(input_ids=ids, attention_mask=mask).last_hidden_state
    column = mask[..., None].to(hidden.dtype)
    return torch.nn.functional.normalize((hidden * column).sum(1) / column.sum(1), dim=-1)


def _initial_head(
    encoder: Any, tokenizer: Any, texts: Sequence[str], labels: NDArray[np.int64], classes: int
) -> Any:
    import torch
    from sklearn.linear_model import LogisticRegression

    rows = _tokens(tokenizer, texts)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    vectors = np.empty((len(rows), encoder.config.hidden_size), np.float32)
    encoder.eval()
    with torch.no_grad(), _progress() as progress:
        task = progress.add_task("Reading sentences", total=len(order))
        for start in range(0, len(order), 64):
            chosen = order[start : start + 64]
            vectors[chosen] = _vectors(encoder, [rows[i] for i in chosen]).numpy()
            progress.advance(task, len(chosen))
    regression = LogisticRegression(C=30.0, max_iter=200).fit(vectors, labels)
    weight, bias = regression.coef_, regression.intercept_
    if classes == 2:
        weight, bias = np.vstack([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    head = torch.nn.Linear(vectors.shape[1], classes)
    with torch.no_grad():
        head.weight.copy_(torch.from_numpy(weight).float())
        head.bias.copy_(torch.from_numpy(bias).float())
    return head


def _train(
    encoder: Any,
    tokenizer: Any,
    head: Any,
    texts: Sequence[str],
    labels: NDArray[np.int64],
    recipe: Recipe,
    augment: Callable[[str, np.random.Generator], str] | None,
) -> None:
    import torch

    generator = np.random.default_rng(recipe.seed)
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in encoder.parameters() if p.requires_grad], "lr": recipe.learning_rate},
            {"params": head.parameters(), "lr": recipe.head_learning_rate},
        ],
        weight_decay=recipe.weight_decay,
        fused=True,
    )
    total = recipe.epochs * -(-len(texts) // recipe.batch_size)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, total, recipe.warmup))
    targets = torch.from_numpy(labels)
    encoder.train()
    with _progress() as progress:
        task = progress.add_task("Fine-tuning", total=total)
        for _ in range(recipe.epochs):
            noisy = [augment(t, generator) for t in texts] if augment else list(texts)
            rows = _tokens(tokenizer, noisy)
            for batch in _batches(rows, recipe.batch_size, generator):
                logits = head(_vectors(encoder, [rows[i] for i in batch]))
                loss = torch.nn.functional.cross_entropy(
                    logits, targets[batch], label_smoothing=recipe.label_smoothing
                )
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
                optimiser.step()
                schedule.step()
                progress.update(task, advance=1, description=f"Fine-tuning, loss {loss.item():.3f}")
    encoder.eval()


def _tokens(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    return [e.ids for e in tokenizer.encode_batch([QUERY + text for text in texts])]


def _batches(rows: list[list[int]], size: int, generator: np.random.Generator) -> list[list[int]]:
    """Shuffled batches of sentences of like length: lengths are jittered, sorted, cut, and the cuts shuffled."""
    lengths = np.array([len(row) for row in rows]) + generator.uniform(0, 3, len(rows))
    order = np.argsort(lengths, kind="stable")
    cuts = [order[start : start + size].tolist() for start in range(0, len(order), size)]
    generator.shuffle(cuts)
    return cuts


def _rate(step: int, total: int, warmup: float) -> float:
    rising = max(1, int(total * warmup))
    return (step + 1) / rising if step < rising else max(0.0, (total - step) / max(1, total - rising))


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
