"""The runs: summaries, verdicts, findings, latencies, codes, responses and whole files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Compared by code points, as SQLite does, whatever the locale of the database.
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _of_run() -> sa.Column[str]:
    return sa.Column(
        "run_id", _TEXT, sa.ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True
    )


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "run",
        sa.Column("run_id", _TEXT, primary_key=True),
        sa.Column("batch", _TEXT, index=True),
        sa.Column("started", _TEXT, nullable=False, index=True),
        sa.Column("finished", _TEXT, nullable=False),
        sa.Column("version", _TEXT, nullable=False),
        sa.Column("target", _TEXT, nullable=False),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("cases", sa.BigInteger),
        sa.Column("exit_code", sa.Integer, nullable=False),
        sa.Column("exchanges", sa.BigInteger, nullable=False),
        sa.Column("distinct_requests", sa.BigInteger, nullable=False),
        sa.Column("sha256", _TEXT, nullable=False),
        sa.Column("stored", _TEXT, nullable=False),
    )
    op.create_table(
        "verdict_set",
        sa.Column("digest", _TEXT, primary_key=True),
    )
    op.create_table(
        "verdict",
        sa.Column(
            "digest",
            _TEXT,
            sa.ForeignKey("verdict_set.digest", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("requirement", _TEXT, primary_key=True),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_api",
        _of_run(),
        sa.Column("api", _TEXT, primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("target", _TEXT, nullable=False),
        sa.Column("origin", _TEXT, nullable=False),
        sa.Column("started", _TEXT, nullable=False),
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("published_sha256", _TEXT),
        sa.Column("effective_sha256", _TEXT),
        sa.Column("digest", _TEXT, sa.ForeignKey("verdict_set.digest"), nullable=False, index=True),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in (
                "passed",
                "failed",
                "inconclusive",
                "vacuous",
                "errors",
                "warnings",
                "infos",
                "accepted",
            )
        ),
        sa.Index("ix_run_api_stream", "api", "target", "origin", "started", "run_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label",
        _of_run(),
        sa.Column("name", _TEXT, primary_key=True),
        sa.Column("value", _TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finding",
        _of_run(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("api", _TEXT, nullable=False),
        sa.Column("fingerprint", _TEXT, nullable=False, index=True),
        sa.Column("rule", _TEXT, nullable=False),
        sa.Column("severity", _TEXT, nullable=False),
        sa.Column("requirement", _TEXT, nullable=False),
        sa.Column("operation", _TEXT, nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("message", _TEXT, nullable=False),
        sa.Column("blame", _TEXT, nullable=False),
        sa.Column("occurrences", sa.BigInteger, nullable=False),
        sa.Column("deviation", _TEXT),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "latency",
        _of_run(),
        sa.Column("api", _TEXT, primary_key=True),
        sa.Column("operation", _TEXT, primary_key=True),
        sa.Column("status", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("sample", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "code",
        sa.Column("api", _TEXT, primary_key=True),
        sa.Column("target", _TEXT, primary_key=True),
        sa.Column("origin", _TEXT, primary_key=True),
        sa.Column("operation", _TEXT, primary_key=True),
        sa.Column("status", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("code", _TEXT, primary_key=True),
        sa.Column("first_seen", _TEXT, nullable=False),
        sa.Column("first_run", _TEXT, nullable=False),
        sa.Column("last_seen", _TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "response",
        sa.Column("api", _TEXT, primary_key=True),
        sa.Column("target", _TEXT, primary_key=True),
        sa.Column("origin", _TEXT, primary_key=True),
        sa.Column("operation", _TEXT, primary_key=True),
        sa.Column("status", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("first_seen", _TEXT, nullable=False),
        sa.Column("last_seen", _TEXT, nullable=False),
        sa.Column("last_run", _TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "document",
        _of_run(),
        sa.Column("format", _TEXT, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("bytes", sa.LargeBinary, nullable=False),
    )
