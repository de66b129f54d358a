"""``specproof report``: run files, shown in another form, one of them or many as a site."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from specproof.cli.histories.options import HistoryOption
from specproof.errors import InputError

__all__ = ["ReportFormat", "report_command"]


class ReportFormat(StrEnum):
    """Forms of the report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    SARIF = "sarif"
    BADGE = "badge"


def report_command(  # noqa: PLR0917 - Typer passes options by name
    run_files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RUN_FILE]...", help="Run file (JSON lines) to read; several with --html."
        ),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", "-f", help="Form of the report.  [default: text]"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead.")
    ] = None,
    reproduce: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write each finding as a pytest file, test_<fingerprint>.py, into this folder.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Text: list every requirement.")
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Write a static site into this folder: of the run files, else of the history.",
        ),
    ] = None,
    history: HistoryOption = None,
    runs: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10_000,
            help="Site: newest runs of an API at one place that have a page.  [default: 30]",
        ),
    ] = None,
    today: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Site: day by which ages are told, YYYY-MM-DD."),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(help="Folder with specs/ in it, for deviations, pages and lines of files."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="As --format json: specproof.run/1; of a site specproof.report-site/1."
        ),
    ] = False,
) -> None:
    """Show a finished run again, as text, JSON, Markdown, JUnit XML, SARIF or badge (SVG).

    With --html, write a static site that needs no server: what is broken now and since when,
    each API with its operations and responses, runs and changes. It takes the runs of the
    history, or of the run files where some are named.

    A pytest file sends the requests of a finding again and asserts what was promised. It needs
    pytest, httpx, BASE_URL and the credentials' variables of a live run.

    Exits with 0 when the report could be made, whatever the run found.

    Example: specproof report run.jsonl --format junit --output junit.xml
    """
    if html is not None:
        if form is not None or output is not None or reproduce is not None or verbose:
            raise InputError(
                "--html makes a site and no other report",
                remedy="leave out --format, --output, --reproduce and --verbose",
            )
        if run_files and history is not None:
            raise InputError(
                "a site is made of run files or of a history",
                remedy="store the files with specproof history store, then name the history alone",
            )
        _site(html, run_files or [], history, root, today, runs, as_json=as_json)
        return
    if history is not None or today is not None or runs is not None:
        raise InputError("--history, --runs and --today are for a site", remedy="add --html DIR")
    if not run_files or len(run_files) > 1:
        raise InputError(
            "a report is made of one run file", remedy="name one, or make a site with --html DIR"
        )
    chosen = ReportFormat.JSON if as_json else form or ReportFormat.TEXT
    _report(run_files[0], chosen, output, reproduce, root, verbose=verbose)


def _report(
    run_file: Path,
    form: ReportFormat,
    output: Path | None,
    reproduce: Path | None,
    root: Path | None,
    *,
    verbose: bool,
) -> None:
    from specproof.files import write_atomic
    from specproof.report.pytest_file import write_pytests
    from specproof.report.text import show_text
    from specproof.report.text import write_text as write
    from specproof.suites.runfile import read_run

    run = read_run(run_file)
    if reproduce is not None:
        count = write_pytests(run, reproduce)
        sys.stderr.write(f"{reproduce}: {count} pytest file{'' if count == 1 else 's'}\n")
    if form is ReportFormat.TEXT and output is None:
        show_text(run, verbose=verbose)
        return
    from specproof.report.badge import render_badge
    from specproof.report.document import render_json
    from specproof.report.junit import render_junit
    from specproof.report.markdown import render_markdown
    from specproof.report.sarif import render_sarif
    from specproof.report.text import render_text

    match form:
        case ReportFormat.TEXT:
            text = render_text(run, verbose=verbose)
        case ReportFormat.JSON:
            text = render_json(run)
        case ReportFormat.MARKDOWN:
            text = render_markdown(run)
        case ReportFormat.JUNIT:
            text = render_junit(run)
        case ReportFormat.SARIF:
            text = render_sarif(run, root or Path())
        case _:
            text = render_badge(run)
    if output is None:
        write(text)
    else:
        write_atomic(output, text.encode())


def _site(  # noqa: PLR0917 - the options, as they came
    place: Path,
    run_files: list[Path],
    history: str | None,
    root: Path | None,
    today: str | None,
    runs: int | None,
    *,
    as_json: bool,
) -> None:
    import json

    from specproof.cli.comparing import day
    from specproof.report.site.build import NEWEST
    from specproof.report.site.publish import publish
    from specproof.text import printable

    built = publish(
        place,
        run_files,
        history=history,
        root=root,
        today=day(today),
        newest=NEWEST if runs is None else runs,
    )
    if as_json:
        document = {
            "schema": "specproof.report-site/1",
            "place": str(place),
            "streams": built.streams,
            "runs": built.runs,
            "files": built.files,
            "bytes": built.size,
        }
        typer.echo(json.dumps(document, indent=2))
        return
    typer.echo(
        printable(
            f"{place}: {built.files} files, {built.size / 1e6:.1f} MB; "
            f"{built.streams} rows, {built.runs} run page{'' if built.runs == 1 else 's'}"
        )
    )
