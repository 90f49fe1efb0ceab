"""Renders a report to one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evals.outcome import Cell, SuiteResult, failures
from evals.report.figures import figure_json, plotly_script, twin
from evals.report.pivot import interval_text, matrix, value_text
from evals.report.words import ABOUT, HEADLINES
from evals.runner import Report

SHOWN_ERRORS = 60


def render(report: Report) -> str:
    """The page. Everything customers wrote is escaped."""
    about = report.as_json()
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            about=about,
            headlines=_headlines(report),
            sections=[_section(report, name, result) for name, result in report.results.items()],
            script=Markup(plotly_script()),
            value_text=value_text,
            interval_text=interval_text,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("evals.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["cell"] = cell_text
    return found


def cell_text(value: Cell, column: str) -> str:
    """A table cell: shares as percentages where the heading ends in `%`."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value * 100:.1f} %" if column.endswith("%") else f"{value:.3f}"
    return str(value)


def _headlines(report: Report) -> list[dict[str, Any]]:
    """The few figures a reader came for, each over all data sets."""
    shown = []
    for suite, name, words in HEADLINES:
        if suite in report.results:
            found = [m for m in report.results[suite].measures if m.name == name and not m.part]
            shown.append({"words": words, "measures": found})
    return shown


def _section(report: Report, name: str, result: SuiteResult) -> dict[str, Any]:
    return {
        "name": name,
        "about": ABOUT.get(name, ""),
        "notes": result.notes,
        "matrix": matrix(result.measures),
        "tables": result.tables,
        "plots": [{"plot": plot, "json": Markup(figure_json(plot)), "twin": twin(plot)} for plot in result.plots],
        "errors": _errors(report, result),
        "wrong": len(failures(result.items)),
        "judged": len(result.items),
    }


def _errors(report: Report, result: SuiteResult) -> list[Mapping[str, Any]]:
    wrong = failures(result.items)
    shown = []
    for of in dict.fromkeys(item.of for item in wrong):
        shown += [item for item in wrong if item.of == of][:SHOWN_ERRORS]
    return [{"item": item, "near": report.neighbours.get(item.id, ())} for item in shown]
