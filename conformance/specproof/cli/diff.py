"""``specproof diff``: what changed between two documents, and how much it hurts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from specproof.cli.comparing import (
    UPSTREAM,
    DiffFormat,
    Eyes,
    FailOn,
    compared,
    day,
    fails,
    rendered,
)
from specproof.cli.options import (
    FailOnOption,
    FormOption,
    InterfaceOption,
    OutputOption,
    PerspectiveOption,
    PolicyOption,
    TodayOption,
)
from specproof.errors import InputError
from specproof.regression.change import Perspective, Policy

if TYPE_CHECKING:
    from specproof.regression.acceptance import Overrides

__all__ = ["diff_command"]


def diff_command(  # noqa: PLR0917 - Typer passes options by name
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="What calls rest on: an OpenAPI file, an API of specs/, or either with @REV, "
            "a revision of git.",
        ),
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What replaces it, named alike.")],
    perspective: PerspectiveOption = Perspective.CONSUMER,
    policy: PolicyOption = Policy.DEFAULT,
    fail_on: FailOnOption = FailOn.ERROR,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="changes.toml: levels, and changes that are accepted."),
    ] = None,
    today: TodayOption = None,
    form: FormOption = DiffFormat.TEXT,
    output: OutputOption = None,
    client: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Generated client that callers have; of an API, its own."),
    ] = None,
    interface: InterfaceOption = False,
    usage: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Your own code: find its calls of the client."),
    ] = None,
    recordings: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="HAR files to hold against NEW; of an API, its own."),
    ] = None,
    stubs: Annotated[
        bool, typer.Option("--stubs", help="Hold what specproof serve OLD answers against NEW.")
    ] = False,
    history: Annotated[
        str | None,
        typer.Option(
            "--history",
            "--store",
            metavar="WHERE",
            help="Store the change in this history, a file or database URL, as one of --api.",
        ),
    ] = None,
    api: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="API that --history stores the change of; of an API, its own name."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As --format json: specproof.diff/1.")
    ] = False,
) -> None:
    """Say what changed between two OpenAPI documents, and what it breaks for callers.

    OpenAPI 3.0, 3.1 and Swagger 2.0, JSON or YAML, one against the other as well. What means the
    same is no change. Exit code: 0 nothing at or above --fail-on, 1 breaking changes, 2 bad
    input, 3 the new document looks like an accident of its publisher.

    --usage, --interface, --recordings and --stubs tell whom it hurts.

    Example: specproof diff published-before.yaml published.yaml --format markdown
    """
    from specproof.cli.impact import Looking, looking_for
    from specproof.cli.noticing import Noticed, note, of_diff
    from specproof.cli.sources import read_source
    from specproof.report.changes.view import summary_line

    name = None if history is None else of_diff((old, new), api)
    eyes = Eyes(perspective, policy, day(today))
    overrides = _overrides(config)
    before, source = read_source(old), read_source(new)
    looking = looking_for((old, new), Looking(client, interface, usage, recordings, stubs))
    found = compared(before, source, eyes, overrides, looking)
    for remark in (*overrides.remarks(found.diff.changes, eyes.today), *found.remarks):
        sys.stderr.write(f"specproof: warning: {remark}\n")
    chosen = DiffFormat.JSON if as_json else form
    if chosen is DiffFormat.TEXT and output is None:
        from specproof.report.changes.text import show_text

        show_text(found, sys.stdout)
    else:
        from specproof.files import write_atomic
        from specproof.report.streams import write_text

        text = rendered(chosen, found, source.data)
        if output is None:
            write_text(text)
        else:
            write_atomic(output, text.encode())
            write_text(f"{summary_line(found)}\n")
    if history is not None and name is not None:
        note(history, [Noticed(name, found, before.data, source.data)])
    if found.diff.upstream:
        raise typer.Exit(UPSTREAM)
    if fails(found.diff, fail_on):
        raise typer.Exit(1)


def _overrides(config: Path | None) -> Overrides:
    from specproof.regression.acceptance import NO_OVERRIDES, read_overrides

    if config is None:
        return NO_OVERRIDES
    if not config.is_file():
        raise InputError("there is no such file", file=str(config), remedy="correct --config")
    return read_overrides(config)
