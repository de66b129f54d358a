"""Sends the requests of one scenario to a target and records every exchange."""

from __future__ import annotations

import contextlib
import hashlib
import json as json_module
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from urllib.parse import quote, urlencode

import httpx

from specproof.errors import GuardError
from specproof.model import Exchange, Json, Request, Response
from specproof.requirements.contract import Contract
from specproof.targets.target import Target

__all__ = ["NAMESPACE", "TargetSession", "expand"]

NAMESPACE = "specproof"
"""Every value that we invent in somebody's account begins with it."""

_BODY_LIMIT = 16 * 1024 * 1024
"""Most bytes of a response body that are read, before and after decoding."""


class TargetSession:
    """Implements ``apis.contract.Session`` on one target.

    Args:
        target: where requests go.
        contract: effective contract, for security and path templates.
        scenario: id of the scenario; part of exchange ids.
        seed: seed of the run; the same seed gives the same values.
        record: called with every exchange, in order.
        time_budget: seconds in which an answer is due.

    Attributes:
        told: values that this run invented, which a report may therefore show.
    """

    def __init__(
        self,
        target: Target,
        contract: Contract,
        *,
        scenario: str,
        seed: int,
        record: Callable[[Exchange], None],
        time_budget: float = 10.0,
    ) -> None:
        self.target = target
        self.contract = contract
        self.scenario = scenario
        self._seed = seed
        self._record = record
        self.time_budget = time_budget
        self._sent = 0
        self._values = 0
        self.told: set[str] = set()

    def send(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Json = None,
        body: bytes | None = None,
        credentials: str = "own",
        expects: str | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send one request; see ``apis.contract.Session.send``."""
        fields = {"Accept": "application/json", "User-Agent": NAMESPACE, **(headers or {})}
        content = body
        if json is not None:
            content = json_module.dumps(json, ensure_ascii=False).encode()
            fields.setdefault("Content-Type", "application/json")
        described = self.contract.operations.get(operation)
        security = self.contract.default_security() if described is None else described.security
        secret_fields, secret_query = self.target.credentials.apply(security, credentials)
        fields.update(secret_fields)
        parts = {**(query or {}), **secret_query}
        url = f"{self.target.base_url}{path}{'?' + urlencode(parts) if parts else ''}"
        known = {"credentials": credentials, **(facts or {})}
        return self.exchange(
            operation,
            Request(method, url, tuple(fields.items()), content or b""),
            expects=expects,
            facts=known,
        )

    def exchange(
        self,
        operation: str,
        request: Request,
        *,
        expects: str | None = None,
        facts: Mapping[str, str] | None = None,
        provenance: str | None = None,
    ) -> Exchange:
        """Send ``request`` as it is, record and return the exchange."""
        self._sent += 1
        response, failure = self._transmit(request)
        made = Exchange(
            id=f"{self.scenario}#{self._sent}",
            api=self.target.api,
            operation=operation,
            scenario=self.scenario,
            request=request,
            response=response,
            target=self.target.name,
            expects=expects,
            provenance=provenance or self.target.provenance,
            failure=failure,
            facts={"time-budget": f"{self.time_budget:g}", **(facts or {})},
        )
        self._record(made)
        return made

    def credential(self, variable: str) -> str:
        """Return our own value of a credential variable."""
        return self.target.credentials.value(variable)

    def unique(self, prefix: str) -> str:
        """Return a fresh namespaced value, the same for the same seed and scenario."""
        self._values += 1
        text = f"{self._seed}/{self.scenario}/{self._values}"
        return self.claim(f"{NAMESPACE}-{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:20]}")

    def claim(self, value: str) -> str:
        """Return ``value`` and note that nobody but this run can own what it names."""
        self.target.owned.add(value)
        return self.tell(value)

    def tell(self, value: str) -> str:
        """Return ``value`` and allow reports to show it: this run invented it."""
        # What we log in with stays untold, wherever a scenario puts it.
        if self.target.credentials.variable_of(value) is None:
            self.told.add(value)
        return value

    def resource(self, name: str) -> Sequence[str]:
        """Return ids of resources that exist beforehand and may be used up."""
        return self.target.resources.get(name, ())

    def condition(self, name: str) -> AbstractContextManager[None] | None:
        """Return a context that holds a server condition, or None where there is none."""
        if name not in {item.name for item in self.target.conditions}:
            return None
        return self.target.condition(name)

    def _transmit(self, request: Request) -> tuple[Response | None, str | None]:
        try:
            outgoing = httpx.Request(
                request.method, request.url, headers=list(request.headers), content=request.body
            )
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            return None, f"the request can not be written as HTTP ({type(error).__name__})"
        started = time.perf_counter()
        try:
            answer = self.target.transport.handle_request(outgoing)
        except GuardError as error:
            return None, f"not sent: {error}"
        except httpx.HTTPError as error:
            return None, f"no answer ({type(error).__name__})"
        raw, broken = _received(answer)
        body, undecodable = (b"", None) if broken else _decoded(answer, raw)
        elapsed = time.perf_counter() - started
        headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw
        )
        return (
            Response(answer.status_code, headers, raw, body, broken or undecodable, elapsed),
            None,
        )


def expand(template: str, values: Mapping[str, str]) -> str:
    """Return a path template with each value as one percent-encoded segment (RFC 3986 3.3)."""
    path = template
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", _segment(value))
    return path


def _segment(value: str) -> str:
    # RFC 3986 5.2.4 removes "." and ".." as segments, and quote() leaves dots alone; encoded
    # they stay values, on the way out at least.
    encoded = quote(value, safe="")
    return encoded.replace(".", "%2E") if value in {".", ".."} else encoded


def _inflated(raw: bytes, coding: str) -> tuple[bytes, str | None]:
    """Undo gzip or deflate (RFC 9110 8.4.1.2, 8.4.1.3); a stream cut short does not decode."""
    # 31 and 15 are gzip's and zlib's framing; some servers send deflate without any (-15).
    for framing in (31,) if coding.endswith("gzip") else (15, -15):
        inflater = zlib.decompressobj(framing)
        try:
            body = inflater.decompress(raw, _BODY_LIMIT + 1)
        except zlib.error:
            continue
        if len(body) > _BODY_LIMIT:
            return b"", f"the body decodes to more than {_BODY_LIMIT} bytes"
        if inflater.eof:
            return body, None
    return b"", "the body does not decode as its Content-Encoding says"


def _received(answer: httpx.Response) -> tuple[bytes, str | None]:
    """Read the body as it is on the wire; return it and what went wrong."""
    chunks: list[bytes] = []
    size = 0
    stream = answer.stream
    if not isinstance(stream, httpx.SyncByteStream):
        return b"", "the body can not be read"
    with contextlib.closing(stream):
        try:
            for chunk in stream:
                chunks.append(chunk)
                size += len(chunk)
                if size > _BODY_LIMIT:
                    return b"".join(chunks), f"the body is longer than {_BODY_LIMIT} bytes"
        except httpx.HTTPError as error:
            return b"".join(chunks), f"the body stopped before its end ({type(error).__name__})"
    return b"".join(chunks), None


def _decoded(answer: httpx.Response, raw: bytes) -> tuple[bytes, str | None]:
    """Undo the content coding; return the body and what went wrong."""
    if "content-encoding" not in answer.headers or not raw:
        return raw, None
    codings = [item.strip().lower() for item in answer.headers["content-encoding"].split(",")]
    if len(codings) > 1:
        # Each coding may swell its input a thousandfold; two of them would fill the memory.
        return b"", "the body has more than one content coding, which is not undone"
    if codings[0] in {"gzip", "x-gzip", "deflate"}:
        return _inflated(raw, codings[0])
    if codings[0] == "identity":
        return raw, None
    return b"", "the body has a content coding other than gzip and deflate, which is not undone"
