"""The words that every form of a comparison uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from specproof.history.comparison import Comparison, Difference, StreamComparison
from specproof.history.flaky import Flakiness
from specproof.history.proofs import Proof
from specproof.history.records import StoredRun, Stream
from specproof.history.transitions import Transition
from specproof.model import VerdictKind
from specproof.text import one_line

__all__ = [
    "TITLES",
    "change_words",
    "facts",
    "flaky_words",
    "headline",
    "place",
    "proof_words",
    "run_words",
    "sections",
    "since_words",
    "unchanged_words",
]

TITLES: Final[Mapping[Transition, str]] = {
    Transition.NEWLY_FAILING: "newly failing",
    Transition.SETTLED: "no longer flaky but broken",
    Transition.STILL_FAILING: "still failing",
    Transition.ACCEPTED: "failing, accepted",
    Transition.FIXED: "fixed",
    Transition.UNRESOLVED: "failed when last checked, not checked since",
    Transition.NEWLY_INCONCLUSIVE: "newly inconclusive",
    Transition.NEWLY_VACUOUS: "newly vacuous",
    Transition.NEWLY_PASSING: "checked again",
    Transition.ADDED: "added to the contract",
    Transition.REMOVED: "no longer checked",
    Transition.UNCHANGED: "flaky, with the same verdict",
}


def place(stream: Stream) -> str:
    """Return where the runs of a stream went, printable."""
    origin = f" {one_line(stream.origin)}" if stream.origin else ""
    return f"{one_line(stream.api)} on {one_line(stream.target)}{origin}"


def run_words(run: StoredRun) -> str:
    """Return which run, printable."""
    return f"run {one_line(run.run_id)} of {one_line(run.started)}"


def headline(comparison: Comparison) -> str:
    """Return the comparison in one line, printable."""
    told = []
    for transition, title in TITLES.items():
        count = sum(len(stream.of(transition)) for stream in comparison.streams)
        if count and transition is not Transition.UNCHANGED:
            told.append(f"{count} {title}")
    if flaky := sum(len(stream.flaky) for stream in comparison.streams):
        told.append(f"{flaky} flaky")
    signals = sum(len(stream.behaviour) for stream in comparison.streams)
    if signals:
        told.append(f"{signals} {'signal' if signals == 1 else 'signals'}")
    alone = sum(stream.old is None for stream in comparison.streams)
    if alone:
        told.append(f"{alone} without an earlier run")
    apis = [one_line(stream.stream.api) for stream in comparison.streams]
    shown = ", ".join(apis[:_NAMED]) + (f" and {len(apis) - _NAMED} more" * (len(apis) > _NAMED))
    return f"{shown or 'no API'}: {', '.join(told) or 'nothing changed'}"


def sections(stream: StreamComparison) -> Iterator[tuple[str, tuple[Difference, ...]]]:
    """Yield title and requirements of each transition that there is, gravest first."""
    for transition, title in TITLES.items():
        if found := stream.of(transition):
            yield title, found


def facts(stream: StreamComparison) -> Iterator[str]:
    """Yield what else differs between the two runs, printable."""
    old, new = stream.old, stream.new
    if old is None:
        yield "there is no earlier comparable run, so that nothing is compared"
        return
    if not stream.comparable:
        there = place(Stream(stream.stream.api, old.target, old.origin))
        yield f"the old run went elsewhere: {there}"
    if stream.published_changed:
        yield "the published spec changed between them"
    if stream.spec_changed:
        yield "the effective spec changed between them"
    if stream.tool_changed:
        yield f"specproof {one_line(old.version)} made the old run, {one_line(new.version)} the new"
    if (old.seed, old.cases) != (new.seed, new.cases):
        yield f"they drew other requests: {_drawn(old)} then, {_drawn(new)} now"
    if not stream.checked:
        yield "the new run decided no requirement, so that it proves nothing"


def change_words(difference: Difference) -> str:
    """Return from which verdict to which, and why, printable."""
    if difference.now is None:
        told = f"was {_verdict(difference.was)}"
    elif difference.was is difference.now:
        told = str(difference.now)
    else:
        was = "was not in the contract" if difference.was is None else f"was {difference.was}"
        told = f"{was}, is {difference.now}"
    # Of what passes there is no reason to tell.
    reason = one_line(difference.reason)
    return f"{told}: {reason}" if reason else told


def since_words(difference: Difference) -> str:
    """Return since when it is so, printable; empty where nobody asks."""
    since = difference.since
    if since is None:
        return ""
    runs = "this run alone" if since.runs == 1 else f"{since.runs} runs"
    begun = "at least since" if since.open else "since"
    return f"{begun} run {one_line(since.run_id)} of {one_line(since.started)} ({runs})"


def flaky_words(difference: Difference) -> str:
    """Return how often it failed, empty where nothing is known of that."""
    figures = difference.flakiness
    if figures is None:
        return ""
    told = f"failed in {_rate(figures)}, flipped {_times(figures.flips)}"
    if not difference.flaky:
        return told
    seeds = "" if figures.one_seed else "; no seed did both, so the requests may differ in it"
    return f"flaky: {told}{seeds if figures.flips else ''}"


def proof_words(proof: Proof) -> str:
    """Return a finding in one line, printable."""
    finding = proof.finding
    told = [
        f"{one_line(finding.rule)} {one_line(finding.fingerprint)}",
        f"{finding.severity}",
        f"blame {finding.blame}",
    ]
    if proof.fresh:
        told.append("not in the old run")
    if proof.confirmation is not None:
        again = proof.confirmation
        repeats = "repeat" if again.of == 1 else "repeats"
        told.append(f"seen again in {again.seen} of {again.of} {repeats}")
    if finding.deviation is not None:
        told.append(f"accepted: {one_line(finding.deviation)}")
    return ", ".join(told)


def unchanged_words(stream: StreamComparison) -> str:
    """Return how many requirements are as they were, empty for none."""
    counts = stream.unchanged
    told = [f"{counts[kind]} {kind}" for kind in VerdictKind if counts.get(kind)]
    return ", ".join(told)


_NAMED: Final = 5


def _drawn(run: StoredRun) -> str:
    cases = "" if run.cases is None else f", {run.cases} cases"
    return f"seed {run.seed}{cases}"


def _verdict(kind: VerdictKind | None) -> str:
    return "unknown" if kind is None else str(kind)


def _rate(figures: Flakiness) -> str:
    return f"{figures.failed} of {figures.decided} deciding runs ({figures.rate:.0%})"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
