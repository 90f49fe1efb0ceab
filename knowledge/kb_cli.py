"""`shouwen kb check|build|search`: the knowledge base in a terminal.

The encoder and the normal form are the intent package's; the command line hands them in (`serve_with`), so knowledge
imports nothing of intents. Input that cannot be used ends with a message on standard error and exit code 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from knowledge.base import KnowledgeBase
from knowledge.checks import Checked, check_directory
from knowledge.faq import FaqRefused, faq_index, read_faq, read_queries, search_rows
from knowledge.index import TextEncoder

app = typer.Typer(help="The knowledge base: check it, build its index, search an FAQ with it.", no_args_is_help=True)
_errors = Console(stderr=True, highlight=False, soft_wrap=True)
_Directory = Annotated[
    Path | None,
    typer.Argument(
        help="directory with articles/, fees/, products.yaml and caps.yaml; "
        "without it the one in SHOUWEN_KNOWLEDGE, else the demonstration firm's",
        show_default=False,
    ),
]


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
def check(directory: _Directory = None) -> None:
    """Say everything that is wrong in a knowledge directory, a line each: file, line, what to do.

    Exit code 0 when all is in order, 1 when something is to be corrected, 2 when there is no such directory.

    Example: shouwen kb check my-firm/
    """
    root = _root(directory)
    checked = _checked(root)
    print(f"{root}: {checked.articles} articles and {checked.rows} fee rows are in order")


@app.command()
def build(directory: _Directory = None) -> None:
    """Check a knowledge directory, build its search index and keep it in the cache (SHOUWEN_CACHE).

    `shouwen serve` does the same when it starts; building first makes that start quick.

    Example: shouwen kb build my-firm/
    """
    root = _root(directory)
    _checked(root)
    with _errors.status("Encoding the articles"):
        base = _parts[0].build(root)
    print(f"index over {len(base.articles)} articles, {len(base.index.entries)} entries, content {base.stamp[:16]}")


@app.command()
def search(
    faq: Annotated[
        Path, typer.Argument(help='JSONL of {"id","question","answer"}, or a .csv with these three columns')
    ],
    queries: Annotated[Path, typer.Argument(help="a text file, a query a line; - for standard input")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="hits per query")] = 5,
) -> None:
    """Search any FAQ with the retrieval that answers customers; prints a JSON line per query, hits best first.

    A line is {"query": …, "hits": [{"id": …, "score": …}, …]}. Scores compare the hits of one query, no more.

    Examples: shouwen kb search faq.csv queries.txt -k 3,
    or: echo 提现要手续费吗 | shouwen kb search faq.jsonl -
    """
    try:
        rows, asked = read_faq(faq), read_queries(queries)
    except FaqRefused as error:
        raise _refused(str(error)) from None
    parts = _parts[0]
    with _errors.status(f"Encoding {len(rows)} questions"):
        index = faq_index(rows, parts.encoder(), parts.prepare)
    for row in search_rows(index, asked, k):
        print(json.dumps(row, ensure_ascii=False))


def _root(directory: Path | None) -> Path:
    root = directory or _parts[0].directory
    if not root.is_dir():
        raise _refused(f"{root} is not a directory; name one with articles/, fees/, products.yaml and caps.yaml")
    return root


def _checked(root: Path) -> Checked:
    """The directory's count; prints its problems and ends with exit code 1 when it has any."""
    checked = check_directory(root, _parts[0].known_intents)
    for problem in checked.problems:
        print(problem)
    if number := len(checked.problems):
        what = "1 problem" if number == 1 else f"{number} problems"
        _errors.print(f"{what} in {root}; correct the lines above and run `shouwen kb check` again", markup=False)
        raise typer.Exit(1)
    return checked


def _refused(message: str) -> typer.Exit:
    _errors.print(f"[red]shouwen:[/red] {escape(message)}")
    return typer.Exit(2)
