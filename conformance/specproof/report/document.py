"""Run -> the ``--json`` document, ``specproof.run/1``; its schema is shipped as ``run``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from specproof.model import Finding, Verdict
from specproof.report.pytest_file import pytest_of
from specproof.report.view import finding_source, ordered_findings, outcome
from specproof.suites.runfile import Run, origin
from specproof.text import printable

__all__ = ["RUN_SCHEMA", "render_json", "run_document"]

RUN_SCHEMA: Final = "specproof.run/1"


def run_document(run: Run) -> dict[str, Any]:
    """Return the document; each text in it is printable, so that ``jq -r`` is safe, too."""
    header, summary = run.header, run.summary
    document: dict[str, Any] = {
        "schema": RUN_SCHEMA,
        "target": header.target,
        "run": {
            "id": header.run_id,
            "version": header.version,
            "started": header.started,
            "finished": run.footer.finished,
            "base_url": origin(header.base_url),
            "seed": header.seed,
            "cases": header.cases,
            "apis": [asdict(api) for api in header.apis],
        },
        "summary": {
            "verdicts": {
                "pass": summary.passed,
                "fail": summary.failed,
                "inconclusive": summary.inconclusive,
                "vacuous": summary.vacuous,
            },
            "findings": {
                "error": summary.errors,
                "warning": summary.warnings,
                "info": summary.infos,
            },
            "accepted": summary.accepted,
            "exercised": summary.exercised,
            "exchanges": summary.exchanges,
            "distinct_requests": summary.distinct_requests,
            "exit_code": run.footer.exit_code,
            "outcome": outcome(run),
        },
        "requirements": [_requirement(verdict) for verdict in run.verdicts],
        "findings": [_finding(run, finding) for finding in ordered_findings(run)],
        "statistics": [statistics.to_plain() for statistics in run.statistics],
    }
    if header.shard is not None:
        document["run"] |= {"shard": {"index": header.shard.index, "count": header.shard.count}}
    safe: dict[str, Any] = _safe(document)
    return safe


def render_json(run: Run) -> str:
    """Return the document as indented ASCII with a final line feed."""
    return json.dumps(run_document(run), indent=2, allow_nan=False) + "\n"


def _requirement(verdict: Verdict) -> dict[str, Any]:
    requirement = verdict.requirement
    return {
        "id": requirement.id,
        "source": str(requirement.source),
        "verdict": str(verdict.kind),
        "reason": verdict.reason,
        "api": requirement.api,
        "operation": requirement.operation,
        "status": requirement.status,
        "statement": requirement.statement,
        "pointer": requirement.pointer,
    }


def _finding(run: Run, finding: Finding) -> dict[str, Any]:
    source = finding_source(run, finding)
    confirmation = run.confirmations.get(finding.fingerprint)
    tried = {} if confirmation is None else {"confirmation": asdict(confirmation)}
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "requirement": finding.requirement,
        "api": finding.api,
        "operation": finding.operation,
        "status": finding.status,
        "message": finding.message,
        "fingerprint": finding.fingerprint,
        "blame": str(finding.blame),
        "deviation": finding.deviation,
        "reproduce": finding.reproduce,
        "pytest": pytest_of(run, finding),
        "source": None if source is None else str(source),
        "exchange": finding.exchange,
        "occurrences": finding.occurrences,
        **tried,
    }


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _safe(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(member) for member in value]
    return value
