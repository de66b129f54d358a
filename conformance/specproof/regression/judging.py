"""From findings to changes: how much each hurts, in which words, under which fingerprint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from specproof.regression.acceptance import NO_OVERRIDES, Overrides
from specproof.regression.change import Change, Finding, Level, Perspective, Policy, Site
from specproof.regression.rules import Rule, registry
from specproof.text import one_line

__all__ = ["Judge", "fingerprint"]

_UNSTABLE = "every operation that feels it calls itself a draft or alpha"
_LONGEST = 160  # characters of one fact in a message


class Judge(NamedTuple):
    """Judges findings.

    Attributes:
        today: by which acceptances expire.
        perspective: whose eyes judge.
        policy: ``strict`` never lowers a level.
        overrides: levels and acceptances of the user.
        ids: operation ids by key of the operation.
        unstable: keys of operations that promise nothing.
    """

    today: date
    perspective: Perspective = Perspective.CONSUMER
    policy: Policy = Policy.DEFAULT
    overrides: Overrides = NO_OVERRIDES
    ids: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    unstable: frozenset[str] = frozenset()

    def changes(self, results: Iterable[tuple[Finding, tuple[Site, ...]]]) -> tuple[Change, ...]:
        """Return what was found, judged: the worst first, then by rule, subject and pointer.

        Args:
            results: findings and where operations feel them; the same one found twice is one.
        """
        merged: dict[str, tuple[Finding, set[Site]]] = {}
        for finding, sites in results:
            merged.setdefault(fingerprint(finding), (finding, set()))[1].update(sites)
        changes = [
            self._change(finding, mark, tuple(sorted(sites)))
            for mark, (finding, sites) in merged.items()
        ]
        return tuple(
            sorted(
                changes,
                key=lambda item: (
                    -item.level.weight,
                    item.rule,
                    item.subject,
                    item.pointer,
                    item.fingerprint,
                ),
            )
        )

    def _change(self, finding: Finding, mark: str, sites: tuple[Site, ...]) -> Change:
        rule = registry()[finding.rule]
        level, reason = self._level(rule, sites)
        keys = {site.operation for site in sites}
        ids = {identifier for key in keys for identifier in self.ids.get(key, ())}
        return Change(
            rule=rule.id,
            level=level,
            direction=rule.direction,
            subject=finding.subject,
            pointer=finding.pointer,
            gone=finding.gone,
            message=_message(rule.message, finding),
            fix=_message(rule.fix, finding),
            fingerprint=mark,
            sites=sites,
            operation_ids=tuple(sorted(ids)),
            accepted=self.overrides.accepted(mark, self.today),
            reason=reason,
        )

    def _level(self, rule: Rule, sites: tuple[Site, ...]) -> tuple[Level, str]:
        chosen = self.overrides.levels.get(rule.id)
        if chosen is not None:
            return chosen, f"set to {chosen} in {self.overrides.file}"
        failure = any(site.failure for site in sites)
        level = rule.judged(self.perspective, self.policy, failure=failure)
        if (
            level is Level.ERROR
            and sites
            and all(site.operation in self.unstable for site in sites)
        ):
            return Level.WARNING, _UNSTABLE
        return level, ""


def fingerprint(finding: Finding) -> str:
    """Return 16 hexadecimal digits that are the same for the same change in any two revisions.

    Rule, subject and facts count; where in the document it stands does not.
    """
    told = [finding.rule, finding.subject, sorted(finding.facts.items())]
    text = json.dumps(told, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:16]


class _Facts(dict[str, str]):
    """Facts of a finding; one that it does not have is shown as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def _message(template: str, finding: Finding) -> str:
    shown = {key: one_line(value, _LONGEST) for key, value in finding.facts.items()}
    subject = one_line(finding.subject, _LONGEST)
    if template.startswith("{subject}") and subject[:1].islower() and " " in subject:
        # A phrase, where a component's name begins a sentence as it is.
        subject = f"A{subject[1:]}" if subject.startswith("an ") else f"The {subject}"
    return template.format_map(_Facts(shown, subject=subject))
