"""`shouwen kb check|build|search`: the knowledge base in a terminal.

The encoder and the normal form are the intent package's; the command line hands them in (`serve_with`), so knowledge
imports nothing of intents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from knowledge.articles import read_directory
from knowledge.base import KnowledgeBase
from knowledge.faq import FaqRefused, faq_index, read_faq, read_queries, search_rows
from knowledge.fees import FeeBook, FeeBookBroken
from knowledge.index import TextEncoder

app = typer.Typer(help="The knowledge base: check it, build its index, search an FAQ with it.", no_args_is_help=True)


@dataclass(frozen=True)
class Parts:
    """What the commands are given from above."""

    directory: Path
    known_intents: tuple[str, ...]
    encoder: Callable[[], TextEncoder]
    prepare: Callable[[str], str]
    build: Callable[[Path], KnowledgeBase]


_parts: list[Parts] = []


def serve_with(parts: Parts) -> None:
    """Hand the commands their encoder, normal form and default directory."""
    _parts[:] = [parts]


@app.command()
def check(
    directory: Annotated[
        Path | None, typer.Argument(help="directory with articles/ and fees/; the firm's without")
    ] = None,
) -> None:
    """Report every broken article and fee row with file and line; exit 1 when there is one."""
    parts = _parts[0]
    root = directory or parts.directory
    problems = FeeBook.problems(root / "fees")
    fees = FeeBook([]) if problems else FeeBook.load(root / "fees")
    articles, found = read_directory(root / "articles", fees, parts.known_intents)
    if problems:  # without rows every placeholder would be reported
        found = [p for p in found if "has no fee row" not in p.message]
    for folder, listed in (("fees", problems), ("articles", found)):
        for problem in listed:
            print(f"{folder}/{problem.file}:{problem.line}: {problem.message}")
    if problems or found:
        raise typer.Exit(1)
    print(f"{len(articles)} articles and {len(fees.rows())} fee rows are in order")


@app.command()
def build(
    directory: Annotated[
        Path | None, typer.Argument(help="directory with articles/ and fees/; the firm's without")
    ] = None,
) -> None:
    """Build the search index and keep it in the cache, stamped with the content's hash."""
    base = _parts[0].build(directory or _parts[0].directory)
    print(f"index over {len(base.articles)} articles, {len(base.index.entries)} entries, content {base.stamp[:16]}")


@app.command()
def search(
    faq: Annotated[Path, typer.Argument(help='JSONL of {"id","question","answer"}')],
    queries: Annotated[Path, typer.Argument(help="a query per line")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="hits per query")] = 5,
) -> None:
    """Search any FAQ; prints {"query","hits":[{"id","score"}]} a line."""
    try:
        rows, asked = read_faq(faq), read_queries(queries)
    except FaqRefused as error:
        Console(stderr=True).print(f"[red]shouwen:[/red] {error}", highlight=False)
        raise typer.Exit(2) from None
    parts = _parts[0]
    index = faq_index(rows, parts.encoder(), parts.prepare)
    _print_rows(search_rows(index, asked, k))


def _print_rows(rows: Iterable[dict[str, object]]) -> None:
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))


__all__ = ["FeeBookBroken", "Parts", "app", "serve_with"]
