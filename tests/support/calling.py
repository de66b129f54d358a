"""ASGI applications called without an event loop: whatever awaits more than I/O fails here."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from specproof.apis.contract import ASGIApp, Emulator
from specproof.model import Headers, Json

__all__ = ["Answer", "Clock", "call", "drive", "onesignal_headers", "sequence_headers"]


@dataclass(frozen=True)
class Answer:
    """A response of an application."""

    status: int
    headers: Headers
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the only field called ``name``, or None."""
        values = [value for key, value in self.headers if key == name]
        assert len(values) < 2
        return values[0] if values else None


class Clock:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def drive(
    app: ASGIApp, scope: MutableMapping[str, Any], incoming: list[MutableMapping[str, Any]]
) -> list[MutableMapping[str, Any]]:
    """Run ``app`` to its end on ``incoming`` messages and return what it sent."""
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return incoming.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    running = app(scope, receive, send).__await__()
    try:
        next(running)
    except StopIteration:
        return sent
    raise AssertionError("the application waits for something other than receive and send")


def call(
    app: ASGIApp,
    method: str,
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    json_body: Json = None,
    body: bytes | None = None,
) -> Answer:
    """Send one request; ``target`` is a raw path, perhaps with a query."""
    path, _, query = target.partition("?")
    fields = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    if body is None and json_body is not None:
        body = json.dumps(json_body).encode()
        fields.append((b"content-type", b"application/json"))
    scope: MutableMapping[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": fields,
    }
    start, end = drive(app, scope, [{"type": "http.request", "body": body or b""}])
    assert (start["type"], end["type"]) == ("http.response.start", "http.response.body")
    received = tuple((name.decode(), value.decode()) for name, value in start["headers"])
    return Answer(start["status"], received, end["body"])


def onesignal_headers(emulator: Emulator, *, other: bool = False) -> dict[str, str]:
    """Return what authenticates with OneSignal's emulator."""
    owner = emulator.other_credentials() if other else emulator.credentials()
    return {"Authorization": f"Key {owner['ONESIGNAL_API_KEY']}"}


def sequence_headers(emulator: Emulator, *, other: bool = False) -> dict[str, str]:
    """Return what authenticates with Sequence's emulator."""
    owner = emulator.other_credentials() if other else emulator.credentials()
    pair = ":".join((owner["SEQUENCE_CLIENT_ID"], owner["SEQUENCE_CLIENT_SECRET"]))
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
