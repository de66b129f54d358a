"""A run -> the rows of its summary."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from specproof.errors import InputError
from specproof.history.packing import pack_sample
from specproof.history.records import StoredVerdict, checked_name, now, utc
from specproof.history.values import key, storable
from specproof.model import Finding, Severity, Verdict, VerdictKind
from specproof.suites.records import Run, origin
from specproof.text import one_line

__all__ = ["Rows", "digest_of", "label_rows", "rows_of"]

_LONGEST_MESSAGE: Final = 4000
_MAX_LABELS: Final = 50
_LONGEST_LABEL: Final = 1000
_WORST: Final = (
    VerdictKind.PASS,
    VerdictKind.VACUOUS,
    VerdictKind.INCONCLUSIVE,
    VerdictKind.FAIL,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """What a run becomes; ``sets`` are by digest, the rest is as the tables of these names."""

    run: Row
    apis: Sequence[Row]
    labels: Sequence[Row]
    sets: Mapping[str, Sequence[Row]]
    findings: Sequence[Row]
    latencies: Sequence[Row]
    codes: Sequence[Row]
    responses: Sequence[Row]


def rows_of(
    run: Run, *, sha256: str, batch: str | None, labels: Mapping[str, str], stored: str | None
) -> Rows:
    """Return the rows of ``run``, each table's in the order of its key.

    Args:
        sha256: of the run file.
        stored: when the history took it in, None for now.

    Raises:
        InputError: the run, its batch, a label or an API can not be named so.
    """
    header = run.header
    run_id = checked_name(header.run_id, "run")
    started = utc(header.started)
    where = {"target": storable(header.target), "origin": origin(header.base_url) or ""}
    _check_apis(run)
    sets = {item.api: _verdicts(run.verdicts, item.api) for item in header.apis}
    digests = {api: digest_of(found) for api, found in sets.items()}
    return Rows(
        run={
            "run_id": run_id,
            "batch": None if batch is None else checked_name(batch, "batch"),
            "started": started,
            "finished": utc(run.footer.finished),
            "version": header.version,
            **where,
            "seed": header.seed,
            "cases": header.cases,
            "exit_code": run.footer.exit_code,
            "exchanges": run.summary.exchanges,
            "distinct_requests": run.summary.distinct_requests,
            "sha256": sha256,
            "stored": now() if stored is None else utc(stored),
        },
        apis=[
            {
                "run_id": run_id,
                "api": item.api,
                "number": number,
                **where,
                "started": started,
                "title": item.title,
                "published_sha256": item.published_sha256,
                "effective_sha256": item.effective_sha256,
                "digest": digests[item.api],
                **_counts(run, item.api),
            }
            for number, item in enumerate(header.apis)
        ],
        labels=label_rows(run_id, labels),
        sets={
            digests[api]: [
                {
                    "digest": digests[api],
                    "requirement": item.requirement,
                    "kind": item.kind.value,
                    "reason": item.reason,
                }
                for item in found
            ]
            for api, found in sets.items()
        },
        findings=[_finding(run_id, number, item) for number, item in enumerate(run.findings)],
        latencies=_latencies(run),
        codes=_codes(run, where, started),
        responses=_responses(run, where, started),
    )


def digest_of(verdicts: Iterable[StoredVerdict]) -> str:
    """Return the name of a set of verdicts, which are in the order of their requirements."""
    found = hashlib.sha256()
    for item in verdicts:
        for part in (item.requirement, item.kind.value, item.reason):
            found.update(part.encode() + b"\x00")
    return found.hexdigest()[:32]


def label_rows(run_id: str, labels: Mapping[str, str]) -> list[Row]:
    """Return the rows of a run's labels.

    Raises:
        InputError: there are too many, or one is empty or too long.
    """
    if len(labels) > _MAX_LABELS:
        raise InputError(f"a run takes at most {_MAX_LABELS} labels")
    found = {}
    for name, value in labels.items():
        if not name or len(name) > _LONGEST_LABEL // 10 or len(value) > _LONGEST_LABEL:
            raise InputError(f"the label {one_line(name, 60)!r} is empty or too long")
        found[storable(name)] = storable(value)
    return [{"run_id": run_id, "name": name, "value": found[name]} for name in sorted(found)]


def _check_apis(run: Run) -> None:
    names = [checked_name(item.api, "API") for item in run.header.apis]
    if len(set(names)) != len(names):
        raise InputError("the run names an API twice")
    found = {item.requirement.api for item in run.verdicts} | {item.api for item in run.findings}
    found |= {item.api for item in run.statistics} | {item.api for item in run.codes}
    found |= {item.api for item in run.latencies}
    if stray := sorted(found - set(names)):
        raise InputError(f"the run speaks of an API that it did not test: {one_line(stray[0], 60)}")


def _verdicts(verdicts: Iterable[Verdict], api: str) -> list[StoredVerdict]:
    found: dict[str, StoredVerdict] = {}
    for item in verdicts:
        if item.requirement.api != api:
            continue
        name = key(item.requirement.id)
        before = found.get(name)
        if before is not None and _WORST.index(before.kind) >= _WORST.index(item.kind):
            continue
        reason = "" if item.kind is VerdictKind.PASS else storable(item.reason)
        found[name] = StoredVerdict(name, item.kind, reason[:_LONGEST_MESSAGE])
    return [found[name] for name in sorted(found)]


def _counts(run: Run, api: str) -> dict[str, int]:
    kinds = Counter(item.kind for item in run.verdicts if item.requirement.api == api)
    findings = [item for item in run.findings if item.api == api]
    severities = Counter(item.severity for item in findings)
    return {
        "passed": kinds[VerdictKind.PASS],
        "failed": kinds[VerdictKind.FAIL],
        "inconclusive": kinds[VerdictKind.INCONCLUSIVE],
        "vacuous": kinds[VerdictKind.VACUOUS],
        "errors": severities[Severity.ERROR],
        "warnings": severities[Severity.WARNING],
        "infos": severities[Severity.INFO],
        "accepted": sum(item.deviation is not None for item in findings),
    }


def _finding(run_id: str, number: int, found: Finding) -> Row:
    message = storable(found.message)
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[: _LONGEST_MESSAGE - 1]}…"
    return {
        "run_id": run_id,
        "number": number,
        "api": found.api,
        "fingerprint": found.fingerprint,
        "rule": found.rule,
        "severity": found.severity.value,
        "requirement": key(found.requirement),
        "operation": key(found.operation),
        "status": found.status,
        "message": message,
        "blame": found.blame.value,
        "occurrences": found.occurrences,
        "deviation": found.deviation,
    }


def _latencies(run: Run) -> list[Row]:
    rows = {
        (item.api, key(item.operation), item.status): {
            "run_id": run.header.run_id,
            "api": item.api,
            "operation": key(item.operation),
            "status": item.status,
            "count": item.count,
            "sample": pack_sample(item.milliseconds),
        }
        for item in run.latencies
    }
    return [rows[name] for name in sorted(rows)]


def _codes(run: Run, where: Mapping[str, str], started: str) -> list[Row]:
    names = {
        (item.api, key(item.operation), item.status, key(code))
        for item in run.codes
        for code in item.codes
    }
    return [
        {
            "api": api,
            **where,
            "operation": operation,
            "status": status,
            "code": code,
            "first_seen": started,
            "first_run": run.header.run_id,
            "last_seen": started,
        }
        for api, operation, status, code in sorted(names)
    ]


def _responses(run: Run, where: Mapping[str, str], started: str) -> list[Row]:
    names = {
        (item.api, key(item.operation), status)
        for item in run.statistics
        for status in item.statuses
    }
    return [
        {
            "api": api,
            **where,
            "operation": operation,
            "status": status,
            "first_seen": started,
            "last_seen": started,
            "last_run": run.header.run_id,
        }
        for api, operation, status in sorted(names)
    ]
