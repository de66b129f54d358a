"""The base of the state machines that prove prose promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from hypothesis import reject
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from specproof.apis.claims import Claim
from specproof.apis.contract import Session
from specproof.model import Exchange

__all__ = ["BrokenPromiseError", "PromiseMachine"]


_BUSY = frozenset({429, 502, 503, 504})
"""Answers that put a matter off (RFC 6585 4, RFC 9110 15.6.3 to 15.6.5)."""


class BrokenPromiseError(AssertionError):
    """A promise was broken; carries the exchanges that show it, for shrinking and reports."""

    def __init__(
        self,
        promise: str,
        message: str,
        exchange: Exchange,
        sequence: tuple[Exchange, ...],
        claims: tuple[Claim, ...] = (),
    ) -> None:
        super().__init__(f"{promise}: {message}")
        self.promise = promise
        self.message = message
        self.exchange = exchange
        self.sequence = sequence
        self.claims = claims


class PromiseMachine(RuleBasedStateMachine):
    """A Hypothesis state machine over one API.

    Subclasses name themselves, list the promises they look at, and call ``expect`` in their
    rules. ``session``, ``keep``, ``broke`` and ``muted`` are bound by the suite.

    Attributes:
        spent: whether enough sequences were tried to make a broken one shorter.
        muted: promises already known to be broken; the rest is looked at regardless.
    """

    NAME: ClassVar[str]
    PROMISES: ClassVar[tuple[str, ...]]

    session: ClassVar[Session]
    keep: ClassVar[Callable[[str, Exchange], None]]
    broke: ClassVar[Callable[[BrokenPromiseError], None]]
    muted: ClassVar[frozenset[str]] = frozenset()
    spent: ClassVar[Callable[[], bool]] = staticmethod(bool)

    def __init__(self) -> None:
        super().__init__()
        if type(self).spent():
            reject()
        self.exchanges: list[Exchange] = []

    def arrange(self) -> None:
        """Create what the rules need; subclasses make it an ``initialize`` rule."""

    def tour(self) -> None:
        """Take every rule once, in an order in which each has something to do.

        Random walks may leave a rule out; a promise is not proved by chance.
        """

    def remove_early(self) -> None:
        """Arrange, and remove something, before every walk and tour; say nothing of it yet."""

    def look_late(self) -> None:
        """Look, after every walk and tour, at what was removed early.

        What comes back a second later is not seen by those who look at once.
        """

    def decided(self, promise: str) -> bool:
        """Return whether what decides ``promise`` has come about by now.

        A look before that may find it broken, but proves nothing by finding all well; a promise
        of which nothing else is seen is inconclusive.
        """
        return promise in self.PROMISES

    def idle(self) -> bool:
        """Return whether nothing is left to do, e.g. since the server refused to arrange."""
        return False

    @precondition(lambda self: self.idle())
    @rule()
    def stand_by(self) -> None:
        """Do nothing; Hypothesis wants a rule that can run at every step."""

    def send(self, *args: Any, **kwargs: Any) -> Exchange:
        """Send as ``Session.send`` does, and remember the exchange as part of the sequence."""
        exchange = self.session.send(*args, **kwargs)
        self.exchanges.append(exchange)
        return exchange

    def credential(self, variable: str) -> str:
        """Return a credential of the session."""
        return self.session.credential(variable)

    def other_credential(self, variable: str) -> str:
        """Return a credential of the other tenant."""
        return self.session.other_credential(variable)

    def other_resource(self, name: str) -> Sequence[str]:
        """Return resources of the other tenant."""
        return self.session.other_resource(name)

    def resource(self, name: str) -> Sequence[str]:
        """Return resources of the session."""
        return self.session.resource(name)

    def unique(self, prefix: str) -> str:
        """Return a fresh value of the session."""
        return self.session.unique(prefix)

    def claim(self, value: str) -> str:
        """Return ``value``, noted as ours."""
        return self.session.claim(value)

    def adopt(self, exchange: Exchange, identifier: str) -> bool:
        """Note an id of the server's as ours, if it is."""
        return self.session.adopt(exchange, identifier)

    def removed(self, identifier: str) -> None:
        """Note that what bears the id is removed."""
        self.session.removed(identifier)

    def tell(self, value: str) -> str:
        """Return ``value``, allowed to be shown."""
        return self.session.tell(value)

    def condition(self, name: str) -> AbstractContextManager[None] | None:
        """Enter a condition of the session."""
        return self.session.condition(name)

    @staticmethod
    def settled(exchange: Exchange) -> bool:
        """Return whether there is an answer; one that puts the matter off proves nothing."""
        answer = exchange.response
        return answer is not None and answer.status not in _BUSY

    def expect(
        self, promise: str, holds: bool, message: str, exchange: Exchange, *claims: Claim
    ) -> None:
        """Say whether ``promise`` holds in ``exchange``, if that was answered at all.

        That it holds counts only once it is decided.

        Args:
            claims: the same as data, so that it can be checked again without specproof.

        Raises:
            BrokenPromiseError: it does not, and it was not known to be broken.
        """
        if not self.settled(exchange):
            return
        if holds:
            if self.decided(promise):
                type(self).keep(promise, exchange)
        elif promise not in self.muted:
            earlier = tuple(item for item in self.exchanges if item.id != exchange.id)
            error = BrokenPromiseError(promise, message, exchange, earlier, claims)
            type(self).broke(error)
            raise error
