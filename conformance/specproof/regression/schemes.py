"""Security schemes of two documents: which are the same, and what changed in those that are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from specproof.document.canonical import canonical_json
from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.places import Document, Place, mapping

__all__ = ["compare_schemes", "matched_schemes", "schemes_of"]

_URLS = ("authorizationUrl", "tokenUrl", "refreshUrl", "deviceAuthorizationUrl")
_WORDS = frozenset({"description", "deprecated"})


def schemes_of(document: Document) -> dict[str, Place]:
    """Return the Security Scheme Objects of a document by name, references resolved."""
    found: dict[str, Place] = {}
    for name, place in document.place.child("components").members("securitySchemes"):
        resolved = document.resolve(place)
        if isinstance(resolved.node, dict):
            found[name] = resolved._replace(name=f"security scheme {name}")
    return found


def matched_schemes(old: Mapping[str, Place], new: Mapping[str, Place]) -> dict[str, str]:
    """Return the new name of each old scheme that is still there, by name or else by meaning."""
    matched = {name: name for name in old if name in new}
    free: dict[bytes, list[str]] = {}
    for name, place in new.items():
        if name not in old:
            free.setdefault(_meaning(place), []).append(name)
    for name, place in old.items():
        if name not in matched and free.get(_meaning(place)):
            matched[name] = free[_meaning(place)].pop(0)
    return matched


def compare_schemes(
    collector: Collector,
    old: Mapping[str, Place],
    new: Mapping[str, Place],
    users: Mapping[str, tuple[Site, ...]],
) -> None:
    """Report what changed in the schemes themselves.

    Args:
        collector: takes the findings.
        old: schemes of the old document by name.
        new: schemes of the new document by name.
        users: where operations of the old document ask for a scheme, by its old name.
    """
    matched = matched_schemes(old, new)
    for name, other in matched.items():
        _compare(_Report(collector, users.get(name, ())), old[name], new[other])
    for name in old.keys() - matched.keys():
        collector.found("security-scheme-removed", old[name], gone=True)
    for name in new.keys() - set(matched.values()):
        collector.found("security-scheme-added", new[name])


class _Report:
    """Reports at each place where the scheme is asked for, or once where it is nowhere."""

    def __init__(self, collector: Collector, sites: tuple[Site, ...]) -> None:
        self.collector = collector
        self.sites = sites

    def __call__(self, rule: str, place: Place, *, gone: bool = False, **facts: str) -> None:
        for site in self.sites or (None,):
            self.collector.found(rule, place, site=site, gone=gone, **facts)


def _compare(report: _Report, old: Place, new: Place) -> None:
    if old.node == new.node:
        return
    if _text(old, "type") != _text(new, "type"):
        report("security-scheme-type-changed", new, old=_text(old, "type"), new=_text(new, "type"))
        return
    for rule, field, form in _FIELDS.get(_text(old, "type"), ()):
        before, after = form(_text(old, field)), form(_text(new, field))
        if before != after:
            report(rule, new, old=_shown(before), new=_shown(after))
    if _text(old, "type") == "apiKey":
        header = _text(old, "in") == "header" == _text(new, "in")
        before, after = _text(old, "name"), _text(new, "name")
        if before != after and not (header and before.lower() == after.lower()):
            report("security-scheme-key-renamed", new, old=_shown(before), new=_shown(after))
    _compare_flows(report, old, new)


def _compare_flows(report: _Report, old: Place, new: Place) -> None:
    before, after = dict(old.members("flows")), dict(new.members("flows"))
    for name in before.keys() - after.keys():
        report("security-flow-removed", before[name], gone=True, flow=name)
    for name in after.keys() - before.keys():
        report("security-flow-added", after[name], flow=name)
    for name in before.keys() & after.keys():
        one, other = before[name], after[name]
        for field in _URLS:
            was, now = _text(one, field), _text(other, field)
            if was != now:
                rule = "security-url-changed" if was else "security-url-added"
                report(rule, other, url=f"{field} of {name}", old=_shown(was), new=_shown(now))
        had, has = mapping(one.get("scopes")), mapping(other.get("scopes"))
        for scope in had.keys() - has.keys():
            report("security-flow-scope-removed", other, flow=name, scope=scope)
        for scope in has.keys() - had.keys():
            report("security-flow-scope-added", other, flow=name, scope=scope)


def _same(text: str) -> str:
    return text


# An authentication scheme is a token without regard to case (RFC 9110, 11.1).
_FIELDS: Mapping[str, tuple[tuple[str, str, Callable[[str], str]], ...]] = {
    "apiKey": (("security-scheme-place-changed", "in", _same),),
    "http": (
        ("security-scheme-method-changed", "scheme", str.lower),
        ("security-bearer-format-changed", "bearerFormat", _same),
    ),
    "openIdConnect": (("security-discovery-changed", "openIdConnectUrl", _same),),
}


def _text(place: Place, field: str) -> str:
    found = place.get(field)
    return found if isinstance(found, str) else ""


def _shown(text: str) -> str:
    return text or "nothing"


def _meaning(place: Place) -> bytes:
    held = mapping(place.node)
    return canonical_json(
        {
            key: value
            for key, value in held.items()
            if key not in _WORDS and not key.startswith("x-")
        }
    )
