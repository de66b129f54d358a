"""``specproof history export``: a history as JSON lines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from specproof.cli.histories.options import HistoryOption
from specproof.errors import InputError

__all__ = ["export_command"]


def export_command(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file, whole or not at all.")
    ] = None,
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-export/1; needs --output.")
    ] = False,
) -> None:
    """Write a history as JSON lines (specproof.history-file/1), for `specproof history import`.

    The same history gives the same bytes. Alerts and unfinished runs stay behind.

    Example: specproof history export --output history.jsonl
    """
    import json

    from specproof.files import replacing
    from specproof.history.store import open_history
    from specproof.history.transfer import export_lines
    from specproof.report.streams import write_text

    if as_json and output is None:
        raise InputError("--json would stand among the lines", remedy="add --output FILE")
    with open_history(history, create=False) as opened:
        if output is None:
            for line in export_lines(opened):
                write_text(line.decode("ascii"))
            return
        opened.spare(output)
        counts: dict[str, int] = {}
        with replacing(output) as stream:
            stream.writelines(export_lines(opened, counts))
    if as_json:
        document = {"schema": "specproof.history-export/1", "file": str(output), "records": counts}
        write_text(json.dumps(document, indent=2) + "\n")
    else:
        words = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        write_text(f"{output}: {words}\n")
