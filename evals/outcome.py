"""What a suite gives back: measures, tables, plots and single items, all plain data that becomes `results.json`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from evals.metrics import Estimate

PlotKind = Literal["line", "bar", "points"]
Cell = str | int | float | None
DIGITS = 6


@dataclass(frozen=True)
class Measure:
    """One figure. `of` names the data it was measured on, `part` the group or slice (empty for all of it).

    `unit`: share (0 to 1), count, seconds or number. `value` None means unknown, never zero and never equal.
    """

    name: str
    value: float | None
    n: int
    of: str = "own"
    part: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = "share"

    @classmethod
    def from_estimate(
        cls, name: str, estimate: Estimate, of: str = "own", part: str = "", unit: str = "share"
    ) -> Measure:
        """A measure with the interval of an estimate."""
        return cls(name, estimate.value, estimate.n, of, part, estimate.low, estimate.high, unit)

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies a measure inside its suite."""
        return (self.name, self.of, self.part)


@dataclass(frozen=True)
class Series:
    """One line or set of bars; `low` and `high` draw error bars."""

    name: str
    x: tuple[Cell, ...]
    y: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Plot:
    """A figure and, in `summary`, the sentence that says what it shows to somebody who cannot see it."""

    id: str
    title: str
    kind: PlotKind
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    summary: str
    percent: bool = True


@dataclass(frozen=True)
class Table:
    """Rows under headings; shares are numbers between 0 and 1 where the heading ends in `%`."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Item:
    """One judged case. `id` is the same in every run, so two runs can be compared item by item."""

    id: str
    of: str
    text: str
    expected: str
    got: str
    ok: bool
    note: str = ""


@dataclass(frozen=True)
class SuiteResult:
    """Everything one suite found. `examples` names, for a measure, the items that cost most."""

    suite: str
    measures: tuple[Measure, ...]
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = field(default=())

    def find(self, name: str, of: str, part: str = "") -> Measure | None:
        """The measure of that name, data and part; None when it was not taken."""
        return next((m for m in self.measures if m.key == (name, of, part)), None)

    def as_json(self) -> dict[str, Any]:
        """Plain data, floats rounded to `DIGITS`."""
        return dict(_rounded(asdict(self)))


def failures(items: Sequence[Item], limit: int | None = None) -> list[Item]:
    """The items that went wrong, in order."""
    found = [item for item in items if not item.ok]
    return found if limit is None else found[:limit]


def result_from_json(raw: dict[str, Any]) -> SuiteResult:
    """The inverse of `as_json`."""
    return SuiteResult(
        suite=raw["suite"],
        measures=tuple(Measure(**m) for m in raw["measures"]),
        tables=tuple(
            Table(t["title"], tuple(t["columns"]), tuple(tuple(row) for row in t["rows"]))
            for t in raw.get("tables", ())
        ),
        plots=tuple(_plot(p) for p in raw.get("plots", ())),
        items=tuple(Item(**i) for i in raw.get("items", ())),
        notes=tuple(raw.get("notes", ())),
    )


def _plot(raw: dict[str, Any]) -> Plot:
    series = tuple(
        Series(s["name"], tuple(s["x"]), tuple(s["y"]), tuple(s.get("low", ())), tuple(s.get("high", ())))
        for s in raw["series"]
    )
    return Plot(**{**raw, "series": series})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
