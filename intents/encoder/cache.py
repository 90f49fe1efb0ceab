"""Builds the served encoder once and keeps it in a cache directory.

A build goes to a temporary sibling and is renamed into place when complete, so a crash, a full disk or two
processes at once never leave half a model. The directory is named after the source's SHA-256 and the format.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from intents.encoder.graph import encoder_graph
from intents.encoder.package_file import SHA256, Dimensions, ModelFileError, PackageFile, locate, sha256_of
from intents.encoder.tokenizer import build_tokenizer
from intents.encoder.words import save_blocked

FORMAT = 2
GRAPH, TOKENIZER, MANIFEST = "encoder.onnx", "tokenizer.json", "manifest.json"


def default_cache_directory() -> Path:
    """`$SHOUWEN_CACHE`, else `$XDG_CACHE_HOME/shouwen`, else `~/.cache/shouwen`."""
    if chosen := os.environ.get("SHOUWEN_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shouwen"


@contextmanager
def replaced_atomically(target: Path) -> Iterator[Path]:
    """Yield an empty directory that becomes `target` when the block ends well and vanishes when it does not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        yield work
        _swap(work, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _swap(work: Path, target: Path) -> None:
    """Put `work` in the place of `target`; a former directory is moved aside first and back when that fails."""
    aside = work.with_name(f"{work.name}-former")
    if target.exists():
        target.replace(aside)
    try:
        work.replace(target)
    except OSError:  # another process put its own build there in the meantime: as good as ours
        if not target.is_dir() and aside.exists():
            aside.replace(target)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def base_encoder(cache: Path | None = None, source: Path | None = None) -> Path:
    """Directory of the served base encoder, built from the package's file on first use.

    Raises `ModelFileError` when the package is missing or its file is not the expected one.
    """
    source = source or locate()
    target = (cache or default_cache_directory()) / f"e5-small-{SHA256[:12]}-v{FORMAT}"
    if not (target / MANIFEST).is_file():
        with replaced_atomically(target) as work:
            _build(source, work)
    return target


def _build(source: Path, work: Path) -> None:
    with Progress(console=Console(stderr=True), transient=True) as progress:  # standard output is for results
        task = progress.add_task("Preparing the encoder (once)", total=5)

        def done() -> None:
            progress.advance(task)

        if sha256_of(source) != SHA256:
            raise ModelFileError(f"{source.name} does not have the expected checksum")
        done()
        _write(PackageFile(source), work, done)


def _write(package: PackageFile, work: Path, done: Callable[[], None]) -> None:
    dims = package.dimensions
    save_blocked(package.quantised("emb.word"), dims.hidden, work)
    done()
    build_tokenizer(package.vocabulary).save(str(work / TOKENIZER))
    done()
    weights = {name: package.tensor(name) for name in package.names() if name != "emb.word"}
    done()
    write_graph(weights, dims, work / GRAPH)
    (work / MANIFEST).write_text(json.dumps({"format": FORMAT, "source_sha256": SHA256, "hidden": dims.hidden}))
    done()


def write_graph(weights: dict[str, np.ndarray], dims: Dimensions, path: Path) -> None:
    """Write the 8-bit graph for `weights` (names as in the package) to `path`."""
    path.write_bytes(encoder_graph(weights, dims).SerializeToString())
