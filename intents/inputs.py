"""Reads files of texts to classify: a text per line, or JSONL with a field `text`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

MAX_BYTES = 64 * 1024 * 1024


class InputRefused(ValueError):
    """A file of texts that cannot be read; the message names the line and what to do."""

    code = "input_refused"


def read_texts(path: Path) -> list[str]:
    """The texts of a file, in order, blank lines kept as blank texts; `-` reads standard input.

    Raises `InputRefused` for a missing, too large, binary or wrongly formed file.
    """
    lines = _content(path).split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    first = next((line for line in lines if line.strip()), "")
    if not first.lstrip().startswith("{"):
        return [line.rstrip("\r") for line in lines]
    return [_text_of(line, number, path) for number, line in enumerate(lines, 1) if line.strip()]


def _content(path: Path) -> str:
    try:
        raw = sys.stdin.buffer.read(MAX_BYTES + 1) if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise InputRefused(f"cannot read {path}: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise InputRefused(f"{path} is larger than {MAX_BYTES >> 20} MiB; split it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def _text_of(line: str, number: int, path: Path) -> str:
    try:
        row = json.loads(line)
        text = row["text"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputRefused(f'{path}:{number}: not a JSON object with a field "text" ({error})') from error
    if not isinstance(text, str):
        raise InputRefused(f'{path}:{number}: "text" must be a string')
    return text
