"""Options that the commands of ``specproof history`` share."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["ApisOption", "HistoryOption", "TargetsOption"]

HistoryOption = Annotated[
    str | None,
    typer.Option(
        "--history",
        metavar="WHERE",
        help="File, database URL or '$VARIABLE' with one; without it $SPECPROOF_HISTORY, else the"
        " user's own file.",
    ),
]

ApisOption = Annotated[
    list[str] | None,
    typer.Option("--api", metavar="NAME", help="Look at this API; all if none."),
]
TargetsOption = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="TARGET", help="Look at runs of this target; all if none."),
]
