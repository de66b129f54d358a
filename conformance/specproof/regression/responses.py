"""Answers: statuses, their headers, bodies and links."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from specproof.regression.bodies import compare_content
from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.headers import compare_received_fields, headers_of
from specproof.regression.pairing import OperationPair, unnamed
from specproof.regression.parameters import compare_sent_fields
from specproof.regression.places import Document, Place, is_object, mapping

__all__ = ["compare_responses"]

_BODILESS = frozenset({"204", "205", "304"})  # RFC 9110, 15.3.5, 15.3.6 and 15.4.5
_CODE = re.compile(r"[1-5](?:[0-9]{2}|XX)")
_DEFAULT = "default"


def compare_responses(collector: Collector, pair: OperationPair, *, swapped: bool) -> None:
    """Compare all answers of an operation.

    A status that moved into a range or into ``default``, or out of it, is compared with what
    describes it on the other side.

    Args:
        collector: takes what is found.
        pair: the operation.
        swapped: whether it is the caller who answers (webhooks and callbacks).
    """
    old, new = _responses(pair.old.place), _responses(pair.new.place)
    for status in sorted(old.keys() & new.keys()):
        _compare_response(collector, pair, (status, old[status]), (status, new[status]), swapped)
    gone, come = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    general = {item: cover for item in gone if (cover := _cover(item, new)) and cover not in old}
    special = {item: cover for item in come if (cover := _cover(item, old)) and cover not in new}
    for status in gone:
        if status in general:
            cover = general[status]
            rule = f"response-{_kind(status)}-status-generalized"
            _found(collector, pair, rule, cover, new[cover], old=status)
            _compare_response(collector, pair, (status, old[status]), (cover, new[cover]), swapped)
        elif status not in special.values():
            rule = f"{_rule(status, swapped)}-removed"
            _found(collector, pair, rule, status, old[status], gone=True)
    for status in come:
        before = _cover(status, old)
        if status in special:
            cover = special[status]
            rule = "response-status-specialized"
            _found(collector, pair, rule, status, new[status], old=cover)
            _compare_response(collector, pair, (cover, old[cover]), (status, new[status]), swapped)
        elif status not in general.values():
            _found(collector, pair, f"{_rule(status, swapped)}-added", status, new[status])
            if before is not None:
                _compare_split(
                    collector, pair, (before, old[before]), (status, new[status]), swapped
                )


def _responses(operation: Place) -> dict[str, Place]:
    """Return the answers of an operation by status, as ``4XX`` and ``default`` are written."""
    held = operation.child("responses")
    found: dict[str, Place] = {}
    for written in mapping(held.node):
        status = written.strip()
        status = _DEFAULT if status.lower() == _DEFAULT else status.upper()
        if status == _DEFAULT or _CODE.fullmatch(status):
            found.setdefault(status, held.child(written))
    return found


def _cover(status: str, held: Mapping[str, Place]) -> str | None:
    """Return the range or default among ``held`` that speaks for a status, which is not there.

    Where some success is described, ``default`` is for failures.
    """
    family = f"{status[0]}XX"
    if status != family and family in held and status != _DEFAULT:
        return family
    if status == _DEFAULT or _DEFAULT not in held:
        return None
    succeeds = any(item[0] in "12" for item in held)
    return _DEFAULT if _kind(status) == "failure" or not succeeds else None


def _kind(status: str) -> str:
    """Return ``success``, ``redirect``, ``failure`` or ``default``."""
    return {"3": "redirect", "4": "failure", "5": "failure", "d": _DEFAULT}.get(
        status[0], "success"
    )


def _rule(status: str, swapped: bool) -> str:
    kind = _kind(status)
    if swapped:
        return "reply-status" if kind == "success" else "reply-other-status"
    return f"response-{kind}-status"


def _words(status: str) -> str:
    return "default response" if status == _DEFAULT else f"response {status}"


def _site(pair: OperationPair, status: str) -> Site:
    return pair.site(_words(status), failure=_kind(status) in {"failure", _DEFAULT})


def _found(
    collector: Collector,
    pair: OperationPair,
    rule: str,
    status: str,
    place: Place,
    *,
    gone: bool = False,
    **facts: str,
) -> None:
    # Vendors describe a failure for many operations at once; that is one change.
    shared = rule in {"response-failure-status-added", "response-failure-status-removed"}
    subject = _words(status) if shared else f"{_words(status)} of {pair.name}"
    site = _site(pair, status)
    collector.found(rule, place, site=site, subject=subject, gone=gone, **facts)


def _compare_response(
    collector: Collector,
    pair: OperationPair,
    old: tuple[str, Place],
    new: tuple[str, Place],
    swapped: bool,
) -> None:
    status = new[0]
    site = _site(pair, status)
    before = _resolved(collector.old, old[1], f"{_words(old[0])} of {pair.name}")
    after = _resolved(collector.new, new[1], f"{_words(status)} of {pair.name}")
    headers = (
        headers_of(collector.old, before, before.name),
        headers_of(collector.new, after, after.name),
    )
    if swapped:
        compare_sent_fields(collector, pair, *headers, part=_words(status))
    else:
        compare_received_fields(collector, *headers, site)
        _compare_links(collector, before, after, site)
    if pair.new.method != "HEAD" and status not in _BODILESS:
        compare_content(collector, pair, before, after, site, writes=swapped)


def _compare_split(
    collector: Collector,
    pair: OperationPair,
    old: tuple[str, Place],
    new: tuple[str, Place],
    swapped: bool,
) -> None:
    """Compare a status with the range or default that spoke for it, and goes on for others.

    A description of its own often says no more than that the status exists: only two bodies
    contradict each other.
    """
    places = (collector.old.resolve(old[1]), collector.new.resolve(new[1]))
    if all(mapping(place.get("content")) for place in places):
        _compare_response(collector, pair, old, new, swapped)


def _resolved(document: Document, place: Place, name: str) -> Place:
    found = document.resolve(place)
    return place._replace(name=name) if found.pointer == place.pointer else found


def _compare_links(collector: Collector, old: Place, new: Place, site: Site) -> None:
    before, after = _links(collector.old, old), _links(collector.new, new)
    for name in sorted(before.keys() - after.keys()):
        collector.found("link-removed", before[name], site=site, gone=True)
    for name in sorted(after.keys() - before.keys()):
        collector.found("link-added", after[name], site=site)
    for name in sorted(before.keys() & after.keys()):
        was, now = _meaning(before[name]), _meaning(after[name])
        if was != now:
            collector.found("link-changed", after[name], site=site, old=was, new=now)


def _links(document: Document, response: Place) -> dict[str, Place]:
    held = response.child("links")
    found = {}
    for name, node in mapping(held.node).items():
        if is_object(node):
            shown = f"link {name} of {response.name}"
            found[name] = document.resolve(held.child(name))._replace(name=shown)
    return found


def _meaning(link: Place) -> str:
    """Return what a link leads to and hands over, as canonical JSON."""
    held = {
        key: link.get(key)
        for key in ("operationId", "parameters", "requestBody")
        if link.get(key) is not None
    }
    reference = link.get("operationRef")
    if isinstance(reference, str):
        held["operationRef"] = unnamed(reference)
    return json.dumps(held, sort_keys=True, ensure_ascii=False, default=str)
