"""`kill -9` at random moments loses nothing and doubles nothing, on both databases."""

from __future__ import annotations

import pytest

from tests.handoff.crash import torment


def test_ten_kills_lose_and_double_nothing(database_url: str) -> None:
    outcome = torment(database_url, kills=10)
    assert outcome.cases > 0


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing(database_url: str) -> None:
    outcome = torment(database_url, kills=200, seed=11)
    assert (outcome.kills, outcome.cases > 10, outcome.firings > 10) == (200, True, True)
