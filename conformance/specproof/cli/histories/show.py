"""``specproof history show``: one stored run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from specproof.cli.histories.options import HistoryOption

__all__ = ["show_command"]


def show_command(
    reference: Annotated[
        str,
        typer.Argument(metavar="RUN", help="How its id begins, or last, last~1 and so on."),
    ] = "last",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write its run file here.")
    ] = None,
    api: Annotated[str | None, typer.Option(help="Count last among the runs of this API.")] = None,
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-show/1.")
    ] = False,
) -> None:
    """Show a stored run: its summary, findings, and what changed since the run before.

    The run before is the last one of the same API, target and server. With --output the whole
    run is written as it was, for `specproof report`.

    Example: specproof history show last --output run.jsonl
    """
    import json

    from specproof.files import write_atomic
    from specproof.history.store import open_history
    from specproof.report.stored_runs import details, details_document, details_text
    from specproof.report.streams import write_text

    with open_history(history, create=False) as opened:
        run = opened.find(reference, api=api)
        if output is not None:
            opened.spare(output)
            write_atomic(output, opened.run_file(run.run_id))
        found = details(opened, run)
    if as_json:
        document = {"schema": "specproof.history-show/1", **details_document(found)}
        write_text(json.dumps(document, indent=2) + "\n")
    else:
        write_text(details_text(found))
