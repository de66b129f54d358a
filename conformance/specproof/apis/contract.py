"""What ``apis/<api>/`` may provide; every part of it is optional.

``emulator.py`` provides ``Emulator`` subclasses under the name ``EMULATOR``, ``arrange.py`` a
``World`` under the name ``WORLD``, ``promises.py`` state machines under ``MACHINES``.
"""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from specproof.model import Exchange, Json

__all__ = [
    "ASGIApp",
    "Condition",
    "Emulator",
    "Message",
    "Scope",
    "Session",
    "Setting",
    "SettingValue",
    "World",
]

# The ASGI specification types messages as free dictionaries; Any is its own choice.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
ASGIApp = Callable[
    [Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

SettingValue = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Setting:
    """One behaviour of the real API that can be chosen, most often because it is open.

    Attributes:
        open_fact: what the vendor's public material leaves open, or "" for a plain
            convenience such as a rate limit that tests lower.
        choices: allowed values; empty where any value of the default's type will do.
    """

    name: str
    default: SettingValue
    description: str
    open_fact: str = ""
    choices: tuple[SettingValue, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A state of the server that a client can not bring about, e.g. an outage.

    Attributes:
        status: status that the server answers with while the condition lasts.
        operation: the one operation it is meant for, or None for every one.
    """

    name: str
    status: int
    description: str
    operation: str | None = None


class Emulator(abc.ABC):
    """A stateful model of one API, in process, as an ASGI application.

    An emulator never sleeps and reads the time from ``clock`` alone.
    """

    API: ClassVar[str]
    SETTINGS: ClassVar[tuple[Setting, ...]]
    CONDITIONS: tuple[Condition, ...]

    @property
    @abc.abstractmethod
    def app(self) -> ASGIApp:
        """The ASGI application; the same object for the life of the emulator."""

    @abc.abstractmethod
    def credentials(self) -> Mapping[str, str]:
        """Return valid credentials, keyed by the environment variable that carries each."""

    @abc.abstractmethod
    def other_credentials(self) -> Mapping[str, str]:
        """Return valid credentials of another tenant, keyed the same way."""

    def resources(self) -> Mapping[str, Sequence[str]]:
        """Return ids of resources that exist beforehand and may be used up, by kind.

        They belong to the tenant of ``credentials``; empty where clients create all they need.
        """
        return {}

    def other_resources(self) -> Mapping[str, Sequence[str]]:
        """Return the same for the tenant of ``other_credentials``."""
        return {}

    @abc.abstractmethod
    def reset(self) -> None:
        """Forget every resource, counter and condition."""

    @abc.abstractmethod
    def condition(self, name: str) -> AbstractContextManager[None]:
        """Make the server misbehave in one documented way for the length of a ``with``.

        Raises:
            KeyError: no condition of that name is in ``CONDITIONS``.
        """


class Session(Protocol):
    """How scenarios and worlds send; the implementation is ``targets.session``."""

    def send(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Json = None,
        body: bytes | None = None,
        credentials: str = "own",
        expects: str | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send one request and return the exchange, which is recorded as well.

        Args:
            operation: operation id of the effective spec, or ``+name`` for a request
                that only arranges and that the spec does not describe.
            path: path below the base URL, already percent-encoded.
            credentials: ``own``, ``none``, ``wrong``, ``malformed`` or ``other`` (tenant).
        """

    def credential(self, variable: str) -> str:
        """Return the value of a credential variable, e.g. ``ONESIGNAL_APP_ID``."""

    def other_credential(self, variable: str) -> str:
        """Return the other tenant's value of a credential variable, "" where there is none."""

    def unique(self, prefix: str) -> str:
        """Return a fresh value nobody else can own, the same for the same seed."""

    def claim(self, value: str) -> str:
        """Return ``value`` and note that nobody but this run can own what it names."""

    def adopt(self, exchange: Exchange, identifier: str) -> bool:
        """Note an id that the server gave to what ``exchange`` created, so that it may be removed.

        Return False, and note nothing, where the id is known to be of something else.
        """

    def removed(self, identifier: str) -> None:
        """Note that what the server gave this id to is removed."""

    def tell(self, value: str) -> str:
        """Return ``value`` and allow reports to show it: this run invented it."""

    def resource(self, name: str) -> Sequence[str]:
        """Return ids of resources that exist beforehand and may be used up; often none."""

    def other_resource(self, name: str) -> Sequence[str]:
        """Return the same for the other tenant."""

    def condition(self, name: str) -> AbstractContextManager[None] | None:
        """Enter a server condition, or return None where the target can not."""


class World(Protocol):
    """Arranges resources of one API for scenarios, and cleans them up."""

    def __init__(self, session: Session) -> None: ...

    def parameters(self, operation: str) -> Mapping[str, str] | None:
        """Create what ``operation`` needs; return its path parameters, or None if it can not."""

    def unknown(self, operation: str) -> Sequence[Mapping[str, str]]:
        """Return well-formed path parameters of ``operation`` that name nothing that exists."""

    def answer(self, operation: str, values: Mapping[str, str]) -> Mapping[str, str | None]:
        """Return what a success on ``values`` says of its resource: pointer -> text or None."""

    def cleanup(self) -> None:
        """Remove everything this world created."""

    def remove(self, values: Sequence[tuple[str, str]], ids: Sequence[str]) -> bool:
        """Remove what an earlier create left; return whether nothing of it is left.

        Args:
            values: ``(name, value)`` of what was invented for it.
            ids: ids that the server gave it; none where its answer never came.
        """
