"""Diff -> SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from specproof.regression.change import Change
from specproof.regression.rules import Rule, registry
from specproof.report.changes.lines import lines_of
from specproof.report.changes.view import Comparison, calls_sentence
from specproof.report.sarif_log import FINGERPRINT, LEVELS, accepted, location, log_of, written
from specproof.text import one_line, printable

__all__ = ["render_sarif", "sarif_document"]


def render_sarif(comparison: Comparison, new: bytes | None = None) -> str:
    """Return the log (see ``sarif_document``) as indented ASCII with a final line feed."""
    return written(sarif_document(comparison, new))


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
    return log_of(
        [_rule(name, rules.get(name)) for name in used],
        [_result(change, comparison, used.index(change.rule), lines) for change in diff.changes],
        trouble=diff.upstream,
        properties={
            "bump": comparison.bump.value,
            "perspective": comparison.perspective.value,
            "policy": comparison.policy.value,
            "old": printable(comparison.old),
        },
    )


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
        "defaultConfiguration": {"level": LEVELS[rule.level]},
        "properties": {"tags": [rule.area, rule.direction.value]},
    }


def _result(
    change: Change, comparison: Comparison, index: int, lines: Mapping[str, int]
) -> dict[str, Any]:
    text = [one_line(change.message, 1000)]
    if calls := calls_sentence(change, comparison.calls):
        text.append(f"It {calls}.")
    found: dict[str, Any] = {
        "ruleId": change.rule,
        "ruleIndex": index,
        "level": LEVELS[change.level],
        "message": {"text": " ".join(text)},
        "locations": [location(comparison.new, change.pointer, lines.get(change.pointer))],
        "partialFingerprints": {FINGERPRINT: change.fingerprint},
        "properties": {
            "direction": change.direction.value,
            "operations": [printable(operation) for operation in change.operations],
            "gone": change.gone,
        },
    }
    if change.accepted:
        found["suppressions"] = accepted(change.accepted)
    return found
