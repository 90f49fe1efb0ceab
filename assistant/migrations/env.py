"""Alembic environment: every table of the product, on SQLite and PostgreSQL."""

from alembic import context
from sqlmodel import SQLModel

import assistant.storage  # noqa: F401  (registers the tables)
import handoff.tables  # noqa: F401  (registers the tables)

target_metadata = SQLModel.metadata


def run() -> None:
    """Run the migrations over the connection that `assistant.schema` hands in."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=target_metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
