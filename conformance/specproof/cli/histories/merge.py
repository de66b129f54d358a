"""``specproof history merge``: the parts of a run, put together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from specproof.cli.options import (
    AgainstOption,
    FlakyOkOption,
    LabelsOption,
    LeastOption,
    NoHistoryOption,
    StoreOption,
    VerboseOption,
)
from specproof.errors import InputError

__all__ = ["merge_command"]


def merge_command(  # noqa: PLR0917 - Typer passes options by name
    files: Annotated[
        list[Path], typer.Argument(metavar="PART...", help="Files of `specproof run --shard`.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the whole run's file here.")
    ] = None,
    fail_on: LeastOption = "error",
    flaky_ok: FlakyOkOption = False,
    against: AgainstOption = None,
    history: StoreOption = None,
    no_history: NoHistoryOption = False,
    label: LabelsOption = None,
    spec: Annotated[
        Path | None, typer.Option(help="OpenAPI file of parts that were run with --spec.")
    ] = None,
    verbose: VerboseOption = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-merge/1 as JSON.")
    ] = False,
    root: Annotated[Path | None, typer.Option(help="Folder with specs/ in it.")] = None,
) -> None:
    """Put the parts of a run together to the run that it is.

    All parts have to be there, once each, of one command with the specs that are here. Verdicts,
    findings, statistics and exit code are those of the run in one piece; the same parts always
    give the same run, so that storing it again changes nothing.

    Exit codes: those of specproof run.

    Example: specproof history merge part-*.jsonl --output run.jsonl
    """
    from specproof.cli.running import SEVERITIES
    from specproof.cli.storing import place_of, read_labels, store, try_place
    from specproof.report.document import run_document
    from specproof.report.text import show_text, write_text
    from specproof.suites.merging import merge
    from specproof.suites.runfile import read_run, write_run

    if fail_on not in SEVERITIES:
        raise InputError(f"--fail-on {fail_on} is none of {', '.join(SEVERITIES)}")
    place = place_of(history, off=no_history, partial=False)
    labels = read_labels(label or [], stored=place is not None or no_history)
    if output is not None and any(_same(output, file) for file in files):
        raise InputError(
            "would be written over: it is one of the parts",
            file=str(output),
            remedy="name another file for --output",
        )
    try_place(place, output)
    run = merge(
        files,
        root=root,
        spec=spec,
        fail_on=fail_on,
        against=None if against is None else read_run(against),
        flaky_ok=flaky_ok,
    )
    if output is not None:
        write_run(run, output)
    stored = store(run, place, labels, output=output)
    if as_json:
        document = {
            "schema": "specproof.history-merge/1",
            "parts": len(files),
            "output": None if output is None else str(output),
            "stored": stored,
            "run": run_document(run),
        }
        write_text(json.dumps(document, indent=2, allow_nan=False) + "\n")
    else:
        show_text(run, verbose=verbose)
    raise typer.Exit(run.footer.exit_code)


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
