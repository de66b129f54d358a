"""What charts are drawn of: the counts of each run, and how long answers took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from specproof.history.records import StoredApi, StoredRun, Stream
from specproof.model import Severity
from specproof.report.charts.latency import latency, latency_point
from specproof.report.charts.points import FindingsPoint, LatencyPoint, VerdictPoint

if TYPE_CHECKING:
    from markupsafe import Markup

    from specproof.history.store import History
    from specproof.report.site.reading import Reading

__all__ = ["latency_charts", "points"]

_LATENCY_RUNS: Final = 90
"""Newest runs whose latency is drawn."""
_LATENCY_CHARTS: Final = 3
"""Operations and statuses, those with the most answers."""


def points(
    history: History, stream: Stream, runs: Sequence[StoredRun]
) -> tuple[tuple[VerdictPoint, ...], tuple[FindingsPoint, ...]]:
    """Return the verdicts and the findings of each run of a stream, in the order of ``runs``."""
    verdicts, findings = [], []
    for run in runs:
        counts = run.api(stream.api)
        if counts is None:
            continue
        open_ones = _open(history, run, counts)
        verdicts.append(
            VerdictPoint(
                started=run.started,
                passed=counts.passed,
                failed=counts.failed,
                inconclusive=counts.inconclusive,
                vacuous=counts.vacuous,
                accepted=bool(counts.failed) and not open_ones[Severity.ERROR],
                stray=not counts.failed and bool(open_ones[Severity.ERROR]),
            )
        )
        findings.append(
            FindingsPoint(
                started=run.started,
                errors=open_ones[Severity.ERROR],
                warnings=open_ones[Severity.WARNING],
                infos=open_ones[Severity.INFO],
                accepted=counts.accepted,
            )
        )
    return tuple(verdicts), tuple(findings)


def latency_charts(history: Reading, stream: Stream, runs: Sequence[StoredRun]) -> list[Markup]:
    """Return charts of how long the answers of a live server took; of others it says nothing.

    Args:
        runs: newest first.
    """
    if stream.target != "live":
        return []
    found: dict[tuple[str, int], list[LatencyPoint]] = {}
    answers: Counter[tuple[str, int]] = Counter()
    for run in runs[:_LATENCY_RUNS]:
        for sample in history.latencies(run.run_id, stream.api):
            place = (sample.operation, sample.status)
            point = latency_point(run.started, sample.milliseconds, sample.count)
            if point is not None:
                found.setdefault(place, []).append(point)
                answers[place] += sample.count
    ranked = sorted(found, key=lambda place: (-answers[place], place))
    return [
        latency(found[place], title=f"Latency of {place[0]}, answered {place[1]}")
        for place in ranked[:_LATENCY_CHARTS]
    ]


def _open(history: History, run: StoredRun, counts: StoredApi) -> dict[Severity, int]:
    """Return how many findings of which severity nobody accepted."""
    if not counts.accepted:
        return {
            Severity.ERROR: counts.errors,
            Severity.WARNING: counts.warnings,
            Severity.INFO: counts.infos,
        }
    held = Counter(
        item.severity for item in history.findings(run.run_id, counts.api) if item.deviation is None
    )
    return {severity: held[severity] for severity in Severity}
