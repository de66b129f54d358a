"""What Alembic runs: the migrations over a connection that was handed in, in its transaction."""

from __future__ import annotations

from alembic import context

from specproof.history.tables import metadata
from specproof.history.version import VERSION_TABLE

__all__ = ()

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
