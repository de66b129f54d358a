"""Timelines made of nothing but verdicts: what a history yields, without a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace

from specproof.history.records import (
    StoredApi,
    StoredChange,
    StoredFinding,
    StoredRun,
    StoredVerdict,
    Stream,
)
from specproof.model import Blame, Severity, VerdictKind, fingerprint

__all__ = ["NAMES", "Nights", "night_run", "timeline_of"]

NAMES = ("x/op/200/status", "x/op/200/schema", "x/op/404/status")
_BEGIN = dt.datetime(2026, 1, 1, 2, tzinfo=dt.UTC)


def night_run(number: int, night: Mapping[str, VerdictKind], **counts: int) -> StoredRun:
    """Return the summary of a run of the API ``x``; its id is its number."""
    kinds = list(night.values())
    api = StoredApi(
        api="x",
        title="X",
        published_sha256=None,
        effective_sha256="e" * 64,
        passed=kinds.count(VerdictKind.PASS),
        failed=kinds.count(VerdictKind.FAIL),
        inconclusive=kinds.count(VerdictKind.INCONCLUSIVE),
        vacuous=kinds.count(VerdictKind.VACUOUS),
        **{"errors": 0, "warnings": 0, "infos": 0, "accepted": 0, **counts},
    )
    started = (_BEGIN + dt.timedelta(days=number)).isoformat()
    return StoredRun(
        run_id=str(number),
        batch=None,
        started=started,
        finished=started,
        version="0.1.0",
        target="live",
        origin=None,
        seed=number,
        cases=None,
        exit_code=0,
        exchanges=0,
        distinct_requests=0,
        apis=(api,),
        labels={},
        stored=started,
        complete=True,
    )


def timeline_of(
    nights: Sequence[Mapping[str, VerdictKind]],
) -> Iterator[tuple[StoredRun, Mapping[str, StoredVerdict]]]:
    """Yield runs with their verdicts, newest first; equal verdicts are one object."""
    known: list[tuple[Mapping[str, VerdictKind], dict[str, StoredVerdict]]] = []
    for number in reversed(range(len(nights))):
        night = nights[number]
        held = next((verdicts for kinds, verdicts in known if kinds == night), None)
        if held is None:
            held = {name: StoredVerdict(name, kind, "") for name, kind in night.items()}
            known.append((night, held))
        yield night_run(number, night), held


class Nights:
    """A history of verdicts by stream; each failing requirement has one finding.

    Args:
        streams: nights by stream, oldest first.
        accepted: requirements whose findings a deviation covers.
        severity: of every finding.
        exit_code: of every run.
    """

    def __init__(
        self,
        streams: Mapping[Stream, Sequence[Mapping[str, VerdictKind]]],
        *,
        accepted: Container[str] = (),
        severity: Severity = Severity.ERROR,
        exit_code: int = 0,
    ) -> None:
        self._nights = streams
        self._accepted = accepted
        self._severity = severity
        self._exit_code = exit_code
        self.asked: list[str] = []
        self.known_changes: list[StoredChange] = []

    def streams(self) -> tuple[Stream, ...]:
        """Return every stream, sorted."""
        return tuple(
            sorted(self._nights, key=lambda item: (item.api, item.target, item.origin or ""))
        )

    def timeline(self, stream: Stream) -> Iterator[tuple[StoredRun, Mapping[str, StoredVerdict]]]:
        """Yield the runs of a stream; their counts are those of their findings."""
        for run, verdicts in timeline_of(self._nights[stream]):
            failed = [name for name, item in verdicts.items() if item.kind is VerdictKind.FAIL]
            covered = sum(name in self._accepted for name in failed)
            counts = replace(
                run.apis[0],
                api=stream.api,
                title=stream.api.title(),
                errors=len(failed) if self._severity is Severity.ERROR else 0,
                warnings=len(failed) if self._severity is Severity.WARNING else 0,
                accepted=covered,
            )
            name = f"{stream.api}-{stream.target}-{run.run_id}"
            yield (
                replace(
                    run,
                    run_id=name,
                    target=stream.target,
                    origin=stream.origin,
                    apis=(counts,),
                    exit_code=self._exit_code,
                ),
                verdicts,
            )

    def findings(self, run_id: str, api: str | None = None) -> tuple[StoredFinding, ...]:
        """Return one finding for each requirement that failed."""
        self.asked.append(run_id)
        for stream in self._nights:
            if api not in {None, stream.api}:
                continue
            for run, verdicts in self.timeline(stream):
                if run.run_id == run_id:
                    return tuple(
                        self._finding(run_id, stream.api, name)
                        for name, item in verdicts.items()
                        if item.kind is VerdictKind.FAIL
                    )
        return ()

    def changes(self, api: str | None = None) -> tuple[StoredChange, ...]:
        """Return the changes that were put in."""
        return tuple(item for item in self.known_changes if api in {None, item.api})

    def _finding(self, run_id: str, api: str, name: str) -> StoredFinding:
        return StoredFinding(
            run_id=run_id,
            api=api,
            fingerprint=fingerprint(api, name),
            rule="published-schema",
            severity=self._severity,
            requirement=name,
            operation="op",
            status=200,
            message=f"{name} is broken",
            blame=Blame.VENDOR_BEHAVIOUR,
            occurrences=1,
            deviation="known" if name in self._accepted else None,
        )
