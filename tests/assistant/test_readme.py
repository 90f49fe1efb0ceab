"""What the README shows is what the product does: its transcript, its commands and its settings."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.settings import Settings
from intents.classifier import BUNDLED, META
from tests.assistant.conftest import Office

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SHOWN = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def block(heading: str) -> list[str]:
    """The lines of the first code block under a heading."""
    found = re.search(rf"^## {heading}$.*?^```\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found.group(1).splitlines()


def exchanges() -> list[tuple[str, list[str]]]:
    """The transcript's questions, each with the lines shown after it."""
    shown: list[tuple[str, list[str]]] = []
    for line in filter(None, block("A real transcript")):
        if line.startswith("> "):
            shown.append((line.removeprefix("> "), []))
        else:
            shown[-1][1].append(line.strip())
    return shown


@pytest.mark.skipif(not (BUNDLED / META).is_file(), reason="the bundled model is not trained")
def test_the_transcript_is_what_the_assistant_says(office: Office) -> None:
    assistant = office.product.assistant
    conversation = assistant.open(SHOWN).conversation_id
    for number, (asked, shown) in enumerate(exchanges()):
        reply = assistant.receive(conversation, asked, f"m{number}", SHOWN)["reply"]
        assert shown[0].startswith(reply["text"].split("\n")[0]), asked
        sources = [f"《{c['document']}》{c['clause']}（{c['version']}版）" for c in reply["citations"]]
        for line in shown:
            if line.startswith("依据："):
                assert all(source in sources for source in line.removeprefix("依据：").split("、")), asked


def test_every_command_shown_exists() -> None:
    shown = {name for line in block("In the terminal") for name in alternatives(line.split("#")[0].split()[1:])}
    program = Path(sys.executable).with_name("shouwen")
    listed = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    assert shown <= set(re.findall(r"^\W*([a-z]+) ", listed, re.MULTILINE))


def alternatives(words: list[str]) -> list[str]:
    """The command names of `ask TEXT` or of `serve | worker | db upgrade`."""
    return [words[0], *(after for bar, after in pairwise(words) if bar == "|" and words[0] != "kb")]


def test_every_setting_shown_exists_and_every_setting_is_shown() -> None:
    listed = set(re.findall(r"`(SHOUWEN_[A-Z_]+)`", README))
    assert listed == {f"SHOUWEN_{name.upper()}" for name in Settings.model_fields}
