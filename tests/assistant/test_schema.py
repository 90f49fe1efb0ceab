"""The migrations bring either database to exactly the tables the code uses, from nothing and again."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

import assistant.storage  # noqa: F401  (registers the tables)
from assistant.schema import is_current, upgrade
from handoff.database import open_engine
from tests.conftest_databases import *  # noqa: F403


@pytest.fixture(params=["sqlite_url", "postgres_url"])
def empty_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = open_engine(request.getfixturevalue(request.param))
    yield engine
    engine.dispose()


def test_an_empty_database_becomes_current_and_matches_the_models(empty_engine: Engine) -> None:
    assert not is_current(empty_engine)
    upgrade(empty_engine)
    upgrade(empty_engine)
    assert is_current(empty_engine)
    with empty_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []
