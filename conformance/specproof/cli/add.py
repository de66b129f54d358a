"""``specproof add``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specproof.text import printable

if TYPE_CHECKING:
    from specproof.generation.addition import Added

__all__ = ["add_command"]


def add_command(
    name: Annotated[str, typer.Argument(help="Name for the API: words joined by hyphens.")],
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="URL-OR-FILE...",
            help="An OpenAPI 3.0 or 3.1 description, or a page with one in a fence; several"
            " pages make one API.",
        ),
    ],
    root: Annotated[
        Path | None,
        typer.Option(
            help="Folder to hold specs/ and generated/; default: the nearest one, else this."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.add/1.")
    ] = False,
) -> None:
    """Add an API: vendor its description, build the effective spec, generate the client.

    Either all of it is there afterwards or nothing of it. Exit code: 0 added, 2 the name is
    taken or the description can not be used, 3 the URL is out of reach.

    Example: specproof add petstore https://example.com/openapi.yaml
    """
    from specproof.catalog import open_catalog
    from specproof.generation.addition import add

    added = add(open_catalog(root, create=True), name, sources)
    following = [
        f"specproof lint {name}",
        f"specproof run {name} --target live --base-url {added.base_url or 'URL'}",
    ]
    if as_json:
        typer.echo(json.dumps(_document(added, following), indent=2))
        return
    count = len(added.operations)
    typer.echo(printable(f"{name}: {added.api.title}"))
    typer.echo(f"spec    {added.api.folder}: {count} operation{'' if count == 1 else 's'}")
    typer.echo(f"client  {added.client}: package {added.package}")
    for command in following:
        typer.echo(f"next    {printable(command)}")


def _document(added: Added, following: list[str]) -> dict[str, object]:
    return {
        "schema": "specproof.add/1",
        "name": added.api.name,
        "title": added.api.title,
        "folder": str(added.api.folder),
        "operations": list(added.operations),
        "client": {"folder": str(added.client), "package": added.package},
        "base_url": added.base_url,
        "next": following,
    }
