"""Under everything that can send to a server that is not ours: what must not go out, does not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx

from specproof.errors import GuardError
from specproof.model import JsonObject
from specproof.targets.budget import Budget, silence_asked
from specproof.targets.ledger import Ledger
from specproof.targets.ownership import owned_values

__all__ = ["ENTRY", "UNGUESSABLE", "GuardTransport", "Routes", "production_hosts"]

ENTRY = "specproof-entry"
"""Extension of a response: the key of the ledger's entry for its request."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""RFC 9110 9.2.1, less TRACE, which echoes credentials."""

_REFUSED_METHODS = frozenset({"TRACE", "CONNECT"})
_CREATING_METHODS = frozenset({"POST", "PUT"})
UNGUESSABLE = 16
"""Fewest characters of an owned value: shorter ones are words, counters or other people's ids."""

_OVERRIDES = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
"""Headers by which some servers take a GET for a DELETE; so does ``_method`` in a query."""

_SEPARATORS = re.compile(r"[/\\;\x00-\x1f\x7f]")
"""What some server somewhere takes for the end of a path segment."""

_PRODUCTION_WORDS = frozenset({"prod", "production", "live"})
_TEST_WORDS = frozenset(
    {"sandbox", "staging", "stage", "test", "testing", "dev", "development", "demo", "mock"}
    | {"localhost"}
)


@dataclass(frozen=True)
class Routes:
    """What the contract says of paths, so that the guard knows what a path names.

    Args:
        operations: method and path template of every operation.
        resources: path parameter -> ids that exist beforehand and may be changed and deleted.
    """

    operations: Sequence[tuple[str, str]] = ()
    resources: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def named(self, method: str, segments: Sequence[str]) -> Mapping[str, str] | None:
        """Return the path parameters of a request below the base path, None for no operation."""
        for operation, template in self.operations:
            parts = template.split("/")
            if operation != method or len(parts) != len(segments):
                continue
            found: dict[str, str] = {}
            for part, segment in zip(parts, segments, strict=True):
                names = re.findall(r"\{([^}]*)\}", part)
                if names:
                    found.update(dict.fromkeys(names, segment))
                elif part != segment:
                    break
            else:
                return found
        return None


class GuardTransport(httpx.BaseTransport):
    """Refuses requests that could harm what this run did not create.

    A request that may change something has to name what is ours: in its path, or, where it
    creates in a collection, in its query or body. Ours are values that this run invented,
    ids that the server gave to what this run created, and resources given up by the user.

    Args:
        inner: what really sends; it follows no redirects.
        base_url: the one origin and base path that requests may go to.
        owned: values that this run created or invented, which nobody else can have.
        budget: what the whole run may cost.
        places: paths, percent-encoded and below the base path, of what this run created under
            ids that are too short to be nobody else's.
        ledger: where creates are noted before they are sent.
        routes: what the contract says of paths.
        hidden: value -> the variable that holds it, where it is a credential.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        *,
        base_url: str,
        owned: Container[str],
        budget: Budget,
        places: Container[str] = (),
        ledger: Ledger | None = None,
        routes: Routes | None = None,
        hidden: Callable[[str], str | None] = lambda _: None,
    ) -> None:
        self._inner = inner
        try:
            base = httpx.URL(base_url)
        except httpx.InvalidURL:
            # The origin of no request is empty, so nothing goes out.
            base = httpx.URL("")
        self._origin = _origin(base)
        self._base_path = base.raw_path.partition(b"?")[0].decode("ascii").rstrip("/")
        self._owned = owned
        self._places = places
        self._ledger = ledger
        self._routes = routes or Routes()
        self._hidden = hidden
        self.budget = budget

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` if it may go out.

        Raises:
            GuardError: it may not; nothing was sent.
        """
        path, query = self._checked(request)
        values: tuple[tuple[str, str], ...] = ()
        if request.method not in _SAFE_METHODS:
            values = self._ours(request, path, query)
        self.budget.take()
        key = None
        if self._ledger is not None and request.method not in _SAFE_METHODS:
            for name, value in self._used_up(request.method, path):
                self._ledger.use(request.method, self._shown(path), name, value)
        if self._ledger is not None and request.method in _CREATING_METHODS:
            key = self._ledger.intend(request.method, self._shown(path), values)
        answer = self._inner.handle_request(request)
        wait = silence_asked(answer.status_code, answer.headers.get("retry-after"), time.time())
        if wait is not None:
            self.budget.heed(wait)
        if key is not None:
            answer.extensions = {**answer.extensions, ENTRY: key}
        return answer

    def close(self) -> None:
        """Close what really sends."""
        self._inner.close()
        self.budget.close()

    def _checked(self, request: httpx.Request) -> tuple[str, str]:
        """Return the path below the base path, and the query, of a request to our server."""
        if _origin(request.url) != self._origin:
            raise GuardError("the request leaves the base URL")
        raw, _, query = request.url.raw_path.decode("ascii").partition("?")
        # Servers that decode %2F or read backslashes as slashes see more segments than we do,
        # and some drop what follows a semicolon before they look at the dots.
        seen = {part for item in raw.split("/") for part in _SEPARATORS.split(_decoded(item))}
        if not raw.startswith(f"{self._base_path}/") or {".", ".."} & seen:
            raise GuardError("the request leaves the base path")
        if request.method in _REFUSED_METHODS:
            raise GuardError(f"{request.method} is never sent to a server that is not ours")
        names = {name for name, _ in parse_qsl(query, keep_blank_values=True)}
        if _OVERRIDES & set(request.headers) or "_method" in names:
            raise GuardError("the request asks for another method than its own")
        return raw.removeprefix(self._base_path), query

    def _ours(self, request: httpx.Request, path: str, query: str) -> tuple[tuple[str, str], ...]:
        """Return the values of ours that an unsafe request holds.

        Raises:
            GuardError: it names nothing of ours.
        """
        raw = path.split("/")
        segments = [unquote(part) for part in raw]
        if any(_SEPARATORS.search(_decoded(part)) for part in raw):
            raise GuardError(f"{request.method} to a path with a separator inside a segment")
        in_path = [("", item) for item in segments if self._is_ours(item)]
        in_request = owned_values(request.read(), query, self._is_ours)
        named = self._routes.named(request.method, segments)
        given = bool(self._used_up(request.method, path))
        placed = any("/".join(raw[:end]) in self._places for end in range(2, len(raw) + 1))
        # What is bound to our credentials, such as the id of our own app, names no resource.
        free = [value for value in (named or {}).values() if self._hidden(value) is None]
        collects = request.method == "POST" and not free
        if in_path or given or placed or (collects and in_request):
            return (*in_path, *in_request)
        raise GuardError(f"{request.method} names no resource that this run created or invented")

    def _used_up(self, method: str, path: str) -> list[tuple[str, str]]:
        """Return name and id of every resource in a path that may be changed and deleted."""
        named = self._routes.named(method, [unquote(part) for part in path.split("/")]) or {}
        given = self._routes.resources
        return [(name, value) for name, value in named.items() if value in given.get(name, ())]

    def _is_ours(self, value: str) -> bool:
        return len(value) >= UNGUESSABLE and value in self._owned

    def _shown(self, path: str) -> str:
        """Return a path for the ledger: what is ours or the contract's, credentials as names."""
        shown = []
        words = {part for _, template in self._routes.operations for part in template.split("/")}
        for part in path.split("/"):
            variable = self._hidden(unquote(part))
            plain = part in words or self._is_ours(unquote(part))
            shown.append(f"{{${variable}}}" if variable else part if plain or not part else "{}")
        return "/".join(shown)


def production_hosts(document: JsonObject) -> frozenset[str]:
    """Return the hosts of a spec's servers that do not say that they are for tests.

    OpenAPI 3.1, Server Object: ``url`` and ``description``, at the root, at paths and at
    operations; each value that a server variable may have.
    """
    found: set[str] = set()
    for server in _servers(document):
        description = str(server.get("description", ""))
        for url in _urls(server):
            try:
                host = urlsplit(url).hostname
            except ValueError:
                continue
            words = set(re.split(r"[^a-z]+", f"{host} {description}".lower()))
            tested = words & _TEST_WORDS and not words & _PRODUCTION_WORDS
            if host and not tested and not host.startswith("127."):
                found.add(host.rstrip("."))
    return frozenset(found)


def _servers(document: JsonObject) -> list[JsonObject]:
    holders: list[object] = [document]
    paths = document.get("paths")
    for item in paths.values() if isinstance(paths, dict) else ():
        holders.append(item)
        holders.extend(item.values() if isinstance(item, dict) else ())
    lists = [item.get("servers") for item in holders if isinstance(item, dict)]
    return [
        server
        for servers in lists
        if isinstance(servers, list)
        for server in servers
        if isinstance(server, dict)
    ]


def _urls(server: JsonObject) -> list[str]:
    """Return the URLs of a Server Object, at most a few hundred."""
    urls = [str(server.get("url", ""))]
    variables = server.get("variables")
    for name, node in variables.items() if isinstance(variables, dict) else ():
        if not isinstance(node, dict):
            continue
        values = node.get("enum")
        chosen = [*(values if isinstance(values, list) else ()), node.get("default", "")]
        urls = [url.replace(f"{{{name}}}", str(value)) for url in urls for value in chosen][:500]
    return urls


def _decoded(text: str) -> str:
    # Twice: proxies decode once, the server behind them once more.
    return unquote(unquote(text))


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return (url.scheme, url.raw_host.rstrip(b"."), port)
