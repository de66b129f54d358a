"""What every target has in common."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from specproof.apis.contract import Condition, Emulator
from specproof.targets.budget import Budget
from specproof.targets.credentials import Credentials
from specproof.targets.ledger import Ledger

__all__ = ["Target"]


@dataclass
class Target:
    """A place to send requests to.

    Attributes:
        name: ``emulator``, ``recorded`` or ``live``.
        base_url: absolute URL without a slash at its end.
        transport: what sends.
        emulator: the emulator behind it, or None for a server that is not ours.
        provenance: where its answers come from, for people.
        resources: name -> ids that exist beforehand.
        use_up: names whose ids may be changed and deleted; None for all of them.
        other_resources: the same for the other tenant.
        owned: values that this run created or invented; the guard asks for them.
        places: paths of what this run created under ids that anybody could have.
        ledger: where creates are noted, or None where nothing has to be cleaned up.
        budget: what the run may cost, or None where it costs nothing.
        nonce: random text in every invented value, so that no two live runs share one.
    """

    name: str
    api: str
    base_url: str
    transport: httpx.BaseTransport
    credentials: Credentials
    emulator: Emulator | None = None
    provenance: str = ""
    conditions: tuple[Condition, ...] = ()
    resources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    use_up: frozenset[str] | None = None
    other_resources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    owned: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)
    ledger: Ledger | None = None
    budget: Budget | None = None
    nonce: str = ""

    def conditions_for(self, operation: str, status: int) -> tuple[Condition, ...]:
        """Return the conditions that make ``operation`` answer ``status``."""
        return tuple(
            item
            for item in self.conditions
            if item.status == status and item.operation in {None, operation}
        )

    @contextlib.contextmanager
    def condition(self, name: str) -> Iterator[None]:
        """Hold a server condition for the length of a ``with``.

        Raises:
            KeyError: the target has no condition of that name.
        """
        if self.emulator is None:
            raise KeyError(name)
        with self.emulator.condition(name):
            yield

    def close(self) -> None:
        """Release the transport."""
        self.transport.close()
        if self.ledger is not None:
            self.ledger.close()
