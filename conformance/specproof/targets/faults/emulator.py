"""An emulator with one fault, or with one legal variation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from specproof.apis.base import RoutedEmulator
from specproof.apis.contract import ASGIApp, Emulator, Message, Scope, SettingValue
from specproof.apis.faults import Answer, ConnectionCutError, Fault, LegalVariation
from specproof.apis.wire import Call

__all__ = ["DELAY", "AlteredEmulator", "altered"]

DELAY = "specproof.delay"
"""Key of an ASGI scope: called with the seconds of a delay by a target that need not wait."""

_NO_CONTENT = frozenset({204, 304})


def altered(
    found: type[RoutedEmulator],
    change: Fault | LegalVariation,
    tested: str,
    settings: Mapping[str, SettingValue] | None = None,
    *,
    seed: int = 0,
) -> Emulator:
    """Return an emulator of class ``found`` that is changed in one way.

    Args:
        tested: name of the route whose answers an ``alter`` spoils.
        settings: chosen by the caller; those that the change itself needs win.

    Raises:
        InputError: a setting does not exist or can not have that value.
    """
    chosen = found if change.variant is None else change.variant(found)
    sound = chosen({**(settings or {}), **change.settings}, seed=seed)
    return sound if change.alter is None else AlteredEmulator(sound, change, tested)


class AlteredEmulator(Emulator):
    """Passes the answers of one route through an alteration.

    Args:
        sound: the emulator that answers.
        change: what alters its answers.
        tested: name of the route whose answers are altered.
    """

    def __init__(self, sound: RoutedEmulator, change: Fault | LegalVariation, tested: str) -> None:
        self.API = sound.API  # type: ignore[misc]  # an instance stands in for many classes
        self.SETTINGS = sound.SETTINGS  # type: ignore[misc]  # the same
        self.CONDITIONS = sound.CONDITIONS
        self.settings = sound.settings
        self.sound = sound
        self._change = change
        self._tested = tested
        self._altered = 0

    @property
    def app(self) -> ASGIApp:
        """The ASGI application."""
        return self._app

    def credentials(self) -> Mapping[str, str]:
        """Return those of the sound emulator."""
        return self.sound.credentials()

    def other_credentials(self) -> Mapping[str, str]:
        """Return those of the sound emulator."""
        return self.sound.other_credentials()

    def resources(self) -> Mapping[str, Sequence[str]]:
        """Return those of the sound emulator."""
        return self.sound.resources()

    def other_resources(self) -> Mapping[str, Sequence[str]]:
        """Return those of the sound emulator."""
        return self.sound.other_resources()

    def reset(self) -> None:
        """Forget every resource, counter and condition."""
        self._altered = 0
        self.sound.reset()

    def condition(self, name: str) -> AbstractContextManager[None]:
        """Hold a condition of the sound emulator.

        Raises:
            KeyError: it has none of that name.
        """
        return self.sound.condition(name)

    async def _app(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        call = _call(scope)
        if call is None or not self._concerns(call):
            await self.sound.app(scope, receive, send)
            return
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        await self.sound.app(scope, receive, keep)
        answer = _answer(call, sent)
        change = self._change
        if change.alter is not None and (
            change.statuses is None or answer.status in change.statuses
        ):
            answer = change.alter(replace(answer, number=self._altered))
            self._altered += 1
        await _emit(answer, scope, send)

    def _concerns(self, call: Call) -> bool:
        match = self.sound.router.match(call.method, call.path)
        return match is not None and match.route is not None and match.route.name == self._tested


def _call(scope: Scope) -> Call | None:
    if scope["type"] != "http":
        return None
    raw: bytes = scope.get("raw_path") or str(scope["path"]).encode()
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in scope["headers"]
    )
    path = raw.partition(b"?")[0].decode("latin-1")
    return Call(method=scope["method"], path=path, headers=headers)


def _answer(call: Call, sent: Sequence[Message]) -> Answer:
    start = sent[0]
    body: bytes = b"".join(message.get("body", b"") for message in sent[1:])
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in start["headers"]
        if name != b"content-length"
    )
    return Answer(start["status"], headers, body, call)


async def _emit(answer: Answer, scope: Scope, send: Callable[[Message], Awaitable[None]]) -> None:
    if answer.delay:
        passing = scope.get(DELAY)
        if passing is None:
            await asyncio.sleep(answer.delay)
        else:
            passing(answer.delay)
    cut = answer.cut
    if cut is not None and cut < 0:
        if DELAY in scope:
            raise ConnectionCutError
        # A server of HTTP would answer 500 for us; it can not close without a first line.
        cut = 0
    headers = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in answer.headers]
    stated = any(name.lower() == b"content-length" for name, _ in headers)
    if answer.chunks is None and not stated and answer.status not in _NO_CONTENT:
        length = len(answer.body) + answer.extra_length
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    body = answer.body if cut is None else answer.body[:cut]
    size = max(1, -(-len(body) // (answer.chunks or 1)))
    pieces = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    for number, piece in enumerate(pieces, start=1):
        more = number < len(pieces) or cut is not None
        await send({"type": "http.response.body", "body": piece, "more_body": more})
    if cut is not None:
        raise ConnectionCutError
