"""Errors a user can cause end a command with a readable message and exit code 2."""

from __future__ import annotations

import pytest
import typer

from assistant.cli import refusing
from knowledge.articles import ArticleError
from knowledge.caps import CapsBroken
from knowledge.fees import FeeBookBroken
from knowledge.products import ProductsBroken
from knowledge.yaml_lines import Problem, ProblemsFound


@pytest.mark.parametrize("error", [ArticleError, CapsBroken, FeeBookBroken, ProductsBroken])
def test_a_broken_knowledge_file_is_named_with_its_line_as_written(
    error: type[ProblemsFound], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, refusing():
        raise error([Problem("file.yaml", 3, "write [red] in brackets")])
    assert ended.value.exit_code == 2
    assert "file.yaml:3: write [red] in brackets" in capsys.readouterr().err
