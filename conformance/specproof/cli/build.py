"""``specproof build``."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from specproof.errors import InputError, StaleError
from specproof.text import one_line, printable

__all__ = ["build_command"]


def build_command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="APIs; default: all.")
    ] = None,
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when an effective spec is stale.")
    ] = False,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder that holds specs/; default: as everywhere, the nearest one."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.build/1.")
    ] = False,
) -> None:
    """Build the effective spec of an API: what its vendor published plus our overlay.

    An overlay action that selects nothing, or that upstream has meanwhile made itself, is an
    error. Two builds of one API at once go one after the other. Exit code: 0 built, or with
    --check up to date; 1 with --check, a spec is stale; 2 it can not be built.

    Example: specproof build onesignal --check
    """
    from specproof import catalog as catalogs
    from specproof.effective import build, load
    from specproof.effective import check as check_built
    from specproof.files import held, write_atomic

    catalog = catalogs.open_catalog(root)
    apis = [catalog.get(name) for name in dict.fromkeys(names)] if names else list(catalog.apis())
    if not apis:
        raise InputError(
            "there is no API to build", file=str(catalog.specs), remedy="add one with specproof add"
        )
    built: list[dict[str, Any]] = []
    stale: list[dict[str, str]] = []
    with contextlib.ExitStack() as holding:
        # In order of their names, so that no two builds wait for one another.
        for api in () if check else sorted(apis, key=lambda item: item.name):
            holding.enter_context(held(api.folder))
        # Everything is built before anything is written, so that one bad overlay changes nothing.
        results = {} if check else {api.name: build(api) for api in apis}
        for api in apis:
            changed = False
            try:
                if check:
                    catalogs.verify(api)
                    check_built(api)
                else:
                    changed = write_atomic(api.effective, results[api.name])
            except StaleError as error:
                stale.append({"name": api.name, "problem": one_line(str(error), 2000)})
                continue
            spec = load(api)
            built.append(
                {
                    "name": api.name,
                    "file": str(api.effective),
                    "actions": len({change.action for change in spec.changes}),
                    "changes": [
                        {"pointer": item.pointer, "kind": item.kind.value, "action": item.action}
                        for item in spec.changes
                    ],
                    "changed": changed,
                }
            )
    if as_json:
        document = {"schema": "specproof.build/1", "check": check, "built": built, "stale": stale}
        typer.echo(json.dumps(document, indent=2))
    else:
        for item in built:
            typer.echo(printable(_line(item, check=check)))
        for problem in stale:
            typer.echo(f"specproof: error: {problem['problem']}", err=True)
    if stale:
        raise typer.Exit(StaleError.exit_code)


def _line(item: dict[str, Any], *, check: bool) -> str:
    state = "up to date" if check or not item["changed"] else "built"
    actions, places = item["actions"], len(item["changes"])
    return (
        f"{item['file']}: {state}, {actions} action{'s' if actions != 1 else ''}, "
        f"{places} place{'s' if places != 1 else ''} changed"
    )
