"""What ``specproof run`` does around the run itself: reading options, handing out results."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from specproof.catalog import open_catalog
from specproof.document import parse
from specproof.errors import InputError
from specproof.files import write_atomic
from specproof.report.document import render_json
from specproof.report.junit import render_junit
from specproof.report.markdown import render_markdown
from specproof.report.text import show_text, write_text
from specproof.suites.deviations import accept
from specproof.suites.plan import RunPlan
from specproof.suites.runfile import Run, write_run
from specproof.targets.emulators import read_settings

__all__ = ["accept_findings", "finish", "make_plan"]

_TARGETS = ("emulator", "recorded", "live")
_RESOURCE_LIMIT = 1024 * 1024
_ACCEPTED_DAYS = 90


def make_plan(
    *,
    apis: Sequence[str],
    target: str,
    base_url: str | None,
    spec: Path | None,
    seed: int,
    cases: int,
    settings: Sequence[str],
    resources: Path | None,
    allow_production: Sequence[str],
    max_requests: int,
    time_budget: float,
    root: Path | None,
) -> RunPlan:
    """Return the plan that the options of ``specproof run`` ask for.

    Raises:
        InputError: options that do not go together, or a file that can not be read.
    """
    if target not in _TARGETS:
        raise InputError(f"there is no target {target}", remedy=f"use {' or '.join(_TARGETS)}")
    if spec is not None:
        if apis:
            raise InputError("--spec and names of APIs exclude each other")
        if target != "live" or base_url is None:
            raise InputError(
                "--spec needs a server to check", remedy="add --target live --base-url URL"
            )
        names: tuple[str, ...] = (_name_of(spec),)
    else:
        names = tuple(dict.fromkeys(apis)) or open_catalog(root).names()
    if not names:
        raise InputError("there is no API to check", remedy="add one: specproof add NAME SOURCE")
    if target == "live" and len(names) > 1:
        raise InputError("--target live checks one API at a time", remedy="name it")
    if target != "live" and base_url is not None:
        raise InputError("--base-url belongs to --target live")
    return RunPlan(
        apis=names,
        target=target,
        base_url=base_url,
        seed=seed,
        cases=cases,
        root=None if root is None else str(root.resolve()),
        spec=None if spec is None else str(spec.resolve()),
        settings=read_settings(names, settings),
        resources={} if resources is None else _resources(resources),
        allow_production=tuple(allow_production),
        max_requests=max_requests,
        time_budget=time_budget,
    )


def accept_findings(plan: RunPlan, run: Run) -> None:
    """Add a deviation without a reason for every finding that none covers yet.

    Raises:
        InputError: the run was ad hoc and has no place to keep deviations.
    """
    if plan.spec is not None:
        raise InputError("--accept needs an API of the catalog", remedy="add it: specproof add")
    catalog = open_catalog(None if plan.root is None else Path(plan.root))
    expires = dt.date.fromisoformat(run.header.started[:10]) + dt.timedelta(days=_ACCEPTED_DAYS)
    for name in plan.apis:
        found = [item for item in run.findings if item.api == name]
        path = catalog.get(name).deviations
        added = accept(path, found, target=plan.target, expires=expires)
        if added:
            sys.stderr.write(f"{path}: {added} added; fill in reason and evidence\n")


def finish(
    run: Run,
    *,
    output: Path | None,
    junit: Path | None,
    markdown: Path | None,
    verbose: bool,
    as_json: bool,
    stream: TextIO,
) -> None:
    """Write the files that were asked for and show the run."""
    if output is not None:
        write_run(run, output)
    if junit is not None:
        write_atomic(junit, render_junit(run).encode())
    if markdown is not None:
        write_atomic(markdown, render_markdown(run).encode())
    if as_json:
        write_text(render_json(run), stream)
    else:
        show_text(run, verbose=verbose, stream=stream)


def _resources(path: Path) -> dict[str, tuple[str, ...]]:
    if path.stat().st_size > _RESOURCE_LIMIT:
        raise InputError("is too large for a list of resources", file=str(path))
    found: dict[str, tuple[str, ...]] = {}
    for name, ids in parse(path.read_bytes(), name=str(path)).items():
        if not isinstance(ids, list) or not all(isinstance(item, str | int) for item in ids):
            raise InputError(
                f"{name} is no list of ids",
                file=str(path),
                remedy="write `name: [id, id]`, ids that look like numbers in quotes",
            )
        found[name] = tuple(str(item) for item in ids)
    return found


def _name_of(spec: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", spec.stem.lower()).strip("-")
    return name if name[:1].isalpha() else f"api-{name}".rstrip("-")
