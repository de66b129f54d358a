from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from clients import Api, onesignal, sequence

from specproof.apis.contract import Emulator
from specproof.targets.faults.catalog import all_faults, faulty, legal_variations
from specproof.targets.inprocess import InProcessTransport

URL = "http://emulator.invalid"
"""RFC 2606 2: names no host."""


class _InThread(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await asyncio.to_thread(self._inner.handle_request, request)
        response.stream = _Parts(response.stream)
        return response


class _Parts(httpx.AsyncByteStream):
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._inner:
            yield part


def _said(transport: httpx.BaseTransport, path: str, body: Any, **auth: Any) -> Any:
    """Return what a plain POST gives, an empty object where that is no JSON object."""
    with httpx.Client(base_url=URL, transport=transport, **auth) as client:
        try:
            found = json.loads(client.post(path, json=body).content)
        except (httpx.HTTPError, ValueError):
            return {}
    return found if isinstance(found, dict) else {}


def _onesignal(emulator: Emulator, transport: httpx.BaseTransport) -> Iterator[tuple[Api, Any]]:
    held = emulator.credentials()
    key, app = held["ONESIGNAL_API_KEY"], held["ONESIGNAL_APP_ID"]
    for label in ("first", "second"):
        _said(
            transport,
            f"/apps/{app}/users",
            {"identity": {"external_id": label, "other": label}},
            headers={"Authorization": f"Key {key}"},
        )
    for token in (key, "no-such-key"):
        for value in ("first", "second", "nobody") if token == key else ("first",):
            yield onesignal(token), (UUID(app), "external_id", value, "other")


def _sequence(emulator: Emulator, transport: httpx.BaseTransport) -> Iterator[tuple[Api, Any]]:
    held = emulator.credentials()
    pair = held["SEQUENCE_CLIENT_ID"], held["SEQUENCE_CLIENT_SECRET"]
    customer = next(ids[0] for ids in emulator.resources().values())
    made = [
        _said(
            transport,
            "/customer-aliases",
            {"customerId": customer, "value": value},
            auth=pair,
        ).get("id")
        for value in ("first", "second")
    ]
    for secret in (pair[1], "no-such-secret"):
        known = [*filter(None, made)] if secret == pair[1] else []
        for identifier in (*known, str(UUID(int=7))):
            api = sequence(secret)
            api.secrets["client_id"] = pair[0]
            yield api, (UUID(identifier),)


def _call(api: Api, client: Any, given: Any, runner: asyncio.Runner, form: int) -> Any:
    """Call in one of four forms: sync or async, short or detailed."""
    name = "asyncio" if form & 1 else "sync"
    function = getattr(api.operation, f"{name}_detailed" if form & 2 else name)
    called = function(*given, client=client)
    return runner.run(called) if form & 1 else called


def _outcome(api: Api, client: Any, given: Any, runner: asyncio.Runner, form: int) -> str:
    """Return what a call comes to; fail where it is neither a typed value nor a typed error."""
    try:
        value = _call(api, client, given, runner, form)
    except api.package.errors.ApiConnectionError as error:
        return type(error).__name__
    except api.package.ApiError as error:
        if form & 2:
            raise
        return type(error).__name__
    if form & 2:
        assert (value.error is None) == (value.is_success and value.problem is None)
        if value.error is not None:
            return type(value.error).__name__
        value = value.result()
    assert type(value).__module__.startswith(f"{api.package.__name__}.models"), repr(value)
    return "value"


@pytest.mark.no_cover  # the kit's part in it is measured by the tests of each fault
@pytest.mark.parametrize(("name", "play"), [("onesignal", _onesignal), ("sequence", _sequence)])
def test_no_fault_gets_past_the_types(name: str, play: Any) -> None:
    """With every fault and legal variation on, calls give typed values or errors of the tree.

    No other exception and no None, for known and unknown resources, with right and wrong
    credentials, sync and async, short and detailed.
    """
    seen: Counter[str] = Counter()
    with asyncio.Runner() as runner:
        changes: list[Any] = [*all_faults(name), *legal_variations(name)]
        for number, change in enumerate(changes):
            emulator = faulty(name, change.id)
            transport = InProcessTransport(emulator.app)
            for index, (api, given) in enumerate(play(emulator, transport)):
                client = api.client(URL, transport=transport, async_transport=_InThread(transport))
                seen[_outcome(api, client, given, runner, number + index)] += 1
            transport.close()
    assert seen["value"] > 50, seen
    assert len(seen) > 6, seen
