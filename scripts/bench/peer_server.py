# ruff: noqa: INP001, S603 - a script: no package, runs fixed commands
"""One emulator on a port that can be told which fault to have; used by ``scripts/bench/faults``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from urllib.parse import parse_qs, urlencode

from specproof.apis.contract import ASGIApp, Emulator, Message, Scope
from specproof.targets.control import PREFIX
from specproof.targets.emulators import load_emulator
from specproof.targets.faults.catalog import faulty
from specproof.targets.inprocess import DELAY
from specproof.targets.serving import base_url, listen, serve

__all__ = ["Served", "Switchable", "served"]

CHANGE = "/__bench__/change"
"""``POST`` of this path switches to the fault ``id``, its delays multiplied by ``pace``."""


class Switchable(Emulator):
    """An emulator without a fault, until it is told to have one.

    Args:
        api: name of an API with an emulator and faults.
    """

    def __init__(self, api: str) -> None:
        self.API = api  # type: ignore[misc]  # an instance stands in for many classes
        self.SETTINGS = ()  # type: ignore[misc]  # the same
        self._pace = 1.0
        self._behind = self._made("")
        self.CONDITIONS = self._behind.CONDITIONS

    def become(self, change: str, pace: float) -> None:
        """Become a fresh emulator with the fault or variation ``change``; "" for none.

        Args:
            pace: factor of every delay.

        Raises:
            InputError: there is no such fault.
        """
        self._behind, self._pace = self._made(change), pace
        self.CONDITIONS = self._behind.CONDITIONS

    @property
    def app(self) -> ASGIApp:
        """The ASGI application, with the switch in front of it."""
        return self._app

    def credentials(self) -> Mapping[str, str]:
        """Return those of the emulator behind."""
        return self._behind.credentials()

    def other_credentials(self) -> Mapping[str, str]:
        """Return those of the emulator behind."""
        return self._behind.other_credentials()

    def resources(self) -> Mapping[str, Sequence[str]]:
        """Return those of the emulator behind."""
        return self._behind.resources()

    def reset(self) -> None:
        """Forget every resource, counter and condition, but not the fault."""
        self._behind.reset()

    def condition(self, name: str) -> AbstractContextManager[None]:
        """Hold a condition of the emulator behind."""
        return self._behind.condition(name)

    def _made(self, change: str) -> Emulator:
        made = faulty(self.API, change) if change else load_emulator(self.API)
        if made is None:
            raise SystemExit(f"{self.API} has no emulator")
        return made

    async def _app(
        self,
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope.get("path") == CHANGE:
            wanted = parse_qs(scope["query_string"].decode())
            self.become(wanted.get("id", [""])[0], float(wanted.get("pace", ["1"])[0]))
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        if self._pace == 1.0:
            await self._behind.app(scope, receive, send)
            return
        delays: list[float] = []

        async def paced(message: Message) -> None:
            if delays:
                await asyncio.sleep(delays.pop() * self._pace)
            await send(message)

        scope[DELAY] = delays.append
        await self._behind.app(scope, receive, paced)


class Served:
    """The far end of one ``Switchable``.

    Args:
        url: where it listens.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def become(self, change: str, pace: float = 1.0) -> None:
        """Switch to ``change``, "" for no fault, with nothing in it."""
        self._tell("POST", f"{CHANGE}?{urlencode({'id': change, 'pace': pace})}")

    def reset(self) -> None:
        """Forget everything but the fault."""
        self._tell("POST", f"{PREFIX}/reset")

    def condition(self, name: str, *, held: bool) -> None:
        """Enter or leave a condition."""
        self._tell("PUT" if held else "DELETE", f"{PREFIX}/condition/{name}")

    def _tell(self, method: str, path: str) -> None:
        request = urllib.request.Request(self.url + path, method=method)  # noqa: S310 - ours
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - on this machine
            pass


@contextlib.contextmanager
def served(api: str) -> Iterator[Served]:
    """Serve an emulator of ``api`` in a process of its own until the block ends."""
    process = subprocess.Popen(
        [sys.executable, __file__, api],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SystemExit(f"the emulator of {api} could not be served")
        yield Served(json.loads(line)["url"])
    finally:
        process.terminate()
        process.communicate()


def main() -> None:
    """Serve the API that the argument names until a signal comes."""
    emulator = Switchable(sys.argv[1])
    bound = listen("127.0.0.1", 0)
    said = json.dumps({"url": base_url(bound)})
    serve(emulator, bound, lambda: print(said, flush=True))  # noqa: T201 - whoever waits reads it


if __name__ == "__main__":
    main()
