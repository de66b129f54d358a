"""``specproof run``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from specproof.errors import InputError

__all__ = ["run_command"]


def run_command(  # noqa: PLR0917 - Typer passes options by name
    apis: Annotated[
        list[str] | None, typer.Argument(metavar="[API]...", help="APIs; all where none is named.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            help="Where requests go: emulator, recorded or live; live with --spec.",
            show_default="emulator",
        ),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Base URL of the live server, without a slash at its end.")
    ] = None,
    spec: Annotated[
        Path | None, typer.Option(help="Check an OpenAPI file ad hoc, without a catalog.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed sends the same requests.")] = 0,
    cases: Annotated[
        int | None,
        typer.Option(
            "--cases",
            "--discover",
            min=0,
            max=1_000_000,
            help="Draw so many fresh cases per operation and kind instead of replaying the corpus.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", "-n", min=0, max=256, help="Worker processes; 0: none.")
    ] = 0,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="Setting of the emulator, name=value.")
    ] = None,
    resources: Annotated[
        Path | None,
        typer.Option(
            help="TOML or YAML: ids that exist; with use_up = true they may be changed and deleted."
        ),
    ] = None,
    allow_production: Annotated[
        list[str] | None, typer.Option(help="Production host that is meant.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before a production host is used.")
    ] = False,
    header: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'NAME: $VARIABLE'",
            help="Further header of live requests, its secret named by an environment variable.",
        ),
    ] = None,
    max_requests: Annotated[
        int, typer.Option(min=1, help="Most requests of a run to a live server.")
    ] = 5000,
    rate: Annotated[
        str | None,
        typer.Option(metavar="N/s", help="Most live requests per s, min or h, over all workers."),
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds that a live run may take.")
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option(help="Where live creates are noted, for `specproof cleanup`."),
    ] = None,
    time_budget: Annotated[
        float, typer.Option(min=0.0, help="Seconds in which an answer is due; 0: any time.")
    ] = 3.0,
    fail_on: Annotated[
        str,
        typer.Option(help="Least severity that makes exit code 1: error, warning, info, never."),
    ] = "error",
    accept: Annotated[
        bool, typer.Option(help="Write a deviation for each finding, its reason still to fill in.")
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", help="Run file of an earlier run: error codes have to be as they were."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the run file (JSON lines) here.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a Markdown summary here.")] = None,
    verbose: Annotated[bool, typer.Option(help="List every requirement.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print specproof.run/1 as JSON.")] = False,
    root: Annotated[Path | None, typer.Option(help="Folder with specs/ in it.")] = None,
) -> None:
    """Check that real responses keep the contract.

    Exit codes: 0 the contract holds, 1 findings, 2 wrong usage or bad input, 3 nothing could
    be said (target out of reach, or no documented success was ever answered).

    Example: specproof run onesignal --json
    """
    from specproof.cli.running import (
        accept_findings,
        confirm_production,
        finish,
        make_plan,
        tell_left,
    )
    from specproof.suites.execute import execute
    from specproof.suites.runfile import read_run

    if fail_on not in {"error", "warning", "info", "never"}:
        raise InputError(f"--fail-on {fail_on} is none of error, warning, info, never")
    plan = make_plan(
        apis=apis or [],
        target=target,
        base_url=base_url,
        spec=spec,
        seed=seed,
        cases=cases,
        settings=setting or [],
        resources=resources,
        allow_production=allow_production or [],
        headers=header or [],
        max_requests=max_requests,
        rate=rate,
        max_seconds=max_seconds,
        ledger=ledger,
        time_budget=time_budget,
        root=root,
    )
    earlier = None if against is None else read_run(against)
    confirm_production(plan, confirmed=yes)
    run = execute(plan, workers=workers, fail_on=fail_on, against=earlier)
    tell_left(plan)
    if accept:
        accept_findings(plan, run)
    finish(
        run,
        output=output,
        junit=junit,
        markdown=markdown,
        verbose=verbose,
        as_json=as_json,
        stream=sys.stdout,
    )
    raise typer.Exit(run.footer.exit_code)
