"""The matrix of faults."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.errors import InputError
from specproof.report import schema
from specproof.suites.faults import Matrix, Outcome, examine, measure
from specproof.suites.plan import RunPlan

FOUND = [
    ("onesignal-deletes-neighbours", "only-named-alias-removed"),
    ("onesignal-deletes-in-every-app", "only-named-alias-removed"),
    ("onesignal-foreign-users-found", "outcome-as-due"),
    ("onesignal-key-prefix-accepted", "authentication-enforced"),
    ("onesignal-refused-and-done", "outcome-as-due"),
    ("onesignal-no-answer", "body-whole"),
    ("onesignal-slow-success", "response-time"),
    ("sequence-deletes-nothing", "deleted-alias-is-gone"),
    ("sequence-drops-customer", "delete-removes-only-the-named"),
    ("sequence-unknown-id-accepted", "outcome-as-due"),
    ("sequence-scheme-ignored", "authentication-enforced"),
    ("sequence-retry-after-word", "well-known-headers"),
    ("sequence-lone-surrogate", "json-strict"),
]
STATEFUL = {"only-named-alias-removed", "deleted-alias-is-gone", "delete-removes-only-the-named"}


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        # Long runs of state machines, whose code other tests measure.
        pytest.param(*row, marks=pytest.mark.no_cover if row[1] in STATEFUL else ())
        for row in FOUND
    ],
)
def test_a_fault_is_found_by_its_rule(fault: str, rule: str) -> None:
    """The suite says of the broken emulator what is broken."""
    plan = RunPlan(apis=(fault.partition("-")[0],), fault=fault)
    assert rule in {item.rule for item in examine(plan, fast=True)}


def test_a_server_that_answers_differently_each_time_does_not_end_the_run() -> None:
    """Hypothesis can not explore it; what the checks saw is still told."""
    plan = RunPlan(apis=("onesignal",), fault="onesignal-refuses-every-third")
    assert "outcome-as-due" in {item.rule for item in examine(plan, fast=True)}


@pytest.mark.parametrize("variation", ["onesignal-gzip", "sequence-offsets"])
def test_what_is_legal_is_left_alone(variation: str) -> None:
    """No finding of severity error or warning."""
    matrix = measure([], only=[variation], workers=0)
    assert matrix.holds
    assert [item.id for item in matrix.legal] == [variation]


def test_the_matrix_fails_for_what_is_missed_and_for_what_is_legal() -> None:
    """It holds only where every fault has a rule and nothing else has."""
    found, missed = Outcome("a", "x", 0, ("r",), ("m",)), Outcome("b", "x", 0)
    assert Matrix((found,), (missed,), (missed,)).holds
    assert not Matrix((found, missed), (), ()).holds
    assert not Matrix((), (found,), ()).holds
    assert not Matrix((), (), (found,)).holds
    assert Matrix((), (), (found,)).false_alarms == 1


def test_an_api_without_faults_is_refused() -> None:
    """The sentence names it."""
    with pytest.raises(InputError, match="nobody has no catalogue"):
        measure(["nobody"])


def test_the_command_prints_its_document() -> None:
    """The JSON keeps the shipped schema, the text has the score; exit code 0."""
    arguments = ["faults", "--fault", "onesignal-html-as-json", "--workers", "0"]
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    jsonschema_rs.validate(schema.load("faults"), document)
    assert document["faults"][0]["found"] is True
    assert "score: 1 of 1" in CliRunner().invoke(app, arguments).output


def test_faults_are_listed_and_explained() -> None:
    """`serve --faults` lists ids, `explain` tells what one is."""
    listed = CliRunner().invoke(app, ["serve", "sequence", "--faults", "--json"])
    document = json.loads(listed.stdout)
    jsonschema_rs.validate(schema.load("serve"), document)
    assert "sequence-deletes-nothing" in {item["id"] for item in document["faults"]}
    assert (
        "sequence-deletes-nothing"
        in CliRunner().invoke(app, ["serve", "sequence", "--faults"]).output
    )
    told = CliRunner().invoke(app, ["explain", "sequence-deletes-nothing"])
    assert "(fault)" in told.output
