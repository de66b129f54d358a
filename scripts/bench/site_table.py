# ruff: noqa: INP001 - a script: no package
"""Builds sites of invented histories, and measures building and opening them."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specproof.history.packing import pack
from specproof.history.rows import rows_of
from specproof.history.store import History, open_history
from specproof.history.writing import insert_run
from specproof.model import (
    Blame,
    Finding,
    Requirement,
    Severity,
    Source,
    Verdict,
    VerdictKind,
    fingerprint,
)
from specproof.report.site.build import Built, build_site
from specproof.suites.records import (
    ExportedExchange,
    Latency,
    OperationStatistics,
    Run,
    RunApi,
    RunFooter,
    RunHeader,
    RunOperation,
    summarise,
)
from specproof.suites.runfile import run_bytes

_BEGIN = dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC)
_STATUSES = ("200", "400", "401", "404", "429")
_WHATS = ("status", "schema", "media-type")
_IN_HUGE = 17
"""Requirements of each operation of the huge API."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One site: what it took to build it, and what it is."""

    name: str
    runs: int
    seconds: float
    built: Built
    start: int
    largest: int
    largest_name: str
    pages: dict[str, Path]


def main() -> None:
    """Measure and print."""
    options = _options()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="specproof-site-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = [_measured("nightly", folder, _nightly(options), options.nights)]
        if options.operations:
            found.append(_measured("huge", folder, _huge(options.operations), 2))
        opened = _opened(found, folder, options.rounds)
    finally:
        if options.keep is None:
            shutil.rmtree(folder)
    if options.json:
        json.dump([_plain(item, opened) for item in found], sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(found, opened))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--apis", type=int, default=20)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--requirements", type=int, default=100)
    parser.add_argument("--operations", type=int, default=1200)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _measured(name: str, folder: Path, runs: Iterator[Run], nights: int) -> Measured:
    database = folder / f"{name}.db"
    database.unlink(missing_ok=True)
    place = folder / name
    with open_history(str(database)) as history:
        count = _store(history, runs)
        begun = time.process_time()
        today = (_BEGIN + dt.timedelta(days=nights)).date()
        built = build_site(history, place, root=None, today=today)
        seconds = time.process_time() - begun
    sizes = {path: path.stat().st_size for path in place.rglob("*.html")}
    largest = max(sizes, key=lambda path: (sizes[path], str(path)))
    api = max((place / "apis").glob("*.html"), key=lambda path: (sizes[path], str(path)))
    return Measured(
        name=name,
        runs=count,
        seconds=seconds,
        built=built,
        start=sizes[place / "index.html"],
        largest=sizes[largest],
        largest_name=str(largest.relative_to(place)),
        pages={"start": place / "index.html", "api": api},
    )


def _store(history: History, runs: Iterator[Run]) -> int:
    """Store runs as `History.store_run` does, in one transaction."""
    count = 0
    with history.writing() as connection:
        for run in runs:
            data = run_bytes(run)
            sha256 = hashlib.sha256(data).hexdigest()
            rows = rows_of(run, sha256=sha256, batch=None, labels={}, stored=None)
            insert_run(connection, rows, (len(data), pack(data, "the run")))
            count += 1
    return count


def _nightly(options: argparse.Namespace) -> Iterator[Run]:
    for number in range(options.apis):
        name = f"api-{number:02}"
        chance = random.Random(name)  # noqa: S311 - the same history each time
        api = _api(name, max(1, options.requirements // 15))
        requirements = list(_requirements(api, options.requirements))
        since = {0: options.nights - 3, 1: options.nights - 40}.get(number)
        for night in range(options.nights):
            broken = {chance.randrange(len(requirements))} if chance.random() < 0.03 else set()  # noqa: PLR2004 - one night in thirty
            if since is not None and night >= since:
                broken |= {7, 8}
            yield _run(api, requirements, night, broken)


def _huge(operations: int) -> Iterator[Run]:
    api = _api("huge", operations)
    requirements = list(_requirements(api, operations * _IN_HUGE))
    yield _run(api, requirements, 0, set())
    yield _run(api, requirements, 1, set(range(0, len(requirements), 50)))


def _api(name: str, operations: int) -> RunApi:
    return RunApi(
        name,
        f"Invented {name}",
        "a" * 64,
        "b" * 64,
        tuple(
            RunOperation(f"operation-{number}", "POST", f"/things/{number}/{{id}}", _STATUSES)
            for number in range(operations)
        ),
    )


def _requirements(api: RunApi, count: int) -> Iterator[Requirement]:
    for number in range(count):
        operation = api.operations[number % len(api.operations)]
        place = number // len(api.operations)
        status = _STATUSES[place % len(_STATUSES)]
        what = f"{_WHATS[place % len(_WHATS)]}-{place}"
        yield Requirement(
            id=f"{api.api}/{operation.id}/{status}/{what}",
            api=api.api,
            operation=operation.id,
            where=status,
            what=what,
            source=Source.SCHEMA,
            statement=f"{operation.id} {status} has a body that keeps its schema, part {place}",
            pointer=f"/paths/~1things~1{operation.id}/post/responses/{status}",
            status=status,
        )


def _run(api: RunApi, requirements: Sequence[Requirement], night: int, broken: set[int]) -> Run:
    exchanges = {
        operation.id: _exchange(api.api, operation, f"{api.api}/{operation.id}#1")
        for operation in api.operations
    }
    verdicts = tuple(
        Verdict(
            item,
            VerdictKind.FAIL if number in broken else VerdictKind.PASS,
            "a property is missing" if number in broken else "held in 40 exchanges",
            (exchanges[item.operation].id,),
        )
        for number, item in enumerate(requirements)
    )
    findings = tuple(
        Finding(
            rule="published-schema",
            severity=Severity.ERROR,
            requirement=requirements[number].id,
            api=api.api,
            operation=requirements[number].operation,
            status=int(requirements[number].status or 200),
            message="the body lacks the required property id",
            fingerprint=fingerprint("published-schema", requirements[number].id),
            blame=Blame.VENDOR_BEHAVIOUR,
            exchange=exchanges[requirements[number].operation].id,
            reproduce=exchanges[requirements[number].operation].reproduce,
            occurrences=12,
        )
        for number in sorted(broken)
    )
    begun = _BEGIN + dt.timedelta(days=night)
    header = RunHeader(
        run_id=fingerprint(api.api, str(night)),
        version="0.1.0",
        started=begun.isoformat(),
        target="live",
        base_url=f"https://{api.api}.test",
        seed=night,
        cases=40,
        apis=(api,),
    )
    return Run(
        header=header,
        verdicts=verdicts,
        findings=findings,
        exchanges=tuple(exchanges.values()),
        statistics=tuple(
            OperationStatistics(api.api, operation.id, 200, 180, (200, 400, 404))
            for operation in api.operations
        ),
        footer=RunFooter(
            (begun + dt.timedelta(minutes=2)).isoformat(),
            summarise(verdicts, findings, exchanges=4000, distinct_requests=2500),
            1 if broken else 0,
        ),
        latencies=tuple(_latencies(api, night)),
    )


def _latencies(api: RunApi, night: int) -> Iterator[Latency]:
    chance = random.Random(f"{api.api}/{night}")  # noqa: S311 - the same history each time
    times = tuple(sorted(round(chance.lognormvariate(4, 0.4), 3) for _ in range(100)))
    for operation in api.operations[:3]:
        yield Latency(api.api, operation.id, 200, 100, times)


def _exchange(api: str, operation: RunOperation, name: str) -> ExportedExchange:
    return ExportedExchange(
        id=name,
        api=api,
        operation=operation.id,
        scenario=f"{api}/replay",
        target="live",
        provenance=f"https://{api}.test",
        expects="200",
        method=operation.method,
        path_template=operation.path,
        status=200,
        elapsed_ms=54.5,
        request_bytes=120,
        response_bytes=480,
        content_type="application/json",
        reproduce=(
            "curl --silent --show-error --include --request POST --header"
            f' "Authorization: Bearer $API_KEY" "$BASE_URL/things/{operation.id}/0123456789abcdef"'
        ),
    )


def _opened(found: Sequence[Measured], folder: Path, rounds: int) -> dict[str, float]:
    """Return ms until each page has loaded, by name, and of an empty page; {} without Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return {}
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - most benches need none

    empty = folder / "empty.html"
    empty.write_text("<!DOCTYPE html><title>empty</title>\n", "utf-8")
    pages = {"empty": empty}
    for item in found:
        pages |= {f"{item.name} {kind}": path for kind, path in item.pages.items()}
    took: dict[str, list[float]] = {name: [] for name in pages}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for number in range(rounds + 1):
            for name, path in pages.items():
                page = browser.new_page()
                page.goto(path.as_uri(), wait_until="load")
                ended: Any = page.evaluate(
                    "performance.getEntriesByType('navigation')[0].loadEventStart"
                )
                if number:
                    took[name].append(float(ended))
                page.close()
        browser.close()
    return {name: statistics.median(values) for name, values in took.items()}


def _plain(item: Measured, opened: dict[str, float]) -> dict[str, Any]:
    mine = {name: value for name, value in opened.items() if name.startswith(item.name)}
    return {
        "name": item.name,
        "runs": item.runs,
        "run_pages": item.built.runs,
        "cpu_seconds": round(item.seconds, 2),
        "files": item.built.files,
        "bytes": item.built.size,
        "start_page_bytes": item.start,
        "largest_page_bytes": item.largest,
        "largest_page": item.largest_name,
        "opened_ms": {name: round(value, 1) for name, value in mine.items()},
        "empty_page_ms": round(opened["empty"], 1) if opened else None,
    }


def _lines(found: Sequence[Measured], opened: dict[str, float]) -> Iterator[str]:
    for item in found:
        yield (
            f"{item.name}: {item.runs} runs, built in {item.seconds:.1f} CPU s: "
            f"{item.built.files} files, {item.built.runs} of them runs, "
            f"{item.built.size / 1e6:.1f} MB; "
            f"start page {item.start / 1e3:.0f} kB, "
            f"largest {item.largest / 1e3:.0f} kB ({item.largest_name})"
        )
    if not opened:
        yield "Chromium is not installed, so no page was opened"
        return
    empty = opened["empty"]
    for name, value in opened.items():
        ratio = "" if name == "empty" else f", {value / empty:.1f} times an empty page"
        yield f"{name}: loaded after {value:.0f} ms{ratio}"


if __name__ == "__main__":
    main()
