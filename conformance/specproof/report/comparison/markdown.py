"""Comparison -> Markdown (GitHub flavoured) for the summary page of a CI job.

Text from outside has every mark escaped, see ``report.marks``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from specproof.history.comparison import Comparison, Difference, StreamComparison
from specproof.history.proofs import Proof
from specproof.history.transitions import Transition
from specproof.report.comparison.words import (
    change_words,
    facts,
    flaky_words,
    headline,
    place,
    proof_words,
    run_words,
    sections,
    since_words,
    unchanged_words,
)
from specproof.report.marks import code, folded, head, inert, row

__all__ = ["render_markdown"]

_LISTED: Final = 50
"""Most rows of a table: the summary of a CI job may be a megabyte long."""

_SIGNS: Final = {
    Transition.NEWLY_FAILING: "❌",
    Transition.SETTLED: "❌",
    Transition.STILL_FAILING: "❌",
    Transition.FIXED: "✅",
    Transition.NEWLY_PASSING: "✅",
}


def render_markdown(comparison: Comparison) -> str:
    """Return the report as Markdown with a final line feed."""
    return "\n".join(_document(comparison)) + "\n"


def _document(comparison: Comparison) -> Iterator[str]:
    yield "# Runs compared"
    yield ""
    yield f"**{inert(headline(comparison), 1000)}**"
    for stream in comparison.streams:
        yield ""
        yield f"## {inert(place(stream.stream))}"
        yield ""
        old = "" if stream.old is None else f", against {inert(run_words(stream.old))}"
        yield f"{inert(run_words(stream.new))}{old}"
        yield from _listed([inert(fact) for fact in facts(stream)])
        for title, differences in sections(stream):
            yield from _section(title, differences)
        yield from _findings(stream)
        yield from _signals(stream)
        yield from _listed(
            [
                f"documented and never seen: {code(item.operation)} {code(item.key)}"
                for item in stream.never_seen
            ]
        )
        if told := unchanged_words(stream):
            yield ""
            yield f"Unchanged: {told}."


def _section(title: str, differences: Sequence[Difference]) -> Iterator[str]:
    sign = _SIGNS.get(differences[0].transition, "")
    yield ""
    yield f"### {f'{sign} {title}'.strip()} ({len(differences)})"
    yield ""
    yield from head(["requirement", "what became of it", "since", "findings"])
    for item in differences[:_LISTED]:
        told = [change_words(item), flaky_words(item)]
        yield row(
            [
                code(item.requirement) + (f"<br>{inert(item.statement)}" if item.statement else ""),
                "<br>".join(inert(text, 1000) for text in told if text),
                inert(since_words(item)),
                "<br>".join(inert(proof_words(proof), 1000) for proof in item.proofs),
            ]
        )
    yield from _left_out(len(differences))
    for item in differences[:_LISTED]:
        for proof in item.proofs:
            yield from _command(proof)


def _command(proof: Proof) -> Iterator[str]:
    if proof.reproduce:
        name = f"{code(proof.finding.rule)} {code(proof.finding.fingerprint)}"
        yield from folded(f"reproduce {name}", "sh", proof.reproduce)


def _findings(stream: StreamComparison) -> Iterator[str]:
    for appeared, title in ((True, "Findings that appeared"), (False, "Findings that went")):
        found = [item.proof for item in stream.findings if item.appeared is appeared]
        if not found:
            continue
        yield ""
        yield f"### {title} ({len(found)})"
        yield ""
        yield from head(["severity", "requirement", "message", "finding"])
        for proof in found[:_LISTED]:
            finding = proof.finding
            yield row(
                [
                    str(finding.severity),
                    code(finding.requirement),
                    inert(finding.message, 1000),
                    inert(proof_words(proof), 1000),
                ]
            )
        yield from _left_out(len(found))


def _signals(stream: StreamComparison) -> Iterator[str]:
    if not stream.behaviour:
        return
    yield ""
    yield f"### Behaviour ({len(stream.behaviour)})"
    yield ""
    yield from head(["severity", "signal", "what", "how sure"])
    for signal in stream.behaviour[:_LISTED]:
        yield row(
            [
                str(signal.severity),
                str(signal.kind),
                inert(signal.message, 1000),
                f"{signal.sureness}: {inert(signal.grounds, 1000)}",
            ]
        )
    yield from _left_out(len(stream.behaviour))


def _listed(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
    for line in lines[:_LISTED]:
        yield f"- {line}"
    yield from _left_out(len(lines))


def _left_out(count: int) -> Iterator[str]:
    if count > _LISTED:
        yield ""
        yield f"{count - _LISTED} more left out here: `specproof history compare --json` has them."
