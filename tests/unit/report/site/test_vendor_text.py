"""The text for the vendor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from histories_of_verdicts import NAMES, Nights, night_run

from specproof.history.records import Stream
from specproof.model import Blame, VerdictKind
from specproof.report.site.details import Detail, Proof
from specproof.report.site.promises import Promise, Shown
from specproof.report.site.vendor_text import vendor_text
from specproof.suites.records import RunOperation

_STREAM = Stream("x", "live", "https://x.test")
_OPERATION = RunOperation("op", "GET", "/things", ("200",))


def _promise(count: int = 1, *, proof: Proof | None = None, **changes: Any) -> Promise:
    detail = Detail(
        id=NAMES[0],
        operation="op",
        column="200",
        kind=VerdictKind.FAIL,
        accepted=False,
        reason="",
        words="op 200 keeps its schema",
        proof=proof or Proof("the vendor's OpenAPI document", "/paths/x"),
        standing=None,
        flaky=None,
        exchange=None,
        more=0,
    )
    [finding] = Nights({_STREAM: [{NAMES[0]: VerdictKind.FAIL}]}).findings("x-live-0")
    items = tuple(
        Shown(replace(finding, message=f"message {n}", **changes), detail, f"curl {n}", None, None)
        for n in range(count)
    )
    return Promise(detail, items)


def test_everything_that_a_vendor_needs() -> None:
    """Operation, promise and clause, what came and how often, when, since when, and a command."""
    run, since = night_run(5, {}), night_run(2, {})
    text = vendor_text(_promise(2, occurrences=3), _OPERATION, _STREAM, run, since)
    assert text == (
        "Operation:  GET /things (op) at https://x.test\n"
        "Documented: op 200 keeps its schema\n"
        "            /paths/x in the vendor's OpenAPI document\n"
        "Observed:   answered 200: message 0 (3 times)\n"
        "            answered 200: message 1 (3 times)\n"
        "When:       2026-01-06 02:00 UTC\n"
        "Since:      2026-01-03 02:00 UTC\n"
        "\n"
        "To see it again (credentials come from the environment variables named):\n"
        "\n"
        "curl 0\n"
    )


def test_the_page_is_quoted() -> None:
    """A promise in prose has its words, its address and the day on which it was read."""
    proof = Proof(
        "the vendor's own page", "", "It is gone.", "p.md", "https://x.test/p", "2026-01-01"
    )
    text = vendor_text(_promise(proof=proof), None, _STREAM, night_run(0, {}), None)
    assert '            "It is gone."\n            https://x.test/p, read 2026-01-01\n' in text
    assert text.startswith("Operation:  op at https://x.test\n")
    assert "Since" not in text


def test_more_than_a_vendor_reads_is_counted() -> None:
    """Of many findings a few are told, the others are counted; a status may be unknown."""
    run = night_run(0, {})
    text = vendor_text(_promise(7, status=None), _OPERATION, _STREAM, run, run)
    assert "Observed:   message 0 (once)\n" in text
    assert "            and 2 more\n" in text
    assert "Since" not in text


def test_what_is_not_the_vendors_fault_is_not_sent() -> None:
    """Findings of our own stub, overlay or client make no text."""
    for blame in (Blame.STUB, Blame.OVERLAY, Blame.CLIENT):
        made = vendor_text(_promise(blame=blame), _OPERATION, _STREAM, night_run(0, {}), None)
        assert made == ""
    assert vendor_text(
        _promise(blame=Blame.PUBLISHED_SPEC), _OPERATION, _STREAM, night_run(0, {}), None
    )
