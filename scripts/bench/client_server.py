# ruff: noqa: INP001 - a script: no package
"""Odd answers of an HTTP server; the segment after ``by/external_id/`` of a path chooses one."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress

__all__ = ["ANSWERS", "Answer", "main"]

_ID = "01849e70-0a0f-72ca-ba07-5557dd734d43"
_GOOD = {"identity": {"onesignal_id": _ID, "external_id": "kept"}}


class Answer:
    """One answer.

    Args:
        status: of the response.
        body: its bytes, or what is written as JSON.
        kind: Content-Type.
        good: whether it is what the API documents, so that a call should return it.
        headers: further fields.
        length: stated length, where it is not that of the body.
        raw: the whole answer, instead of all the rest.
    """

    def __init__(
        self,
        status: int = 200,
        body: object = b"",
        kind: str = "application/json",
        *,
        good: bool = False,
        headers: str = "",
        length: int | None = None,
        raw: bytes | None = None,
    ) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.good = status, good
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{headers}"
        if status not in {204, 304}:
            head += f"Content-Length: {len(content) if length is None else length}\r\n"
        self.raw = (head + "\r\n").encode() + content if raw is None else raw
        self.closes = raw is not None or length is not None


def _error(errors: object) -> dict[str, object]:
    return {"errors": errors}


_ITEM = {"code": "x", "title": "t"}

ANSWERS: Mapping[str, Answer] = {
    "good": Answer(200, _GOOD, good=True),
    "unknown-fields": Answer(200, {**_GOOD, "new": [1]}, good=True),
    "status-299": Answer(299, _GOOD),
    "status-204": Answer(204),
    "status-420": Answer(420, _error([_ITEM])),
    "status-499": Answer(499, b"closed", "text/plain"),
    "status-599": Answer(599, b"odd", "text/plain"),
    "status-999": Answer(999, b"odd", "text/plain"),
    "redirect": Answer(302, b"", headers="Location: http://elsewhere.invalid/\r\n"),
    "400-objects": Answer(400, _error([_ITEM])),
    "400-strings": Answer(400, _error(["app_id not found"])),
    "400-one-string": Answer(400, _error("app_id not found")),
    "400-object-map": Answer(400, _error({"app_id": ["is bad"]})),
    "400-no-title": Answer(400, _error([{"code": "x"}])),
    "401-other-form": Answer(401, {"error": {"type": "auth", "message": "no"}}),
    "403-undocumented": Answer(403, _error([_ITEM])),
    "404-empty": Answer(404),
    "404-list": Answer(404, []),
    "409-no-json": Answer(409, b"{", "application/json"),
    "500-html": Answer(500, b"<h1>Oops</h1>", "text/html"),
    "503-empty": Answer(503),
    "503-html": Answer(503, b"<h1>Down</h1>", "text/html"),
    "503-strings": Answer(503, {"errors": ["down"]}),
    "429-odd-delay": Answer(429, _error([_ITEM]), headers="Retry-After: soon\r\n"),
    "200-empty": Answer(200),
    "200-html": Answer(200, b"<h1>Hello</h1>", "text/html"),
    "200-null": Answer(200, b"null"),
    "200-list": Answer(200, []),
    "200-string": Answer(200, "gone"),
    "200-no-identity": Answer(200, {}),
    "200-id-is-5": Answer(200, {"identity": {"onesignal_id": 5}}),
    "200-id-is-text": Answer(200, {"identity": {"onesignal_id": "no uuid"}}),
    "200-identity-is-a-list": Answer(200, {"identity": [1]}),
    "200-no-utf-8": Answer(200, b'{"identity": {"onesignal_id": "\xff"}}'),
    "200-cut": Answer(200, json.dumps(_GOOD).encode()[:40]),
    "200-short": Answer(200, json.dumps(_GOOD).encode()[:40], length=400),
    "200-nested": Answer(200, b"[" * 100_000),
    "200-no-gzip": Answer(200, _GOOD, headers="Content-Encoding: gzip\r\n"),
    "200-cut-gzip": Answer(
        200,
        gzip.compress(json.dumps(_GOOD).encode(), mtime=0)[:-12],
        headers="Content-Encoding: gzip\r\n",
    ),
    "no-answer": Answer(raw=b""),
    "garbage": Answer(raw=b"\x00\x01 what\r\n\r\n"),
}
"""By name; ``good`` is the one that calls are timed with."""


def _serve(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    waiting = b""
    with connection, suppress(OSError):
        while True:
            while b"\r\n\r\n" not in waiting:
                more = connection.recv(65536)
                if not more:
                    return
                waiting += more
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            name = head.partition(b"/external_id/")[2].partition(b"/")[0].decode()
            answer = ANSWERS[name]
            connection.sendall(answer.raw)
            if answer.closes:
                return


def main() -> None:
    """Serve on a free port, print it, and stop when standard input ends."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        threading.Thread(target=_accept, args=(listener,), daemon=True).start()
        sys.stdin.read()


def _accept(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
