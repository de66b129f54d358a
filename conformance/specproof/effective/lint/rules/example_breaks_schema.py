"""Lint rule ``example-breaks-schema``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.effective.queries import Location
from specproof.model import Json, JsonObject, Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for node in subject.nodes:
        if not isinstance(node.value, dict) or "$ref" in node.value:
            continue
        if node.kind is Kind.SCHEMA:
            schema = node.location
        elif node.kind in {Kind.MEDIA_TYPE, Kind.PARAMETER, Kind.HEADER} and "schema" in node.value:
            schema = (*node.location, "schema")
        else:
            continue
        for place, example in _examples(subject, node.location, node.value):
            problem = subject.instances.problem(schema, example)
            if problem is not None:
                yield Hit(place, problem, {"target": query(place), "remove": True})


def _examples(
    subject: Subject, location: Location, owner: JsonObject
) -> Iterator[tuple[Location, Json]]:
    if "example" in owner:
        yield (*location, "example"), owner["example"]
    examples = owner.get("examples")
    if isinstance(examples, list):
        for index, example in enumerate(examples):
            yield (*location, "examples", index), example
    elif isinstance(examples, dict):
        for name, item in examples.items():
            shown = subject.resolved(item)
            if "value" in shown:
                yield (*location, "examples", name), shown["value"]


RULE = Rule(
    id="example-breaks-schema",
    severity=Severity.WARNING,
    clause=(
        'OpenAPI 3.0.3, Media Type Object, example: "The example object SHOULD be in the correct '
        'format as specified by the media type"; examples: "should match the media type and '
        'specified schema if present"'
    ),
    explanation=(
        "An example does not keep the schema that it illustrates. One of the two is wrong, "
        "and whoever copies the example breaks the contract."
    ),
    find=_find,
)
