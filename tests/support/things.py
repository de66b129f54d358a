"""A server of things whose answers a test sets by method and path."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from specproof.model import Exchange

__all__ = ["Things", "serve_things", "silent_name"]


class Things:
    """``METHOD /path`` -> status and JSON body; what is not there is 404.

    Attributes:
        lines: method and path of every request, in order.
    """

    def __init__(self) -> None:
        self.replies: dict[str, tuple[int, Any]] = {}
        self.lines: list[str] = []
        self.url = ""


@contextlib.contextmanager
def serve_things() -> Iterator[Things]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    things = Things()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            line = f"{self.command} {self.path.partition('?')[0]}"
            things.lines.append(line)
            status, document = things.replies.get(line, (404, {}))
            body = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the base names them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    things.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield things
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def silent_name(exchange: Exchange) -> str:
    """Return the name that a create sent."""
    return str(json.loads(exchange.request.body)["name"])
