"""An emulator on a port, for anyone's own tests."""

from __future__ import annotations

import errno
import ipaddress
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from specproof.apis.contract import Emulator
from specproof.errors import InputError
from specproof.targets.control import controlled

__all__ = ["base_url", "is_loopback", "listen", "serve"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that accepts connections; port 0 takes any free one.

    Raises:
        InputError: the port is in use or may not be used, or the host is not one of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise InputError(f"can not listen on host {host!r}: there is none of that name") from None
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(128)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port} of {host} is in use", remedy="choose another, or 0 for any free one"
            ) from None
        raise InputError(f"can not listen on port {port} of {host}: {error.strerror}") from None
    return bound


def base_url(bound: socket.socket) -> str:
    """Return the URL at which a listening socket is reached."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(bound: socket.socket) -> bool:
    """Return whether only this machine can reach a listening socket."""
    return ipaddress.ip_address(bound.getsockname()[0]).is_loopback


def serve(emulator: Emulator, bound: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM, then return; connections made meanwhile are answered.

    Where only this machine can reach the socket, conditions can be steered under
    ``specproof.targets.control.PREFIX``.

    Args:
        ready: called once, when a signal would end serving in good order.
    """
    app = controlled(emulator) if is_loopback(bound) else emulator.app
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
    )
    with bound, _stopping(server):
        ready()
        server.run(sockets=[bound])


@contextmanager
def _stopping(server: uvicorn.Server) -> Iterator[None]:
    """Let signals stop ``server`` also before it listens to them, and after it has stopped.

    uvicorn raises what stopped it once more at its end; by then there is nothing to do.
    """

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
