"""A finding as plain text, ready to be sent to the vendor: what was promised, what came instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from specproof.history.records import StoredRun, Stream
from specproof.model import Blame
from specproof.report.site.details import Detail
from specproof.report.site.pages import utc
from specproof.report.site.promises import Promise, Shown
from specproof.suites.records import RunOperation

__all__ = ["vendor_text"]

_THEIRS: Final = frozenset({Blame.PUBLISHED_SPEC, Blame.VENDOR_BEHAVIOUR})

_MOST: Final = 5
"""Findings of one promise that are told; a vendor needs no more."""


def vendor_text(
    promise: Promise,
    operation: RunOperation | None,
    stream: Stream,
    run: StoredRun,
    since: StoredRun | None,
) -> str:
    """Return the text, "" where the vendor is not to blame; it is not safe to print as it is.

    Args:
        operation: None where the run does not list it.
        run: the run that shows the findings.
        since: the first run of the present streak of failures.
    """
    items = [item for item in promise.items if item.finding.blame in _THEIRS]
    if not items:
        return ""
    return "\n".join(_lines(promise.detail, items, operation, stream, run, since)) + "\n"


def _lines(  # noqa: PLR0917 - private, and called once
    detail: Detail,
    items: Sequence[Shown],
    operation: RunOperation | None,
    stream: Stream,
    run: StoredRun,
    since: StoredRun | None,
) -> Iterator[str]:
    called = detail.operation
    if operation is not None:
        called = f"{operation.method} {operation.path} ({called})"
    yield f"Operation:  {called}{f' at {stream.origin}' if stream.origin else ''}"
    yield f"Documented: {detail.words}"
    yield from (f"            {line}" for line in _source(detail))
    label = "Observed:  "
    for item in items[:_MOST]:
        finding = item.finding
        answered = f"answered {finding.status}: " if finding.status is not None else ""
        times = "once" if finding.occurrences == 1 else f"{finding.occurrences} times"
        yield f"{label} {answered}{finding.message} ({times})"
        label = " " * len(label)
    if len(items) > _MOST:
        yield f"{label} and {len(items) - _MOST} more"
    yield f"When:       {utc(run.started)} UTC"
    if since is not None and since.run_id != run.run_id:
        yield f"Since:      {utc(since.started)} UTC"
    command = next((item.reproduce for item in items if item.reproduce), "")
    if command:
        yield ""
        yield "To see it again (credentials come from the environment variables named):"
        yield ""
        yield command


def _source(detail: Detail) -> Iterator[str]:
    proof = detail.proof
    if proof.quote:
        yield f'"{proof.quote}"'
        read = f", read {proof.retrieved}" if proof.retrieved else ""
        yield f"{proof.address or proof.page}{read}"
    elif proof.address or proof.pointer:
        yield proof.address or f"{proof.pointer} in {proof.words}"
