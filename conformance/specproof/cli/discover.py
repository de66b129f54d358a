"""``specproof discover``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from specproof.errors import InputError, StaleError
from specproof.text import printable

__all__ = ["discover_command"]


def discover_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="APIs; default: all.")
    ] = None,
    *,
    cases: Annotated[
        int, typer.Option(min=1, max=100_000, help="Distinct requests per operation and kind.")
    ] = 300,
    seed: Annotated[int, typer.Option(help="The same seed draws the same requests.")] = 0,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; fail when a corpus is stale or missing."),
    ] = False,
    root: Annotated[Path | None, typer.Option(help="Folder with specs/ in it.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.discover/1.")
    ] = False,
) -> None:
    """Draw the requests that `specproof run` replays, and keep them in the project.

    Valid and invalid requests of every operation are drawn from the effective spec and stored
    without duplicates; nothing is sent. With --check each corpus is drawn again as it was.
    Exit code: 0 drawn, or with --check up to date; 1 with --check, a corpus is stale;
    2 it can not be drawn.

    Example: specproof discover onesignal --cases 500
    """
    from specproof.catalog import open_catalog, verify
    from specproof.effective import load
    from specproof.files import write_atomic
    from specproof.requirements.contract import Contract
    from specproof.scenarios.discovery import draw_corpus

    catalog = open_catalog(root)
    apis = [catalog.get(name) for name in dict.fromkeys(names)] if names else list(catalog.apis())
    if not apis:
        raise InputError("there is no API to draw requests of", file=str(catalog.specs))
    rows: list[dict[str, Any]] = []
    for api in apis:
        verify(api)
        _, contract = Contract.pair(load(api), api.name)
        folder = catalog.corpus / api.name
        for drawn in draw_corpus(folder, contract, cases=cases, seed=seed, again=check):
            current = drawn.path.is_file() and drawn.path.read_bytes() == drawn.data
            changed = not current if check else write_atomic(drawn.path, drawn.data)
            rows.append(
                {
                    "api": api.name,
                    "operation": drawn.operation,
                    "file": str(drawn.path),
                    "valid": drawn.valid,
                    "invalid": drawn.invalid,
                    "changed": changed,
                }
            )
    if as_json:
        document = {"schema": "specproof.discover/1", "check": check, "corpora": rows}
        typer.echo(json.dumps(document, indent=2))
    else:
        for row in rows:
            typer.echo(printable(_line(row, check=check)))
    if check and any(row["changed"] for row in rows):
        raise typer.Exit(StaleError.exit_code)


def _line(row: dict[str, Any], *, check: bool) -> str:
    states = {True: "stale or missing" if check else "drawn", False: "up to date"}
    state = states[row["changed"]]
    return f"{row['file']}: {state}, {row['valid']} valid and {row['invalid']} invalid requests"
