"""Target ``live``: a server that is not ours, behind the guard."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx

from specproof.errors import GuardError, InputError
from specproof.requirements.contract import Contract
from specproof.targets.credentials import ENVIRONMENT_EXTENSION, Credentials, variables
from specproof.targets.guard import GuardTransport, production_hosts
from specproof.targets.target import Target

__all__ = ["live_target"]

_TIMEOUT = 15.0
"""Seconds for connecting, and for each read and write."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def live_target(
    api: str,
    contract: Contract,
    *,
    base_url: str | None,
    resources: Mapping[str, Sequence[str]],
    allow_production: Sequence[str] = (),
    max_requests: int,
) -> Target:
    """Return a target on a real server; credentials come from the environment.

    Args:
        base_url: absolute http or https URL; plain http only on this machine.
        resources: name -> ids that exist beforehand and may be used up.
        allow_production: hosts that the spec calls production and that are meant.
        max_requests: most requests of one item of the run.

    Raises:
        InputError: the base URL is missing or not usable.
        GuardError: its host is a production host and was not named.
    """
    url = _checked(base_url, contract, allow_production)
    owned: set[str] = set()
    inner = _Timed(httpx.HTTPTransport(verify=_tls_context(url), trust_env=False))
    return Target(
        name="live",
        api=api,
        base_url=url,
        transport=GuardTransport(inner, base_url=url, owned=owned, max_requests=max_requests),
        credentials=Credentials(api, contract.security_schemes(), _environment(api, contract)),
        provenance="live",
        resources=resources,
        owned=owned,
    )


def _checked(base_url: str | None, contract: Contract, allowed: Sequence[str]) -> str:
    if not base_url:
        raise InputError("the target live needs --base-url")
    try:
        parts = urlsplit(base_url)
        host = None if parts.hostname is None else parts.hostname.rstrip(".")
        usable = bool(host) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        host, parts, usable = None, urlsplit(""), False
    if parts.scheme not in {"http", "https"} or not usable or parts.username is not None:
        raise InputError(
            "--base-url is no absolute http or https URL",
            remedy="write it like https://sandbox.example.com/api, without a user name or a query",
        )
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise InputError("--base-url would send credentials over plain http", remedy="use https")
    if host in production_hosts(contract.document) and host not in allowed:
        raise GuardError(
            f"{host} is a production host by the spec's servers;"
            f" name it with --allow-production {host} if you mean it"
        )
    return base_url.rstrip("/")


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
    return {name: value for name in sorted(names) if (value := os.environ.get(name))}


def _tls_context(url: str) -> ssl.SSLContext | bool:
    # Building a TLS context costs tens of milliseconds; plain http on loopback needs none.
    return False if url.startswith("http://") else ssl.create_default_context()


class _Timed(httpx.BaseTransport):
    """Puts timeouts on every request, which httpx leaves to its client."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {
            **request.extensions,
            "timeout": httpx.Timeout(_TIMEOUT).as_dict(),
        }
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()
