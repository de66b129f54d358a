"""``specproof history store``: run files, put into a history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from specproof.cli.histories.options import HistoryOption

__all__ = ["store_command"]


def store_command(
    files: Annotated[
        list[Path], typer.Argument(metavar="RUN_FILE...", help="Files of `specproof run --output`.")
    ],
    batch: Annotated[
        str | None, typer.Option(help="Name under which the runs belong together.")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Label of the runs; commit, branch and url come from GitHub or GitLab CI.",
        ),
    ] = None,
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-store/1.")
    ] = False,
) -> None:
    """Store finished runs. What is stored already is left as it is.

    Every file is read before the first is stored.

    Example: specproof history store run.jsonl --label branch=main
    """
    import json

    from specproof.cli.storing import read_labels
    from specproof.history.store import open_history
    from specproof.report.streams import write_text
    from specproof.suites.runfile import read_run
    from specproof.text import one_line

    labels = read_labels(label or [], stored=True)
    runs = [(str(path), read_run(path)) for path in files]
    with open_history(history) as opened:
        told = [
            {
                "file": path,
                "run_id": run.header.run_id,
                "stored": opened.store_run(run, batch=batch, labels=labels),
            }
            for path, run in runs
        ]
    if as_json:
        document = {"schema": "specproof.history-store/1", "runs": told}
        write_text(json.dumps(document, indent=2) + "\n")
        return
    for item in told:
        done = "stored" if item["stored"] else "stored already"
        write_text(one_line(f"{item['file']}: run {item['run_id']} {done}", 1000) + "\n")
