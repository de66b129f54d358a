"""The tables of a history.

What grows with every night is kept small. Runs of one API that say the same share one set of
verdicts; the reason of a verdict ``pass`` is left out of it, since it counts exchanges and would
make each set another. The run file itself is kept compressed in ``document``, which can be pruned
alone. Codes and responses are kept once per stream with the times at which they were seen.

The schema is made by the migrations beside this file, and is held to be equal to what is written
here by the tests.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from specproof.history.values import Words

__all__ = [
    "alert",
    "attempt",
    "change",
    "code",
    "document",
    "finding",
    "label",
    "latency",
    "metadata",
    "part",
    "response",
    "revision",
    "run",
    "run_api",
    "verdict",
    "verdict_set",
]

metadata: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _of_run() -> sa.Column[str]:
    """Return the column that names the run which a row belongs to, and goes with."""
    return sa.Column(
        "run_id", Words, sa.ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True
    )


run: Final = sa.Table(
    "run",
    metadata,
    sa.Column("run_id", Words, primary_key=True),
    sa.Column("batch", Words, index=True),
    sa.Column("started", Words, nullable=False, index=True),
    sa.Column("finished", Words, nullable=False),
    sa.Column("version", Words, nullable=False),
    sa.Column("target", Words, nullable=False),
    # Empty where requests went nowhere, so that it can be part of a key.
    sa.Column("origin", Words, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("cases", sa.BigInteger),
    sa.Column("exit_code", sa.Integer, nullable=False),
    sa.Column("exchanges", sa.BigInteger, nullable=False),
    sa.Column("distinct_requests", sa.BigInteger, nullable=False),
    # SHA-256 of the run file: the same run stored twice is told from another of its name.
    sa.Column("sha256", Words, nullable=False),
    sa.Column("stored", Words, nullable=False),
)

verdict_set: Final = sa.Table(
    "verdict_set",
    metadata,
    sa.Column("digest", Words, primary_key=True),
)

verdict: Final = sa.Table(
    "verdict",
    metadata,
    sa.Column(
        "digest",
        Words,
        sa.ForeignKey("verdict_set.digest", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("requirement", Words, primary_key=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("reason", Words, nullable=False),
    sqlite_with_rowid=False,
)

run_api: Final = sa.Table(
    "run_api",
    metadata,
    _of_run(),
    sa.Column("api", Words, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    # Those of the run once more, so that a stream is read from one index.
    sa.Column("target", Words, nullable=False),
    sa.Column("origin", Words, nullable=False),
    sa.Column("started", Words, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("published_sha256", Words),
    sa.Column("effective_sha256", Words),
    sa.Column("digest", Words, sa.ForeignKey("verdict_set.digest"), nullable=False, index=True),
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

label: Final = sa.Table(
    "label",
    metadata,
    _of_run(),
    sa.Column("name", Words, primary_key=True),
    sa.Column("value", Words, nullable=False),
    sqlite_with_rowid=False,
)

finding: Final = sa.Table(
    "finding",
    metadata,
    _of_run(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("api", Words, nullable=False),
    sa.Column("fingerprint", Words, nullable=False, index=True),
    sa.Column("rule", Words, nullable=False),
    sa.Column("severity", Words, nullable=False),
    sa.Column("requirement", Words, nullable=False),
    sa.Column("operation", Words, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("message", Words, nullable=False),
    sa.Column("blame", Words, nullable=False),
    sa.Column("occurrences", sa.BigInteger, nullable=False),
    sa.Column("deviation", Words),
    sqlite_with_rowid=False,
)

latency: Final = sa.Table(
    "latency",
    metadata,
    _of_run(),
    sa.Column("api", Words, primary_key=True),
    sa.Column("operation", Words, primary_key=True),
    sa.Column("status", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("count", sa.BigInteger, nullable=False),
    # See `specproof.history.packing`.
    sa.Column("sample", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

code: Final = sa.Table(
    "code",
    metadata,
    sa.Column("api", Words, primary_key=True),
    sa.Column("target", Words, primary_key=True),
    sa.Column("origin", Words, primary_key=True),
    sa.Column("operation", Words, primary_key=True),
    sa.Column("status", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("code", Words, primary_key=True),
    sa.Column("first_seen", Words, nullable=False),
    sa.Column("first_run", Words, nullable=False),
    sa.Column("last_seen", Words, nullable=False),
    sqlite_with_rowid=False,
)

response: Final = sa.Table(
    "response",
    metadata,
    sa.Column("api", Words, primary_key=True),
    sa.Column("target", Words, primary_key=True),
    sa.Column("origin", Words, primary_key=True),
    sa.Column("operation", Words, primary_key=True),
    sa.Column("status", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("first_seen", Words, nullable=False),
    sa.Column("last_seen", Words, nullable=False),
    sa.Column("last_run", Words, nullable=False),
    sqlite_with_rowid=False,
)

document: Final = sa.Table(
    "document",
    metadata,
    _of_run(),
    sa.Column("format", Words, nullable=False),
    # Bytes of the run file before it was compressed.
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)

change: Final = sa.Table(
    "change",
    metadata,
    sa.Column("api", Words, primary_key=True),
    sa.Column("old_sha256", Words, primary_key=True),
    sa.Column("new_sha256", Words, primary_key=True),
    sa.Column("noticed", Words, nullable=False, index=True),
    sa.Column("old_version", Words, nullable=False),
    sa.Column("new_version", Words, nullable=False),
    sa.Column("bump", Words, nullable=False),
    sa.Column("breaking", sa.Boolean, nullable=False),
    # JSON, as text: the two kinds of database differ in what they make of more.
    sa.Column("levels", Words, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)

revision: Final = sa.Table(
    "revision",
    metadata,
    sa.Column("api", Words, primary_key=True),
    sa.Column("sha256", Words, primary_key=True),
    sa.Column("version", Words, nullable=False),
    sa.Column("title", Words, nullable=False),
    sa.Column("first_seen", Words, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)

alert: Final = sa.Table(
    "alert",
    metadata,
    sa.Column("api", Words, primary_key=True),
    sa.Column("target", Words, primary_key=True),
    sa.Column("origin", Words, primary_key=True),
    sa.Column("subject", Words, primary_key=True),
    sa.Column("state", Words, nullable=False),
    sa.Column("since_run", Words, nullable=False),
    sa.Column("since", Words, nullable=False),
    sa.Column("told_at", Words),
    sa.Column("quiet_until", Words),
    sa.Column("digest", Words),
    sa.Column("claimed_by", Words),
    sa.Column("claimed_until", Words),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("data", Words, nullable=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

part: Final = sa.Table(
    "part",
    metadata,
    sa.Column("run_id", Words, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("plan_digest", Words, nullable=False),
    sa.Column("api", Words, nullable=False),
    sa.Column("stored", Words, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
)

attempt: Final = sa.Table(
    "attempt",
    metadata,
    sa.Column("run_id", Words, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
