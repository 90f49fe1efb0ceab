"""The model card that lies beside trained weights."""

from __future__ import annotations

from typing import Any

_TEXT = """# Model card

**Task.** One intent out of {classes} for a customer's sentence, a calibrated probability, a threshold to abstain.

**Data.** {train} sentences for training, {calibration} for calibration, {test} held out; disjoint.
Content hash of the labelled data: `{data}`{calibration_hash}.

**Model.** multilingual-e5-small (MIT), word table frozen, fine-tuned for {epochs} epochs (learning rate {rate:g}, batch
{batch}, label smoothing {smoothing}, mean of the weights over the last {averaged:.0%} of the steps), in 8 bits; a
linear support vector machine on character 1- to 4-grams beside it; both blended by likelihood on sentences kept out
of training. Seed {seed}; {minutes} minutes on two cores; {date}.

**Held-out figures** (same authors as the training data, so kinder than real customers)

| n | accuracy, all | coverage at the threshold | error among answered | its 95 % upper bound | calibration error |
|---|---|---|---|---|---|
| {n} | {accuracy:.1%} | {coverage:.1%} | {error:.1%} | {upper:.1%} | {ece:.3f} |

Threshold {threshold:.3f}, chosen so that the 95 % upper bound of the error among answered calibration sentences (those
kept out, and the calibration set) stays at or under {target:.0%}.

**Limits.** Chinese first; English and traditional characters are covered more thinly. Sentences about other subjects
should fall to the out-of-scope intent or under the threshold, not always. Danger is never decided by this model alone:
the phrase floor in `intents/risk_phrases.yaml` is joined to it by OR.
"""


def model_card(meta: dict[str, Any]) -> str:
    """Markdown for the metadata that `train` wrote."""
    held_out, recipe, sizes = meta["held_out"], meta["recipe"], meta["sizes"]
    extra = f"; of the calibration sentences: `{meta['calibration_sha256']}`" if meta["calibration_sha256"] else ""
    return _TEXT.format(
        classes=len(meta["labels"]),
        **sizes,
        data=meta["data_sha256"],
        calibration_hash=extra,
        epochs=recipe["epochs"],
        rate=recipe["learning_rate"],
        batch=recipe["batch_size"],
        smoothing=recipe["label_smoothing"],
        averaged=recipe["averaged"],
        seed=recipe["seed"],
        minutes=meta["minutes"],
        date=meta["trained_on"],
        n=held_out["n"],
        accuracy=held_out["accuracy"],
        coverage=held_out["coverage"],
        error=held_out["answered_error"],
        upper=held_out["answered_error_upper"],
        ece=held_out["ece"],
        threshold=meta["threshold"],
        target=meta["error_target"],
    )
