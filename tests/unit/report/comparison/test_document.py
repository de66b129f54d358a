"""The comparison as JSON."""

from __future__ import annotations

import json

import jsonschema_rs
from compared import awkward_comparison, small_comparison
from runs import inert

from specproof.history.transitions import Transition
from specproof.report import schema
from specproof.report.comparison.document import comparison_document, render_json


def test_document_keeps_its_schema() -> None:
    """A comparison with everything in it, and one with nothing, keep the schema."""
    for comparison in (awkward_comparison(), small_comparison("PP"), small_comparison("F")):
        jsonschema_rs.validate(schema.load("history-compare"), json.loads(render_json(comparison)))


def test_schema_knows_every_transition() -> None:
    """The schema names the transitions that there are."""
    text = schema.load("history-compare")
    named = text["$defs"]["requirement"]["properties"]["transition"]["enum"]
    assert set(named) == {*Transition}
    summary = text["$defs"]["stream"]["properties"]["summary"]["properties"]
    assert set(summary) == {*Transition} - {"unchanged"} | {"flaky"}


def test_texts_are_printable() -> None:
    """Each text is safe to print, names of labels too."""

    def texts(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, dict):
            return [text for pair in value.items() for item in pair for text in texts(item)]
        return [text for item in value for text in texts(item)] if isinstance(value, list) else []

    found = texts(json.loads(render_json(awkward_comparison())))
    assert len(found) > 100
    assert all(map(inert, found))


def test_counts_are_those_of_the_lists() -> None:
    """The summary counts the requirements that are listed."""
    document = comparison_document(awkward_comparison())
    assert document["severity"] == "error"
    first, alone = document["streams"]
    for kind, count in first["summary"].items():
        listed = [
            item
            for item in first["requirements"]
            if (item["flaky"] if kind == "flaky" else item["transition"] == kind)
        ]
        assert count == len(listed) >= 1, kind
    assert {item["kind"] for item in first["signals"]} == {
        "worse-verdict",
        "new-code",
        "latency-moved",
        "unseen-response",
    }
    assert (alone["old"], alone["unchanged"], alone["severity"]) == (None, {}, None)
