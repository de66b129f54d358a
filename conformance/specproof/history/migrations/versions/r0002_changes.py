"""The changes of published specs, and the specs themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Compared by code points, as SQLite does, whatever the locale of the database.
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "change",
        sa.Column("api", _TEXT, primary_key=True),
        sa.Column("old_sha256", _TEXT, primary_key=True),
        sa.Column("new_sha256", _TEXT, primary_key=True),
        sa.Column("noticed", _TEXT, nullable=False, index=True),
        sa.Column("old_version", _TEXT, nullable=False),
        sa.Column("new_version", _TEXT, nullable=False),
        sa.Column("bump", _TEXT, nullable=False),
        sa.Column("breaking", sa.Boolean, nullable=False),
        sa.Column("levels", _TEXT, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "revision",
        sa.Column("api", _TEXT, primary_key=True),
        sa.Column("sha256", _TEXT, primary_key=True),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("first_seen", _TEXT, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
