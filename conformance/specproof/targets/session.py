"""Sends the requests of one scenario to a target and records every exchange."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json as json_module
import re
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from urllib.parse import quote, unquote, urlencode

import httpx

from specproof.errors import GuardError
from specproof.model import Exchange, Headers, Json, Request, Response
from specproof.requirements.contract import Contract
from specproof.targets.budget import retry_after
from specproof.targets.guard import ENTRY, UNGUESSABLE
from specproof.targets.inprocess import DELAY, Arrived, InProcessTransport, RawHeaders
from specproof.targets.ownership import owned_values
from specproof.targets.pacing import SENT
from specproof.targets.target import Target

__all__ = ["NAMESPACE", "TargetSession", "expand"]

NAMESPACE = "specproof"
"""Every value that we invent in somebody's account begins with it."""

_CREATED = range(200, 300)
_REFUSED = range(400, 500)

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_UNRESERVED = re.compile(r"[A-Za-z0-9_~-]+")
"""Text that stands for itself in a URL (RFC 3986 2.3), dots apart."""

_PUT_OFF = frozenset({429, 503})
_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""RFC 9110 9.2.2."""

_AGAIN = 3

_SHORT = 128
"""Longest value that is remembered encoded: cases send the same few again and again."""

_BODY_LIMIT = 16 * 1024 * 1024
"""Most bytes of a response body that are read, before and after decoding."""


_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
"""What is raised before a request goes out."""


class _NotSentError(Exception):
    """A request did not go out; says why."""


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
        patience: how often a request is sent again that a real server has put off.
        waits: operation -> seconds that a real server last asked to wait before it.
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
        self._budget = f"{time_budget:g}"
        self._sent = 0
        self._values = 0
        self.told: set[str] = set()
        self._entry: str | None = None
        self.patience = _AGAIN
        self.waits: dict[str, float] = {}

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
        """Send ``request`` as it is, record and return the exchange.

        What a real server puts off is sent again when its Retry-After is over (RFC 6585 4),
        since that answer says nothing of the request; each exchange is recorded, the last is
        returned.
        """
        made = self._exchanged(operation, request, expects, facts, provenance)
        for _ in range(0 if self.target.budget is None else self.patience):
            if not self.is_put_off(made):
                break
            made = self._exchanged(operation, request, expects, facts, provenance)
        return made

    def is_put_off(self, made: Exchange) -> bool:
        """Return whether a real server put a request off that may be sent again."""
        answer, budget = made.response, self.target.budget
        if answer is None or budget is None or answer.status not in _PUT_OFF or budget.stopped:
            return False
        # Whether a 503 comes before or after a create is done, nobody can tell.
        if answer.status not in _REFUSED and made.request.method not in _IDEMPOTENT:
            return False
        seconds = retry_after(answer.header("retry-after"), time.time())
        if seconds is not None:
            self.waits[made.operation] = seconds
        return seconds is not None

    def _exchanged(
        self,
        operation: str,
        request: Request,
        expects: str | None,
        facts: Mapping[str, str] | None,
        provenance: str | None,
    ) -> Exchange:
        self._sent += 1
        self._entry = None
        try:
            response, failure = self._transmit(request)
            sent = True
        except _NotSentError as error:
            response, failure, sent = None, str(error), False
        known = {"time-budget": self._budget}
        if facts:
            known.update(facts)
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
            facts=known,
            sent=sent,
        )
        self._record(made)
        self._settle(made)
        return made

    def credential(self, variable: str) -> str:
        """Return our own value of a credential variable."""
        return self.target.credentials.value(variable)

    def other_credential(self, variable: str) -> str:
        """Return the other tenant's value of a credential variable."""
        return self.target.credentials.other_value(variable)

    def unique(self, prefix: str) -> str:
        """Return a fresh namespaced value, the same for the same seed and scenario."""
        self._values += 1
        text = f"{self._seed}/{self.scenario}/{self._values}{self.target.nonce}"
        return self.claim(f"{NAMESPACE}-{prefix}-{hashlib.sha256(text.encode()).hexdigest()[:20]}")

    def claim(self, value: str) -> str:
        """Return ``value`` and note that nobody but this run can own what it names."""
        self.target.owned.add(value)
        return self.tell(value)

    def tell(self, value: str) -> str:
        """Return ``value`` and allow reports to show it: this run invented it."""
        if value not in self._untold:
            self.told.add(value)
        return value

    def telling(self, values: Iterable[str]) -> AbstractContextManager[None]:
        """Allow reports to show ``values`` of one generated request, and no longer than that.

        A run of a hundred thousand cases would otherwise keep all of their values.
        """
        return _Telling(self.told, set(values) - self.told - self._untold)

    @functools.cached_property
    def _untold(self) -> frozenset[str]:
        # What we log in with stays untold, wherever a scenario puts it, and so do the ids that
        # the user gave up: they are somebody's.
        given = [item for ids in self.target.resources.values() for item in ids]
        return self.target.credentials.own_values.union(given)

    def adopt(self, exchange: Exchange, identifier: str) -> bool:
        """Note an id that the server gave to what ``exchange`` created; see the contract."""
        target = self.target
        known = {item for ids in target.resources.values() for item in ids}
        if identifier in known or target.credentials.variable_of(identifier) is not None:
            return False
        if len(identifier) < UNGUESSABLE:
            body = b"" if exchange.response is None else exchange.response.body
            if not owned_values(body, "", lambda text: text in target.owned):
                return False
            path = exchange.request.url.removeprefix(target.base_url).partition("?")[0]
            target.places.add(f"{path.rstrip('/')}/{_segment(identifier)}")
        else:
            target.owned.add(identifier)
        self.tell(identifier)
        if target.ledger is not None and self._entry is not None:
            target.ledger.answered(self._entry, [identifier])
        return True

    def removed(self, identifier: str) -> None:
        """Note that what the server gave this id to is removed."""
        if self.target.ledger is not None:
            self.target.ledger.gone(identifier)

    def resource(self, name: str) -> Sequence[str]:
        """Return ids of resources that exist beforehand and may be used up."""
        return self.target.resources.get(name, ())

    def other_resource(self, name: str) -> Sequence[str]:
        """Return ids of the other tenant's resources that may be used up."""
        return self.target.other_resources.get(name, ())

    def condition(self, name: str) -> AbstractContextManager[None] | None:
        """Return a context that holds a server condition, or None where there is none."""
        if name not in {item.name for item in self.target.conditions}:
            return None
        return self.target.condition(name)

    def _settle(self, exchange: Exchange) -> None:
        """Bring the ledger's entry of a create up to date with its answer."""
        ledger, response = self.target.ledger, exchange.response
        if ledger is None or self._entry is None or response is None:
            return
        if response.status in _REFUSED:
            ledger.done(self._entry)
        elif response.status in _CREATED:
            for identifier in _ids(response):
                self.adopt(exchange, identifier)

    def _transmit(self, request: Request) -> tuple[Response | None, str | None]:
        """Send ``request``; return the response, or why there is none.

        Raises:
            _NotSentError: it did not even go out.
        """
        transport = self.target.transport
        if isinstance(transport, InProcessTransport):
            started = time.perf_counter()
            arrived = transport.answer(request, self.target.base_url)
            if arrived is not None:
                return _arrived(arrived, started)
        try:
            outgoing = httpx.Request(
                request.method, request.url, headers=list(request.headers), content=request.body
            )
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            problem = f"the request can not be written as HTTP ({type(error).__name__})"
            raise _NotSentError(problem) from None
        started = time.perf_counter()
        try:
            answer = self.target.transport.handle_request(outgoing)
        except GuardError as error:
            raise _NotSentError(f"not sent: {error}") from None
        except _UNSENT as error:
            raise _NotSentError(f"no answer ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            return None, f"no answer ({type(error).__name__})"
        self._entry = answer.extensions.get(ENTRY)
        started = answer.extensions.get(SENT, started)
        raw, broken = _received(answer)
        # A target in process does not sleep through the delays of its faults, it adds them up.
        started -= float(answer.extensions.get(DELAY, 0.0))
        return _response(answer.status_code, answer.headers.raw, raw, broken, started), None


class _Telling:
    """Holds ``values`` in the set of what may be told for the length of a ``with``."""

    __slots__ = ("_told", "_values")

    def __init__(self, told: set[str], values: set[str]) -> None:
        self._told = told
        self._values = values

    def __enter__(self) -> None:
        self._told |= self._values

    def __exit__(self, *_: object) -> None:
        self._told -= self._values


def _ids(response: Response) -> tuple[str, ...]:
    """Return the id of what was created: the member ``id``, and the end of ``Location``.

    RFC 9110 15.3.2: a 201 names the resource in ``Location``.
    """
    try:
        document = json_module.loads(response.body)
    except (ValueError, RecursionError):
        document = None
    identifier = document.get("id") if isinstance(document, dict) else None
    location = (response.header("location") or "").partition("?")[0].rstrip("/")
    found = [
        str(identifier) if isinstance(identifier, str | int) else "",
        unquote(location.rpartition("/")[2]),
    ]
    return tuple(dict.fromkeys(item for item in found if item))


def expand(template: str, values: Mapping[str, str]) -> str:
    """Return a path template with each value as one percent-encoded segment (RFC 3986 3.3)."""
    return "".join(
        [
            (_segment(values[piece]) if piece in values else f"{{{piece}}}")
            if number % 2
            else piece
            for number, piece in enumerate(_pieces(template))
        ]
    )


@functools.lru_cache(maxsize=256)
def _pieces(template: str) -> tuple[str, ...]:
    """Return text and names of parameters of a template in turn, text first and last."""
    return tuple(_PARAMETER.split(template))


def _segment(value: str) -> str:
    if _UNRESERVED.fullmatch(value):
        return value
    return _short(value) if len(value) <= _SHORT else _encoded(value)


def _encoded(value: str) -> str:
    # RFC 3986 5.2.4 removes "." and ".." as segments, and quote() leaves dots alone; encoded
    # they stay values, on the way out at least.
    encoded = quote(value, safe="")
    return encoded.replace(".", "%2E") if value in {".", ".."} else encoded


_short = functools.lru_cache(maxsize=1024)(_encoded)


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


def _arrived(arrived: Arrived, started: float) -> tuple[Response | None, str | None]:
    """Return what came from an application in process, and why nothing did."""
    if not arrived.status:
        return None, "no answer (RemoteProtocolError)"
    broken = "the body stopped before its end (RemoteProtocolError)" if arrived.cut else None
    began = started - arrived.delay
    return _response(arrived.status, arrived.headers, arrived.body, broken, began), None


def _response(
    status: int, fields: RawHeaders, raw: bytes, broken: str | None, started: float
) -> Response:
    """Return what arrived, its content coding undone."""
    headers = tuple([(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields])
    body, undecodable = (b"", None) if broken else _decoded(headers, raw)
    elapsed = time.perf_counter() - started
    return Response(status, headers, raw, body, broken or undecodable, elapsed)


def _decoded(headers: Headers, raw: bytes) -> tuple[bytes, str | None]:
    """Undo the content coding; return the body and what went wrong."""
    coded = ",".join([text for name, text in headers if name.lower() == "content-encoding"])
    if not coded or not raw:
        return raw, None
    codings = [item.strip().lower() for item in coded.split(",")]
    if len(codings) > 1:
        # Each coding may swell its input a thousandfold; two of them would fill the memory.
        return b"", "the body has more than one content coding, which is not undone"
    if codings[0] in {"gzip", "x-gzip", "deflate"}:
        return _inflated(raw, codings[0])
    if codings[0] == "identity":
        return raw, None
    return b"", "the body has a content coding other than gzip and deflate, which is not undone"
