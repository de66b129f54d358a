"""The JSON document of a run."""

from __future__ import annotations

import json

import jsonschema_rs
from hypothesis import given, settings
from runs import awkward_run, empty_run, inert, runs

from specproof.report import schema
from specproof.report.document import render_json, run_document
from specproof.suites.runfile import Run

_VALIDATOR = jsonschema_rs.validator_for(schema.load("run"))


@settings(deadline=None)
@given(run=runs())
def test_any_run_keeps_the_shipped_schema(run: Run) -> None:
    """The document of any run validates, is ASCII, and holds printable texts only."""
    text = render_json(run)
    document = json.loads(text)
    _VALIDATOR.validate(document)
    assert text.isascii()
    assert _printable(document)


def test_the_document_has_the_fields_of_the_design() -> None:
    """Schema, target, summary, requirements and findings stand at the top."""
    document = run_document(awkward_run())
    assert document["schema"] == "specproof.run/1"
    assert document["target"] == "emulator"
    assert document["summary"]["verdicts"] == {
        "pass": 3,
        "fail": 2,
        "inconclusive": 2,
        "vacuous": 10,
    }
    assert document["summary"]["findings"] == {"error": 1, "warning": 1, "info": 1}
    assert document["summary"]["outcome"] == "does not hold"
    assert {"id", "source", "verdict", "reason"} <= document["requirements"][0].keys()
    wanted = (
        "rule severity requirement api operation status message fingerprint blame deviation "
        "reproduce"
    )
    assert set(wanted.split()) <= document["findings"][0].keys()


def test_the_schema_is_strict() -> None:
    """A verdict that does not exist and a field nobody documented are refused."""
    document = run_document(empty_run())
    _VALIDATOR.validate(document)
    assert not _VALIDATOR.is_valid(document | {"extra": 1})
    document["summary"]["outcome"] = "green"
    assert not _VALIDATOR.is_valid(document)


def _printable(value: object) -> bool:
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, dict):
        return all(map(_printable, value.values()))
    return not isinstance(value, list) or all(map(_printable, value))
