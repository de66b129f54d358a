"""Where calls are sent: the Server Objects that hold for each operation (OpenAPI 3.1.1, 4.8.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from specproof.json_types import Json
from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.pairing import Operation, OperationPair
from specproof.regression.places import Document, Place, mapping, strings

__all__ = ["compare_servers"]

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_PORTS = {"http": ":80", "https": ":443"}


class _Server(NamedTuple):
    """One server.

    Attributes:
        url: as written.
        template: the same with what does not matter taken away.
        address: the template with the defaults of its variables put in.
    """

    place: Place
    url: str
    template: str
    address: str


class _Served(NamedTuple):
    place: Place
    servers: tuple[_Server, ...]


def compare_servers(collector: Collector, pairs: Iterable[OperationPair]) -> None:
    """Compare the servers of each operation, those of the whole API once for all.

    Args:
        collector: knows both documents and takes the findings.
        pairs: operations under ``paths`` that both have.
    """
    roots = (_root(collector.old), _root(collector.new))
    for pair in pairs:
        before, after = _served(pair.old, roots[0]), _served(pair.new, roots[1])
        shared = before is roots[0] and after is roots[1]
        subject = "the API" if shared else pair.name
        _Comparison(collector, pair.site("server"), subject, before, after).run()


def _root(document: Document) -> _Served:
    return _listed(document.place.child("servers"))


def _served(operation: Operation, root: _Served) -> _Served:
    found = operation.inherited("servers")
    return _listed(found) if isinstance(found.node, list) and found.node else root


def _listed(place: Place) -> _Served:
    nodes = place.node if isinstance(place.node, list) else []
    servers = [
        _server(place.item(index)) for index, item in enumerate(nodes) if isinstance(item, dict)
    ]
    return _Served(place, tuple(servers) or (_server(place),))


def _server(place: Place) -> _Server:
    """Return a server; without any, calls go to ``/`` (OpenAPI 3.1.1, 4.8.1.1, ``servers``)."""
    found = place.get("url")
    url = found if isinstance(found, str) else "/"
    variables = mapping(place.get("variables"))
    address = _VARIABLE.sub(lambda part: _default(variables.get(part[1]), part[0]), url)
    return _Server(place, url, _plain(url), _plain(address))


def _default(variable: Json, otherwise: str) -> str:
    found = mapping(variable).get("default")
    return otherwise if found is None else str(found)


def _plain(url: str) -> str:
    """Return a URL without what makes no difference (RFC 3986, 6.2.2.1, 6.2.3)."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    scheme, host = parts.scheme.lower(), parts.netloc.lower()
    host = host.removesuffix(_PORTS.get(scheme, "\0"))
    path = parts.path.rstrip("/")
    return parts._replace(scheme=scheme, netloc=host, path=path).geturl()


class _Comparison(NamedTuple):
    collector: Collector
    site: Site
    subject: str
    old: _Served
    new: _Served

    def run(self) -> None:
        if self.old.place.node == self.new.place.node:
            return
        old, new = self.old.servers, self.new.servers
        matched = _matched(old, new)
        for before, after in matched:
            self._variables(before, after)
        kept = {id(before) for before, _ in matched}
        known = {id(after) for _, after in matched}
        for index, before in enumerate(old):
            if id(before) not in kept:
                was = before.address or "/"
                if index:
                    self._found("server-removed", before.place, gone=True, old=was)
                else:
                    now = new[0].address or "/"
                    self._found("server-changed", new[0].place, old=was, new=now)
        replaced = id(old[0]) not in kept
        for index, after in enumerate(new):
            if id(after) not in known and not (replaced and index == 0):
                self._found("server-added", after.place, new=after.address or "/")
        if id(old[0]) in kept and matched and _partner(matched, old[0]) is not new[0]:
            self._found("server-order-changed", new[0].place, new=new[0].address or "/")

    def _variables(self, old: _Server, new: _Server) -> None:
        before = mapping(old.place.get("variables"))
        after = mapping(new.place.get("variables"))
        for name in _VARIABLE.findall(old.url):
            was, now = mapping(before.get(name)), mapping(after.get(name))
            if name not in _VARIABLE.findall(new.url):
                self._found("server-variable-removed", new.place, variable=name, url=old.url)
                continue
            if was.get("default") != now.get("default"):
                self._found(
                    "server-variable-default-changed",
                    new.place,
                    variable=name,
                    url=old.url,
                    old=_default(was, "nothing"),
                    new=_default(now, "nothing"),
                )
            allowed, choices = strings(was.get("enum")), strings(now.get("enum"))
            gone = [item for item in allowed if item not in choices] if choices else []
            for value in gone:
                self._found(
                    "server-variable-value-removed",
                    new.place,
                    variable=name,
                    url=old.url,
                    value=value,
                )
            if choices and not allowed:
                self._found(
                    "server-variable-restricted",
                    new.place,
                    variable=name,
                    url=old.url,
                    values=", ".join(sorted(choices)),
                )

    def _found(self, rule: str, place: Place, *, gone: bool = False, **facts: str) -> None:
        self.collector.found(rule, place, site=self.site, subject=self.subject, gone=gone, **facts)


def _matched(
    old: tuple[_Server, ...], new: tuple[_Server, ...]
) -> tuple[tuple[_Server, _Server], ...]:
    """Bring servers together by their template, then by the address that its defaults give."""
    found: list[tuple[_Server, _Server]] = []
    left_old, left_new = list(old), list(new)
    for field in ("template", "address"):
        waiting: dict[str, list[_Server]] = {}
        for after in left_new:
            waiting.setdefault(getattr(after, field), []).append(after)
        unmatched: list[_Server] = []
        for before in left_old:
            candidates = waiting.get(getattr(before, field))
            if candidates:
                found.append((before, candidates.pop(0)))
            else:
                unmatched.append(before)
        left_old = unmatched
        left_new = [after for candidates in waiting.values() for after in candidates]
    return tuple(found)


def _partner(matched: tuple[tuple[_Server, _Server], ...], old: _Server) -> _Server:
    return next(after for before, after in matched if before is old)
