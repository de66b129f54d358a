"""Options that more than one command has; the words of one are the words of all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from specproof.cli.comparing import DiffFormat, FailOn
from specproof.regression.change import Perspective, Policy

__all__ = [
    "FailOnOption",
    "FormOption",
    "InterfaceOption",
    "OutputOption",
    "PerspectiveOption",
    "PolicyOption",
    "TodayOption",
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
