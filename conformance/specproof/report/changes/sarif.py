"""Diff -> SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from specproof.regression.change import Change, Level
from specproof.regression.rules import Rule, registry
from specproof.report.changes.lines import lines_of
from specproof.report.changes.view import Comparison, calls_sentence
from specproof.text import one_line, printable

__all__ = ["render_sarif", "sarif_document"]

_LEVELS: Final = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render_sarif(comparison: Comparison, new: bytes | None = None) -> str:
    """Return the log (see ``sarif_document``) as indented ASCII with a final line feed."""
    return json.dumps(sarif_document(comparison, new), indent=2, allow_nan=False) + "\n"


def sarif_document(comparison: Comparison, new: bytes | None = None) -> dict[str, Any]:
    """Return the log: one run, the rules that it names, one result for each change.

    Args:
        comparison: what to write.
        new: the new document as it stands in its file, for the numbers of lines.
    """
    diff = comparison.diff
    rules = registry()
    used = sorted({change.rule for change in diff.changes})
    lines = lines_of(new, [change.pointer for change in diff.changes])
    invocation: dict[str, Any] = {"executionSuccessful": not diff.upstream}
    if diff.upstream:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": one_line(diff.upstream, 1000)}}
        ]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "specproof",
                        "version": version("specproof"),
                        "rules": [_rule(name, rules.get(name)) for name in used],
                    }
                },
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "properties": {
                    "bump": comparison.bump.value,
                    "perspective": comparison.perspective.value,
                    "policy": comparison.policy.value,
                    "old": printable(comparison.old),
                },
                "results": [
                    _result(change, comparison, used.index(change.rule), lines)
                    for change in diff.changes
                ],
            }
        ],
    }


def _rule(name: str, rule: Rule | None) -> dict[str, Any]:
    if rule is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": rule.message},
        "fullDescription": {"text": rule.explanation},
        "help": {
            "text": f"{rule.explanation} {rule.fix} ({rule.clause})",
            "markdown": f"{rule.explanation}\n\n{rule.fix}\n\nSource: {rule.clause}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {"tags": [rule.area, rule.direction.value]},
    }


def _result(
    change: Change, comparison: Comparison, index: int, lines: Mapping[str, int]
) -> dict[str, Any]:
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": quote(printable(comparison.new).replace("\\", "/"))}
    }
    if change.pointer in lines:
        physical["region"] = {"startLine": lines[change.pointer]}
    text = [one_line(change.message, 1000)]
    if calls := calls_sentence(change, comparison.calls):
        text.append(f"It {calls}.")
    found: dict[str, Any] = {
        "ruleId": change.rule,
        "ruleIndex": index,
        "level": _LEVELS[change.level],
        "message": {"text": " ".join(text)},
        "locations": [
            {
                "physicalLocation": physical,
                "logicalLocations": [
                    {"fullyQualifiedName": printable(change.pointer) or "/", "kind": "member"}
                ],
            }
        ],
        "partialFingerprints": {"specproof/v1": change.fingerprint},
        "properties": {
            "direction": change.direction.value,
            "operations": [printable(operation) for operation in change.operations],
            "gone": change.gone,
        },
    }
    if change.accepted:
        found["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": one_line(change.accepted, 1000),
            }
        ]
    return found
