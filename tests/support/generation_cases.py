"""Descriptions, clients generated from them, and a loopback server that plays the API."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

from specproof.generation import ClientSource

__all__ = ["SPECS", "Answer", "Player", "describe", "operation", "playing", "source"]

SPECS = Path(__file__).parents[1] / "unit" / "generation" / "specs"


def describe(paths: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Return a small OpenAPI 3.1 description with one operation, or with ``paths``."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": {"/things/{id}": {"get": operation()}} if paths is None else paths,
        **fields,
    }


def operation(**fields: Any) -> dict[str, Any]:
    """Return an operation with the path parameter ``id``."""
    return {
        "operationId": "getThing",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}],
        "responses": {"200": {"description": "Done."}},
        **fields,
    }


def source(document: dict[str, Any], name: str = "small") -> ClientSource:
    """Return ``document`` as something to generate from."""
    return ClientSource(
        name=name,
        title=name.title(),
        label=f"specs/{name}",
        document=document,
        file=f"specs/{name}/effective.yaml",
        hashes={"published": "0" * 64, "effective": "1" * 64},
    )


@dataclass
class Answer:
    """What the server says."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Player:
    """A running server: set ``answer``, read ``requests`` (method, path, headers)."""

    url: str = ""
    answer: Answer = field(default_factory=lambda: Answer(204))
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    player: Player


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _play(self) -> None:
        player = cast("_Server", self.server).player
        headers = {name.lower(): value for name, value in self.headers.items()}
        player.requests.append((self.command, self.path, headers))
        self.rfile.read(int(headers.get("content-length", "0")))
        answer = player.answer
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _play  # noqa: N815 - names of http.server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name of http.server
        """Stay silent; tests read ``requests``."""


@contextmanager
def playing() -> Iterator[Player]:
    """Run a server on a free loopback port."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.player = Player(url=f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.player
        finally:
            server.shutdown()
            thread.join()
