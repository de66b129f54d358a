"""Which of the user's own calls a change concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from specproof.regression.change import Change, Diff, Level, Policy
from specproof.regression.client_impact import ClientMap, concerns_all
from specproof.regression.client_names import argument
from specproof.regression.usage import Usage
from specproof.regression.usage_code import Use

__all__ = ["with_usage"]

_PARAMETER = re.compile(r"(?:query|header|cookie) parameter (.+)")
_UNUSED = "your code calls none of the operations that feel it"
_WITHOUT = frozenset(
    {
        "parameter-became-required",
        "parameter-default-added",
        "parameter-default-changed",
        "parameter-default-removed",
    }
)
"""Rules whose changes concern the calls that leave the parameter out."""

_EVERY = frozenset({"required-parameter-added", "optional-parameter-added"})
"""Rules of parameters that no call can give yet."""


def with_usage(diff: Diff, usage: Usage, clients: ClientMap, policy: Policy) -> Diff:
    """Return ``diff`` with the call sites of each change.

    What no call concerns becomes information, except what every call feels (security, servers),
    what is judged strictly, and everything where no call was found or a file could not be read.

    Args:
        diff: changes that know what they touch in the client.
        usage: the user's code.
        clients: finds the modules of operations.
        policy: ``strict`` changes no level.
    """
    held: dict[str, list[tuple[str, Use]]] = {}
    for name, use in usage.uses:
        held.setdefault(use.path, []).append((name, use))
    trusted = bool(usage.uses) and not usage.blind and policy is not Policy.STRICT
    return diff._replace(
        changes=tuple(
            sorted(
                (_change(change, held, usage, clients, trusted) for change in diff.changes),
                key=lambda change: -change.level.weight,
            )
        ),
    )


def _change(
    change: Change,
    held: Mapping[str, list[tuple[str, Use]]],
    usage: Usage,
    clients: ClientMap,
    trusted: bool,
) -> Change:
    if concerns_all(change) and not change.operations:
        return change._replace(call_sites=_places(usage.uses, calls=True))
    modules = {path for operation in change.operations for path in clients.modules(operation)}
    modules |= {path.rpartition(".")[0] for path in modules} | ({"api"} if modules else set())
    found = [each for path in modules for each in _of_module(change, held.get(path, ()))]
    found += [each for path in change.affects_client for each in _of_model(path, held)]
    changed = change._replace(call_sites=_places(found))
    unused = not found and change.operations and not concerns_all(change)
    if trusted and unused and not change.accepted and change.level is not Level.INFO:
        return changed._replace(level=Level.INFO, reason=_UNUSED)
    return changed


def _of_module(change: Change, uses: Iterable[tuple[str, Use]]) -> Iterable[tuple[str, Use]]:
    """Yield the uses of an operation that a change concerns."""
    parts = [_PARAMETER.fullmatch(site.part) for site in change.sites]
    names = {argument(part[1]) for part in parts if part is not None}
    attributes = {path.rpartition(".")[2] for path in change.affects_client if path.count(".") > 1}
    for name, use in uses:
        if use.attribute and use.attribute not in attributes:
            continue
        if use.is_call and None not in parts and names and change.rule not in _EVERY:
            given = names.issubset(use.keywords)
            if not use.opaque and given == (change.rule in _WITHOUT):
                continue
        yield name, use


def _of_model(path: str, held: Mapping[str, list[tuple[str, Use]]]) -> Iterable[tuple[str, Use]]:
    """Yield the uses of a model, or of one attribute of it."""
    parts = path.split(".")
    if parts[0] != "models":
        return
    attribute = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - models.Pet.name
    for name, use in held.get(".".join(parts[:2]), ()):
        given = attribute in use.keywords or (use.opaque and not use.attribute)
        if not attribute or attribute == use.attribute or given:
            yield name, use


def _places(uses: Iterable[tuple[str, Use]], *, calls: bool = False) -> tuple[str, ...]:
    """Return where the uses are, by file and line."""
    places = sorted({(name, use.line) for name, use in uses if use.is_call or not calls})
    return tuple(f"{name}:{line}" for name, line in places)
