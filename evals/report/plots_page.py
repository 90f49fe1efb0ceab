"""A page of figures with table twins, for what is not a report of one run (history, drift)."""

from __future__ import annotations

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evals.outcome import Plot, Table
from evals.report.figures import figure_json, plotly_script, twin
from evals.report.page import cell_text


def render_plots(title: str, intro: str, plots: Sequence[Plot], tables: Sequence[Table] = ()) -> str:
    """A self-contained page."""
    environment = Environment(
        loader=PackageLoader("evals.report", "templates"), autoescape=True, undefined=StrictUndefined
    )
    environment.globals["cell"] = cell_text
    drawn = [{"plot": p, "json": Markup(figure_json(p)), "twin": twin(p)} for p in plots]
    script = Markup(plotly_script())
    return environment.get_template("plots.html.j2").render(
        title=title, intro=intro, drawn=drawn, tables=tables, script=script
    )
