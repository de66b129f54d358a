"""The registry of regression rules: one row each in the TOML files of this folder."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from specproof.regression.change import Direction, Level, Perspective, Policy

__all__ = ["Rule", "registry"]

_HEADER = re.compile(r"^\[([a-z0-9-]+)\]$", re.MULTILINE)


class Rule(NamedTuple):
    """One row.

    Attributes:
        id: permanent, kebab-case.
        area: the file it stands in.
        direction: on which way of the wire a change is felt.
        level: for those who call the API.
        provider: for those who offer it.
        strict: for those who ship a generated client.
        failure: like ``level``, where an answer that reports an error is among the sites.
        message: one sentence with ``{subject}`` and the names of facts in braces.
        fix: what to do about it.
        clause: of the OpenAPI or JSON Schema specification, or an RFC section.
        explanation: for ``specproof explain``: why it matters to a caller.
    """

    id: str
    area: str
    direction: Direction
    level: Level
    provider: Level
    strict: Level
    failure: Level
    message: str
    fix: str
    clause: str
    explanation: str

    def judged(self, perspective: Perspective, policy: Policy, *, failure: bool) -> Level:
        """Return the level of a change.

        Args:
            perspective: whose eyes judge.
            policy: ``strict`` never lowers a level.
            failure: whether an answer that reports an error is among its sites.
        """
        level = self.level if perspective is Perspective.CONSUMER else self.provider
        candidates = [level]
        if failure and perspective is Perspective.CONSUMER:
            candidates.append(self.failure)
        if policy is Policy.STRICT:
            candidates.append(self.strict)
        return max(candidates, key=lambda item: item.weight)


class _Registry(Mapping[str, Rule]):
    """Rules by id, sorted; a row is parsed when somebody asks for it.

    A comparison of two small documents names a few of some hundred rules, and parsing all of
    them would take longer than the comparison.
    """

    def __init__(self, rows: Mapping[str, tuple[str, str]]) -> None:
        self._rows = dict(sorted(rows.items()))
        self._rules: dict[str, Rule] = {}

    def __getitem__(self, identifier: str) -> Rule:
        if identifier not in self._rules:
            area, text = self._rows[identifier]
            self._rules[identifier] = _rule(identifier, area, tomllib.loads(text)[identifier])
        return self._rules[identifier]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@functools.cache
def registry() -> Mapping[str, Rule]:
    """Return all rules by id, sorted.

    Raises:
        ValueError: two files hold one rule.
    """
    rows: dict[str, tuple[str, str]] = {}
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        heads = list(_HEADER.finditer(text))
        ends = [*(head.start() for head in heads[1:]), len(text)]
        for head, end in zip(heads, ends, strict=True):
            if head[1] in rows:
                raise ValueError(f"two files hold the rule {head[1]}")
            rows[head[1]] = (file.stem, text[head.start() : end])
    return _Registry(rows)


def _rule(identifier: str, area: str, row: Mapping[str, Any]) -> Rule:
    level = Level(row["level"])
    return Rule(
        id=identifier,
        area=area,
        direction=Direction(row["direction"]),
        level=level,
        provider=Level(row.get("provider", level)),
        strict=Level(row.get("strict", level)),
        failure=Level(row.get("failure", level)),
        message=row["message"],
        fix=row["fix"],
        clause=row["clause"],
        explanation=row["explanation"],
    )
