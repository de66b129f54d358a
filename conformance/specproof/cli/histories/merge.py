"""``specproof history merge``: the parts of a run, put together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from specproof.errors import InputError

__all__ = ["merge_command"]


def merge_command(  # noqa: PLR0917 - Typer passes options by name
    files: Annotated[
        list[Path], typer.Argument(metavar="PART...", help="Files of `specproof run --shard`.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the whole run's file here.")
    ] = None,
    fail_on: Annotated[
        str,
        typer.Option(help="Least severity that makes exit code 1: error, warning, info, never."),
    ] = "error",
    flaky_ok: Annotated[
        bool,
        typer.Option(
            "--flaky-ok", help="What no repeat of --confirm showed again does not fail the run."
        ),
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", help="Run file of an earlier run: error codes have to be as they were."
        ),
    ] = None,
    history: Annotated[
        str | None,
        typer.Option(
            metavar="WHERE",
            help="Store the run in this file or database URL; without it in $SPECPROOF_HISTORY,"
            " if that is set.",
        ),
    ] = None,
    no_history: Annotated[
        bool, typer.Option("--no-history", help="Store the run nowhere.")
    ] = False,
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Label of the stored run; commit, branch and url come from GitHub or GitLab CI.",
        ),
    ] = None,
    spec: Annotated[
        Path | None, typer.Option(help="OpenAPI file of parts that were run with --spec.")
    ] = None,
    verbose: Annotated[bool, typer.Option(help="List every requirement.")] = False,
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
    try_place(place)
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
