"""Run -> SARIF 2.1.0: a result for each finding, at the place of the contract that it breaks.

A result is in the effective spec where a schema, an overlay or HTTP promises something, and on
the vendor's page where its prose does. Accepted deviations are suppressed results.

The log of a part of a run has an ``automationDetails.id`` (3.14.3, 3.17.3): all but the last of
its components, which is the id of the run, say of which series of runs this is one. A code
scanning service takes a log for the successor of the one before it of the same tool and series
(GitHub: "SARIF support for code scanning", ``runAutomationDetails``), so that without it the last
part to be uploaded would close what the others found. The log of a whole run has none: whoever
uploads it says what its category is, which an id would overrule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from specproof.checks import registry
from specproof.model import Finding, Requirement, Source, fingerprint
from specproof.report.changes.lines import lines_of
from specproof.report.sarif_log import (
    FINGERPRINT,
    LEVELS,
    accepted,
    location,
    log_of,
    written,
)
from specproof.report.view import OUTCOMES, ordered_findings, shard_line
from specproof.report.words import BLAMES
from specproof.suites.deviations import DEVIATION_RULES
from specproof.suites.runfile import Run, origin
from specproof.text import one_line, printable

__all__ = ["render_sarif", "sarif_document"]

_MOST_TEXT: Final = 4_000
_MOST_NAMES: Final = 100
"""Characters of the names of APIs that stand for themselves."""
_MOST_BYTES: Final = 8 * 2**20
"""Bytes of a file that is read for the numbers of lines."""


def render_sarif(run: Run, root: Path | None = None) -> str:
    """Return the log (see `sarif_document`) as indented ASCII with a final line feed."""
    return written(sarif_document(run, root))


def sarif_document(run: Run, root: Path | None = None) -> dict[str, Any]:
    """Return the log: one run, the rules that its findings name, one result for each finding.

    Args:
        run: what to write.
        root: folder that holds ``specs/``. Where it has the very files that the run tested, a
            result has the number of its line.
    """
    findings = ordered_findings(run)
    used = sorted({finding.rule for finding in findings})
    places = _places(run, findings, root)
    trouble = ""
    if run.footer.exit_code not in {0, 1}:
        trouble = f"the run ended with exit code {run.footer.exit_code}: "
        trouble += OUTCOMES.get(run.footer.exit_code, "unknown")
    return log_of(
        [_rule(name) for name in used],
        [_result(run, finding, places, used.index(finding.rule)) for finding in findings],
        trouble=trouble,
        properties={
            "run": printable(run.header.run_id),
            "started": printable(run.header.started),
            "target": printable(run.header.target),
            "exitCode": run.footer.exit_code,
            **_shard(run),
        },
        automation=_automation(run),
    )


def _shard(run: Run) -> dict[str, Any]:
    shard = run.header.shard
    return {} if shard is None else {"shard": {"index": shard.index, "count": shard.count}}


def _automation(run: Run) -> dict[str, Any] | None:
    """Return the series that a part belongs to: the same part of the same APIs, at one place.

    Neither the spec nor the seed is in it: another series would leave open what this one found.
    """
    header, told = run.header, shard_line(run)
    if header.shard is None or told is None:
        return None
    names = "+".join(sorted(api.api for api in header.apis))
    if len(names) > _MOST_NAMES:
        names = f"{len(header.apis)}-apis-{fingerprint(names)}"
    where = origin(header.base_url)
    place = [header.target, *([where.removeprefix("https://")] if where else [])]
    part = f"part-{header.shard.index}-of-{header.shard.count}"
    steps = ["specproof", names, *place, part, header.run_id]
    # 3.5.4.2: a slash divides the components of a hierarchical string.
    identity = "/".join(quote(printable(step), safe="+:") for step in steps)
    return {"id": identity, "description": {"text": told}}


def _rule(name: str) -> dict[str, Any]:
    told = _told().get(name)
    if told is None:
        return {"id": printable(name)}
    title, text, clause = told
    source = f"\n\nSource: {clause}" if clause else ""
    return {
        "id": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": text},
        "help": {"text": f"{text}{source}", "markdown": f"{text}{source}"},
    }


def _told() -> Mapping[str, tuple[str, str, str]]:
    """Return title, text and clause of each rule that a run may name."""
    checks = {
        check.id: (
            getattr(check, "title", "") or _first(check.explanation),
            " ".join(check.explanation.split()),
            check.clause,
        )
        for check in registry()
    }
    return checks | {name: (_first(text), text, "") for name, text in DEVIATION_RULES.items()}


def _first(text: str) -> str:
    return " ".join(text.split(". ", 1)[0].split()).rstrip(".")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where requirements are promised: their own places, and lines by file and place."""

    requirements: Mapping[str, Requirement]
    lines: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, finding: Finding) -> dict[str, Any]:
        """Return the place that a finding is about."""
        file, pointer = _place(finding, self.requirements.get(finding.requirement))
        return location(file, finding.requirement, self.lines.get(file, {}).get(pointer), "object")


def _places(run: Run, findings: tuple[Finding, ...], root: Path | None) -> _Places:
    requirements = {verdict.requirement.id: verdict.requirement for verdict in run.verdicts}
    if root is None:
        return _Places(requirements)
    tested = {api.api: api.effective_sha256 for api in run.header.apis}
    wanted: dict[str, tuple[str, list[str]]] = {}
    for finding in findings:
        file, pointer = _place(finding, requirements.get(finding.requirement))
        wanted.setdefault(file, (finding.api, []))[1].append(pointer)
    lines: dict[str, Mapping[str, int]] = {}
    for file, (api, pointers) in wanted.items():
        # A run file may be anybody's: no name in it leads out of the folder.
        inside = not {"", ".", ".."} & {*file.split("/")} and "\\" not in file
        data = _read(root / file) if inside and api in tested else None
        if data is None:
            continue
        if not file.endswith(".yaml"):
            lines[file] = {each: line for each in pointers if (line := _quoted(data, each))}
        elif sha256(data).hexdigest() == tested[api]:
            lines[file] = lines_of(data, pointers)
    return _Places(requirements, lines)


def _place(finding: Finding, requirement: Requirement | None) -> tuple[str, str]:
    """Return the file, below the folder that holds ``specs/``, and the pointer or quote in it."""
    folder = f"specs/{finding.api}"
    if requirement is None:
        return f"{folder}/effective.yaml", ""
    page, mark, quote = requirement.pointer.partition("#")
    if requirement.source is not Source.PROSE:
        return f"{folder}/effective.yaml", requirement.pointer
    if mark and PurePosixPath(page).name == page:
        return f"{folder}/pages/{page}", quote
    return f"{folder}/promises.yaml", ""


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError):
        # Lines are an extra: nothing fails for want of them.
        return None
    return data if len(data) <= _MOST_BYTES else None


def _quoted(page: bytes, quote: str) -> int | None:
    """Return the line of a page on which a quote begins; runs of white space count as one."""
    words = quote.split()
    if not words:
        return None
    text = page.decode("utf-8", "replace")
    flat, starts = [], []
    for number, line in enumerate(text.splitlines(), 1):
        for word in line.split():
            flat.append(word)
            starts.append(number)
    joined = f" {' '.join(flat)} "
    found = joined.find(f" {' '.join(words)}")
    return starts[joined[:found].count(" ")] if found >= 0 else None


def _result(run: Run, finding: Finding, places: _Places, index: int) -> dict[str, Any]:
    text = [one_line(finding.message, 1000) or "broken"]
    if finding.reproduce:
        text.append(f"Reproduce: {printable(finding.reproduce[:_MOST_TEXT])}")
    found: dict[str, Any] = {
        "ruleId": printable(finding.rule),
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": "\n\n".join(text)},
        "locations": [places.of(finding)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "occurrenceCount": finding.occurrences,
        "properties": {
            "requirement": printable(finding.requirement),
            "operation": printable(finding.operation),
            "status": finding.status,
            "blame": finding.blame.value,
            "blameMeans": BLAMES[finding.blame],
        },
    }
    again = run.confirmations.get(finding.fingerprint)
    if again is not None:
        found["properties"]["confirmations"] = {"seen": again.seen, "of": again.of}
    if finding.deviation is not None:
        found["suppressions"] = accepted(finding.deviation)
    return found
