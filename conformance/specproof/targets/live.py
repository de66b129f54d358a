"""Target ``live``: a server that is not ours, behind the guard."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import httpx

from specproof.errors import GuardError, InputError
from specproof.model import JsonObject
from specproof.requirements.contract import Contract
from specproof.targets.budget import Budget, Limits
from specproof.targets.credentials import (
    ENVIRONMENT_EXTENSION,
    OTHER_TENANT,
    Credentials,
    references,
    variables,
)
from specproof.targets.guard import GuardTransport, Routes, production_hosts
from specproof.targets.ledger import Ledger
from specproof.targets.pacing import SENT, Paced, current_pace
from specproof.targets.secret_store import look_up
from specproof.targets.target import Target

__all__ = ["live_target"]

_TIMEOUT = 15.0
"""Seconds for connecting, and for each read and write."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_CHATTY = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy")))
"""Loggers that tell headers of requests and responses at level DEBUG."""


def live_target(
    api: str,
    contract: Contract,
    *,
    base_url: str | None,
    resources: Mapping[str, Sequence[str]],
    use_up: Sequence[str] = (),
    limits: Limits,
    allow_production: Sequence[str] = (),
    published: JsonObject | None = None,
    headers: Mapping[str, str] | None = None,
    budget: Path | None = None,
    ledger: Path | None = None,
    nonce: str = "",
) -> Target:
    """Return a target on a real server; credentials come from the environment or a keyring.

    Args:
        base_url: absolute http or https URL; plain http only on this machine.
        resources: name -> ids that exist beforehand.
        use_up: names whose ids may be changed and deleted.
        allow_production: hosts that the spec calls production and that are meant.
        limits: what the whole run may cost.
        published: the vendor's own document, where the contract is an effective spec.
        headers: name -> value of further headers, in it ``$NAME`` for a variable's value.
        budget: file in which the workers of a run share their budget.
        ledger: file in which creates are noted before they are sent.
        nonce: random text of this run, part of every value that it invents.

    Raises:
        InputError: the base URL is missing or not usable, or a header needs a variable that
            is not set.
        GuardError: its host is a production host and was not named.
    """
    hosts = production_hosts(contract.document) | production_hosts(published or {})
    url = _checked(base_url, hosts, allow_production)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    credentials = _credentials(api, contract, headers or {})
    owned: set[str] = set()
    places: set[str] = set()
    parts = urlsplit(url)
    notes = None if ledger is None else Ledger(ledger, api=api, origin=_plain_origin(parts))
    spent = Budget(limits, budget)
    inner: httpx.BaseTransport = _Timed(
        httpx.HTTPTransport(verify=_tls_context(url), trust_env=False)
    )
    pace = current_pace()
    if pace is not None:
        inner = Paced(inner, pace, url)
    routes = Routes(
        [(item.operation.method, item.operation.path) for item in contract.operations.values()],
        {name: ids for name, ids in resources.items() if name in use_up},
    )
    guard = GuardTransport(
        inner,
        base_url=url,
        owned=owned,
        places=places,
        budget=spent,
        ledger=notes,
        routes=routes,
        hidden=credentials.variable_of,
    )
    return Target(
        name="live",
        api=api,
        base_url=url,
        transport=guard,
        credentials=credentials,
        provenance="live",
        resources=resources,
        use_up=frozenset(use_up),
        owned=owned,
        places=places,
        ledger=notes,
        budget=spent,
        nonce=nonce,
    )


def _checked(base_url: str | None, production: frozenset[str], allowed: Sequence[str]) -> str:
    if not base_url:
        raise InputError("the target live needs --base-url")
    try:
        parts = urlsplit(base_url)
        # As it is sent: a host in other letters or in full width is the same host.
        host = httpx.URL(base_url).raw_host.decode("ascii").rstrip(".")
        usable = bool(host) and parts.port != 0 and not (parts.query or parts.fragment)
    except (ValueError, httpx.InvalidURL):
        host, parts, usable = "", urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not usable or parts.username is not None:
        raise InputError(
            "--base-url is no absolute http or https URL",
            remedy="write it like https://sandbox.example.com/api, without a user name or a query",
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise InputError("--base-url would send credentials over plain http", remedy="use https")
    if host in production and host not in {item.lower().rstrip(".") for item in allowed}:
        raise GuardError(
            f"{host} is a production host by the spec's servers;"
            f" name it with --allow-production {host} if you mean it"
        )
    return base_url.rstrip("/")


def _plain_origin(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{'' if parts.port is None else f':{parts.port}'}"


def _credentials(api: str, contract: Contract, headers: Mapping[str, str]) -> Credentials:
    needed = _environment(api, contract)
    named = {name for text in headers.values() for name in references(text)}
    for name in sorted(named):
        if not _value(name):
            raise InputError(
                f"--header needs the environment variable {name}", remedy="set and export it"
            )
    own = needed | {name: _value(name) for name in named}
    other = {name: _value(f"{OTHER_TENANT}{name}") for name in own}
    # Half a tenant's credentials are nobody's.
    complete = bool(other) and all(other.values())
    return Credentials(
        api, contract.security_schemes(), own, other if complete else None, headers=headers
    )


def _environment(api: str, contract: Contract) -> dict[str, str]:
    names = {
        name
        for scheme, node in contract.security_schemes().items()
        for name in variables(api, scheme, node)
    }
    for operation in contract.operations.values():
        for parameter in operation.parameters:
            variable = parameter.get(ENVIRONMENT_EXTENSION)
            if isinstance(variable, str):
                names.add(variable)
    return {name: value for name in sorted(names) if (value := _value(name))}


def _value(variable: str) -> str:
    found = look_up(variable)
    return "" if found is None else found.value


def _tls_context(url: str) -> ssl.SSLContext | bool:
    # Building a TLS context costs tens of milliseconds; plain http on loopback needs none.
    return False if url.startswith("http://") else ssl.create_default_context()


class _Timed(httpx.BaseTransport):
    """Puts timeouts on every request, which httpx leaves to its client, and notes when it went."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {
            **request.extensions,
            "timeout": httpx.Timeout(_TIMEOUT).as_dict(),
        }
        sent = time.perf_counter()
        answer = self._inner.handle_request(request)
        answer.extensions = {**answer.extensions, SENT: sent}
        return answer

    def close(self) -> None:
        self._inner.close()
