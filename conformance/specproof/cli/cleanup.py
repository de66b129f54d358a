"""``specproof cleanup``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["cleanup_command"]


def cleanup_command(  # noqa: PLR0917 - Typer passes options by name
    apis: Annotated[
        list[str] | None, typer.Argument(metavar="[API]...", help="APIs; all where none is named.")
    ] = None,
    ledger: Annotated[
        Path | None, typer.Option(help="The ledger that the run was given; the user's own if none.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Base URL of the server, where it has a base path.")
    ] = None,
    spec: Annotated[
        Path | None, typer.Option(help="OpenAPI file of an API that is not in the catalog.")
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME: $VARIABLE'", help="Further header, as for `specproof run`."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print specproof.cleanup/1.")] = False,
    root: Annotated[Path | None, typer.Option(help="Folder with specs/ in it.")] = None,
) -> None:
    """Remove what live runs left behind, after a crash or a limit.

    Exit codes: 0 nothing of ours is left, 1 something is, 2 wrong usage or bad input, 3 the
    server is out of reach.

    Example: specproof cleanup onesignal
    """
    import json

    from specproof.cli.running import read_headers
    from specproof.report.text import write_text
    from specproof.suites.cleaning import clean
    from specproof.targets.ledger import default_ledger
    from specproof.text import one_line

    found = clean(
        ledger or default_ledger(),
        apis=apis or [],
        base_url=base_url,
        spec=spec,
        headers=read_headers(header or []),
        root=None if root is None else str(root.resolve()),
    )
    left = sum(item.left for item in found)
    if as_json:
        document = {
            "schema": "specproof.cleanup/1",
            "clean": not left,
            "servers": [
                {
                    "api": item.api,
                    "origin": item.origin,
                    "removed": item.removed,
                    "left": item.left,
                    "reached": item.reached,
                    "reason": item.reason or None,
                }
                for item in found
            ],
        }
        write_text(json.dumps(document, indent=2) + "\n")
    else:
        lines = [
            f"{item.api} at {item.origin}: {item.removed} removed, {item.left} left"
            + (f" ({item.reason})" if item.reason else "")
            for item in found
        ]
        write_text("".join(f"{one_line(line)}\n" for line in lines or ["nothing is left"]))
    unreached = any(item.left and not item.reached for item in found)
    raise typer.Exit(3 if unreached else 1 if left else 0)
