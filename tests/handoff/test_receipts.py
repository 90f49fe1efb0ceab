"""Receipts exist in all languages, and a file that lacks one is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from handoff.receipts import LANGUAGES, ReceiptsRefused, load_receipts
from tests.handoff.conftest import Desk


def test_each_receipt_is_written_in_each_language() -> None:
    receipts = load_receipts()
    fields = {"queue": "Q", "agent": "A", "ahead": 2, "opens": "O", "slot": "S", "reason": "R", "decision": "D"}
    for kind in receipts.texts:
        texts = {receipts.render(kind, language, fields) for language in LANGUAGES}
        assert len(texts) == 3, kind
        assert not any("{" in (text or "{") for text in texts), kind


def test_the_most_special_text_wins_and_an_unknown_language_reads_simplified() -> None:
    receipts = load_receipts()
    plain = receipts.render("queued", "zh-Hans", {"queue": "Q", "ahead": 3})
    assert plain is not None
    assert "3" in plain
    assert "转账" in (receipts.render("queued", "fr", {}, ["critical.fraud", "major"]) or "")
    assert "转账" not in (receipts.render("queued", "zh-Hans", {}, ["critical.self_harm", "major"]) or "转账")
    assert receipts.render("note_added", "zh-Hans", {}) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("queued: {zh-Hans: 好, en: ok}", "no text in zh-Hant"),
        ("queued: {zh-Hans: '{who}', zh-Hant: 好, en: ok}", "unknown field who"),
    ],
)
def test_an_incomplete_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "receipts.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ReceiptsRefused, match=why):
        load_receipts(file)


@pytest.mark.parametrize(("language", "word"), [("zh-Hant", "轉接"), ("en", "connected")])
def test_the_customer_is_told_in_the_language_of_the_case(clerks: Desk, language: str, word: str) -> None:
    clerks.open(language=language)
    assert word in clerks.told()[0].payload["text"]
