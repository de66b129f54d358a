"""``specproof history prune``: what is old goes."""

from __future__ import annotations

from typing import Annotated

import typer

from specproof.cli.histories.options import HistoryOption
from specproof.errors import InputError

__all__ = ["prune_command"]


def prune_command(
    keep_days: Annotated[
        int | None,
        typer.Option(min=0, metavar="DAYS", help="Keep whole runs this long, then summaries only."),
    ] = None,
    drop_days: Annotated[
        int | None, typer.Option(min=0, metavar="DAYS", help="Drop summaries too after so long.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing, say what would go.")
    ] = False,
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-prune/1.")
    ] = False,
) -> None:
    """Delete old runs, and give the room back to the disk.

    The last run of each API and server stays, and so does the run with which something began to
    fail that fails until now, or was not checked since.

    Example: specproof history prune --keep-days 90 --drop-days 730 --dry-run
    """
    import json
    from dataclasses import asdict

    from specproof.history.prune import prune
    from specproof.history.store import open_history
    from specproof.report.streams import write_text

    if keep_days is None and drop_days is None:
        raise InputError("nothing says what is old", remedy="give --keep-days or --drop-days")
    with open_history(history, create=False) as opened:
        found = prune(opened, keep_days=keep_days, drop_days=drop_days, dry_run=dry_run)
    if as_json:
        document = {"schema": "specproof.history-prune/1", "dry_run": dry_run, **asdict(found)}
        write_text(json.dumps(document, indent=2) + "\n")
        return
    would = "would be " if dry_run else ""
    lines = [
        f"whole runs {would}cut down to summaries: {found.documents}",
        f"runs {would}dropped: {found.runs}",
        f"unfinished runs {would}dropped: {found.parts}",
        f"old runs that stay, as the latest or for what still fails: {found.held}",
        f"bytes {would}freed: {found.freed}",
    ]
    if found.size_before is not None and not dry_run:
        lines.append(f"the file had {found.size_before} bytes and has {found.size_after}")
    write_text("".join(f"{line}\n" for line in lines))
