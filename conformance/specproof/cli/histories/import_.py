"""``specproof history import``: JSON lines, put into a history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from specproof.cli.histories.options import HistoryOption

__all__ = ["import_command"]


def import_command(
    file: Annotated[
        Path, typer.Argument(help="File of `specproof history export`; - for standard input.")
    ],
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-import/1.")
    ] = False,
) -> None:
    """Put an exported history into this one. What is here already is left as it is.

    The file is checked as a whole before anything is stored. A run that differs from the stored
    one of its id is refused.

    Example: specproof history import history.jsonl --history postgresql://127.0.0.1/specproof
    """
    import json
    import shutil
    import sys
    import tempfile

    from specproof.history.store import open_history
    from specproof.history.transfer import KINDS, import_lines
    from specproof.report.streams import write_text
    from specproof.text import one_line

    with tempfile.TemporaryFile() as kept:
        if str(file) == "-":
            shutil.copyfileobj(sys.stdin.buffer, kept)
            kept.seek(0)
            with open_history(history) as opened:
                found = import_lines(opened, kept, "standard input")
        else:
            with file.open("rb") as stream, open_history(history) as opened:
                found = import_lines(opened, stream, str(file))
    if as_json:
        document = {
            "schema": "specproof.history-import/1",
            "file": str(file),
            "stored": dict(found.stored),
            "known": dict(found.known),
        }
        write_text(json.dumps(document, indent=2) + "\n")
        return
    words = ", ".join(
        f"{found.stored[kind]} of {found.stored[kind] + found.known[kind]} {kind}" for kind in KINDS
    )
    write_text(one_line(f"{file}: new are {words}", 1000) + "\n")
