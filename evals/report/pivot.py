"""Arranges measures so that every data set is one column: what `--data` adds is simply one column more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.outcome import Measure

NAMES = {
    "accuracy": "top-1 accuracy, forced choice",
    "accuracy_defensible": "right or defensible",
    "accuracy_top3": "right among the first three",
    "macro_f1": "macro-F1",
    "accuracy_at_operating_point": "right and not abstained (headline)",
    "accuracy_answered": "right among answered",
    "coverage": "answered (not abstained)",
    "human_agreement": "two people agree (ceiling)",
    "recall": "recall",
    "ece": "expected calibration error",
    "aurc": "area under the risk-coverage curve",
    "answered_error": "errors among answered",
    "answered_error_upper": "upper 95 % bound of that error",
    "human_share": "handed to a person",
    "needed_share": "meant for a person by label",
    "reached": "person reached when meant for one",
    "reached_major": "person reached in major matters",
    "complex_reached": "person reached in complex cases",
    "complex_answered_by_bot": "complex cases answered by the bot",
    "needless": "routine questions sent to a person",
    "needless_without_risk": "of these, without any risk in the message",
    "routine_answered": "routine questions answered or asked on",
    "largest_gap": "largest gap between groups of people",
    "largest_gap_adjusted": "largest gap within the same intents",
}


@dataclass(frozen=True)
class Row:
    """One measure over all data sets; a cell is None where it was not taken."""

    label: str
    cells: tuple[Measure | None, ...]


@dataclass(frozen=True)
class Matrix:
    """Rows of measures under columns of data sets."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def matrix(measures: Sequence[Measure], with_parts: bool = True) -> Matrix:
    """Measures by name and part, data sets in order of appearance."""
    columns = tuple(dict.fromkeys(m.of for m in measures))
    found: dict[tuple[str, str], dict[str, Measure]] = {}
    for measure in measures:
        if with_parts or not measure.part:
            found.setdefault((measure.name, measure.part), {})[measure.of] = measure
    rows = tuple(
        Row(label(name, part), tuple(cells.get(column) for column in columns)) for (name, part), cells in found.items()
    )
    return Matrix(columns, rows)


def label(name: str, part: str = "") -> str:
    """A measure's name in words."""
    plain = NAMES.get(name, name.replace("_", " "))
    return f"{plain}: {part}" if part else plain


def value_text(measure: Measure | None) -> str:
    """A value with its unit: `91.2 %`, `0.034`, `300 s`, `unknown`, or nothing where it was not taken."""
    if measure is None:
        return ""
    if measure.value is None:
        return "unknown"
    if measure.unit == "share":
        return f"{measure.value * 100:.1f} %"
    if measure.unit == "seconds":
        return f"{measure.value:.0f} s"
    return f"{measure.value:.0f}" if measure.unit == "count" else f"{measure.value:.3f}"


def interval_text(measure: Measure | None) -> str:
    """`89.9 to 92.4 %`, or nothing without an interval."""
    if measure is None or measure.low is None or measure.high is None:
        return ""
    if measure.unit == "share":
        return f"{measure.low * 100:.1f} to {measure.high * 100:.1f} %"
    return f"{measure.low:.3f} to {measure.high:.3f}"
