"""Composes the generated cases of one operation out of the parts of fewer drawn ones.

Drawing a case from Schemathesis's strategies costs ten times as much as sending it, and most of
what is drawn is one part that has nothing to do with the others: an id in the path beside a
header. So one case in a few is drawn whole, and the others take each part from another of them.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from specproof.document import canonical_json
from specproof.requirements.contract import OperationContract
from specproof.scenarios.explore import sample
from specproof.scenarios.generated import CaseSource, Drawn, taken_apart
from specproof.scenarios.varied import VariedPaths
from specproof.targets.credentials import ENVIRONMENT_EXTENSION

__all__ = ["Part", "Pieces", "bound_names", "composed", "recombined"]

_SHARE = 4
"""One case in so many is drawn; each of its values is used about as often."""

_BLOCK = 256
"""Cases for which parts are drawn at once, so that memory stays flat."""

_BARREN = 2
"""Blocks that may bring nothing new before there is taken to be nothing more."""

_ROUNDS = 4
"""Draws for each case that is asked for, before there is taken to be nothing more."""

_EQUAL = 8
"""In one recombined case in so many two parameters of one schema have one value."""

Part = tuple[str, str]
"""``(place, name)`` of a parameter, or ``(place, "")`` for everything in that place."""

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Pieces:
    """One drawn case in parts that may be put together with those of another.

    Attributes:
        valid: parts that keep the contract; ``broken`` those that do not.
        fixed: parts that the credentials take the place of; they make no case another.
    """

    valid: Mapping[Part, Any]
    broken: Mapping[Part, Any] = field(default_factory=dict)
    fixed: Mapping[Part, Any] = field(default_factory=dict)

    def joined(self, chosen: Mapping[Part, Any]) -> Drawn:
        """Return the case with ``chosen`` for its valid parts."""
        parts = {**self.fixed, **chosen, **self.broken}
        path: dict[str, str] = {}
        query: dict[str, Any] = {}
        headers: dict[str, str] = {}
        content: Mapping[str, Any] = {}
        for (place, name), value in parts.items():
            if value is _ABSENT:
                continue
            if place == "body":
                content, fields = value
                headers.update(fields)
                continue
            target: dict[str, Any] = {"path": path, "query": query}.get(place, headers)
            target.update({name: value} if name else value)
        return Drawn(path, query, headers, content, broken=frozenset(self.broken))


def composed(
    source: CaseSource, operation: OperationContract, *, valid: bool, cases: int, seed: int
) -> Iterator[Drawn]:
    """Yield distinct cases of ``operation``, the same for the same arguments.

    It ends when the strategy has given nothing new for a while; until then it yields more than
    ``cases``, so that a caller can pass over some.

    Args:
        valid: whether the cases keep the contract's rules for requests, or break one at least.
        cases: about how many will be used.
    """
    strategy = source.strategy(operation, valid=valid)
    if strategy is None:
        return
    fixed = frozenset(bound_names(operation)) if valid else frozenset()
    alike = _alike(operation, fixed)
    paths = VariedPaths(operation, frozenset(bound_names(operation)), f"{seed}/{valid}")
    seen: set[bytes] = set()
    yielded = drawn = barren = 0
    for block in itertools.count():
        if barren == _BARREN or drawn >= max(1, cases) * _ROUNDS:
            return
        # Who passes over many cases gets ever larger blocks.
        wanted = min(_BLOCK, max(_SHARE << block, cases - yielded))
        number = _prime(-(-wanted // _SHARE))
        drawn += number
        samples = sample(strategy, number, _seed(seed, block))
        if not samples:
            # Hundreds of draws were rejected; hundreds more would be for nothing, too.
            return
        pieces: list[Pieces] = []
        for case in samples:
            whole = taken_apart(case)
            # Asked for a broken case, Schemathesis gives a valid one where it finds nothing.
            kept = valid or getattr(case, "meta", None) is None
            if whole is not None and (kept or whole.broken):
                pieces.append(_pieces(whole, operation, fixed))
        fresh = 0
        for case in itertools.islice(recombined(pieces, seen, alike), wanted):
            fresh += 1
            yield paths.fresh(case)
        yielded += fresh
        barren = 0 if fresh else barren + 1


def recombined(
    drawn: Sequence[Pieces], seen: set[bytes], alike: Mapping[Part, Sequence[Part]]
) -> Iterator[Drawn]:
    """Yield the drawn cases, then new ones of their parts, none of them in ``seen``.

    In sweep ``b`` the drawn case number ``a`` takes its valid part number ``j`` from the case
    ``a + j * b``. Where there are a prime number of them, no two values meet a second time
    before each has met every other: an orthogonal array of strength 2 (Bush 1952), which
    covers all pairs. What is broken stays with the case in which it was drawn. It ends when
    half of a sweep is nothing new.

    Args:
        alike: part -> those whose values may stand for its own, itself first. Sweeps take
            turns with them, and now and then two parts have one value; then pairs recur.
    """
    pools, places = _pools(drawn)
    for sweep in range(max(1, len(drawn))):
        fresh = 0
        for index, base in enumerate(drawn):
            chosen: dict[Part, Any] = {}
            # A case that is broken keeps that part; each of the others can change.
            for step, part in enumerate(base.valid, start=1 if base.broken else 0):
                group = alike.get(part, (part,))
                giver = group[sweep % len(group)]
                place = places[index].get(giver)
                if place is None:
                    giver, place = part, places[index][part]
                pool = pools[giver]
                chosen[part] = pool[(place + step * sweep) % len(pool)]
                number = index + sweep
                if sweep and len(group) > 1 and number % _EQUAL == 0:
                    other = group[1 + number // _EQUAL % (len(group) - 1)]
                    chosen[part] = chosen.get(other, chosen[part])
            key = _digest((chosen, base.broken))
            if key not in seen:
                seen.add(key)
                fresh += 1
                yield base.joined(chosen)
        if fresh * 2 < len(drawn):
            return


def bound_names(operation: OperationContract) -> tuple[str, ...]:
    """Return the names of the path parameters that are part of the credentials."""
    return tuple(
        str(item.get("name"))
        for item in operation.parameters
        if item.get("in") == "path" and isinstance(item.get(ENVIRONMENT_EXTENSION), str)
    )


def _pools(
    drawn: Sequence[Pieces],
) -> tuple[dict[Part, list[Any]], list[dict[Part, int]]]:
    """Return the distinct values of each valid part, and where those of each case are."""
    pools: dict[Part, list[Any]] = {}
    known: dict[tuple[Part, bytes], int] = {}
    places: list[dict[Part, int]] = []
    for case in drawn:
        found: dict[Part, int] = {}
        for part, value in case.valid.items():
            pool = pools.setdefault(part, [])
            place = known.setdefault((part, _digest(value)), len(pool))
            if place == len(pool):
                pool.append(value)
            found[part] = place
        places.append(found)
    return pools, places


def _pieces(drawn: Drawn, operation: OperationContract, fixed: frozenset[str]) -> Pieces:
    declared: dict[str, list[str]] = {"path": [], "query": [], "header": []}
    for item in operation.parameters:
        declared.setdefault(str(item.get("in")), []).append(str(item.get("name")))
    fields, cookie, headers = _fields(drawn)
    parts: dict[Part, Any] = {}
    places: tuple[tuple[str, Mapping[str, Any]], ...] = (
        ("path", drawn.path),
        ("query", drawn.query),
        ("header", headers),
    )
    for place, values in places:
        names = [name for name in declared[place] if place != "path" or name in values]
        broken = {name for there, name in drawn.broken if there == place}
        if {*values, *broken} <= set(names):
            parts.update({(place, name): values.get(name, _ABSENT) for name in names})
        else:
            # What one parameter is spread over belongs together, and so does what no
            # parameter explains.
            parts[place, ""] = values
    if cookie or "cookie" in declared:
        parts["cookie", ""] = cookie
    if drawn.content or fields or "requestBody" in operation.operation.node:
        parts["body", ""] = (drawn.content, fields)
    wrong = {part if part in parts else (part[0], "") for part in drawn.broken}
    if not wrong <= parts.keys():
        # It is not known what is broken; then nothing of the case can change.
        wrong = set(parts)
    bound = {("path", name) for name in fixed} - wrong
    return Pieces(
        valid={part: value for part, value in parts.items() if part not in wrong | bound},
        broken={part: value for part, value in parts.items() if part in wrong},
        fixed={part: value for part, value in parts.items() if part in bound},
    )


def _fields(drawn: Drawn) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return the headers that go with the body, with the cookies, and all others."""
    broken = {name.lower() for place, name in drawn.broken if place == "header"}
    of_body = set() if broken & {"", "content-type"} else {"content-type"}
    fields: dict[str, str] = {}
    cookie: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, value in drawn.headers.items():
        lower = name.lower()
        target = fields if lower in of_body else cookie if lower == "cookie" else others
        target[name] = value
    return fields, cookie, others


def _alike(operation: OperationContract, fixed: frozenset[str]) -> dict[Part, list[Part]]:
    """Return the path parameters with those of the same schema, each the first of its own."""
    groups: dict[bytes, list[Part]] = {}
    for item in operation.parameters:
        if item.get("in") == "path" and item.get("name") not in fixed and "schema" in item:
            form = canonical_json([item["schema"], item.get("style"), item.get("explode")])
            groups.setdefault(form, []).append(("path", str(item.get("name"))))
    return {
        part: group[place:] + group[:place]
        for group in groups.values()
        for place, part in enumerate(group)
    }


def _prime(least: int) -> int:
    """Return the smallest prime number that is not less than ``least``."""
    number = max(2, least)
    while any(number % factor == 0 for factor in range(2, int(number**0.5) + 1)):
        number += 1
    return number


def _seed(seed: int, block: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}/{block}".encode()).digest()[:8], "big")


def _digest(value: Any) -> bytes:
    return hashlib.blake2b(repr(value).encode(), digest_size=16).digest()
