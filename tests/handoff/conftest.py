"""Shares the two databases with the tests of this package."""

from tests.conftest_databases import *  # noqa: F403
