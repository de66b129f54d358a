"""``specproof generate``."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from specproof.errors import InputError, SpecproofError, StaleError
from specproof.text import one_line, printable

if TYPE_CHECKING:
    from specproof.generation import ClientSource, Generated

__all__ = ["generate_command"]


def generate_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="APIs; default: all.")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when a client is stale.")
    ] = False,
    spec: Annotated[
        Path | None,
        typer.Option(help="Any OpenAPI 3.0 or 3.1 description, instead of APIs of the catalog."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="With --spec: folder of the client project.")
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder that holds specs/; default: as everywhere, the nearest one."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where a client lacks any part.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.generate/1.")
    ] = False,
) -> None:
    """Generate a typed client, synchronous and asynchronous, from an effective spec.

    The client of an API is the project generated/NAME-client. It is made aside and put in its
    place whole; the same input gives the same bytes. Of an API of the catalog, a part that can
    not be generated is an error; with --spec it is left out, with a line that says which, why,
    and the overlay action that would mend it, here, in generation.lock and in the README.
    Exit code: 0 done, or with --check up to date; 1 with --check, a client is stale, or with
    --strict, one lacks a part; 2 nothing can be generated.

    Example: specproof generate onesignal --check
    """
    jobs = _from_file(names, spec, output, root) if spec or output else _from_catalog(names, root)
    done, stale, failed = _made(jobs, check=check)
    for error in failed[1:]:
        typer.echo(f"specproof: error: {one_line(str(error), 2000)}", err=True)
    if as_json:
        typer.echo(json.dumps(_document(done, stale, check=check), indent=2))
    else:
        for client in done:
            typer.echo(printable(_line(client, check=check)))
            for part in client.left_out:
                typer.echo(f"specproof: {one_line(part.line(), 2000)}", err=True)
        for _, _, problem in stale:
            typer.echo(f"specproof: error: {one_line(problem, 2000)}", err=True)
    if failed:
        raise failed[0]
    if stale or (strict and any(client.left_out for client in done)):
        raise typer.Exit(StaleError.exit_code)


def _made(
    jobs: list[tuple[ClientSource, Path]], *, check: bool
) -> tuple[list[Generated], list[tuple[ClientSource, Path, str]], list[SpecproofError]]:
    """Make or check each client, with one start of the generator; one that fails stops no other."""
    from specproof.generation import Workers, check_client, generate_client

    done: list[Generated] = []
    stale: list[tuple[ClientSource, Path, str]] = []
    failed: list[SpecproofError] = []
    make = check_client if check else generate_client
    with contextlib.ExitStack() as stack:
        workers = stack.enter_context(Workers()) if len(jobs) > 1 else None
        for source, folder in jobs:
            try:
                done.append(make(source, folder, workers=workers))
            except StaleError as error:
                stale.append((source, folder, str(error)))
            except SpecproofError as error:
                failed.append(error)
    return done, stale, failed


def _from_catalog(names: list[str] | None, root: Path | None) -> list[tuple[ClientSource, Path]]:
    from specproof.catalog import open_catalog
    from specproof.generation import source_of_api

    catalog = open_catalog(root)
    apis = [catalog.get(name) for name in dict.fromkeys(names)] if names else list(catalog.apis())
    if not apis:
        raise InputError(
            "there is no API to generate a client of",
            file=str(catalog.specs),
            remedy="add one with specproof add, or name a description with --spec",
        )
    return [(source_of_api(api), catalog.client_folder(api)) for api in apis]


def _from_file(
    names: list[str] | None, spec: Path | None, output: Path | None, root: Path | None
) -> list[tuple[ClientSource, Path]]:
    if spec is None or output is None or names or root is not None:
        raise InputError(
            "--spec and --output go together, and without NAME and --root",
            remedy="write specproof generate --spec FILE --output DIR",
        )
    from specproof.generation import source_of_file

    return [(source_of_file(spec), output)]


def _line(client: Generated, *, check: bool) -> str:
    state = "up to date" if check or not client.changed else "generated"
    count = client.operations
    return (
        f"{client.folder}: {state}, {client.generated} of {count} "
        f"operation{'s' if count != 1 else ''}, {client.files} files, version {client.version}"
    )


def _document(
    done: list[Generated], stale: list[tuple[ClientSource, Path, str]], *, check: bool
) -> dict[str, Any]:
    clients = [
        {
            "name": client.source.project,
            "package": client.source.package,
            "folder": str(client.folder),
            "version": client.version,
            "operations": client.operations,
            "generated": client.generated,
            "left_out": [asdict(part) for part in client.left_out],
            "files": client.files,
            "transforms": [
                {"name": applied.name, "pointers": list(applied.pointers)}
                for applied in client.transforms
            ],
            "changed": client.changed,
        }
        for client in done
    ]
    return {
        "schema": "specproof.generate/1",
        "check": check,
        "clients": clients,
        "stale": [
            {"name": source.project, "folder": str(folder), "problem": one_line(problem, 2000)}
            for source, folder, problem in stale
        ],
    }
