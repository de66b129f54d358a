"""``specproof history list``: the runs that are stored."""

from __future__ import annotations

from typing import Annotated

import typer

from specproof.cli.histories.options import HistoryOption, Target

__all__ = ["list_command"]


def list_command(  # noqa: PLR0917 - Typer passes options by name
    api: Annotated[str | None, typer.Option(help="Only runs that tested this API.")] = None,
    target: Annotated[Target | None, typer.Option(help="Only runs on this target.")] = None,
    batch: Annotated[
        str | None, typer.Option(help="Only runs that were started together under this name.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only runs that started at this time or later."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most runs to list.")] = 30,
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-list/1.")
    ] = False,
) -> None:
    """List stored runs, newest first.

    Times are in UTC; give them as 2026-11-22T08:00:00Z.

    Example: specproof history list --api onesignal --limit 10
    """
    import json

    from specproof.history.store import open_history
    from specproof.report.stored_runs import run_document, show_runs
    from specproof.report.streams import write_text

    with open_history(history, create=False) as opened:
        runs = opened.runs(api=api, target=target, batch=batch, since=since, limit=limit)
    if as_json:
        document = {
            "schema": "specproof.history-list/1",
            "runs": [run_document(item) for item in runs],
        }
        write_text(json.dumps(document, indent=2) + "\n")
    else:
        show_runs(runs)
