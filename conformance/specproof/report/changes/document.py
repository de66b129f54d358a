"""Diff -> the ``--json`` document, ``specproof.diff/1``; its schema is shipped as ``diff``."""

from __future__ import annotations

import json
from typing import Any, Final

from specproof.regression.change import Change
from specproof.report.changes.impact import impact_document
from specproof.report.changes.view import Comparison, counts
from specproof.text import printable

__all__ = ["DIFF_SCHEMA", "diff_document", "render_json"]

DIFF_SCHEMA: Final = "specproof.diff/1"


def diff_document(comparison: Comparison) -> dict[str, Any]:
    """Return the document; each text in it is printable, so that ``jq -r`` is safe, too."""
    diff = comparison.diff
    return {
        "schema": DIFF_SCHEMA,
        "breaking": diff.breaking,
        "bump": comparison.bump.value,
        "perspective": comparison.perspective.value,
        "policy": comparison.policy.value,
        "old": {"name": printable(comparison.old), "operations": diff.old_operations},
        "new": {"name": printable(comparison.new), "operations": diff.new_operations},
        "upstream": printable(diff.upstream) or None,
        "calls": comparison.calls,
        **impact_document(comparison),
        "summary": counts(diff),
        "changes": [_change(change) for change in diff.changes],
    }


def render_json(comparison: Comparison) -> str:
    """Return the document as indented ASCII with a final line feed."""
    return json.dumps(diff_document(comparison), indent=2, allow_nan=False) + "\n"


def _change(change: Change) -> dict[str, Any]:
    operations = [printable(operation) for operation in change.operations]
    return {
        "rule": change.rule,
        "level": change.level.value,
        "direction": change.direction.value,
        "operation": operations[0] if operations else None,
        "operations": operations,
        "operation_ids": [printable(name) for name in change.operation_ids],
        "sites": [
            {
                "operation": printable(site.operation),
                "part": printable(site.part),
                "failure": site.failure,
            }
            for site in change.sites
        ],
        "subject": printable(change.subject),
        "pointer": printable(change.pointer),
        "gone": change.gone,
        "message": printable(change.message),
        "fix": printable(change.fix),
        "fingerprint": change.fingerprint,
        "affects_client": [printable(name) for name in change.affects_client],
        "call_sites": (
            None if change.call_sites is None else [printable(site) for site in change.call_sites]
        ),
        "accepted": printable(change.accepted) or None,
        "reason": printable(change.reason) or None,
    }
