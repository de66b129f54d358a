"""Secrets that a test plants, a server that proves they were on the wire, and a search for them."""

from __future__ import annotations

import base64
import binascii
import contextlib
import gzip
import json
import re
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote_to_bytes

__all__ = ["Recorder", "files_under", "found_in", "recording"]

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{12,}={0,2}")
_DEPTH = 3
_WHOLE = 200_000


class Recorder:
    """A server that writes down every byte of requests and answers with secrets of its own.

    Attributes:
        received: request lines, headers and bodies.
        answers: path's last segment -> status, headers and body.
    """

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.sent: list[bytes] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.url = ""


@contextlib.contextmanager
def recording() -> Iterator[Recorder]:
    """Run a recorder on a free port of 127.0.0.1 until the block ends."""
    recorder = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            head = f"{self.command} {self.path}\n{self.headers}".encode()
            recorder.received.append(head + body)
            last = self.path.partition("?")[0].rpartition("/")[2]
            status, headers, answer = recorder.answers.get(last) or recorder.answers["*"]
            recorder.sent.append(json.dumps(headers).encode() + answer)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the base names them
        do_HEAD = do_OPTIONS = _answer  # noqa: N815 - the same

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def found_in(data: bytes, canaries: list[str]) -> list[str]:
    """Return the canaries in ``data``, also behind base64, gzip, percent and JSON escapes."""
    wanted = [item.encode() for item in canaries]
    found: set[bytes] = set()
    pending = [(data, 0)]
    seen: set[bytes] = set()
    while pending:
        current, depth = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        lowered = current.lower()
        found.update(item for item in wanted if item.lower() in lowered)
        if depth < _DEPTH and len(current) < _WHOLE * 50:
            pending.extend((item, depth + 1) for item in _decoded(current) if item != current)
    return sorted(item.decode() for item in found)


def files_under(*folders: Path) -> Iterator[Path]:
    """Yield every file that something wrote, links not followed."""
    for folder in folders:
        yield from (item for item in sorted(folder.rglob("*")) if item.is_file())


def _decoded(data: bytes) -> Iterator[bytes]:
    yield unquote_to_bytes(data)
    if b"\\" in data:
        yield (
            re.sub(
                rb"\\u([0-9a-fA-F]{4})",
                lambda hit: chr(int(hit[1], 16)).encode("utf-8", "replace"),
                data,
            )
            .replace(b"\\/", b"/")
            .replace(b'\\"', b'"')
        )
    if len(data) < _WHOLE:
        for token in set(_BASE64.findall(data)):
            plain = token.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
            for start in range(4):
                piece = plain[start:]
                with contextlib.suppress(binascii.Error):
                    yield base64.b64decode(piece[: len(piece) // 4 * 4])
    start = data.find(b"\x1f\x8b")
    if start >= 0:
        with contextlib.suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(data[start:])
