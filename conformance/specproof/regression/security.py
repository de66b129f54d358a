"""What credentials an operation asks for: ways in, of which any one opens (OpenAPI 3.1.1, 4.8.30).

A way in is a set of schemes with scopes, all of which are needed. A caller who had one of them
still gets in if the new document asks for no more along some way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from specproof.json_types import Json
from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.pairing import Operation, OperationPair
from specproof.regression.places import Document, Place, mapping, strings
from specproof.regression.schemes import compare_schemes, matched_schemes, schemes_of

__all__ = ["compare_security"]

_Way = Mapping[str, frozenset[str]]
_ANONYMOUS: _Way = {}


class _Asked(NamedTuple):
    """What an operation asks for, and where it says so."""

    place: Place
    ways: tuple[_Way, ...]


def compare_security(collector: Collector, pairs: Iterable[OperationPair]) -> None:
    """Compare the security schemes of two documents, and what each operation asks for.

    What stands once for the whole API is reported once, with all operations that it holds for.

    Args:
        collector: knows both documents and takes the findings.
        pairs: operations under ``paths`` that both have.
    """
    old, new = schemes_of(collector.old), schemes_of(collector.new)
    names = matched_schemes(old, new)
    users: dict[str, set[Site]] = {}
    roots = (_root(collector.old), _root(collector.new))
    for pair in pairs:
        before = _asked(pair.old, roots[0])
        after = _asked(pair.new, roots[1])
        site = pair.site("security")
        for name in {name for way in before.ways for name in way}:
            users.setdefault(name, set()).add(site)
        shared = before is roots[0] and after is roots[1]
        subject = "security of the API" if shared else f"security of {pair.name}"
        report = _Report(collector, site, subject, before.place, after.place)
        report.compare([_renamed(way, names) for way in before.ways], after.ways)
        report.undefined(before.ways, after.ways, old, new)
    compare_schemes(
        collector, old, new, {name: tuple(sorted(sites)) for name, sites in users.items()}
    )


def _root(document: Document) -> _Asked:
    place = document.place.child("security", "security of the API")
    return _Asked(place, _ways(place.node))


def _asked(operation: Operation, root: _Asked) -> _Asked:
    own = operation.place.get("security")
    if not isinstance(own, list):
        return root
    place = operation.place.child("security", "security")
    return _Asked(place, _ways(own))


def _ways(node: Json) -> tuple[_Way, ...]:
    """Return the ways in; without any requirement there is one that needs nothing."""
    listed = node if isinstance(node, list) else []
    ways = [
        {name: frozenset(strings(scopes)) for name, scopes in mapping(item).items()}
        for item in listed
        if isinstance(item, dict)
    ]
    return tuple(ways) or (_ANONYMOUS,)


def _renamed(way: _Way, names: Mapping[str, str]) -> _Way:
    return {names.get(name, name): scopes for name, scopes in way.items()}


class _Report(NamedTuple):
    collector: Collector
    site: Site
    subject: str
    old: Place
    new: Place

    def compare(self, old: Sequence[_Way], new: Sequence[_Way]) -> None:
        """Compare ways in whose schemes go by their new names."""
        if list(old) == list(new):
            return
        for way in old:
            if not any(_opens(way, other) for other in new):
                self._closed(way, old, new)
        if _ANONYMOUS in new and _ANONYMOUS not in old:
            self._found("security-requirement-removed")
        if _ANONYMOUS in new or _ANONYMOUS in old:
            # What else there is matters to nobody, or stands in the finding above.
            return
        for way in new:
            if any(_opens(way, other) and _opens(other, way) for other in old):
                continue
            before = next((other for other in old if _opens(other, way)), None)
            if before is not None:
                self._loosened(before, way)
            elif not any(_resembles(other, way) for other in old):
                self._found("security-alternative-added", way=_shown(way))

    def undefined(
        self,
        old: Sequence[_Way],
        new: Sequence[_Way],
        had: Mapping[str, Place],
        has: Mapping[str, Place],
    ) -> None:
        """Report schemes that are asked for still, but described no more."""
        for name in {name for way in new for name in way} - has.keys():
            if name in had and any(name in way for way in old):
                self._found("security-scheme-undefined", scheme=name)

    def _closed(self, way: _Way, old: Sequence[_Way], new: Sequence[_Way]) -> None:
        """Say what is missing now to those who came along ``way``."""
        if not way:
            self._found("security-required", ways=" or ".join(sorted(map(_shown, new))))
            return
        kept = [other for other in new if other.keys() == way.keys()]
        for other in kept[:1]:
            for name in sorted(way):
                for scope in sorted(other[name] - way[name]):
                    self._found("security-scope-added", scheme=name, scope=scope)
        if kept:
            return
        wider = [other for other in new if other.keys() > way.keys() and other not in old]
        if wider:
            nearest = min(wider, key=lambda other: (len(other), sorted(other)))
            for name in sorted(nearest.keys() - way.keys()):
                self._found("security-scheme-also-required", scheme=name, way=_shown(way))
            return
        self._found("security-alternative-removed", gone=True, way=_shown(way))

    def _loosened(self, old: _Way, new: _Way) -> None:
        for name in sorted(old.keys() - new.keys()):
            self._found("security-scheme-no-longer-required", scheme=name)
        for name in sorted(old.keys() & new.keys()):
            for scope in sorted(old[name] - new[name]):
                self._found("security-scope-removed", scheme=name, scope=scope)

    def _found(self, rule: str, *, gone: bool = False, **facts: str) -> None:
        place = self.old if gone else self.new
        self.collector.found(rule, place, site=self.site, subject=self.subject, gone=gone, **facts)


def _opens(held: _Way, asked: _Way) -> bool:
    """Return whether the credentials of ``held`` are enough for ``asked``."""
    return all(name in held and scopes <= held[name] for name, scopes in asked.items())


def _resembles(old: _Way, new: _Way) -> bool:
    """Return whether ``new`` is ``old`` with more to it, which is reported as such."""
    return bool(old) and new.keys() >= old.keys()


def _shown(way: _Way) -> str:
    return " and ".join(sorted(way)) or "none"
