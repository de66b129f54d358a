"""``specproof report``: a run file, shown in another form."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ReportFormat", "report_command"]


class ReportFormat(StrEnum):
    """Forms of the report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"


def report_command(  # noqa: PLR0917 - Typer passes options by name
    run_file: Annotated[Path, typer.Argument(help="Run file (JSON lines) to read.")],
    form: Annotated[ReportFormat, typer.Option("--format", "-f", help="Form of the report.")] = (
        ReportFormat.TEXT
    ),
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
    as_json: Annotated[
        bool, typer.Option("--json", help="As --format json: specproof.run/1.")
    ] = False,
) -> None:
    """Show a finished run again, as text, JSON, Markdown or JUnit XML.

    A pytest file sends the requests of a finding again and asserts what was promised. It needs
    pytest, httpx, BASE_URL and the credentials' variables of a live run.

    Exits with 0 when the report could be made, whatever the run found.

    Example: specproof report run.jsonl --format junit --output junit.xml
    """
    from specproof.files import write_atomic
    from specproof.report.document import render_json
    from specproof.report.junit import render_junit
    from specproof.report.markdown import render_markdown
    from specproof.report.pytest_file import write_pytests
    from specproof.report.text import render_text, show_text
    from specproof.report.text import write_text as write
    from specproof.suites.runfile import read_run

    run = read_run(run_file)
    if reproduce is not None:
        count = write_pytests(run, reproduce)
        sys.stderr.write(f"{reproduce}: {count} pytest file{'' if count == 1 else 's'}\n")
    chosen = ReportFormat.JSON if as_json else form
    if chosen is ReportFormat.TEXT and output is None:
        show_text(run, verbose=verbose)
        return
    if chosen is ReportFormat.TEXT:
        text = render_text(run, verbose=verbose)
    elif chosen is ReportFormat.JSON:
        text = render_json(run)
    elif chosen is ReportFormat.MARKDOWN:
        text = render_markdown(run)
    else:
        text = render_junit(run)
    if output is None:
        write(text)
    else:
        write_atomic(output, text.encode())
