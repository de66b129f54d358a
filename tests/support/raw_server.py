"""A server of raw bytes on this machine: it says whatever a test writes down, HTTP or not."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["RESET", "SILENCE", "Drip", "RawServer", "http", "raw_server"]

RESET = object()
"""Instead of an answer: the connection is reset."""

SILENCE = object()
"""Instead of an answer: nothing, until the caller hangs up."""


@dataclass(frozen=True)
class Drip:
    """Instead of an answer: its bytes one by one, ``pause`` seconds apart."""

    content: bytes
    pause: float = 0.02


def http(status: int, body: bytes = b"", *headers: str, reason: str = "Said") -> bytes:
    """Return a whole response; ``headers`` are lines such as ``"Retry-After: 7"``."""
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@dataclass
class RawServer:
    """A running server.

    Attributes:
        answer: what every request gets: bytes, ``RESET``, ``SILENCE``, a ``Drip``; a list is used
            up first to last, and its last one repeats.
        hang_up: whether the connection ends after each answer.
        requests: heads of requests as they came.
        bodies: what came after each head.
        connections: how many were accepted.
        asked: set with each request.
    """

    port: int = 0
    answer: object = b""
    hang_up: bool = False
    requests: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0
    asked: threading.Event = field(default_factory=threading.Event, repr=False)
    _open: set[socket.socket] = field(default_factory=set, repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def url(self) -> str:
        """Base URL of the server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        """Request targets as they came."""
        return [head.split(b" ")[1].decode("ascii") for head in self.requests]

    def _next(self) -> object:
        if isinstance(self.answer, list):
            return self.answer.pop(0) if len(self.answer) > 1 else self.answer[0]
        return self.answer

    def serve(self, connection: socket.socket) -> None:
        """Talk on one connection until it ends."""
        self.connections += 1
        self._open.add(connection)
        waiting = b""
        with contextlib.suppress(OSError), connection:
            while True:
                while b"\r\n\r\n" not in waiting:
                    read = connection.recv(1 << 16)
                    if not read:
                        return
                    waiting += read
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                length = next(
                    (
                        int(line.partition(b":")[2])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-length:")
                    ),
                    0,
                )
                while len(waiting) < length:
                    waiting += connection.recv(1 << 16)
                self.requests.append(head)
                self.bodies.append(waiting[:length])
                waiting = waiting[length:]
                answer = self._next()
                self.asked.set()
                if answer is SILENCE:
                    connection.recv(1)
                    return
                if answer is RESET:
                    linger = struct.pack("ii", 1, 0)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    return
                if isinstance(answer, Drip):
                    for byte in answer.content:
                        connection.sendall(bytes([byte]))
                        self._ended.wait(answer.pause)
                    return
                assert isinstance(answer, bytes)
                connection.sendall(answer)
                if self.hang_up:
                    return

    def end(self) -> None:
        """End every connection that is still open."""
        self._ended.set()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def raw_server(answer: object = b"", *, hang_up: bool = False) -> Iterator[RawServer]:
    """Run a server on a free port of 127.0.0.1 until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1], answer, hang_up)
    threads: list[threading.Thread] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                thread = threading.Thread(target=server.serve, args=(connection,), daemon=True)
                threads.append(thread)
                thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)
        server.end()
        for thread in threads:
            thread.join(5)
