"""Options that more than one command has; the words of one are the words of all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from specproof.cli.comparing import DiffFormat, FailOn
from specproof.regression.change import Perspective, Policy

__all__ = [
    "AgainstOption",
    "FailOnOption",
    "FlakyOkOption",
    "FormOption",
    "InterfaceOption",
    "LabelsOption",
    "LeastOption",
    "NoHistoryOption",
    "OutputOption",
    "PerspectiveOption",
    "PolicyOption",
    "StoreOption",
    "TodayOption",
    "VerboseOption",
]

PerspectiveOption = Annotated[
    Perspective, typer.Option(help="Levels for those who call the API or offer it.")
]
PolicyOption = Annotated[
    Policy, typer.Option(help="strict: whatever could break a generated client is breaking.")
]
FailOnOption = Annotated[
    FailOn, typer.Option(help="Exit with 1 at changes of this level or above.")
]
TodayOption = Annotated[
    str | None,
    typer.Option(
        metavar="DATE", help="Day by which sunsets and acceptances are judged, YYYY-MM-DD."
    ),
]
FormOption = Annotated[DiffFormat, typer.Option("--format", "-f", help="Form of the report.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Write to this file; one line is still printed."),
]
InterfaceOption = Annotated[
    bool,
    typer.Option("--interface", help="Generate both clients and compare their Python interfaces."),
]

LeastOption = Annotated[
    str,
    typer.Option(help="Least severity that makes exit code 1: error, warning, info, never."),
]
FlakyOkOption = Annotated[
    bool,
    typer.Option(
        "--flaky-ok", help="What no repeat of --confirm showed again does not fail the run."
    ),
]
AgainstOption = Annotated[
    Path | None,
    typer.Option(
        metavar="RUN", help="Run file of an earlier run: error codes have to be as they were."
    ),
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        metavar="WHERE",
        help="Store the run in this file, database URL or '$VARIABLE' with one; without it in"
        " $SPECPROOF_HISTORY, if that is set.",
    ),
]
NoHistoryOption = Annotated[bool, typer.Option("--no-history", help="Store the run nowhere.")]
LabelsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=VALUE",
        help="Label of the stored run; commit, branch and url come from GitHub or GitLab CI.",
    ),
]
VerboseOption = Annotated[bool, typer.Option(help="List every requirement.")]
