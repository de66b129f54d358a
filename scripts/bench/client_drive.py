# ruff: noqa: INP001 - a script: no package
"""Drives one client in a process of its own; prints what it measured as JSON.

``client_drive.py WHAT CLIENT URL CALLS``: WHAT is ``import``, ``first``, ``calls``, ``async`` or
``odd``, CLIENT one of ``ours``, ``stock``, ``official``, ``openapi-generator`` and ``httpx`` (the
library alone); its folder is on PYTHONPATH.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any
from uuid import UUID

from client_server import ANSWERS, Answer

__all__ = ["main"]

_APP = "00000000-0000-4000-8000-000000000000"
_KEY = "a-key"
_AT_ONCE = 10
_SECONDS = 20  # what takes longer hangs

_PACKAGES = {
    "ours": "onesignal_client",
    "stock": "stock_client",
    "official": "onesignal",
    "openapi-generator": "openapi_client",
    "httpx": "httpx",
}
_Call = Callable[[str], Any]


class _HangsError(BaseException):
    """Too long; no SDK catches this by its own means."""


def _ours(url: str) -> tuple[_Call, type[BaseException]]:
    package = import_module("onesignal_client")
    delete_alias = import_module("onesignal_client.api.default.delete_alias")
    client = package.AuthenticatedClient(url, token=_KEY)
    app = UUID(_APP)
    return (
        lambda name: delete_alias.sync(app, "external_id", name, "crm", client=client),
        package.ApiError,
    )


def _stock(url: str) -> tuple[_Call, type[BaseException]]:
    package = import_module("stock_client")
    delete_alias = import_module("stock_client.api.default.delete_alias")
    client = package.AuthenticatedClient(
        base_url=url, token=_KEY, prefix="Key", raise_on_unexpected_status=True
    )
    app = UUID(_APP)
    return (
        lambda name: delete_alias.sync(app, "external_id", name, "crm", client=client),
        package.errors.UnexpectedStatus,
    )


def _official(url: str) -> tuple[_Call, type[BaseException]]:
    onesignal = import_module("onesignal")
    default_api = import_module("onesignal.api.default_api")
    client = onesignal.ApiClient(onesignal.Configuration(host=url, rest_api_key=_KEY))
    api = default_api.DefaultApi(client)
    return (
        lambda name: api.delete_alias(_APP, "external_id", name, "crm"),
        onesignal.exceptions.OpenApiException,
    )


def _openapi_generator(url: str) -> tuple[_Call, type[BaseException]]:
    openapi_client = import_module("openapi_client")
    client = openapi_client.ApiClient(openapi_client.Configuration(host=url))
    api = openapi_client.DefaultApi(client)
    app = UUID(_APP)
    return (
        lambda name: api.delete_alias(app, "external_id", name, "crm"),
        openapi_client.exceptions.OpenApiException,
    )


def _httpx(url: str) -> tuple[_Call, type[BaseException]]:
    httpx = import_module("httpx")
    client = httpx.Client(base_url=url, headers={"Authorization": f"Key {_KEY}"}, trust_env=False)
    path = f"/apps/{_APP}/users/by/external_id"
    return (
        lambda name: client.delete(f"{path}/{name}/identity/crm").json(),
        httpx.HTTPError,
    )


_CLIENTS = {
    "ours": _ours,
    "stock": _stock,
    "official": _official,
    "openapi-generator": _openapi_generator,
    "httpx": _httpx,
}


def _imported(client: str) -> float:
    """Return the CPU seconds that importing the package takes."""
    start = time.process_time()
    import_module(_PACKAGES[client])
    return time.process_time() - start


def _first(client: str, url: str) -> float:
    """Return the CPU seconds until the first call has its result, imports among them."""
    start = time.process_time()
    call, _ = _CLIENTS[client](url)
    call("good")
    return time.process_time() - start


def _called(client: str, url: str, calls: int) -> float:
    """Return the CPU seconds of one synchronous call."""
    call, _ = _CLIENTS[client](url)
    for _ in range(20):
        call("good")
    start = time.process_time()
    for _ in range(calls):
        call("good")
    return (time.process_time() - start) / calls


def _called_at_once(client: str, url: str, calls: int) -> float | None:
    """Return the CPU seconds of one asynchronous call, some in flight; None if it has none."""
    if client not in {"ours", "stock"}:
        return None
    package = import_module(_PACKAGES[client])
    operation = import_module(f"{_PACKAGES[client]}.api.default.delete_alias")
    made = package.AuthenticatedClient(base_url=url, token=_KEY)
    app = UUID(_APP)

    def one() -> Awaitable[Any]:
        found: Awaitable[Any] = operation.asyncio(app, "external_id", "good", "crm", client=made)
        return found

    async def some(rounds: int) -> None:
        for _ in range(rounds):
            await asyncio.gather(*(one() for _ in range(_AT_ONCE)))

    async def run() -> float:
        async with made:
            await some(3)
            start = time.process_time()
            await some(max(1, calls // _AT_ONCE))
            return time.process_time() - start

    return asyncio.run(run()) / (max(1, calls // _AT_ONCE) * _AT_ONCE)


def _ended(answer: Answer, call: Callable[[], Any], tree: type[BaseException]) -> str:
    """Return how one call ended."""
    signal.alarm(_SECONDS)
    try:
        result = call()
    except _HangsError:
        return "hangs"
    except tree:
        return "typed error" if not answer.good else "wrong error"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is counted
        return f"foreign exception: {type(error).__module__}.{type(error).__qualname__}"
    finally:
        signal.alarm(0)
    if result is None:
        return "silent None"
    is_model = type(result).__module__.partition(".")[0] in _PACKAGES.values()
    # The generators return the model of a documented error as they return that of a success.
    if is_model and (answer.good or answer.status >= 300):  # noqa: PLR2004 - RFC 9110 15.3
        return "typed result"
    return "wrong value"


def _odd(client: str, url: str) -> dict[str, str]:
    """Return how a call ends for each answer."""

    def stop(*_: object) -> None:
        raise _HangsError

    signal.signal(signal.SIGALRM, stop)
    logging.disable()
    found = {}
    for name, answer in ANSWERS.items():
        # A connection that one answer has spoilt is not the next one's fault.
        call, tree = _CLIENTS[client](url)
        found[name] = _ended(answer, lambda name=name, call=call: call(name), tree)  # type: ignore[misc]  # mypy reads defaults of a lambda as unknown
    return found


def main() -> None:
    """Measure what the arguments say."""
    what, client, url, calls = sys.argv[1:5]
    found: object
    if what == "import":
        found = _imported(client)
    elif what == "first":
        found = _first(client, url)
    elif what == "calls":
        found = _called(client, url, int(calls))
    elif what == "async":
        found = _called_at_once(client, url, int(calls))
    else:
        found = _odd(client, url)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
