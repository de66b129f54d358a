"""``specproof record``."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Annotated

import typer

from specproof.errors import InputError, StaleError
from specproof.text import printable

__all__ = ["record_command"]


def record_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="API of the catalog.")],
    *,
    target: Annotated[str, typer.Option(help="Where requests go: emulator or live.")] = "emulator",
    base_url: Annotated[str | None, typer.Option(help="Base URL of the live server.")] = None,
    resources: Annotated[
        Path | None,
        typer.Option(
            help="TOML or YAML: ids that exist; with use_up = true they may be changed and deleted."
        ),
    ] = None,
    allow_production: Annotated[
        list[str] | None, typer.Option(help="Production host that is meant.")
    ] = None,
    max_requests: Annotated[int, typer.Option(min=1, help="Most requests to a live server.")] = 500,
    yes: Annotated[
        bool, typer.Option("--yes", help="The production host is meant; do not ask.")
    ] = False,
    ledger: Annotated[
        Path | None, typer.Option(help="File in which creates on a live server are noted.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder of the recording; default: that of the API.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when the recording is stale.")
    ] = False,
    root: Annotated[Path | None, typer.Option(help="Folder with specs/ in it.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.record/1.")
    ] = False,
) -> None:
    """Play the scenarios of an API and keep the exchanges as HAR 1.2, for the target recorded.

    Credentials never reach the file; every text that neither the contract names nor the run
    chose as a plain word is replaced by one of the same format. Nothing is written when
    nothing but the date would change. Exit code: 0 recorded, or with --check up to date;
    1 with --check, the recording is stale; 2 wrong usage; 3 nothing was answered.

    Example: specproof record onesignal --target emulator --output /tmp/recordings
    """
    from specproof.catalog import open_catalog
    from specproof.cli.running import confirm_production, make_plan, tell_left
    from specproof.files import write_atomic
    from specproof.suites.record import make_recording, recording_file

    if target not in {"emulator", "live"}:
        raise InputError(f"there is no recording from the target {target}", remedy="use live")
    plan = make_plan(
        apis=[name],
        target=target,
        base_url=base_url,
        spec=None,
        seed=0,
        cases=None,
        settings=[],
        resources=resources,
        allow_production=allow_production or [],
        headers=[],
        max_requests=max_requests,
        rate=None,
        max_seconds=None,
        ledger=ledger,
        time_budget=0.0,
        root=root,
    )
    confirm_production(plan, confirmed=yes)
    folder = open_catalog(root).recordings / name if output is None else output
    path = recording_file(folder, plan)
    data = make_recording(plan, path, date=dt.datetime.now(dt.UTC).date().isoformat())
    tell_left(plan)
    current = path.is_file() and path.read_bytes() == data
    changed = not current if check else write_atomic(path, data)
    entries = len(json.loads(data)["log"]["entries"])
    if as_json:
        document = {
            "schema": "specproof.record/1",
            "check": check,
            "file": str(path),
            "entries": entries,
            "changed": changed,
        }
        typer.echo(json.dumps(document, indent=2))
    else:
        state = "up to date" if not changed else "stale or missing" if check else "recorded"
        typer.echo(printable(f"{path}: {state}, {entries} exchanges"))
    if check and changed:
        raise typer.Exit(StaleError.exit_code)
