"""Turns plot data into Plotly figures and into the table that says the same."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from evals.outcome import Plot, Series, Table

# Colour-blind safe (Okabe and Ito 2008), dark enough on white; lines also differ by dash, points by symbol.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#555555", "#E69F00", "#56B4E9", "#000000")
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star", "pentagon")


@lru_cache(maxsize=1)
def plotly_script() -> str:
    """The Plotly script from the installed package, so that the page needs no network."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def figure_json(plot: Plot) -> str:
    """The figure as JSON for `Plotly.newPlot`, safe inside a script element."""
    import plotly.graph_objects as go

    drawn = go.Figure([_trace(plot, series, place) for place, series in enumerate(plot.series)])
    axis = {"tickformat": ".0%"} if plot.percent else {}
    drawn.update_layout(
        template="plotly_white",
        title=plot.title,
        xaxis={"title": plot.x_title, **({"type": "category"} if plot.kind == "bar" else {})},
        yaxis={"title": plot.y_title, "rangemode": "tozero", **axis},
        legend={"orientation": "h", "y": -0.25},
        margin={"l": 60, "r": 20, "t": 50, "b": 60},
        height=420,
    )
    return str(drawn.to_json()).replace("</", "<\\/")


def _trace(plot: Plot, series: Series, place: int) -> Any:
    import plotly.graph_objects as go

    colour = COLOURS[place % len(COLOURS)]
    bars = _error_bars(series)
    if plot.kind == "bar":
        return go.Bar(name=series.name, x=list(series.x), y=list(series.y), marker={"color": colour}, error_y=bars)
    return go.Scatter(
        name=series.name,
        x=list(series.x),
        y=list(series.y),
        mode="markers" if plot.kind == "points" or len(series.x) == 1 else "lines+markers",
        line={"color": colour, "dash": DASHES[place % len(DASHES)]},
        marker={
            "color": colour,
            "symbol": SYMBOLS[place % len(SYMBOLS)],
            "size": 12 if len(series.x) == 1 else 3 if len(series.x) > 40 else 7,
        },
        error_y=bars if len(plot.series) <= 3 else None,
    )


def _error_bars(series: Series) -> dict[str, Any] | None:
    if not series.low or not series.high:
        return None
    up = [None if y is None or h is None else h - y for y, h in zip(series.y, series.high, strict=True)]
    down = [None if y is None or low is None else y - low for y, low in zip(series.y, series.low, strict=True)]
    return {"type": "data", "array": up, "arrayminus": down, "thickness": 1}


def twin(plot: Plot, most: int = 60) -> Table:
    """The same data as a table; long curves are thinned to `most` rows and keep their last point."""
    columns = ("series", plot.x_title, f"{plot.y_title} %" if plot.percent else plot.y_title, "low", "high")
    rows: list[tuple[Any, ...]] = []
    for series in plot.series:
        step = max(1, len(series.x) // most)
        places = [i for i in range(len(series.x)) if i % step == 0 or i == len(series.x) - 1]
        for i in places:
            ends = (series.low[i], series.high[i]) if series.low and series.high else (None, None)
            rows.append((series.name, series.x[i], series.y[i], *ends))
    return Table(plot.title, columns, tuple(rows))
