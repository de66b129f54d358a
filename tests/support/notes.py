"""A small API that nobody has seen before: notes with integer ids, and comments inside them."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

__all__ = ["KEY", "SPEC", "Notes", "serve_notes"]

KEY = "notes-key-for-tests"

_ID = {"type": "integer", "minimum": 1}
_NOTE = {
    "type": "object",
    "required": ["id", "text", "pinned"],
    "properties": {
        "id": _ID,
        "text": {"type": "string"},
        "pinned": {"type": "boolean"},
    },
}
_COMMENT = {
    "type": "object",
    "required": ["commentId", "text"],
    "properties": {"commentId": _ID, "text": {"type": "string"}},
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        }
    },
}


def _json(schema: Any, description: str = "x") -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _errors(*statuses: str) -> dict[str, Any]:
    return {status: _json(_ERROR) for status in statuses}


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _ID}


_WRITTEN = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["text"],
                "properties": {
                    "text": {"type": "string", "minLength": 1, "maxLength": 200},
                    "pinned": {"type": "boolean"},
                },
            }
        }
    },
}

SPEC: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Notes", "version": "1"},
    "security": [{"key": []}],
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Notes-Key"}}
    },
    "paths": {
        "/notes": {
            "get": {
                "operationId": "list-notes",
                "parameters": [
                    {
                        "name": "limit",
                        "in": "query",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 50},
                    },
                    {"name": "pinned", "in": "query", "schema": {"type": "boolean"}},
                ],
                "responses": {
                    "200": _json({"type": "array", "items": _NOTE}),
                    **_errors("400", "401"),
                },
            },
            "post": {
                "operationId": "create-note",
                "requestBody": _WRITTEN,
                "responses": {"201": _json(_NOTE), **_errors("400", "401")},
            },
        },
        "/notes/{noteId}": {
            "parameters": [_parameter("noteId")],
            "get": {
                "operationId": "view-note",
                "responses": {"200": _json(_NOTE), **_errors("400", "401", "404")},
            },
            "delete": {
                "operationId": "delete-note",
                "responses": {"204": {"description": "gone"}, **_errors("400", "401", "404")},
            },
        },
        "/notes/{noteId}/comments": {
            "parameters": [_parameter("noteId")],
            "post": {
                "operationId": "create-comment",
                "requestBody": _WRITTEN,
                "responses": {"201": _json(_COMMENT), **_errors("400", "401", "404")},
            },
        },
        "/notes/{noteId}/comments/{commentId}": {
            "parameters": [_parameter("noteId"), _parameter("commentId")],
            "get": {
                "operationId": "view-comment",
                "responses": {"200": _json(_COMMENT), **_errors("400", "401", "404")},
            },
        },
    },
}


class Notes:
    """The server's state; ``fault`` names the one way in which it is broken."""

    def __init__(self, fault: str = "") -> None:
        self.fault = fault
        self.notes: dict[int, dict[str, Any]] = {1: {"id": 1, "text": "not ours", "pinned": False}}
        self.comments: dict[tuple[int, int], dict[str, Any]] = {}
        self.counter = 1
        self.url = ""
        self.lock = threading.Lock()

    def answer(  # noqa: C901, PLR0911 - one branch and return per outcome
        self, method: str, target: str, key: str | None, body: bytes
    ) -> tuple[int, Any]:
        """Return status and JSON value."""
        parts = urlsplit(target)
        segments = parts.path.strip("/").split("/")
        if key != KEY and self.fault != "no-authentication":
            return _problem(401, "unauthorised")
        ids = segments[1::2]
        if not all(item.isascii() and item.isdigit() and 0 < len(item) < 19 for item in ids):
            return _problem(400, "bad-id")
        numbers = [int(item) for item in ids]
        if numbers and numbers[0] not in self.notes:
            if self.fault == "unknown-answered" and method == "GET" and len(segments) == 2:
                return 200, {"id": numbers[0], "text": "made up", "pinned": False}
            return _problem(404, "unknown-note")
        if segments == ["notes"] and method == "GET":
            return self._list(dict(parse_qsl(parts.query, keep_blank_values=True)))
        if method == "POST" and len(segments) in {1, 3}:
            return self._create(numbers, body)
        if len(segments) == 2 and method == "GET":
            note = self.notes[numbers[0]]
            if self.fault == "other-note":
                return 200, self.notes[1]
            return 200, {**note, "pinned": "no"} if self.fault == "wrong-type" else note
        if len(segments) == 2 and method == "DELETE":
            del self.notes[numbers[0]]
            return (202, {}) if self.fault == "undocumented-status" else (204, None)
        if len(segments) == 4 and method == "GET":
            comment = self.comments.get((numbers[0], numbers[1]))
            return (200, comment) if comment else _problem(404, "unknown-comment")
        return _problem(404, "no-such-path")

    def _list(self, query: dict[str, str]) -> tuple[int, Any]:
        limit = query.get("limit", "50")
        pinned = query.get("pinned", "false")
        valid = limit.isascii() and limit.isdigit() and len(limit) < 4 and 1 <= int(limit) <= 50
        if not valid or pinned not in {"true", "false"} or set(query) - {"limit", "pinned"}:
            return _problem(400, "bad-query")
        return 200, list(self.notes.values())[: int(limit)]

    def _create(self, numbers: list[int], body: bytes) -> tuple[int, Any]:
        try:
            written = json.loads(body)
        except ValueError:
            return _problem(400, "no-json")
        text = written.get("text") if isinstance(written, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= 200:
            return _problem(400, "bad-text")
        pinned = written.get("pinned", False)
        if not isinstance(pinned, bool):
            return _problem(400, "bad-pinned")
        self.counter += 1
        if numbers:
            comment = {"commentId": self.counter, "text": text}
            self.comments[numbers[0], self.counter] = comment
            return 201, comment
        self.notes[self.counter] = {"id": self.counter, "text": text, "pinned": pinned}
        return 201, self.notes[self.counter]


def _problem(status: int, code: str) -> tuple[int, Any]:
    return status, {"error": {"code": code, "message": f"{code} is why"}}


@contextlib.contextmanager
def serve_notes(fault: str = "") -> Iterator[Notes]:
    """Serve the API on a free port of 127.0.0.1 until the block ends."""
    notes = Notes(fault)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with notes.lock:
                status, value = notes.answer(
                    self.command, self.path, self.headers.get("X-Notes-Key"), body
                )
            raw = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            if value is not None:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else raw)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS"):
        setattr(Handler, f"do_{method}", Handler.serve)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    notes.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield notes
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
