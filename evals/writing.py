"""Writes a report's files so that an interrupted run leaves none of them half written."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_all(directory: Path, files: Mapping[str, str]) -> None:
    """Write every file beside its place first, then move all of them into place."""
    directory.mkdir(parents=True, exist_ok=True)
    ready: list[tuple[Path, Path]] = []
    try:
        for name, content in files.items():
            handle, temporary = tempfile.mkstemp(dir=directory, prefix=f".{name}-")
            ready.append((Path(temporary), directory / name))
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(content)
            Path(temporary).chmod(0o644)
        for temporary_path, target in ready:
            temporary_path.replace(target)
    finally:
        for temporary_path, _ in ready:
            temporary_path.unlink(missing_ok=True)


def as_text(value: Mapping[str, Any]) -> str:
    """JSON for people and for `diff`."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
