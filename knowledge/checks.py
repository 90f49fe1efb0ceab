"""Checks a whole knowledge directory: fee rows, products, ceilings and articles, and what each names of the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from knowledge.articles import read_directory
from knowledge.caps import CapBook, CapsBroken
from knowledge.fees import FeeBook, FeeBookBroken
from knowledge.products import ProductCatalogue, ProductsBroken
from knowledge.yaml_lines import Problem


@dataclass(frozen=True)
class Checked:
    """What a directory holds, and everything wrong with it; files are named from the directory on."""

    articles: int
    rows: int
    problems: tuple[Problem, ...]


def check_directory(directory: Path, intents: Collection[str] = ()) -> Checked:
    """Check a directory. References into a file that cannot be read are left unchecked; no intents, none are."""
    problems: list[Problem] = []
    fees: FeeBook | None = None
    products: list[str] = []
    try:
        fees = FeeBook.load(directory / "fees")
    except FeeBookBroken as error:
        problems += _below("fees", error.problems)
    try:
        products = [product.id for product in ProductCatalogue.load(directory / "products.yaml", fees)]
    except ProductsBroken as error:
        problems += error.problems
    try:
        CapBook.load(directory / "caps.yaml")
    except CapsBroken as error:
        problems += error.problems
    articles, found = read_directory(directory / "articles", fees, intents, products)
    problems += _below("articles", found)
    return Checked(len(articles), len(fees.rows()) if fees else 0, tuple(problems))


def _below(folder: str, problems: Sequence[Problem]) -> list[Problem]:
    """The problems of a folder; one of the folder itself (line 0) is named by the folder alone."""
    return [replace(p, file=folder if p.file == folder and not p.line else f"{folder}/{p.file}") for p in problems]
