"""HTTP as an emulator sees it: one call in, one reply out, and the ASGI shell around both.

The shell awaits nothing but ``receive`` and ``send``, so that it may be driven to its end
without an event loop.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from specproof.apis.contract import ASGIApp, Message, Scope
from specproof.model import Headers, Json

__all__ = [
    "JSON",
    "MAX_BODY",
    "BadBodyError",
    "Call",
    "RefusalError",
    "Reply",
    "asgi_app",
    "is_uuid",
    "json_reply",
    "text_reply",
]

JSON = "application/json; charset=utf-8"
"""Media type of every JSON answer, as both vendors write it."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

MAX_BODY = 1_048_576
"""Bytes of a request body that are read; a longer one is cut, and refused."""


class BadBodyError(ValueError):
    """The body of a request is not the JSON that the operation takes; says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it arrived.

    Attributes:
        path: still percent-encoded, without the query.
        headers: names in lower case, in the order they came.
        too_long: the body went on after ``MAX_BODY`` bytes.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()
    body: bytes = b""
    too_long: bool = False

    def header(self, name: str) -> str | None:
        """Return the only field called ``name``, lower case; None if absent or repeated."""
        values = [value for key, value in self.headers if key == name]
        return values[0] if len(values) == 1 else None

    def json(self) -> Json:
        """Return the body as JSON (RFC 8259).

        Raises:
            BadBodyError: too long, no UTF-8, no JSON, nested too deeply, or text that is
                no Unicode (a lone surrogate).
        """
        if self.too_long:
            raise BadBodyError(f"the body is longer than {MAX_BODY} bytes")
        try:
            value: Json = json.loads(self.body.decode("utf-8"), parse_constant=_refuse_constant)
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            raise BadBodyError("the body is not valid JSON") from None
        return value

    def declares_json(self) -> bool:
        """Return whether the body is declared as JSON."""
        media_type = (self.header("content-type") or "").partition(";")[0].strip().lower()
        return media_type == "application/json"

    def json_object(self) -> Mapping[str, Json]:
        """Return the body, a JSON object, without fields that are null.

        Raises:
            BadBodyError: no JSON, or no object.
        """
        value = self.json()
        if not isinstance(value, Mapping):
            raise BadBodyError("the body is not a JSON object")
        return {key: field for key, field in value.items() if field is not None}


@dataclass(frozen=True, slots=True)
class Reply:
    """A response as it will be sent; ``content-length`` is added by the shell."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def adding(self, *headers: tuple[str, str]) -> Reply:
        """Return the same reply with ``headers`` at the end of its own."""
        return Reply(self.status, (*self.headers, *headers), self.body)


class RefusalError(Exception):
    """Ends the processing of a call; ``reply`` is the answer to it."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def is_uuid(text: str) -> bool:
    """Return whether ``text`` has the form of a UUID (RFC 9562 4)."""
    return _UUID.fullmatch(text) is not None


def json_reply(status: int, value: Json, *headers: tuple[str, str]) -> Reply:
    """Return a reply whose body is ``value`` as compact JSON, keys in the order given."""
    return Reply(status, (("content-type", JSON), *headers), _COMPACT.encode(value).encode())


def text_reply(status: int, media_type: str, text: str, *headers: tuple[str, str]) -> Reply:
    """Return a reply whose body is ``text`` in UTF-8."""
    return Reply(status, (("content-type", media_type), *headers), text.encode())


def asgi_app(handle: Callable[[Call], Reply]) -> ASGIApp:
    """Return the ASGI 3 application that answers each request with ``handle(call)``."""

    async def app(
        scope: Scope,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        message = await receive()
        if message.get("more_body", False):
            body, too_long = await _body(message, receive)
        else:
            body, too_long = _cut(message.get("body", b""))
        call = _call(scope, body, too_long=too_long)
        reply = handle(call)
        headers = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in reply.headers]
        if reply.status >= 200 and reply.status not in {204, 304}:  # noqa: PLR2004 - RFC 9110 8.6
            headers.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        sent = b"" if call.method == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": sent, "more_body": False})

    return app


async def _live(
    receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _body(message: Message, receive: Callable[[], Awaitable[Message]]) -> tuple[bytes, bool]:
    """Return a body in pieces, ``message`` the first of them."""
    chunks: list[bytes] = []
    size = 0
    while True:
        chunk: bytes = message.get("body", b"")
        if size <= MAX_BODY:
            chunks.append(chunk)
        size += len(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)[:MAX_BODY], size > MAX_BODY
        message = await receive()


def _cut(body: bytes) -> tuple[bytes, bool]:
    return (body[:MAX_BODY], True) if len(body) > MAX_BODY else (body, False)


def _call(scope: Scope, body: bytes, *, too_long: bool) -> Call:
    raw: bytes = scope.get("raw_path") or quote(scope["path"]).encode("ascii")
    path = raw.partition(b"?")[0].decode("latin-1")
    root = scope.get("root_path", "")
    if root and path.startswith(f"{(prefix := quote(root))}/"):
        path = path[len(prefix) :]
    query: bytes = scope.get("query_string", b"")
    return Call(
        method=scope["method"],
        path=path,
        query=tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else (),
        headers=tuple(
            [
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in scope["headers"]
            ]
        ),
        body=body,
        too_long=too_long,
    )


def _refuse_constant(name: str) -> float:
    raise ValueError(name)
