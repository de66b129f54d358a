"""Lint rule ``empty-servers``."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Kind, Subject, query
from specproof.model import Severity

__all__ = ["RULE"]


def _find(subject: Subject) -> Iterator[Hit]:
    for node in subject.nodes:
        if node.kind not in {Kind.PATH_ITEM, Kind.OPERATION}:
            continue
        if isinstance(node.value, dict) and node.value.get("servers") == []:
            place = (*node.location, "servers")
            yield Hit(
                place,
                "the list of servers is empty and hides the one of the document",
                {"target": query(place), "remove": True},
            )


RULE = Rule(
    id="empty-servers",
    severity=Severity.WARNING,
    clause=(
        'OpenAPI 3.0.3, Path Item Object, servers: "An alternative server array to service '
        'all operations in this path"'
    ),
    explanation=(
        "An empty list of servers on a path or operation replaces the servers of the document "
        "by none, so that a client has nowhere to send to, or sends to the root of wherever "
        "the document came from."
    ),
    find=_find,
)
