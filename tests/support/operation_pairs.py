"""Operations compared by themselves, without security, servers and what else documents hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from specproof.regression.change import Finding, Site
from specproof.regression.collector import Collector
from specproof.regression.graph import SchemaGraph
from specproof.regression.operations import compare_operation, match_operations, match_webhooks
from specproof.regression.places import Document
from specproof.regression.rules import registry

__all__ = ["between", "documents", "found", "operations", "rules"]

Node = dict[str, Any]
TODAY = date(2026, 6, 1)


def documents(
    old: Node, new: Node, *, today: date = TODAY
) -> list[tuple[Finding, tuple[Site, ...]]]:
    """Return what is found between the operations of two documents, with its sites."""
    before, after = (
        Document({"openapi": "3.1.0", **old}, "old"),
        Document({"openapi": "3.1.0", **new}, "new"),
    )
    collector = Collector(before, after, SchemaGraph(before, after))
    for pair in match_operations(collector, today=today).pairs:
        compare_operation(collector, pair)
    for pair in match_webhooks(collector).pairs:
        compare_operation(collector, pair, swapped=True)
    held = list(collector.results())
    for finding, _ in held:
        # Every fact that a message names is there, whatever the test looks at.
        assert registry()[finding.rule].message.format(subject=finding.subject, **finding.facts)
    return held


def operations(
    old: Node,
    new: Node,
    *,
    template: str = "/pets",
    method: str = "post",
    webhook: bool = False,
    components: Node | None = None,
    new_components: Node | None = None,
) -> list[tuple[Finding, tuple[Site, ...]]]:
    """Return what is found between two Operation Objects at the same place, with its sites."""
    kind = "webhooks" if webhook else "paths"
    return documents(
        {kind: {template: {method: old}}, "components": components or {}},
        {kind: {template: {method: new}}, "components": new_components or components or {}},
    )


def between(old: Node, new: Node, **more: Any) -> list[Finding]:
    """Return what is found between two Operation Objects at the same place."""
    return [finding for finding, _ in operations(old, new, **more)]


def rules(old: Node, new: Node, **more: Any) -> set[str]:
    """Return the ids of the rules of what is found."""
    return {finding.rule for finding in between(old, new, **more)}


def found(old: Node, new: Node, **more: Any) -> set[tuple[str, str]]:
    """Return rules and subjects of what is found."""
    return {(finding.rule, finding.subject) for finding in between(old, new, **more)}
