"""Spares a real server that limits how often something is asked what state machines repeat.

They compare what is there with what has to be there after every step, and walk at random, so
that they ask the same again and again; where each such request costs a wait, a run would take
minutes. What is left out proves nothing, and what has changed is seen at the next look that
is due, since nothing of what is compared goes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from specproof.apis.contract import Session
from specproof.model import Exchange
from specproof.targets.session import TargetSession

__all__ = ["PatientSession", "patient"]

_SUCCESS = range(200, 300)
_REFUSAL = range(400, 500)
_ARRANGING = "+"
"""Operations of our own begin with it; what they create and remove is never left out."""


def patient(session: TargetSession, spent: Callable[[], bool] = bool) -> Session:
    """Return ``session`` for a state machine: on a real server one that leaves repetition out.

    Args:
        spent: whether the waiting that the machine may cause is used up.
    """
    if session.target.budget is None:
        return session
    return cast(Session, PatientSession(session, spent))


class PatientSession:
    """Sends as a session does, but for what an operation that the server limits need not ask.

    That is a look that was answered before and is not yet due, a request that was refused
    before while nothing has changed, and every request under test once ``spent``.

    Args:
        session: what sends.
        spent: whether the waiting is used up.
        clock: seconds, never going back.
    """

    def __init__(
        self,
        session: TargetSession,
        spent: Callable[[], bool] = bool,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._spent = spent
        self._clock = clock
        self._looks: set[str] = set()
        self._refused: set[tuple[str, str]] = set()
        self._due: dict[str, float] = {}
        self._last: dict[str, Exchange] = {}

    def __getattr__(self, name: str) -> Any:
        """Do everything else as the session does."""
        return getattr(self._session, name)

    def send(self, operation: str, method: str, path: str, **rest: Any) -> Exchange:
        """Send one request, or return an exchange without an answer; see ``Session.send``."""
        last = self._last.get(operation)
        limited = last is not None and operation in self._session.waits
        if limited and last is not None and self._is_spare(operation, method, path):
            url = f"{self._session.target.base_url}{path}"
            asked = replace(last.request, method=method, url=url, body=b"")
            failure = "not sent: the server limits how often this is asked"
            return replace(last, request=asked, response=None, failure=failure, sent=False)
        made = self._session.send(operation, method, path, **rest)
        self._last[operation] = made
        self._note(made, operation, method, path)
        return made

    def _is_spare(self, operation: str, method: str, path: str) -> bool:
        if method == "GET":
            return path in self._looks and self._clock() < self._due.get(operation, 0.0)
        if operation.startswith(_ARRANGING):
            return False
        return (method, path) in self._refused or self._spent()

    def _note(self, made: Exchange, operation: str, method: str, path: str) -> None:
        status = 0 if made.response is None else made.response.status
        if method == "GET" and status in _SUCCESS:
            self._looks.add(path)
            self._due[operation] = self._clock() + self._session.waits.get(operation, 0.0)
        elif status in _SUCCESS:
            self._refused.clear()
        elif status in _REFUSAL and not self._session.is_put_off(made):
            self._refused.add((method, path))
