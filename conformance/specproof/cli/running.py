"""What ``specproof run`` does around the run itself: reading options, handing out results."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

import typer

from specproof.catalog import Catalog, open_catalog
from specproof.errors import CouldNotCheckError, GuardError, InputError
from specproof.files import write_atomic
from specproof.report.document import render_json
from specproof.report.junit import render_junit
from specproof.report.markdown import render_markdown
from specproof.report.text import show_text, write_text
from specproof.suites.deviations import accept
from specproof.suites.plan import RunPlan
from specproof.suites.runfile import Run, read_run, write_run
from specproof.targets.credentials import is_telling, references
from specproof.targets.emulators import emulator_class, read_settings
from specproof.targets.given import Given, read_resources
from specproof.targets.ledger import default_ledger, settling
from specproof.text import one_line

__all__ = [
    "SEVERITIES",
    "Judging",
    "accept_findings",
    "confirm_production",
    "finish",
    "make_plan",
    "read_headers",
    "read_shard",
    "run_plan",
    "tell_left",
]

SEVERITIES = ("error", "warning", "info", "never")
"""What ``--fail-on`` may say."""

_SHARD = re.compile(r"([0-9]{1,5})/([0-9]{1,5})")
_TARGETS = ("emulator", "recorded", "live")
_ACCEPTED_DAYS = 90
_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade"})
_RATE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)/(s|min|h)")
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}
_FRESH_CASES = 40
"""Fresh cases per operation and kind where there is no corpus and nobody said how many."""


@dataclass(frozen=True, slots=True)
class Judging:
    """The options that decide about the exit code, see ``suites.execute``.

    Raises:
        InputError: they do not go together.
    """

    fail_on: str = "error"
    against: Path | None = None
    confirm: int = 0
    flaky_ok: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if self.fail_on not in SEVERITIES:
            raise InputError(f"--fail-on {self.fail_on} is none of {', '.join(SEVERITIES)}")
        if self.flaky_ok and not self.confirm:
            raise InputError(
                "--flaky-ok needs repeats to tell what is flaky", remedy="add --confirm 2"
            )

    def earlier(self) -> Run | None:
        """Read the run file of ``--against``."""
        return None if self.against is None else read_run(self.against)


def read_shard(text: str | None, judging: Judging, output: Path | None) -> tuple[int, int] | None:
    """Return number and count of the part that ``--shard`` names, None for the whole run.

    Raises:
        InputError: it names none, or the other options do not go with it.
    """
    if text is None:
        return None
    found = _SHARD.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise InputError("--shard is no part of a run", remedy="write it like 2/4")
    if output is None:
        raise InputError(
            "--shard without a file for the merge", remedy=f"add --output part-{found[1]}.jsonl"
        )
    if judging.against is not None:
        raise InputError("--against is for whole runs", remedy="give it to specproof history merge")
    return int(found[1]), int(found[2])


def run_plan(plan: RunPlan, judging: Judging, *, part: tuple[int, int] | None, workers: int) -> Run:
    """Run ``plan``, or one part of it, and return what it found."""
    from specproof.suites.execute import execute

    if part is None:
        return execute(
            plan,
            workers=workers,
            fail_on=judging.fail_on,
            against=judging.earlier(),
            confirm=judging.confirm,
            flaky_ok=judging.flaky_ok,
        )
    from specproof.suites.parts import execute_part, shard_run

    seen = execute_part(
        plan, *part, workers=workers, confirm=judging.confirm, fail_on=judging.fail_on
    )
    return shard_run(plan, seen, fail_on=judging.fail_on, flaky_ok=judging.flaky_ok)


def make_plan(
    *,
    apis: Sequence[str],
    target: str | None,
    base_url: str | None,
    spec: Path | None,
    seed: int,
    cases: int | None,
    settings: Sequence[str],
    resources: Path | None,
    allow_production: Sequence[str],
    headers: Sequence[str],
    max_requests: int,
    rate: str | None,
    max_seconds: float | None,
    ledger: Path | None,
    time_budget: float,
    root: Path | None,
) -> RunPlan:
    """Return the plan that the options of ``specproof run`` ask for.

    Raises:
        InputError: options that do not go together, or a file that can not be read.
    """
    target = target or ("emulator" if spec is None else "live")
    if target not in _TARGETS:
        raise InputError(f"there is no target {target}", remedy=f"use {' or '.join(_TARGETS)}")
    if spec is not None:
        if apis:
            raise InputError("--spec and names of APIs exclude each other")
        if target != "live" or base_url is None:
            raise InputError("--spec needs a live server to check", remedy="add --base-url URL")
        names: tuple[str, ...] = (_name_of(spec),)
    else:
        names = tuple(dict.fromkeys(apis)) or _every_api(open_catalog(root), target)
    if not names:
        raise InputError("there is no API to check", remedy="add one: specproof add NAME SOURCE")
    if target == "live" and len(names) > 1:
        raise InputError("--target live checks one API at a time", remedy="name it")
    if target != "live" and base_url is not None:
        raise InputError("--base-url belongs to --target live")
    if target != "live" and headers:
        raise InputError("--header belongs to --target live")
    kept = (ledger or default_ledger()).resolve() if target == "live" else None
    given = Given() if resources is None else read_resources(resources)
    return RunPlan(
        apis=names,
        target=target,
        base_url=base_url,
        seed=seed,
        mode="replay" if cases is None else "discover",
        cases=_FRESH_CASES if cases is None else cases,
        root=None if root is None else str(root.resolve()),
        spec=None if spec is None else str(spec.resolve()),
        settings=read_settings(names, settings),
        resources=given.ids,
        use_up=tuple(sorted(given.use_up)),
        allow_production=tuple(allow_production),
        headers=read_headers(headers),
        max_requests=max_requests,
        rate=None if rate is None else _rate(rate),
        max_seconds=max_seconds,
        ledger=None if kept is None else str(kept),
        time_budget=time_budget,
    )


def confirm_production(plan: RunPlan, *, confirmed: bool) -> None:
    """Ask whether a host that was named with ``--allow-production`` is really meant.

    Raises:
        GuardError: it is not, or there is nobody to ask.
    """
    if plan.target != "live" or not plan.allow_production or confirmed:
        return
    host = one_line((urlsplit(plan.base_url or "").hostname or "").rstrip("."), 200)
    if not sys.stdin.isatty():
        raise GuardError(f"nobody is here to confirm that {host} may be used; add --yes")
    if not typer.confirm(f"{host} is in production. Create and delete things there?", err=True):
        raise GuardError(f"{host} was not confirmed")


def tell_left(plan: RunPlan) -> None:
    """Say on stderr what a live run could not remove, and forget what it did."""
    if plan.ledger is None:
        return
    try:
        with settling(Path(plan.ledger)) as ledger:
            left = len(ledger.entries())
    except CouldNotCheckError:
        # Another run writes it; that one will look.
        return
    if left:
        sys.stderr.write(
            f"specproof: {left} thing{'s' if left > 1 else ''} of this or an earlier run may be"
            f" left on a server; remove with: specproof cleanup\n"
        )


def accept_findings(plan: RunPlan, run: Run) -> None:
    """Add a deviation without a reason for every finding that none covers yet.

    Raises:
        InputError: the run was ad hoc and has no place to keep deviations.
    """
    if plan.spec is not None:
        raise InputError("--accept needs an API of the catalog", remedy="add it: specproof add")
    catalog = open_catalog(None if plan.root is None else Path(plan.root))
    today = dt.date.fromisoformat(run.header.started[:10])
    expires = today + dt.timedelta(days=_ACCEPTED_DAYS)
    for name in plan.apis:
        found = [item for item in run.findings if item.api == name]
        path = catalog.get(name).deviations
        added = accept(path, found, target=plan.target, expires=expires, today=today)
        if added:
            sys.stderr.write(f"{path}: {added} added or renewed; fill in reason and evidence\n")


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


def read_headers(texts: Sequence[str]) -> dict[str, str]:
    """Return the headers that ``--header`` options name; their values name variables.

    Raises:
        InputError: one is no header, or holds a secret itself.
    """
    return dict(_header(item) for item in texts)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not _FIELD_NAME.fullmatch(name) or not value.isprintable():
        # What stands there may be a secret, so the message does not repeat it.
        raise InputError("--header is no header", remedy="write --header 'Name: $VARIABLE'")
    if name.lower() in _FRAMING:
        raise InputError(f"--header {name} is decided by the request itself")
    if is_telling(name) and not references(value):
        raise InputError(
            f"--header {name} holds its value, which others on this machine can read",
            remedy=f"export it and write --header '{name}: $VARIABLE', in single quotes",
        )
    return name, value


def _rate(text: str) -> float:
    found = _RATE.fullmatch(text)
    if found is None or float(found[1]) <= 0:
        raise InputError("--rate is no rate", remedy="write it like 10/s, 300/min or 5000/h")
    return float(found[1]) / _SECONDS[found[2]]


def _every_api(catalog: Catalog, target: str) -> tuple[str, ...]:
    """Return every API that has such a target, and say on stderr which have none.

    An API that was just added has neither an emulator nor recordings; the others can be checked.
    Where no API has any, all are returned, so that the run says why nothing can be said.
    """
    if target == "live":
        return catalog.names()
    there = {
        name: emulator_class(name) is not None
        if target == "emulator"
        else any((catalog.recordings / name).glob("*.har"))
        for name in catalog.names()
    }
    left = [name for name, is_there in there.items() if not is_there]
    if len(left) == len(there):
        return tuple(there)
    if left:
        lacking = "no emulator" if target == "emulator" else "no recordings"
        sys.stderr.write(
            f"specproof: left out, with {lacking}: {', '.join(left)};"
            " check a server: specproof run NAME --target live --base-url URL\n"
        )
    return tuple(name for name, is_there in there.items() if is_there)


def _name_of(spec: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", spec.stem.lower()).strip("-")
    return name if name[:1].isalpha() else f"api-{name}".rstrip("-")
