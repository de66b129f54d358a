"""Options that the commands of ``specproof history`` share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

__all__ = ["ApisOption", "HistoryOption", "Target", "TargetsOption"]


class Target(StrEnum):
    """Where requests of a run went; a word that is none would find nothing, which is no news."""

    EMULATOR = "emulator"
    RECORDED = "recorded"
    LIVE = "live"


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
    list[Target] | None,
    typer.Option("--target", help="Look at runs of this target; all if none."),
]
