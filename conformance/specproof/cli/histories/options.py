"""Options that the commands of ``specproof history`` share."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["HistoryOption"]

HistoryOption = Annotated[
    str | None,
    typer.Option(
        "--history",
        metavar="WHERE",
        help="File, database URL or '$VARIABLE' with one; without it $SPECPROOF_HISTORY, else the"
        " user's own file.",
    ),
]
