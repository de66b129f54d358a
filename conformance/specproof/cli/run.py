"""``specproof run``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

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

__all__ = ["run_command"]


def run_command(  # noqa: PLR0917 - Typer passes options by name
    apis: Annotated[
        list[str] | None, typer.Argument(metavar="[API]...", help="APIs; all where none is named.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All APIs of the catalog, as where none is named.")
    ] = False,
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
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Run part I of N only and write it to --output, for `specproof history merge`;"
            " limits and ledger of a live run are each part's own.",
        ),
    ] = None,
    confirm: Annotated[
        int,
        typer.Option(min=0, max=100, help="Try what counts for the exit code again so many times."),
    ] = 0,
    flaky_ok: FlakyOkOption = False,
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
    fail_on: LeastOption = "error",
    accept: Annotated[
        bool, typer.Option(help="Write a deviation for each finding, its reason still to fill in.")
    ] = False,
    against: AgainstOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the run file (JSON lines) here."),
    ] = None,
    history: StoreOption = None,
    no_history: NoHistoryOption = False,
    label: LabelsOption = None,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Scheduler of Dask distributed, like tls://scheduler:8786, whose workers check"
            " the APIs, one run each; needs specproof[distributed] and a history.",
        ),
    ] = None,
    parts: Annotated[
        int | None, typer.Option(min=1, max=1000, help="Tasks per API on an engine.")
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Name of the runs of an engine; the same name goes on where it was.",
        ),
    ] = None,
    fleet: Annotated[
        Path | None,
        typer.Option(
            help="TOML: base_url, rate, resources and the like of each API, live on an engine."
        ),
    ] = None,
    insecure_engine: Annotated[
        bool,
        typer.Option("--insecure-engine", help="Use a scheduler on another machine without TLS."),
    ] = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a Markdown summary here.")] = None,
    verbose: VerboseOption = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print specproof.run/1 as JSON, specproof.fleet/1 of an engine."
        ),
    ] = False,
    root: Annotated[Path | None, typer.Option(help="Folder with specs/ in it.")] = None,
) -> None:
    """Check that real responses keep the contract.

    Exit codes: 0 the contract holds, 1 findings, 2 wrong usage or bad input, 3 nothing could
    be said (target out of reach, or no documented success was ever answered), or the run could
    not be stored. Of a part (--shard): 1 findings in it, 3 nothing was answered, otherwise 0,
    which says nothing of the whole.

    Example: specproof run onesignal --json
    """
    from specproof.cli.engine_options import EngineOptions
    from specproof.cli.running import (
        Judging,
        accept_findings,
        confirm_production,
        finish,
        make_plan,
        read_shard,
        run_plan,
        tell_left,
    )
    from specproof.cli.storing import place_of, read_labels, store, try_place

    judging = Judging(fail_on, against, confirm, flaky_ok)
    part = read_shard(shard, judging, output)
    place = place_of(history, off=no_history, partial=part is not None)
    labels = read_labels(label or [], stored=place is not None or no_history)
    if every and (apis or spec is not None):
        raise InputError("--all and names of APIs exclude each other")
    asked: dict[str, Any] = {
        "apis": apis or [],
        "target": target,
        "base_url": base_url,
        "spec": spec,
        "seed": seed,
        "cases": cases,
        "settings": setting or [],
        "resources": resources,
        "allow_production": allow_production or [],
        "headers": header or [],
        "max_requests": max_requests,
        "rate": rate,
        "max_seconds": max_seconds,
        "ledger": ledger,
        "time_budget": time_budget,
        "root": root,
    }
    on_engine = EngineOptions(engine, insecure_engine, parts, batch, fleet)
    if engine is not None:
        from specproof.cli.fleet import run_on_engine

        code = run_on_engine(
            on_engine,
            asked,
            judging,
            refused={
                "--spec": spec,
                "--shard": shard,
                "--workers": workers,
                "--against": against,
                "--accept": accept,
                "--ledger": ledger,
                "--output": output,
                "--junit": junit,
                "--markdown": markdown,
            },
            place=place,
            labels=labels,
            yes=yes,
            as_json=as_json,
        )
        raise typer.Exit(code)
    on_engine.refuse_without()
    plan = make_plan(**asked)
    confirm_production(plan, confirmed=yes)
    try_place(place, output)
    run = run_plan(plan, judging, part=part, workers=workers)
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
    store(run, place, labels, output=output)
    raise typer.Exit(run.footer.exit_code)
