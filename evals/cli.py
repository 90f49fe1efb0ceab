"""`shouwen eval`: runs the suites, judges the gates, writes the report; and the commands around it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import Engine

from evals.labelling.cli import label_app

app = typer.Typer(
    help="Evaluate the product offline: suites, gates, report; compare, history, triage, drift, label.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
)
app.add_typer(label_app, name="label")
_errors = Console(stderr=True)
_console = Console()


@contextmanager
def refusing() -> Iterator[None]:
    """Turn errors a user can cause into one line on standard error and exit code 2."""
    from assistant.settings import SettingsRefused
    from evals.drift import ReferenceRefused
    from evals.questions import QuestionFileError
    from evals.runner import SuiteUnknown
    from evals.scenario import ScenarioError
    from evals.stored import ResultsRefused
    from intents.classifier import ModelDirectoryError
    from intents.encoder.package_file import ModelFileError
    from knowledge.articles import ArticleError
    from knowledge.fees import FeeBookBroken

    expected = (
        SettingsRefused,
        ReferenceRefused,
        QuestionFileError,
        SuiteUnknown,
        ScenarioError,
        ResultsRefused,
        ModelDirectoryError,
        ModelFileError,
        ArticleError,
        FeeBookBroken,
    )
    try:
        yield
    except expected as error:
        _errors.print(f"[red]shouwen eval:[/red] {error}", highlight=False)
        raise typer.Exit(2) from None


@app.callback()
def evaluate(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="directory for results.json and report.html")] = None,
    suite: Annotated[
        list[str] | None, typer.Option(help="run only this suite; give it several times for several")
    ] = None,
    data: Annotated[list[Path] | None, typer.Option(help="a file of labelled questions: one more column")] = None,
    model: Annotated[Path | None, typer.Option(help="model directory written by `shouwen train`")] = None,
    quick: Annotated[bool, typer.Option(help="samples only: a look in a minute, not a release check")] = False,
    seed: Annotated[int, typer.Option(help="seed of samples, perturbations and bootstraps")] = 7,
    on: Annotated[datetime | None, typer.Option(help="evaluation day", formats=["%Y-%m-%d"])] = None,
    remember: Annotated[bool, typer.Option(help="keep the figures for `eval history`")] = False,
) -> None:
    """Run the suites, write the report, print the figures; exit 1 when a gate fails."""
    if context.invoked_subcommand is not None:
        return
    if out is None:
        _errors.print("[red]shouwen eval:[/red] name a directory for the report: --out report")
        raise typer.Exit(2)
    with refusing():
        from assistant.settings import Settings
        from evals.context import DEV_QUESTIONS, file_set, own_set
        from evals.history import remember as keep
        from evals.leakage import LeakageError
        from evals.printing import print_failures, print_report
        from evals.report import render
        from evals.runner import EVALUATION_DAY, SUITES, SuiteUnknown
        from evals.runner import evaluate as run
        from evals.subject import load_subject
        from evals.writing import as_text, write_all

        for name in suite or ():
            if name not in SUITES:
                raise SuiteUnknown(name)
        files = [*([DEV_QUESTIONS.resolve()] if DEV_QUESTIONS.is_file() else []), *(data or [])]
        sets = [own_set(), *(file_set(path) for path in files)]
        settings = Settings(model=model) if model else Settings()
        try:
            report = run(
                load_subject(settings, on.date() if on else EVALUATION_DAY), sets, suite or (), seed=seed, quick=quick
            )
        except LeakageError as error:
            _errors.print(f"[red]shouwen eval:[/red] {error}", highlight=False)
            raise typer.Exit(1) from None
        raw = report.as_json()
        write_all(out, {"results.json": as_text(raw), "report.html": render(report)})
        if remember:
            keep(raw)
    print_report(report, _console)
    _console.print(f"Written: {out / 'results.json'} and {out / 'report.html'}")
    if report.failed:
        print_failures(report, _errors)
        raise typer.Exit(1)


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(help="directory or results.json of the earlier run")],
    after: Annotated[Path, typer.Argument(help="directory or results.json of the later run")],
    shown: Annotated[int, typer.Option(help="how many cases to list on each side", min=0)] = 25,
) -> None:
    """Show what was fixed and what regressed between two runs, item by item."""
    with refusing():
        from evals.compare import compare as judge
        from evals.printing import print_comparison
        from evals.stored import read_results

        first, second = read_results(before), read_results(after)
        print_comparison(first, second, judge(first, second), _console, shown)


@app.command()
def history(
    directory: Annotated[Path | None, typer.Argument(help="directory of kept summaries")] = None,
    out: Annotated[Path, typer.Option(help="page to write")] = Path("history.html"),
) -> None:
    """Plot every figure over versions."""
    with refusing():
        from evals.history import HISTORY, plots, read_history, table
        from evals.printing import print_table
        from evals.report.plots_page import render_plots
        from evals.writing import write_all

        kept = read_history(directory or HISTORY)
        rows = table(kept)
        intro = f"{len(kept)} kept runs, oldest first."
        write_all(out.parent, {out.name: render_plots("Shouwen evaluation over versions", intro, plots(kept), [rows])})
        print_table(rows, _console)
    _console.print(f"Written: {out}")


@app.command()
def triage(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a group")] = False,
    database: Annotated[str | None, typer.Option(help="database to read; the settings' one without")] = None,
) -> None:
    """Group what went wrong in service by what would fix it: utterance, article or rule."""
    with refusing():
        from dataclasses import asdict

        from evals.printing import print_groups
        from evals.triage import findings, groups

        found = groups(findings(_engine(database)))
        if as_json:
            for group in found:
                print(json.dumps(asdict(group), ensure_ascii=False))
        else:
            print_groups(found, _console)


@app.command()
def drift(
    reference: Annotated[Path | None, typer.Option(help="reference shares; the first weeks of the log without")] = None,
    reference_weeks: Annotated[int, typer.Option(help="weeks that make the reference", min=1)] = 4,
    save_reference: Annotated[Path | None, typer.Option(help="write the reference and stop")] = None,
    limit: Annotated[float, typer.Option(help="alert limit on the z statistic", min=0.1)] = 4.0,
    database: Annotated[str | None, typer.Option(help="database to read; the settings' one without")] = None,
    out: Annotated[Path | None, typer.Option(help="page to write")] = None,
) -> None:
    """Warn when a week's abstentions, hand-overs or intents leave the reference; exit 1 on an alert."""
    with refusing():
        from evals.drift import alerts, first_weeks, plot, read_reference, reference_text, split_reference, weekly
        from evals.report.plots_page import render_plots
        from evals.writing import write_all

        weeks = weekly(_engine(database))
        if save_reference is not None:
            kept = first_weeks(weeks, reference_weeks)
            write_all(save_reference.parent, {save_reference.name: reference_text(kept)})
            _console.print(f"Written: {save_reference}, {kept.n} turns")
            return
        base, weeks = (read_reference(reference), weeks) if reference else split_reference(weeks, reference_weeks)
        found = alerts(base, weeks, limit)
        if out is not None:
            page = render_plots("Shouwen service patterns", f"Alert limit |z| ≥ {limit}.", [plot(base, weeks, found)])
            write_all(out.parent, {out.name: page})
    for alert in found:
        _console.print(str(alert), highlight=False)
    _console.print(f"{len(found)} alerts in {len(weeks)} weeks against a reference of {base.n} turns")
    if found:
        raise typer.Exit(1)


def _engine(database: str | None) -> Engine:
    from assistant.bootstrap import prepare_database
    from assistant.settings import Settings

    return prepare_database(Settings(database_url=database) if database else Settings())
