"""Faults and legal variations of an emulator, as types; ``apis/<api>/faults.py`` lists its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

from specproof.apis.base import RoutedEmulator
from specproof.apis.contract import SettingValue
from specproof.apis.wire import Call
from specproof.model import Headers, Json

__all__ = [
    "FAMILIES",
    "Alter",
    "Answer",
    "ConnectionCutError",
    "Fault",
    "LegalVariation",
    "Profile",
    "Variant",
    "edited",
    "put",
]

FAMILIES = (
    "http",
    "protocol",
    "schema",
    "envelope",
    "header",
    "authentication",
    "state",
    "isolation",
    "timing",
    "content",
)
"""Kinds of faults, in the order of a report."""


class ConnectionCutError(Exception):
    """The server closes the connection before the answer is whole."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response on its way out, as a fault may spoil it.

    Attributes:
        body: bytes of the content.
        extra_length: what Content-Length says beyond the bytes that are sent; 0 tells the truth.
        chunks: pieces to send without Content-Length (chunked on HTTP/1.1), or None for one
            piece with it.
        cut: bytes after which the connection closes, or None; -1 closes it before any answer.
        delay: seconds to wait before the first byte.
        call: the request that is answered.
        number: how many matching answers came before this one.
    """

    status: int
    headers: Headers
    body: bytes
    call: Call
    number: int = 0
    extra_length: int = 0
    chunks: int | None = None
    cut: int | None = None
    delay: float = 0.0

    def header(self, name: str) -> str | None:
        """Return the first field called ``name``, lower case, or None."""
        return next((text for key, text in self.headers if key == name), None)

    def without(self, *names: str) -> Answer:
        """Return the answer without the fields called ``names``, lower case."""
        return replace(self, headers=tuple(item for item in self.headers if item[0] not in names))

    def having(self, name: str, *values: str) -> Answer:
        """Return the answer with ``values`` as its only fields called ``name``."""
        bare = self.without(name.lower())
        return replace(bare, headers=(*bare.headers, *((name, value) for value in values)))


Alter = Callable[[Answer], Answer]
"""Spoils one answer, or returns it as it is where there is nothing to spoil."""

Variant = Callable[[type[RoutedEmulator]], type[RoutedEmulator]]
"""Makes the class of a faulty emulator out of that of the sound one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which an emulator is broken, and in no other.

    Attributes:
        id: permanent, kebab-case, unique among all APIs.
        family: one of ``FAMILIES``.
        title: what is broken, one clause.
        explanation: what it does to a caller.
        statuses: only answers with one of these are altered; None for all.
        alter: spoils the answers of the tested operation.
        variant: breaks the state, the rules or the replies of the emulator.
        settings: settings of the emulator that the fault needs.
    """

    id: str
    api: str
    family: str
    title: str
    explanation: str
    statuses: frozenset[int] | None = None
    alter: Alter | None = None
    variant: Variant | None = None
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    clause: str = ""


@dataclass(frozen=True, slots=True)
class LegalVariation:
    """One thing an emulator may do differently without breaking its contract.

    Attributes: see ``Fault``.
    """

    clause: ClassVar[str] = ""

    id: str
    api: str
    title: str
    statuses: frozenset[int] | None = None
    alter: Alter | None = None
    variant: Variant | None = None
    settings: Mapping[str, SettingValue] = field(default_factory=dict)

    @property
    def explanation(self) -> str:
        """What it means to a caller."""
        return f"Legal: {self.title}. The contract allows it, and no check may speak of it."


@dataclass(frozen=True, slots=True)
class Profile:
    """What faults of HTTP, JSON and envelopes have to know of one API.

    Attributes:
        tested: name of the emulator's route that the suite tests.
        occasions: ``success``, ``refusal``, ``missing``, ``unauthenticated``, ``throttled`` or
            ``unavailable`` -> the statuses by which the emulator answers then.
        identifier: pointer to an id in the body of a success.
        allowed: ids of common faults that break nothing this API promises.
    """

    tested: str
    occasions: Mapping[str, frozenset[int]]
    identifier: str
    allowed: frozenset[str] = frozenset()


def put(pointer: str, value: Json) -> Alter:
    """Return an alteration that sets what ``pointer``, names joined by ``/``, leads to."""

    def change(body: Json) -> Json:
        *path, last = pointer.split("/")
        holder = body
        for name in path:
            holder = holder[name]  # type: ignore[index,call-overload]  # edited() catches TypeError
        holder[last]  # type: ignore[index,call-overload]  # the same; and KeyError
        holder[last] = value  # type: ignore[index]  # the same
        return body

    return edited(change)


def edited(change: Callable[[Json], Json]) -> Alter:
    """Return an alteration that puts the JSON body through ``change``.

    A body that is no JSON, or not of the form that ``change`` reaches into, stays as it is.
    """

    def alter(answer: Answer) -> Answer:
        try:
            value = change(json.loads(answer.body))
        except (LookupError, ValueError, TypeError, AttributeError, StopIteration):
            return answer
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return replace(answer, body=text.encode())

    return alter
