"""What came of a batch: one line or row per run, and the exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from specproof.history.records import StoredRun
from specproof.json_types import JsonObject
from specproof.scheduling.cluster.dispatch import Dispatched, Progress
from specproof.scheduling.cluster.jobs import Job
from specproof.text import one_line

__all__ = ["FLEET_SCHEMA", "Outcome", "outcome_of"]

FLEET_SCHEMA: Final = "specproof.fleet/1"

_COUNTS = (
    "passed",
    "failed",
    "inconclusive",
    "vacuous",
    "errors",
    "warnings",
    "infos",
    "accepted",
)
"""Counts of `StoredApi`, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a batch.

    Attributes:
        runs: the runs that are stored, by name of the API.
        failures: why there is none, by API.
    """

    batch: str
    target: str
    runs: Mapping[str, StoredRun]
    failures: Mapping[str, str]
    progress: Progress

    @property
    def exit_code(self) -> int:
        """1 for findings in any run, else 3 where an API could not be checked, else 0."""
        codes = {run.exit_code for run in self.runs.values()}
        if 1 in codes:
            return 1
        return 3 if self.failures or codes - {0} else 0

    def counts(self) -> dict[str, int]:
        """Return the counts of all runs together."""
        apis = [api for run in self.runs.values() for api in run.apis]
        return {name: sum(getattr(api, name) for api in apis) for name in _COUNTS}

    def to_plain(self) -> JsonObject:
        """Return ``specproof.fleet/1``."""
        return {
            "schema": FLEET_SCHEMA,
            "batch": self.batch,
            "target": self.target,
            "exit_code": self.exit_code,
            "summary": dict(self.counts()),
            "runs": [
                {
                    "api": name,
                    "run_id": run.run_id,
                    "exit_code": run.exit_code,
                    "summary": {key: sum(getattr(api, key) for api in run.apis) for key in _COUNTS},
                }
                for name, run in sorted(self.runs.items())
            ],
            "failures": [
                {"api": name, "reason": one_line(reason, 1000)}
                for name, reason in sorted(self.failures.items())
            ],
            "progress": asdict(self.progress),
        }

    def lines(self, place: str) -> Iterator[str]:
        """Yield the lines for a terminal: what needs looking at, then the sum.

        Args:
            place: the history, as it may be shown.
        """
        for name, run in sorted(self.runs.items()):
            if run.exit_code != 0:
                broken = sum(api.failed for api in run.apis)
                held = sum(api.passed for api in run.apis)
                word = "broken" if run.exit_code == 1 else "could not be checked"
                yield f"{name}: {word}, {broken} fail, {held} pass (run {run.run_id})"
        for name, reason in sorted(self.failures.items()):
            yield f"{name}: no run, {one_line(reason, 1000)}"
        counts = self.counts()
        yield (
            f"{len(self.runs)} runs: {counts['passed']} pass, {counts['failed']} fail,"
            f" {counts['inconclusive']} inconclusive, {counts['vacuous']} vacuous;"
            f" {len(self.failures)} APIs without a run"
        )
        verdict = {0: "every contract holds", 1: "not every contract holds"}
        yield (
            f"{verdict.get(self.exit_code, 'not everything could be checked')};"
            f" batch {self.batch} in {one_line(place)}"
        )


def outcome_of(
    batch: str, jobs: Sequence[Job], stored: Mapping[str, StoredRun], dispatched: Dispatched
) -> Outcome:
    """Return what came of ``jobs``.

    Args:
        stored: the runs that are stored, by id.
    """
    runs = {job.api: stored[job.run_id] for job in jobs if job.run_id in stored}
    failures = {
        job.api: dispatched.failures.get(job.api, "its run is not in the history")
        for job in jobs
        if job.run_id not in stored
    }
    return Outcome(batch, jobs[0].target, runs, failures, dispatched.progress)
