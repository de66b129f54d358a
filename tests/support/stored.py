"""Runs to store, made from a handcrafted one, and all that a history says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runs import awkward_run

from specproof.history.records import StoredChange, StoredRevision
from specproof.history.store import History
from specproof.model import Verdict, VerdictKind
from specproof.suites.records import Latency, Run, SeenCodes, summarise

__all__ = ["CHANGE", "FAILING", "PROMISE", "REVISION", "everything", "night", "stored_run"]

FAILING = "onesignal/delete-alias/response-404/errors-not-empty"
PROMISE = "onesignal/delete-alias/prose/synchronous"

CHANGE = StoredChange(
    api="onesignal",
    noticed="2026-01-05T00:00:00+00:00",
    old_sha256="a" * 64,
    new_sha256="d" * 64,
    old_version="1.0.0",
    new_version="1.1.0",
    bump="major",
    breaking=True,
    levels={"error": 1, "info": 2},
    document={"schema": "specproof.diff/1", "changes": [{"text": "\x1b[31m \u202e \x00 <b>"}]},
)
REVISION = StoredRevision(
    api="onesignal",
    sha256="d" * 64,
    version="1.1.0",
    title="OneSignal \u202e",
    first_seen="2026-01-05T00:00:00+00:00",
    document=b'{"openapi":"3.1.0"}',
)


def night(number: int) -> str:
    """Return when the run of a night starts; the first night is 1."""
    start = dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC)
    return (start + dt.timedelta(days=number - 1)).isoformat(timespec="seconds")


def stored_run(
    number: int,
    verdicts: Mapping[str, VerdictKind] | None = None,
    *,
    run_id: str | None = None,
    codes: tuple[str, ...] = ("not-found",),
    base_url: str | None = "http://emulator.test",
    findings: bool = True,
) -> Run:
    """Return the run of a night: as the handcrafted one, other than ``verdicts`` says."""
    run = awkward_run()
    other = verdicts or {}
    changed = tuple(
        Verdict(item.requirement, other[item.requirement.id], "as the test says", item.exchanges)
        if item.requirement.id in other
        else item
        for item in run.verdicts
    )
    kept = run.findings if findings else ()
    return replace(
        run,
        header=replace(
            run.header,
            run_id=run_id or f"night-{number:04}",
            started=night(number),
            base_url=base_url,
        ),
        verdicts=changed,
        findings=kept,
        codes=(SeenCodes("onesignal", "delete-alias", 404, "unknown", codes),),
        latencies=(
            Latency("onesignal", "delete-alias", 404, 1 + number, (0.25, 12.0 + number, 3.125)),
            Latency("onesignal", "delete-alias", 200, 3, (1.5,)),
        ),
        footer=replace(
            run.footer,
            finished=night(number),
            summary=summarise(
                changed,
                kept,
                exchanges=run.summary.exchanges,
                distinct_requests=run.summary.distinct_requests,
            ),
        ),
    )


def everything(history: History) -> dict[str, Any]:
    """Return all that a history says, to be compared with what another says."""
    runs = history.runs()
    streams = history.streams()
    return {
        "runs": runs,
        "files": {item.run_id: history.run_file(item.run_id) for item in runs if item.complete},
        "verdicts": {
            (item.run_id, api.api): history.verdicts(item.run_id, api.api)
            for item in runs
            for api in item.apis
        },
        "findings": {item.run_id: history.findings(item.run_id) for item in runs},
        "latencies": {
            (item.run_id, api.api): history.latencies(item.run_id, api.api)
            for item in runs
            for api in item.apis
        },
        "timelines": {item: list(history.timeline(item)) for item in streams},
        "codes": {item: history.codes(item) for item in streams},
        "responses": {item: history.responses(item) for item in streams},
    }
