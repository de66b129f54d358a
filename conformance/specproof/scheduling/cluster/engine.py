"""Dask distributed, as much of it as is used: connect, submit, look, cancel."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from specproof.errors import InputError
from specproof.json_types import JsonObject

__all__ = ["Engine", "EngineLostError", "Submitted", "check_engine"]

_CONNECT_SECONDS: Final = 10
_ANSWER_SECONDS: Final = 30
_TLS = ("ca-file", "client.cert", "client.key")
_CHATTY = ("distributed", "tornado", "asyncio")

State = Literal["pending", "finished", "killed", "lost"]


class EngineLostError(Exception):
    """The scheduler, or the connection to it, is gone; the text says what is known."""


def check_engine(address: str, *, insecure: bool = False) -> str:
    """Return ``address`` if it can be used.

    Whoever reaches a scheduler of Dask has its workers execute any code, and so does whoever
    reads along and answers in its place. Without TLS it is used on this machine only.

    Raises:
        InputError: it is no address, or of another machine and without TLS, or Dask is missing.
    """
    try:
        import distributed  # noqa: F401, PLC0415 - an extra
    except ImportError:
        raise InputError(
            "--engine needs Dask distributed", remedy="install 'specproof[distributed]'"
        ) from None
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname and parts.port) and not (parts.path or parts.username)
    except ValueError:
        parts, usable = urlsplit(""), False
    if parts.scheme not in {"tcp", "tls"} or not usable:
        raise InputError(
            "--engine is no address of a scheduler", remedy="write it like tls://scheduler:8786"
        )
    if parts.scheme == "tcp" and not insecure and not _is_here(parts.hostname or ""):
        raise InputError(
            "--engine is on another machine and has no TLS: whoever reaches it can execute"
            " anything on its workers",
            remedy="use tls://, or --insecure-engine in a network that nobody else is in",
        )
    return address


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Submitted:
    """One task that was handed to the scheduler."""

    def __init__(self, future: Any) -> None:
        self._future = future

    def state(self) -> State:
        """Return what is known of it, without asking anybody."""
        status = str(self._future.status)
        if status == "error":
            return "killed"
        if status in {"pending", "finished"}:
            return "finished" if status == "finished" else "pending"
        return "lost"

    def result(self) -> JsonObject | None:
        """Return what it returned, None while its worker can not be asked.

        Raises:
            EngineLostError: nobody has it any more.
        """
        try:
            found: JsonObject = self._future.result(timeout=_ANSWER_SECONDS)
        except TimeoutError:
            return None
        except Exception as error:  # noqa: BLE001 - Dask raises whatever broke first
            raise EngineLostError(type(error).__name__) from None
        return found

    def failure(self) -> str:
        """Return why it failed, by the type of the error alone."""
        try:
            error = self._future.exception(timeout=_ANSWER_SECONDS)
        except Exception as other:  # noqa: BLE001 - whatever it is, its name is the answer
            error = other
        return type(error).__name__


class Engine:
    """A connection to a scheduler.

    Args:
        address: ``tcp://host:port`` or ``tls://host:port``.

    Raises:
        InputError: TLS is asked for and Dask's configuration names no certificates.
        EngineLostError: nobody answers there.
    """

    def __init__(self, address: str) -> None:
        import distributed  # noqa: PLC0415 - an extra

        _hush()
        security = _security() if address.startswith("tls:") else None
        try:
            # Its constructor has no types.
            make: Any = distributed.Client
            self._client: Any = make(
                address,
                timeout=_CONNECT_SECONDS,
                set_as_default=False,
                security=security,
                direct_to_workers=False,
            )
        except (OSError, TimeoutError, RuntimeError) as error:
            raise EngineLostError(type(error).__name__) from None

    @property
    def alive(self) -> bool:
        """Whether the connection stands."""
        return str(self._client.status) == "running"

    def submit(self, function: Callable[[str], JsonObject], text: str, *, key: str) -> Submitted:
        """Hand a task to the scheduler.

        Raises:
            EngineLostError: the connection is gone.
        """
        try:
            # What was at fault is found out here, where it is known how often that was.
            return Submitted(self._client.submit(function, text, key=key, pure=False, retries=0))
        except Exception as error:  # noqa: BLE001 - Dask raises whatever broke first
            raise EngineLostError(type(error).__name__) from None

    def workers(self) -> int:
        """Return how many workers there are.

        Raises:
            EngineLostError: the scheduler does not say.
        """
        try:
            return len(self._client.nthreads())
        except Exception as error:  # noqa: BLE001 - Dask raises whatever broke first
            raise EngineLostError(type(error).__name__) from None

    def cancel(self, tasks: Sequence[Submitted]) -> None:
        """Take back what has not begun; what is under way ends by itself."""
        with contextlib.suppress(Exception):
            self._client.cancel([item._future for item in tasks], force=True)  # noqa: SLF001 - its own

    def close(self) -> None:
        """Leave; the scheduler forgets what this client asked for."""
        with contextlib.suppress(Exception):
            self._client.close(timeout=2)


def _hush() -> None:
    """Leave it to us to say what goes wrong: Dask tells it with tracebacks."""
    for name in [*logging.root.manager.loggerDict, *_CHATTY]:
        if name.partition(".")[0] in _CHATTY:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _security() -> Any:
    import dask  # noqa: PLC0415 - an extra
    from distributed import Security  # noqa: PLC0415 - an extra

    variables = {
        name: f"DASK_DISTRIBUTED__COMM__TLS__{name}".replace(".", "__").replace("-", "_").upper()
        for name in _TLS
    }
    found = {name: dask.config.get(f"distributed.comm.tls.{name}", None) for name in _TLS}
    for name, variable in variables.items():
        if not found[name]:
            raise InputError(
                "--engine tls:// needs a certificate",
                remedy=f"set {variable} to the path of a PEM file",
            )
    for name, variable in variables.items():
        # Dask finds out when it connects, and then it looks as if nobody answered. It takes the
        # text of a file, too.
        if "\n" not in found[name] and not os.access(found[name], os.R_OK):
            raise InputError(
                f"--engine tls:// needs a certificate; {variable} names no file that can be read"
            )
    make: Any = Security
    return make(require_encryption=True)
