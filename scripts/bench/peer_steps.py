# ruff: noqa: INP001 - a script: no package
"""The requests that our own suite sends, to be sent again; ``scripts/bench/faults``."""

from __future__ import annotations

import contextlib
import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from specproof.model import Exchange, Request
from specproof.suites.bench import Bench
from specproof.suites.plan import RunPlan
from specproof.suites.plugin import MAKERS
from specproof.suites.test_promises import test_promises
from specproof.suites.test_replay import test_replay
from specproof.suites.test_scenarios import test_scenario

__all__ = ["Arranged", "Step", "Wire", "arranged", "steps"]

_PLAYERS: Mapping[str, Callable[[Any, Callable[[str, str], Bench]], None]] = {
    "scenario_item": test_scenario,
    "machine_item": test_promises,
    "replay_item": test_replay,
}
_PATIENCE = 5
"""Seconds to wait for a byte of an answer."""
_ALIASES = 60
"""Resources for Schemathesis to use up; it sends fewer valid requests than that."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the suite does to a server.

    Attributes:
        kind: ``send``, ``reset`` (all state is forgotten), ``enter`` or ``leave`` (a condition).
        operation: of what is sent; begins with ``+`` where the spec does not describe it.
        name: of a condition.
        request: what is sent; of its URL path and query count.
    """

    kind: str
    operation: str = ""
    name: str = ""
    request: Request = field(default_factory=lambda: Request("", ""))

    @property
    def target(self) -> str:
        """Path and query of the request, as they are written (RFC 9112 3.2.1)."""
        parts = urlsplit(self.request.url)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


@dataclass(frozen=True, slots=True)
class Arranged:
    """Resources that exist before a tool begins.

    Attributes:
        steps: the requests that create them.
        values: path parameter -> values that name something.
        headers: fields that authenticate.
    """

    steps: tuple[Step, ...]
    values: dict[str, list[str]]
    headers: dict[str, str]


class Wire:
    """One connection on which requests go out as they were written.

    Args:
        url: of the server; its path does not count.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._authority = parts.netloc
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=_PATIENCE)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def send(self, step: Step) -> tuple[int, dict[str, str], bytes]:
        """Send the request of ``step``; return status (0: none), headers and body."""
        for _ in range(2):
            try:
                return self._sent(step)
            except ConnectionError:
                # The server may have closed an idle connection; a new one is no idle one.
                self._connection.close()
            except (OSError, http.client.HTTPException, ValueError):
                self._connection.close()
                break
        return 0, {}, b""

    def _sent(self, step: Step) -> tuple[int, dict[str, str], bytes]:
        connection = self._connection
        connection.putrequest(
            step.request.method, step.target, skip_host=True, skip_accept_encoding=True
        )
        connection.putheader("Host", self._authority)
        for name, text in step.request.headers:
            connection.putheader(name, text.encode("latin-1", "replace"))
        if step.request.body or step.request.method in {"POST", "PUT", "PATCH"}:
            connection.putheader("Content-Length", str(len(step.request.body)))
        connection.endheaders(step.request.body or None)
        answer = connection.getresponse()
        headers = {name.lower(): text for name, text in answer.getheaders()}
        try:
            body = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            body = b""
        return answer.status, headers, body


def steps(api: str, most: int) -> tuple[Step, ...]:
    """Return what our suite does to the emulator of ``api`` that has no fault.

    Args:
        most: most requests of one item of the suite; the rest of the item is left out.
    """
    plan = RunPlan((api,))
    found: list[Step] = []
    with contextlib.ExitStack() as opened:

        def make(_: str, name: str) -> Bench:
            bench = Bench(plan, api, name)
            opened.callback(bench.target.close)
            found.append(Step("reset"))
            _watch(bench, found, most)
            return bench

        for kind, play in _PLAYERS.items():
            for item in MAKERS[kind](plan):
                play(item, make)
    return tuple(found)


def arranged(api: str) -> Arranged:
    """Create resources by requests on an emulator without a fault; return how, and their names."""
    bench = Bench(RunPlan((api,)), api, "peers")
    found: list[Step] = []
    _watch(bench, found, 10**9)
    values: dict[str, dict[str, None]] = {}
    for operation in bench.subject.effective.operations.values():
        for _ in range(_ALIASES):
            for name, value in (bench.world.parameters(operation) or {}).items():
                values.setdefault(name, {})[value] = None
    headers, _ = bench.target.credentials.apply(bench.subject.effective.default_security(), "own")
    bench.target.close()
    return Arranged(
        tuple(found), {name: list(seen) for name, seen in values.items()}, dict(headers)
    )


def _watch(bench: Bench, found: list[Step], most: int) -> None:
    """Note what goes to the target of ``bench`` in ``found``."""
    left = [most]

    def hear(exchange: Exchange) -> None:
        left[0] -= 1
        if left[0] >= 0:
            found.append(Step("send", exchange.operation, request=exchange.request))

    bench.hear = hear
    target: Any = bench.target
    held: Callable[[str], Any] = target.condition

    @contextlib.contextmanager
    def condition(name: str) -> Iterator[None]:
        found.append(Step("enter", name=name))
        with held(name):
            yield
        found.append(Step("leave", name=name))

    target.condition = condition
