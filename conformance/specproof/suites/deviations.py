"""Known findings of the real API, accepted for a while, with reason and evidence."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import tomlkit
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tomlkit.items import AoT, Table

from specproof.errors import InputError
from specproof.files import write_atomic
from specproof.model import Blame, Finding, Severity, Verdict, VerdictKind, fingerprint
from specproof.text import one_line

__all__ = ["DEVIATION_RULES", "Deviation", "accept", "apply_deviations", "read_deviations"]

DEVIATION_RULES = {
    "deviation-expired": (
        "An accepted deviation is past its date. Look at the vendor's behaviour again: either it"
        " was mended, then delete the deviation, or accept it anew with fresh evidence."
    ),
    "deviation-incomplete": (
        "An accepted deviation has no reason or no evidence, so nobody can judge it. Fill both in."
    ),
    "deviation-unmatched": (
        "An accepted deviation matched no finding of this run. The vendor has mended its"
        " behaviour, or the rule or requirement is misspelt; delete or correct the deviation."
    ),
}
"""Rule id -> explanation of the findings that deviations themselves cause."""

_LIMIT = 1024 * 1024


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str
    requirement: str
    reason: str
    evidence: list[str]
    expires: dt.date
    targets: list[Literal["emulator", "recorded", "live"]] = Field(
        default=["emulator", "recorded", "live"]
    )
    message: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    deviation: list[_Row] = []


@dataclass(frozen=True, slots=True)
class Deviation:
    """One accepted finding.

    Attributes:
        expires: last day on which it is accepted.
        targets: where it is known to occur; elsewhere it is neither used nor missed.
        message: accept only findings with this message; None for every one.
    """

    rule: str
    requirement: str
    reason: str
    evidence: tuple[str, ...]
    expires: dt.date
    targets: tuple[str, ...]
    message: str | None = None

    def covers(self, finding: Finding) -> bool:
        """Return whether ``finding`` is the one that was accepted."""
        return (self.rule, self.requirement) == (finding.rule, finding.requirement) and (
            self.message is None or self.message == finding.message
        )


def read_deviations(path: Path) -> tuple[Deviation, ...]:
    """Return the deviations of ``deviations.toml``; none where there is no file.

    Raises:
        InputError: the file is malformed.
    """
    if not path.is_file():
        return ()
    if path.stat().st_size > _LIMIT:
        raise InputError("is too large for a list of deviations", file=str(path))
    try:
        rows = _File.model_validate(tomllib.loads(path.read_text("utf-8"))).deviation
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(
            f"{one_line(place)}: {first['msg'].lower()}",
            file=str(path),
            remedy="a deviation has rule, requirement, reason, evidence, expires",
        ) from None
    except (ValueError, RecursionError) as error:
        # Not only TOMLDecodeError: endless digits and deep arrays make tomllib raise these.
        raise InputError(f"is not TOML: {one_line(str(error))}", file=str(path)) from None
    return tuple(
        Deviation(
            rule=row.rule,
            requirement=row.requirement,
            reason=row.reason.strip(),
            evidence=tuple(row.evidence),
            expires=row.expires,
            targets=tuple(row.targets),
            message=row.message,
        )
        for row in rows
    )


def apply_deviations(
    findings: Sequence[Finding],
    deviations: Sequence[Deviation],
    verdicts: Sequence[Verdict],
    *,
    target: str,
    today: dt.date,
) -> tuple[Finding, ...]:
    """Return ``findings`` with the accepted ones marked, and findings about deviations.

    An accepted finding stays in the report and leaves the exit code. A deviation is missed
    only where its requirement was exercised: what did not come about may still be so.

    Args:
        today: the date by which expiry is judged.
    """
    used = [item for item in deviations if target in item.targets]
    valid = [item for item in used if item.reason and item.evidence and item.expires >= today]
    marked = tuple(_marked(finding, valid) for finding in findings)
    known = {item.requirement.id: item for item in verdicts}
    about: list[Finding] = []
    for item in used:
        owner = known.get(item.requirement)
        rule, problem = _trouble(item, findings, owner, today)
        if rule is not None:
            about.append(_about(item, rule, problem, owner, target))
    return (*marked, *about)


def accept(
    path: Path, findings: Iterable[Finding], *, target: str, expires: dt.date, today: dt.date
) -> int:
    """Add a deviation without a reason for every finding; return how many were added or renewed.

    The next run fails on each until somebody has written down reason and evidence. One that
    has expired is renewed where it stands: its reason stays, its evidence goes, since fresh
    evidence is what the new date has to rest on.

    Args:
        today: the date by which expiry is judged.
    """
    known = read_deviations(path)
    document = tomlkit.parse(path.read_text("utf-8")) if path.is_file() else tomlkit.document()
    rows = _tables(document)
    written = 0
    renewed: set[int] = set()
    for finding in findings:
        if finding.deviation is not None or finding.rule in DEVIATION_RULES:
            continue
        covering = [
            (place, item)
            for place, item in enumerate(known)
            if item.covers(finding) and target in item.targets
        ]
        if any(item.expires >= today or place in renewed for place, item in covering):
            continue
        if covering:
            [place, _] = covering[0]
            rows[place]["expires"] = expires
            rows[place]["evidence"] = []
            renewed.add(place)
        else:
            rows.append(_row(finding, target, expires))
        written += 1
    if written:
        write_atomic(path, tomlkit.dumps(document).encode())
    return written


def _row(finding: Finding, target: str, expires: dt.date) -> Table:
    row = tomlkit.table()
    row["rule"] = finding.rule
    row["requirement"] = finding.requirement
    row["message"] = finding.message
    row["targets"] = [target]
    row["reason"] = ""
    row["evidence"] = []
    row["expires"] = expires
    return row


def _tables(document: tomlkit.TOMLDocument) -> AoT:
    """Return the rows of ``document`` as tables; an array in one line can not hold them."""
    rows = document.get("deviation")
    if isinstance(rows, AoT):
        return rows
    tables = tomlkit.aot()
    for row in rows or ():
        table = tomlkit.table()
        table.update(row)
        tables.append(table)
    document.pop("deviation", None)
    document["deviation"] = tables
    return tables


def _marked(finding: Finding, valid: Sequence[Deviation]) -> Finding:
    found = next((item for item in valid if item.covers(finding)), None)
    if found is None:
        return finding
    return replace(finding, deviation=f"{found.reason} (until {found.expires.isoformat()})")


def _trouble(
    item: Deviation, findings: Sequence[Finding], owner: Verdict | None, today: dt.date
) -> tuple[str | None, str]:
    if not item.reason or not item.evidence:
        return "deviation-incomplete", f"the deviation of {item.rule} lacks a reason or evidence"
    if item.expires < today:
        return "deviation-expired", f"the deviation of {item.rule} expired on {item.expires}"
    exercised = owner is None or owner.kind is not VerdictKind.INCONCLUSIVE
    if exercised and not any(item.covers(finding) for finding in findings):
        return "deviation-unmatched", f"the deviation of {item.rule} matched no finding"
    return None, ""


def _about(item: Deviation, rule: str, problem: str, owner: Verdict | None, target: str) -> Finding:
    api, _, rest = item.requirement.partition("/")
    # A live run brings about some of what an API does, so that what it did not show again may
    # still be so; recordings and emulators do the same every time.
    unsure = rule == "deviation-unmatched" and target == "live"
    return Finding(
        rule=rule,
        severity=Severity.INFO if unsure else Severity.ERROR,
        requirement=item.requirement,
        api=api if owner is None else owner.requirement.api,
        operation=rest.partition("/")[0] if owner is None else owner.requirement.operation,
        status=None,
        message=problem,
        fingerprint=fingerprint(rule, item.requirement, item.rule),
        blame=Blame.OVERLAY,
        exchange="",
        reproduce="",
    )
