"""What a change is, from the moment it is found until it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["Change", "Diff", "Direction", "Finding", "Level", "Perspective", "Policy", "Site"]


class Level(StrEnum):
    """How much a change hurts; ``error`` is what is called breaking."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def weight(self) -> int:
        """2 for an error, 1 for a warning, 0 for information."""
        return {Level.ERROR: 2, Level.WARNING: 1, Level.INFO: 0}[self]


class Direction(StrEnum):
    """On which way of the wire a change is felt."""

    REQUEST = "request"
    RESPONSE = "response"
    BOTH = "both"


class Perspective(StrEnum):
    """Whose eyes judge: of those who call the API, or of those who offer it."""

    CONSUMER = "consumer"
    PROVIDER = "provider"


class Policy(StrEnum):
    """``strict`` calls breaking whatever could break a generated client."""

    DEFAULT = "default"
    STRICT = "strict"


class Site(NamedTuple):
    """One place of an operation where a change is felt.

    Attributes:
        operation: key of the operation, ``DELETE /apps/{}/users``: path parameters unnamed.
        part: ``query parameter limit``, ``request body``, ``response 404`` and the like, or empty
            for the operation as a whole.
        failure: whether it is an answer that reports an error (status 4XX, 5XX or ``default``).
    """

    operation: str
    part: str = ""
    failure: bool = False


class Finding(NamedTuple):
    """One difference between two documents, not yet judged.

    Attributes:
        rule: id of a row of the registry.
        subject: what differs, as words that survive unrelated edits: ``Pet.name``,
            ``query parameter limit of GET /pets``. Part of the fingerprint.
        pointer: JSON Pointer to it, in the new document, or in the old one when ``gone``.
        facts: values that the rule's message names, such as ``old`` and ``new``; part of the
            fingerprint, so that a further change of the same thing is another change.
        gone: whether the pointer leads into the old document.
    """

    rule: str
    subject: str
    pointer: str
    facts: Mapping[str, str] = MappingProxyType({})
    gone: bool = False


class Change(NamedTuple):
    """One difference, judged.

    Attributes:
        rule: permanent kebab-case id.
        level: from the perspective and under the policy that were asked for.
        direction: on which way of the wire it is felt.
        subject: see ``Finding``.
        pointer: see ``Finding``.
        gone: see ``Finding``.
        message: one sentence: what a caller sees.
        fix: what to do about it.
        fingerprint: 16 hexadecimal digits; the same for the same change in any two revisions.
        sites: where operations feel it, sorted; none for what no operation uses.
        operation_ids: ids of these operations as published, sorted, without repeats.
        affects_client: dotted paths of the client's Python interface that it changes.
        call_sites: ``file:line`` of the user's code that it concerns; None if nobody looked.
        accepted: reason for which it was accepted, or empty.
        reason: why its level is not that of the rule, or empty.
    """

    rule: str
    level: Level
    direction: Direction
    subject: str
    pointer: str
    gone: bool
    message: str
    fix: str
    fingerprint: str
    sites: tuple[Site, ...] = ()
    operation_ids: tuple[str, ...] = ()
    affects_client: tuple[str, ...] = ()
    call_sites: tuple[str, ...] | None = None
    accepted: str = ""
    reason: str = ""

    @property
    def operations(self) -> tuple[str, ...]:
        """Keys of the operations that feel it, sorted."""
        return tuple(sorted({site.operation for site in self.sites}))


class Diff(NamedTuple):
    """What changed between two documents.

    Attributes:
        changes: the worst first, then by rule, subject and pointer.
        old_operations: operations in the old document.
        new_operations: operations in the new document.
        upstream: why the new document looks like a fault of the vendor's publishing and not like
            a new contract, in one sentence, or empty.
    """

    changes: tuple[Change, ...]
    old_operations: int
    new_operations: int
    upstream: str = ""

    @property
    def breaking(self) -> bool:
        """Whether some change that nobody accepted is an error."""
        return any(item.level is Level.ERROR and not item.accepted for item in self.changes)
