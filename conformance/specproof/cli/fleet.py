"""``specproof run --engine``: the APIs of a batch on a cluster, one run each."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from specproof.catalog import open_catalog
from specproof.cli.engine_options import EngineOptions
from specproof.cli.running import Judging, confirm_production, make_plan
from specproof.document import digest
from specproof.errors import InputError
from specproof.scheduling.cluster.dispatch import dispatch
from specproof.scheduling.cluster.engine import Engine, check_engine
from specproof.scheduling.cluster.inputs import inputs_digest
from specproof.scheduling.cluster.jobs import Job, check_batch, make_job
from specproof.scheduling.cluster.outcome import Outcome, outcome_of
from specproof.scheduling.fleet import rates_by_origin, read_fleet
from specproof.scheduling.rates import RateLimit
from specproof.suites.plan import RunPlan
from specproof.suites.records import origin
from specproof.text import one_line

if TYPE_CHECKING:
    from specproof.cli.fleet_progress import Display
    from specproof.history.records import StoredRun
    from specproof.history.store import History

__all__ = ["run_on_engine"]


def run_on_engine(
    options: EngineOptions,
    asked: Mapping[str, Any],
    judging: Judging,
    *,
    refused: Mapping[str, object],
    place: str | None,
    labels: Mapping[str, str],
    yes: bool,
    as_json: bool,
) -> int:
    """Have every API checked on the cluster and tell what came of it; return the exit code.

    Args:
        asked: what `make_plan` takes.
        refused: options that have no meaning here, and what was given.
        place: the history, which is where results are.
        labels: of every run.
        yes: do not ask about production hosts.

    Raises:
        InputError: options that do not go together.
        CouldNotCheckError: no scheduler, worker or history for too long.
    """
    address = check_engine(options.address or "", insecure=options.insecure)
    for name, value in refused.items():
        if value:
            raise InputError(f"{name} does not go with --engine")
    if place is None:
        raise InputError("--engine keeps its results in a history", remedy="add --history WHERE")
    parts = options.parts or 1
    new = options.batch is None
    batch = _new_batch() if options.batch is None else check_batch(options.batch)
    jobs = list(_jobs(options, asked, judging, batch=batch, parts=parts, labels=labels, yes=yes))

    from specproof.history.store import open_history

    root = asked["root"]
    with open_history(place) as history, _display() as display:
        if new:
            display.said(f"batch {batch}; if this is ended, --batch {batch} goes on")
        _check_same(jobs, _stored(history, batch), None if root is None else Path(root))
        dispatched = dispatch(
            jobs,
            history,
            lambda: Engine(address),
            display,
            root=None if root is None else str(Path(root).resolve()),
        )
        if dispatched.progress.already == dispatched.progress.parts:
            display.said(f"nothing was left to do: all of batch {batch} was stored before")
        outcome = outcome_of(batch, jobs, _stored(history, batch), dispatched)
    _show(outcome, place_shown=history.shown, as_json=as_json)
    return outcome.exit_code


def _new_batch() -> str:
    now = dt.datetime.now(dt.UTC)
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def _jobs(
    options: EngineOptions,
    asked: Mapping[str, Any],
    judging: Judging,
    *,
    batch: str,
    parts: int,
    labels: Mapping[str, str],
    yes: bool,
) -> Iterator[Job]:
    root = None if asked["root"] is None else Path(asked["root"])
    plans, rates = _plans(options.fleet, asked)
    for plan in plans:
        confirm_production(plan, confirmed=yes)
        [api] = plan.apis
        yield make_job(
            batch,
            plan,
            inputs=inputs_digest(api, root),
            parts=parts,
            fail_on=judging.fail_on,
            confirm=judging.confirm,
            flaky_ok=judging.flaky_ok,
            labels=labels,
            rates=rates if plan.target == "live" else {},
        )


def _plans(
    fleet: Path | None, asked: Mapping[str, Any]
) -> tuple[list[RunPlan], dict[str, RateLimit]]:
    """Return one plan per API, and the rate of every server that they call."""
    if fleet is None:
        plan = make_plan(**asked)
        rates = {}
        if plan.target == "live":
            if asked["rate"] is None:
                raise InputError(
                    "a live run on several machines needs the rate that the vendor allows",
                    remedy="add --rate, like 10/s",
                )
            rates = rates_by_origin([(plan.base_url or "", asked["rate"])])
        return [replace(plan, apis=(name,)) for name in plan.apis], rates
    return _fleet_plans(fleet, asked)


def _fleet_plans(
    fleet: Path, asked: Mapping[str, Any]
) -> tuple[list[RunPlan], dict[str, RateLimit]]:
    if asked["target"] != "live":
        raise InputError("--fleet is about live servers", remedy="add --target live")
    entries = read_fleet(fleet)
    names: Sequence[str] = asked["apis"] or tuple(entries)
    plans = []
    for name in dict.fromkeys(names):
        entry = entries.get(name)
        if entry is None:
            raise InputError(f"does not say where {one_line(name, 60)} is", file=str(fleet))
        of_api = {
            "apis": [name],
            "base_url": entry.base_url,
            "rate": entry.rate,
            "resources": None if entry.resources is None else fleet.parent / entry.resources,
            "max_requests": entry.max_requests,
            "max_seconds": entry.max_seconds,
            "allow_production": list(entry.production),
            "headers": list(entry.headers),
        }
        plans.append(make_plan(**{**asked, **of_api}))
    # APIs that are left out this time may be called by somebody else meanwhile.
    return plans, rates_by_origin([(item.base_url, item.rate) for item in entries.values()])


def _stored(history: History, batch: str) -> dict[str, StoredRun]:
    return {run.run_id: run for run in history.runs(batch=batch)}


def _check_same(jobs: Sequence[Job], stored: Mapping[str, StoredRun], root: Path | None) -> None:
    """Refuse to go on with a batch that was about something else.

    Args:
        root: folder with ``specs/`` in it, None for the one that the surroundings name.

    Raises:
        InputError: a run of this batch was made with other options or specs.
    """
    catalog = open_catalog(root)
    for job in jobs:
        run = stored.get(job.run_id)
        if run is None:
            continue
        plan = RunPlan.from_text(job.first.plan)
        asked = (plan.target, origin(plan.base_url), plan.seed)
        if (run.target, run.origin, run.seed) != asked or run.cases not in {None, plan.cases}:
            raise InputError(
                f"the batch {job.first.batch} was begun with another target, server, seed or number"
                " of cases",
                remedy="give this one another --batch",
            )
        effective = digest(catalog.get(job.api).effective.read_bytes())
        if any(item.effective_sha256 != effective for item in run.apis):
            raise InputError(
                f"the specs of {job.api} are others than when batch {job.first.batch} was begun",
                remedy="give this one another --batch",
            )


@contextmanager
def _display() -> Iterator[Display]:
    from specproof.cli.fleet_progress import display

    with display(sys.stderr) as shown:
        yield shown


def _show(outcome: Outcome, *, place_shown: str, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(outcome.to_plain(), ensure_ascii=False) + "\n")
        return
    for line in outcome.lines(place_shown):
        sys.stdout.write(f"{line}\n")
