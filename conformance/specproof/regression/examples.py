"""Examples that were right and are not any more, because what they are examples of changed."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.json_types import Json
from specproof.regression.collector import Collector
from specproof.regression.instances import Instances
from specproof.regression.media import content_of
from specproof.regression.modes import Mode
from specproof.regression.pairing import Operation, OperationPair
from specproof.regression.places import Place, mapping
from specproof.regression.untouched import Untouched

__all__ = ["Examples"]

_WIDENING = (
    "-any-of-branch-added",
    "-became-nullable",
    "-became-optional",
    "-deprecated",
    "-enum-value-added",
    "-loosened",
    "-property-added",
    "-read-only",
    "-type-widened",
    "-write-only",
)
"""Ends of the ids of rules that leave every example as right as it was."""


class Examples:
    """Compares examples of bodies and parameters.

    Args:
        collector: knows both documents and takes the findings.
        untouched: tells what needs no look.
    """

    def __init__(self, collector: Collector, untouched: Untouched) -> None:
        self._collector = collector
        self._untouched = untouched
        self._old = Instances(collector.old)
        self._new = Instances(collector.new)

    def compare(self, pair: OperationPair) -> None:
        """Report examples that stand in both documents and match the old schema alone."""
        old = {key: place for key, place, _ in _holders(pair.old, pair.name)}
        for key, after, mode in _holders(pair.new, pair.name):
            before = old.get(key)
            if before is not None:
                self._compare(pair, before, after, mode)

    def _compare(self, pair: OperationPair, old: Place, new: Place, mode: Mode) -> None:
        schemas = old.child("schema"), new.child("schema")
        if not _shows(old) or not _shows(new) or not self._narrowed(*schemas, mode):
            return
        had = [value for _, value in _examples(pair.old, old)]
        for place, value in _examples(pair.new, new):
            if (
                value in had
                and self._new.valid(schemas[1], value) is False
                and self._old.valid(schemas[0], value) is True
            ):
                self._collector.found(
                    "example-outdated", place, site=pair.site(), subject=f"example of {new.name}"
                )
                return

    def _narrowed(self, old: Place, new: Place, mode: Mode) -> bool:
        """Return whether something was found that can leave out a value."""
        if self._untouched.nodes(old.node, new.node):
            return False
        graph = self._collector.graph
        found = graph.findings(graph.compare(old, new, mode))
        return any(not item.rule.endswith(_WIDENING) for item in found)


def _shows(holder: Place) -> bool:
    return holder.get("example") is not None or bool(holder.get("examples"))


def _holders(operation: Operation, name: str) -> Iterator[tuple[tuple[str, str], Place, Mode]]:
    """Yield Media Type and Parameter Objects, by what tells them apart, and how they are used."""
    document = operation.document
    for owner in (*reversed(operation.items), operation.place):
        for element in owner.elements("parameters"):
            parameter = document.resolve(element)
            words = f"{parameter.get('in')} parameter {parameter.get('name')}"
            yield (words, ""), parameter._replace(name=f"{words} of {name}"), Mode.PARAMETER
    bodies = [("request body", operation.place.child("requestBody"), Mode.REQUEST)]
    bodies += [
        (f"response {status}", place, Mode.RESPONSE)
        for status, place in operation.place.members("responses")
    ]
    for part, place, mode in bodies:
        words = f"{part} of {name}"
        for media in content_of(document, document.resolve(place), words):
            if media.is_json:
                yield (part, media.shown), media.place, mode


def _examples(operation: Operation, holder: Place) -> Iterator[tuple[Place, Json]]:
    if isinstance(holder.node, dict) and "example" in holder.node:
        yield holder.child("example"), holder.node["example"]
    for _, place in holder.members("examples"):
        found = operation.document.resolve(place)
        if "value" in mapping(found.node):
            yield place, mapping(found.node)["value"]
