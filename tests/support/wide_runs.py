"""A run of one API with as many operations and requirements as are asked for."""

from __future__ import annotations

from collections.abc import Container

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
from specproof.suites.records import (
    ExportedExchange,
    OperationStatistics,
    Run,
    RunApi,
    RunFooter,
    RunHeader,
    RunOperation,
    summarise,
)

__all__ = ["wide_run"]

_STATUSES = ("200", "404", "default")


def wide_run(
    operations: int, each: int, *, broken: Container[int] = (), word: str = "", night: int = 1
) -> Run:
    """Return the run.

    Args:
        each: requirements of each operation.
        broken: numbers of those that fail, with a finding each.
        word: put into whatever a stranger may write.
        night: the day of the month on which it ran.
    """
    listed = tuple(
        RunOperation(f"op-{number}", "PUT", f"/things/{number}{word}", _STATUSES)
        for number in range(operations)
    )
    verdicts: list[Verdict] = []
    findings: list[Finding] = []
    for number in range(operations * each):
        operation = listed[number // each]
        status = _STATUSES[number % 3]
        required = Requirement(
            id=f"wide/{operation.id}/{status}/what-{number}",
            api="wide",
            operation=operation.id,
            where=status,
            what=f"what-{number}",
            source=Source.SCHEMA,
            statement=f"promise {number}{word}",
            pointer=f"/paths/{number}{word}",
            status=status,
        )
        fails = number in broken
        kind = VerdictKind.FAIL if fails else VerdictKind.PASS
        verdicts.append(Verdict(required, kind, f"reason {number}{word}", ("e",)))
        if fails:
            findings.append(
                Finding(
                    rule="published-schema",
                    severity=Severity.ERROR,
                    requirement=required.id,
                    api="wide",
                    operation=operation.id,
                    status=200,
                    message=f"message {number}{word}",
                    fingerprint=fingerprint(required.id),
                    blame=Blame.VENDOR_BEHAVIOUR,
                    exchange="e",
                    reproduce=f"curl {number}{word}",
                )
            )
    exchange = ExportedExchange(
        id="e",
        api="wide",
        operation="op-0",
        scenario=f"wide{word}",
        target="live",
        provenance=word,
        expects=None,
        method="PUT",
        path_template=f"/things{word}",
        status=200,
        elapsed_ms=1.0,
        request_bytes=1,
        response_bytes=1,
        content_type="application/json",
        reproduce=f"curl{word}",
    )
    started = f"2026-01-{night:02}T02:00:00+00:00"
    return Run(
        header=RunHeader(
            run_id=f"wide-{night}",
            version="0.1.0",
            started=started,
            target="live",
            base_url="https://wide.test",
            seed=0,
            cases=None,
            apis=(RunApi("wide", f"Wide{word}", None, "e" * 64, listed),),
        ),
        verdicts=tuple(verdicts),
        findings=tuple(findings),
        exchanges=(exchange,),
        statistics=tuple(OperationStatistics("wide", item.id, 2, 1, (200,)) for item in listed),
        footer=RunFooter(
            started,
            summarise(verdicts, findings, exchanges=2 * operations, distinct_requests=operations),
            1 if findings else 0,
        ),
    )
