"""What was alerted, and the parts of runs that several machines share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Compared by code points, as SQLite does, whatever the locale of the database.
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alert",
        sa.Column("api", _TEXT, primary_key=True),
        sa.Column("target", _TEXT, primary_key=True),
        sa.Column("origin", _TEXT, primary_key=True),
        sa.Column("subject", _TEXT, primary_key=True),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("since_run", _TEXT, nullable=False),
        sa.Column("since", _TEXT, nullable=False),
        sa.Column("told_at", _TEXT),
        sa.Column("quiet_until", _TEXT),
        sa.Column("digest", _TEXT),
        sa.Column("claimed_by", _TEXT),
        sa.Column("claimed_until", _TEXT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("data", _TEXT, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "part",
        sa.Column("run_id", _TEXT, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("plan_digest", _TEXT, nullable=False),
        sa.Column("api", _TEXT, nullable=False),
        sa.Column("stored", _TEXT, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "attempt",
        sa.Column("run_id", _TEXT, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
