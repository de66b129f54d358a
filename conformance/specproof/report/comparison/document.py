"""Comparison -> the ``--json`` document, ``specproof.history-compare/1``.

Its schema is shipped as ``history-compare``.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from specproof.history.comparison import Comparison, Difference, StreamComparison
from specproof.history.flaky import Flakiness
from specproof.history.proofs import Proof
from specproof.history.records import StoredRun
from specproof.history.signals import (
    AnySignal,
    LatencyMoved,
    NewCode,
    UnseenResponse,
    WorseVerdict,
)
from specproof.history.transitions import Transition
from specproof.text import printable

__all__ = ["COMPARE_SCHEMA", "comparison_document", "render_json"]

COMPARE_SCHEMA: Final = "specproof.history-compare/1"


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Return the document; each text in it is printable, so that ``jq -r`` is safe, too."""
    looking = comparison.looking
    document = {
        "schema": COMPARE_SCHEMA,
        "severity": comparison.severity,
        "window": looking.window,
        "days": looking.days,
        "streams": [_stream(item) for item in comparison.streams],
    }
    safe: dict[str, Any] = _safe(document)
    return safe


def render_json(comparison: Comparison) -> str:
    """Return the document as indented ASCII with a final line feed."""
    return json.dumps(comparison_document(comparison), indent=2, allow_nan=False) + "\n"


def _stream(item: StreamComparison) -> dict[str, Any]:
    counts = {str(kind): len(item.of(kind)) for kind in Transition if kind is not _SAME}
    return {
        "api": item.stream.api,
        "target": item.stream.target,
        "origin": item.stream.origin,
        "new": _run(item.new),
        "old": None if item.old is None else _run(item.old),
        "comparable": item.comparable,
        "published_changed": item.published_changed,
        "spec_changed": item.spec_changed,
        "tool_changed": item.tool_changed,
        "checked": item.checked,
        "severity": item.severity,
        "summary": counts | {"flaky": len(item.flaky)},
        "unchanged": {str(kind): count for kind, count in item.unchanged.items()},
        "requirements": [_difference(each) for each in item.differences],
        "findings": [{"appeared": each.appeared, **_proof(each.proof)} for each in item.findings],
        "signals": [_signal(each) for each in item.signals],
        "never_seen": [
            {"operation": each.operation, "status": each.key} for each in item.never_seen
        ],
    }


_SAME: Final = Transition.UNCHANGED


def _run(run: StoredRun) -> dict[str, Any]:
    return {
        "id": run.run_id,
        "batch": run.batch,
        "started": run.started,
        "finished": run.finished,
        "version": run.version,
        "seed": run.seed,
        "cases": run.cases,
        "exit_code": run.exit_code,
        "labels": dict(run.labels),
        "complete": run.complete,
    }


def _difference(item: Difference) -> dict[str, Any]:
    return {
        "id": item.requirement,
        "operation": item.operation,
        "transition": item.transition,
        "was": item.was,
        "now": item.now,
        "reason": item.reason,
        "severity": item.severity,
        "since": (
            None
            if item.since is None
            else {
                "run": item.since.run_id,
                "started": item.since.started,
                "runs": item.since.runs,
                "open": item.since.open,
            }
        ),
        "flaky": item.flaky,
        "confirmed": item.confirmed,
        "flakiness": None if item.flakiness is None else _flakiness(item.flakiness),
        "statement": item.statement,
        "source": item.source,
        "findings": [_proof(proof) for proof in item.proofs],
    }


def _flakiness(figures: Flakiness) -> dict[str, Any]:
    last = figures.last_failed
    return {
        "runs": figures.runs,
        "decided": figures.decided,
        "failed": figures.failed,
        "rate": round(figures.rate, 4),
        "flips": figures.flips,
        "stretches": list(figures.stretches),
        "last_failed": None if last is None else {"run": last.run_id, "started": last.started},
        "one_seed": figures.one_seed,
    }


def _proof(proof: Proof) -> dict[str, Any]:
    finding = proof.finding
    return {
        "run": finding.run_id,
        "started": proof.started,
        "fingerprint": finding.fingerprint,
        "rule": finding.rule,
        "severity": finding.severity,
        "requirement": finding.requirement,
        "operation": finding.operation,
        "status": finding.status,
        "message": finding.message,
        "blame": finding.blame,
        "occurrences": finding.occurrences,
        "deviation": finding.deviation,
        "fresh": proof.fresh,
        "confirmation": None if proof.confirmation is None else asdict(proof.confirmation),
        "reproduce": proof.reproduce,
    }


def _signal(signal: AnySignal) -> dict[str, Any]:
    return {
        "kind": signal.kind,
        "subject": signal.subject,
        "operation": signal.operation,
        "status": signal.status,
        "severity": signal.severity,
        "sureness": signal.sureness,
        "message": signal.message,
        "grounds": signal.grounds,
        "figures": _figures(signal),
    }


def _figures(signal: AnySignal) -> dict[str, Any]:
    match signal:
        case WorseVerdict():
            return {
                "requirement": signal.requirement,
                "was": signal.was,
                "now": signal.now,
                "flakiness": _flakiness(signal.flakiness),
            }
        case NewCode():
            return {"code": signal.code, "runs": signal.runs, "status_seen": signal.status_seen}
        case LatencyMoved():
            latency = signal.latency
            return {
                "direction": latency.direction,
                "median": round(latency.now, 3),
                "median_before": round(latency.before, 3),
                "p": latency.p,
                "tests": latency.tested,
                "answers": latency.answers,
                "answers_before": latency.earlier,
                "runs_before": latency.runs,
                "runs_p": latency.runs_p,
            }
        case UnseenResponse():
            return {
                "last_seen": signal.last_seen,
                "last_run": signal.last_run,
                "days": signal.days,
                "exercised": signal.exercised,
            }


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {printable(key): _safe(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_safe(member) for member in value]
    return value
