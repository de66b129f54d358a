"""Behaviour regression: what one run shows that the comparable runs before it did not.

Four signals, each with what it rests on: a worse verdict on the same requirement, an error code
never seen before, latencies that moved, and a documented response that is not seen any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from specproof.history.comparable import DECIDED, Past, Step, parts_of
from specproof.history.flaky import Flakiness, flakiness_of, unchanged
from specproof.history.latency import RUNS, Direction, Latency, latencies
from specproof.history.records import StoredRun, Stream
from specproof.history.signals import (
    AnySignal,
    LatencyMoved,
    NewCode,
    Sureness,
    UnseenResponse,
    WorseVerdict,
)
from specproof.history.unseen import (
    DAYS,
    LEAST_RUNS,
    Documented,
    documented,
    never_seen,
    new_codes,
    unseen_responses,
)
from specproof.model import Severity, VerdictKind

__all__ = ["Looking", "never_answered", "signals"]

_BEST_FIRST: Final = (
    VerdictKind.PASS,
    VerdictKind.VACUOUS,
    VerdictKind.INCONCLUSIVE,
    VerdictKind.FAIL,
)

_LIKELY: Final = 20
"""Runs without a code from which on its first sight is likely no chance."""

_OF_THREE: Final = 3
"""What never came in n runs comes in at most 3/n of them, in nineteen of twenty cases."""


@dataclass(frozen=True, slots=True)
class Looking:
    """How far to look back.

    Attributes:
        window: runs in which verdicts may flip.
        days: after which a response counts as not seen any more.
        latency_of: targets whose latencies say something of the vendor.
    """

    window: int = 20
    days: int = DAYS
    latency_of: Collection[str] = frozenset({"live"})


def signals(
    past: Past,
    stream: Stream,
    new: StoredRun,
    *,
    looking: Looking | None = None,
    accepted: Collection[str] = (),
    confirmed: Collection[str] = (),
) -> tuple[AnySignal, ...]:
    """Return what ``new`` shows of ``stream``; nothing where it is the first run.

    Args:
        accepted: requirements whose findings in ``new`` are all covered by deviations.
        confirmed: requirements that each repeat within ``new`` showed broken again.
    """
    look = looking or Looking()
    steps = past.steps(stream, new, max(look.window, RUNS + 1, LEAST_RUNS + 1))
    if len(steps) <= 1:
        return ()
    return (
        *_worse(past, stream, steps, look, accepted=accepted, confirmed=confirmed),
        *_codes(past, stream, new, steps),
        *_latencies(past, stream, steps, look),
        *_unseen(past, stream, steps, look),
    )


def never_answered(past: Past, stream: Stream, new: StoredRun) -> tuple[Documented, ...]:
    """Return the documented responses that no run of ``stream`` has ever seen."""
    steps = past.steps(stream, new, 1)
    if not steps:
        return ()
    return never_seen(documented(steps[0].verdicts), past.history.responses(stream))


def _worse(
    past: Past,
    stream: Stream,
    steps: Sequence[Step],
    look: Looking,
    *,
    accepted: Collection[str],
    confirmed: Collection[str],
) -> Iterator[WorseVerdict]:
    here, before = steps[0], steps[1]
    window = unchanged(steps, stream.api, look.window)
    worse = {
        requirement: (was, now)
        for requirement in sorted(here.verdicts)
        if (now := here.kind(requirement)) and (was := before.kind(requirement))
        if _BEST_FIRST.index(now) > _BEST_FIRST.index(was)
    }
    failed = past.failed_last(stream, before.run, worse)
    for requirement, (was, now) in worse.items():
        # What failed before it was not checked for a while is no news, nor what is accepted.
        known = failed.get(requirement) and not past.accepted_last(stream, before.run, requirement)
        if now is VerdictKind.FAIL and (requirement in accepted or known):
            continue
        figures = flakiness_of(window, requirement)
        severity, sureness = _gravity(
            now, figures, _usual(window[1:], requirement), confirmed=requirement in confirmed
        )
        verdict = here.verdicts[requirement]
        operation, where, _ = parts_of(requirement)
        yield WorseVerdict(
            stream=stream,
            operation=operation,
            status=where if where[:1].isdigit() or where == "default" else None,
            severity=severity,
            sureness=sureness,
            message=f"{requirement} was {was} and is {now}: {verdict.reason}",
            grounds=_verdict_grounds(figures, confirmed=requirement in confirmed),
            requirement=requirement,
            was=was,
            now=now,
            reason=verdict.reason,
            flakiness=figures,
        )


def _gravity(
    now: VerdictKind, figures: Flakiness, usual: bool, *, confirmed: bool
) -> tuple[Severity, Sureness]:
    """Return how grave a worse verdict is and how sure.

    Args:
        usual: whether the runs before decided the requirement each time, and were enough.
    """
    if now is not VerdictKind.FAIL:
        if usual:
            return Severity.WARNING, Sureness.LIKELY
        return Severity.INFO, Sureness.HINT
    if confirmed:
        return Severity.ERROR, Sureness.SURE
    if figures.flaky:
        return Severity.WARNING, Sureness.HINT
    return Severity.ERROR, Sureness.LIKELY


def _usual(before: Sequence[Step], requirement: str) -> bool:
    return len(before) >= LEAST_RUNS and all(step.kind(requirement) in DECIDED for step in before)


def _verdict_grounds(figures: Flakiness, *, confirmed: bool) -> str:
    flips = {1: "once", 2: "twice"}.get(figures.flips, f"{figures.flips} times")
    told = (
        f"decided in {figures.decided} of the last {figures.runs} comparable runs,"
        f" failed in {figures.failed}, flipped {flips}"
    )
    return f"{told}; each repeat showed it again" if confirmed else told


def _codes(past: Past, stream: Stream, new: StoredRun, steps: Sequence[Step]) -> Iterator[NewCode]:
    if len(steps) <= LEAST_RUNS:
        return
    found = new_codes(past.history.codes(stream), new)
    if not found:
        return
    runs = len(past.steps(stream, new)) - 1
    known = {
        (item.operation, item.status)
        for item in past.history.responses(stream)
        if item.first_seen < new.started
    }
    for item in found:
        status_seen = (item.operation, item.status) in known
        share = min(1.0, _OF_THREE / runs)
        yield NewCode(
            stream=stream,
            operation=item.operation,
            status=str(item.status),
            severity=Severity.WARNING,
            sureness=Sureness.LIKELY if runs >= _LIKELY else Sureness.HINT,
            message=(
                f"{item.operation} {item.status} has an error code never seen before: {item.code}"
            ),
            grounds=(
                f"none of {runs} earlier comparable runs saw it, so that it came in at most"
                f" {share:.0%} of them by the rule of three"
                + ("" if status_seen else "; nor did any see this status")
            ),
            code=item.code,
            runs=runs,
            status_seen=status_seen,
        )


def _latencies(
    past: Past, stream: Stream, steps: Sequence[Step], look: Looking
) -> Iterator[LatencyMoved]:
    if stream.target not in look.latency_of:
        return
    history = past.history
    here, *before = [history.latencies(step.run.run_id, stream.api) for step in steps[: RUNS + 1]]
    for item in latencies(here, before):
        if item.moved:
            slower = item.direction is Direction.SLOWER
            yield LatencyMoved(
                stream=stream,
                operation=item.operation,
                status=str(item.status),
                severity=Severity.WARNING if slower else Severity.INFO,
                sureness=Sureness.LIKELY,
                message=(
                    f"{item.operation} {item.status} has become {item.direction}:"
                    f" median {item.now:.0f} ms, was {item.before:.0f} ms"
                ),
                grounds=_latency_grounds(item),
                latency=item,
            )


def _latency_grounds(item: Latency) -> str:
    tests = "test" if item.tested == 1 else "tests"
    return (
        f"{item.answers} answers against {item.earlier} of {item.runs} earlier runs; Mann-Whitney"
        f" U test, p = {item.p:.1e} after Holm's correction for {item.tested} {tests};"
        f" the median of one more run like those is so far off with p = {item.runs_p:.1e}"
    )


def _unseen(
    past: Past, stream: Stream, steps: Sequence[Step], look: Looking
) -> Iterator[UnseenResponse]:
    if len(steps) <= LEAST_RUNS:
        return
    new = steps[0]
    responses = documented(new.verdicts)
    seen = past.history.responses(stream)
    for item in unseen_responses(responses, seen, new.run, look.days):
        yield UnseenResponse(
            stream=stream,
            operation=item.response.operation,
            status=item.response.key,
            severity=Severity.WARNING,
            sureness=Sureness.LIKELY,
            message=(
                f"{item.response.operation} {item.response.key} is documented and has not been"
                f" seen for {item.days} days"
            ),
            grounds=(
                f"last seen {item.last_seen} by run {item.last_run}; the operation answered"
                f" as late as {item.exercised}"
            ),
            last_seen=item.last_seen,
            last_run=item.last_run,
            days=item.days,
            exercised=item.exercised,
        )
