"""A server on loopback that takes what alerts send, and a sender that only remembers."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from specproof.scheduling.alerts.courier import Delivery, Message

__all__ = ["Memory", "Taker", "taking"]


@dataclass
class Taker:
    """What came, in order; a path beginning with a status is answered with it.

    ``/hang...`` is answered when the server ends, or never. A redirect leads to a page that is
    there.
    """

    port: int = 0
    came: list[tuple[str, bytes]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "200", scheme: str = "json") -> str:
        """Return the URL of a service of Apprise that sends here."""
        return f"{scheme}://127.0.0.1:{self.port}/{path}"

    @property
    def told(self) -> list[tuple[str, str]]:
        """Titles and bodies of the messages that came as JSON."""
        return [
            (each["title"], each["message"]) for _, data in self.came for each in [json.loads(data)]
        ]


@contextlib.contextmanager
def taking() -> Iterator[Taker]:
    """Run the server on a free port until the block ends."""
    taker = Taker()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taker.came.append((self.path, body))
            if self.path.startswith("/hang"):
                taker.ended.wait(60)
                return
            self._answer(int(self.path[1:4]))

        def do_GET(self) -> None:
            self._answer(200)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            if status // 100 == 3:
                self.send_header("Location", "/moved")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    taker.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield taker
    finally:
        taker.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Memory:
    """Takes the place of a process that sends: it keeps messages.

    Attributes:
        refusing: names of services to which nothing can be delivered.
        dying: whether it dies after the first message, with nobody noting that it was sent.
    """

    sent: list[Message] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)
    dying: bool = False

    def __call__(self, messages: Sequence[Message]) -> Iterable[Delivery]:
        """Deliver ``messages``."""
        for message in messages:
            if message.service.name in self.refusing:
                yield Delivery(message, sent=False, reason="answered 500")
                continue
            self.sent.append(message)
            if self.dying:
                raise KeyboardInterrupt
            yield Delivery(message, sent=True)

    def take(self) -> list[tuple[str, str]]:
        """Return titles and bodies since last time."""
        taken = [(message.title, message.body) for message in self.sent]
        self.sent.clear()
        return taken
