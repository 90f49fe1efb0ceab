"""What the terminal shows: tables of figures, gates, failures, comparisons and groups."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.compare import Comparison, Turned
from evals.outcome import Table as Rows
from evals.report.page import cell_text
from evals.report.pivot import interval_text, matrix, value_text
from evals.runner import Report
from evals.stored import Stored
from evals.triage import Group

_STYLES = {"passed": "green", "failed": "bold red", "not judged": "dim"}


def print_report(report: Report, console: Console) -> None:
    """Figures without parts, one table a suite, then the gates."""
    for name, result in report.results.items():
        laid_out = matrix(result.measures, with_parts=False)
        if not laid_out.rows:
            continue
        table = Table(title=name, title_justify="left")
        table.add_column("figure")
        for column in laid_out.columns:
            table.add_column(escape(column))
        for row in laid_out.rows:
            table.add_row(row.label, *(f"{value_text(m)} [dim]{interval_text(m)}[/dim]" for m in row.cells))
        console.print(table)
    _print_gates(report, console)


def _print_gates(report: Report, console: Console) -> None:
    table = Table(title="gates", title_justify="left")
    for column in ("gate", "verdict", "value", "limit", "n"):
        table.add_column(column)
    for j in report.judgements:
        value = "unknown" if j.value is None else f"{j.value:.4f}"
        verdict = f"[{_STYLES[j.verdict]}]{j.verdict}[/]"
        table.add_row(j.gate.id, verdict, value, f"{j.gate.comparison} {j.gate.limit}", str(j.n))
    console.print(table)


def print_failures(report: Report, console: Console) -> None:
    """Each failed gate with its figure, limit and ten examples."""
    for judgement in report.failed:
        console.print(f"[bold red]failed[/] {escape(str(judgement))}", highlight=False)
        console.print(f"  {escape(judgement.gate.source)}", style="dim", highlight=False)
        for example in judgement.examples:
            console.print(f"  - {escape(example)}", highlight=False)


def print_table(rows: Rows, console: Console) -> None:
    """A table of plain rows."""
    table = Table(*map(escape, rows.columns), title=escape(rows.title), title_justify="left")
    for row in rows.rows:
        table.add_row(*(escape(cell_text(value, column)) for value, column in zip(row, rows.columns, strict=True)))
    console.print(table)


def print_comparison(before: Stored, after: Stored, found: Comparison, console: Console, shown: int) -> None:
    """Differences of circumstance first, then figures, gates and cases."""
    console.print(f"before: {before.name}\nafter:  {after.name}", highlight=False)
    for line in found.explanations:
        console.print(f"note: {escape(line)}", style="yellow", highlight=False)
    table = Table(
        "suite", "figure", "data", "before", "after", "change", "apart", title="figures", title_justify="left"
    )
    for moved in found.moved:
        name = f"{moved.before.name}{f' {moved.before.part}' if moved.before.part else ''}"
        apart = "yes" if moved.certain else ""
        values = (value_text(moved.before), value_text(moved.after), f"{moved.change:+.4f}")
        table.add_row(moved.suite, escape(name), escape(moved.before.of), *values, apart)
    console.print(table)
    for line in found.gates:
        console.print(escape(line), highlight=False)
    counts = f"fixed {len(found.fixed)}, regressed {len(found.regressed)}"
    console.print(f"{counts}, only before {found.only_before}, only after {found.only_after}")
    _print_turned("regressed", found.regressed, console, shown)
    _print_turned("fixed", found.fixed, console, shown)


def _print_turned(title: str, turned: Sequence[Turned], console: Console, shown: int) -> None:
    if not turned or not shown:
        return
    table = Table("suite", "text", "expected", "before", "after", title=title, title_justify="left")
    for each in turned[:shown]:
        cells = (each.suite, each.after.text, each.after.expected, each.before.got, each.after.got)
        table.add_row(*map(escape, cells))
    console.print(table)


def print_groups(found: Sequence[Group], console: Console) -> None:
    """What to fix, the most frequent first."""
    if not found:
        console.print("Nothing went wrong in the conversations of this database.")
        return
    table = Table("fix", "where", "count", "signs", "examples", title="what to fix", title_justify="left")
    for group in found:
        signs = ", ".join(f"{name} ({n})" for name, n in group.signs)
        table.add_row(group.fix, group.about, str(group.count), escape(signs), escape(" / ".join(group.examples)))
    console.print(table)
