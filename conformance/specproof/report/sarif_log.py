"""What every SARIF 2.1.0 log of ours has (OASIS Static Analysis Results Interchange Format)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from specproof.text import one_line, printable

__all__ = ["FINGERPRINT", "LEVELS", "accepted", "location", "log_of", "written"]

FINGERPRINT: Final = "specproof/v1"
"""Name under which `partialFingerprints` (3.27.17) has ours."""

LEVELS: Final[Mapping[str, str]] = {"error": "error", "warning": "warning", "info": "note"}
"""Level of a result (3.27.10) for a severity or for the level of a change."""

_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def log_of(
    rules: Sequence[Mapping[str, Any]],
    results: Sequence[Mapping[str, Any]],
    *,
    trouble: str,
    properties: Mapping[str, Any],
    automation: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a log with one run.

    Args:
        rules: the rules that ``results`` name by index.
        trouble: why nothing, or not everything, could be checked; "" where all was.
        properties: what else is to be known of the run.
        automation: of which series of runs this is one (3.17); None where whoever uploads the
            log says so.
    """
    invocation: dict[str, Any] = {"executionSuccessful": not trouble}
    if trouble:
        invocation["toolExecutionNotifications"] = [
            {"level": "error", "message": {"text": one_line(trouble, 1000)}}
        ]
    series = {} if automation is None else {"automationDetails": dict(automation)}
    driver = {"name": "specproof", "version": version("specproof"), "rules": list(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                **series,
                "invocations": [invocation],
                "columnKind": "unicodeCodePoints",
                "properties": dict(properties),
                "results": list(results),
            }
        ],
    }


def location(file: str, name: str, line: int | None = None, kind: str = "member") -> dict[str, Any]:
    """Return a place (3.28): a line of a file, where known, and what stands there.

    Args:
        file: as a path relative to where the log is read.
        name: fully qualified name of the place.
        kind: what is called so (3.33.7).
    """
    physical: dict[str, Any] = {
        "artifactLocation": {"uri": quote(printable(file).replace("\\", "/"))}
    }
    if line is not None:
        physical["region"] = {"startLine": line}
    named = {"fullyQualifiedName": printable(name) or "/", "kind": kind}
    return {"physicalLocation": physical, "logicalLocations": [named]}


def accepted(reason: str) -> list[dict[str, Any]]:
    """Return the suppressions (3.35) of a result that somebody has accepted."""
    return [{"kind": "external", "status": "accepted", "justification": one_line(reason, 1000)}]


def written(log: Mapping[str, Any]) -> str:
    """Return a log as indented ASCII with a final line feed."""
    return json.dumps(log, indent=2, allow_nan=False) + "\n"
