"""``specproof doctor``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from specproof.report.environment import Environment

__all__ = ["doctor_command"]


def doctor_command(
    root: Annotated[
        Path | None,
        typer.Option(help="Folder that holds specs/; default: as everywhere, the nearest one."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.doctor/1.")
    ] = False,
) -> None:
    """Tell whether specproof can work here: Python, libraries, tools, catalog, credentials.

    Of credentials it tells the names and where they are set, environment or keyring, never a
    value. Reaches no other machine. Exit code: 0 everything needed is there, 2 something is wrong.

    Example: specproof doctor
    """
    from specproof.report.environment import examine

    found = examine(root)
    if as_json:
        typer.echo(json.dumps(found.document(), indent=2))
    else:
        _tell(found)
    if found.problems:
        raise typer.Exit(2)


def _tell(found: Environment) -> None:
    typer.echo(f"python       {found.python}")
    for library in found.libraries:
        pin = "" if library.locked else "  (no lock to compare with)"
        typer.echo(f"library      {library.name} {library.installed or 'missing'}{pin}")
    for tool in found.tools:
        version = "missing" if tool.path is None else tool.version or "of unknown version"
        typer.echo(f"tool         {tool.name} {version}  ({tool.purpose})")
    typer.echo(f"catalog      {found.root or 'none'}")
    for api in found.apis:
        typer.echo(f"api          {api.name}  {api.title}: {api.state}")
        for variable, source in api.credentials:
            place = "not set" if source is None else f"set (from the {source})"
            typer.echo(f"credential   {variable} {place}")
    for problem in found.problems:
        typer.echo(f"problem      {problem}")
    if not found.problems:
        typer.echo("everything needed is there")
