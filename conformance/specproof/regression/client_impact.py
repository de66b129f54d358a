"""Which parts of the generated client a change of the description touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from specproof.generation.normalisation.names import pascal
from specproof.regression.change import Change, Diff
from specproof.regression.client_names import ClientNames, argument
from specproof.regression.pairing import unnamed
from specproof.regression.rules import registry

if TYPE_CHECKING:
    from specproof.generation.interface import Interface
    from specproof.generation.interface_changes import Change as Break

__all__ = ["ClientMap", "Explained", "concerns_all", "explained", "with_client"]

_EVERYWHERE = {
    "security": ("AuthenticatedClient",),
    "servers": ("AuthenticatedClient", "Client"),
}
"""What rules of an area touch whatever the operation."""

# Compiled by who asks: starting up is most of a small diff.
_CALLS = r"Calls ([A-Z]+) (\S+?)\.?"
_PARAMETER = r"parameter `+ ?([^` ]+)"
_PART = r"(?:query|path|header|cookie) parameter (.+)"
_CLASS = r"[A-Z]\w+"


class Explained(NamedTuple):
    """One change of the Python interface, and what of the description brought it about.

    Attributes:
        section: ``Added``, ``Changed`` or ``Removed``.
        subject: dotted path without the package's name.
        text: one line of Markdown.
        level: ``major``, ``minor`` or ``patch``.
        causes: fingerprints of changes of the description, sorted; none where none explains it.
    """

    section: str
    subject: str
    text: str
    level: str
    causes: tuple[str, ...] = ()


class ClientMap:
    """Finds what changes touch in the client, by its names or in the package itself.

    Args:
        old: names in the client of the old document.
        new: names in the client of the new document.
        interface: of the package that callers have; without it, names are told from the documents.
    """

    def __init__(
        self, old: ClientNames, new: ClientNames, interface: Interface | None = None
    ) -> None:
        self._old = old
        self._new = new
        self._interface = interface
        self._modules = {} if interface is None else _modules(interface)

    @property
    def every_module(self) -> frozenset[str]:
        """Dotted paths of the modules of all operations, of either document."""
        return frozenset({*self._old.modules.values(), *self._new.modules.values()})

    @property
    def every_model(self) -> frozenset[str]:
        """Names of the classes of all components, of either document."""
        return frozenset({*self._old.models, *self._new.models})

    def modules(self, operation: str) -> tuple[str, ...]:
        """Return the dotted paths of an operation's modules; ``operation`` is its key.

        There are two where its name or tag changed and both clients are looked at. A package
        that lacks the operation may be younger than the code that calls it, so that the documents
        tell the name then.
        """
        packaged = self._modules.get(unnamed(operation), ())
        if packaged:
            return packaged
        found = self._old.modules.get(operation) or self._new.modules.get(operation)
        return () if found is None else (found,)

    def touched(self, change: Change) -> tuple[str, ...]:
        """Return the dotted paths that a change touches, sorted."""
        paths = set(_EVERYWHERE.get(_area(change), ()))
        if not paths:
            names = self._old if change.gone else self._new
            place = names.place(change.pointer)
            known = None if place is None else self._known(place)
            paths = {known} if known is not None else self._of_operations(change)
        return tuple(sorted(path for path in paths if self._known(path)))

    def _of_operations(self, change: Change) -> set[str]:
        return {path for operation in change.operations for path in self.modules(operation)}

    def _known(self, path: str) -> str | None:
        """Return as much of a path as there is in the package."""
        if self._interface is None:
            return path
        while path not in self._interface:
            path = path.rpartition(".")[0]
            if path.count(".") < (2 if path.startswith("api.") else 1):
                return None
        return path


def with_client(diff: Diff, clients: ClientMap) -> Diff:
    """Return ``diff`` with what each change touches in the client."""
    changes = tuple(
        change._replace(affects_client=clients.touched(change)) for change in diff.changes
    )
    return diff._replace(changes=changes)


def concerns_all(change: Change) -> bool:
    """Return whether a change is felt in every call, whichever operation is called."""
    return _area(change) in _EVERYWHERE


def explained(
    breaks: Iterable[Break], changes: Iterable[Change], clients: ClientMap, both: Interface
) -> tuple[Explained, ...]:
    """Join changes of the Python interface to the changes of the description behind them.

    Args:
        breaks: what changed in the interface.
        changes: what changed in the description, with what each touches.
        clients: finds the modules of operations.
        both: the interface as it was and as it is, one upon the other.

    Returns:
        The same changes, those that break callers first, then by section and subject.
    """
    direct: dict[str, list[Change]] = {}
    felt: dict[str, list[Change]] = {}
    for change in changes:
        for path in change.affects_client:
            for owner in {path, _owner(path)}:
                direct.setdefault(owner, []).append(change)
        for operation in () if concerns_all(change) else change.operations:
            for module in clients.modules(operation):
                felt.setdefault(module, []).append(change)
    found = {item: _causes(item, direct, felt) for item in breaks}
    _inherit(found, both)
    made = [
        Explained(item.section, item.subject, item.text, item.level, causes)
        for item, causes in found.items()
    ]
    return tuple(
        sorted(
            made, key=lambda each: (each.level != "major", each.section, each.subject, each.text)
        )
    )


def _causes(
    item: Break, direct: Mapping[str, list[Change]], felt: Mapping[str, list[Change]]
) -> tuple[str, ...]:
    subject = item.subject.removesuffix(".__init__")
    near = direct.get(subject, []) or direct.get(_owner(subject), [])
    near = near or _by_class(item, felt.get(_owner(subject), []))
    if not near and subject.startswith("models."):
        # The class of an inline schema is called after its operation.
        for module, held in felt.items():
            if subject.startswith(f"models.{pascal(module.rpartition('.')[2])}"):
                near = held
    if not near and item.subject.count(".") > 1:
        # An attribute of a class that was made of several schemas.
        end = f".{item.subject.rpartition('.')[2]}"
        near = [each for path, held in direct.items() if path.endswith(end) for each in held]
    if subject in felt or item.section != "Changed":
        # What comes or goes as a whole does so with the operation or its name.
        near = [each for each in near if each.rule.startswith("operation-")] or near
    named = re.search(_PARAMETER, item.text)
    if named is not None and named[1] == "client":
        return tuple(sorted({each.fingerprint for each in direct.get("AuthenticatedClient", [])}))
    if named is not None:
        near = [each for each in near if named[1] in _arguments(each)] or near
    return tuple(sorted({each.fingerprint for each in near}))


def _by_class(item: Break, felt: list[Change]) -> list[Change]:
    """Return the changes among ``felt`` that concern a class which is in one annotation only."""
    after, _, before = item.text.partition(", was ")
    differ = {
        f"models.{name}" for name in {*re.findall(_CLASS, after)} ^ {*re.findall(_CLASS, before)}
    }
    return [
        each
        for each in felt
        if not before or any(_owner(path) in differ for path in each.affects_client)
    ]


def _inherit(found: dict[Break, tuple[str, ...]], both: Interface) -> None:
    """Give a class that went or came with what mentions it the causes of that."""
    users: dict[str, set[str]] = {}
    for path, entry in both.items():
        told = (entry.annotation, *(each.annotation for each in entry.parameters))
        for name in {name for text in told for name in re.findall(_CLASS, text)}:
            users.setdefault(f"models.{name}", set()).add(_owner(path))
    causes = {_owner(item.subject): held for item, held in found.items() if held}
    progress = True
    while progress:
        progress = False
        for item, held in found.items():
            if held:
                continue
            for user in sorted(users.get(_owner(item.subject), ())):
                if user in causes:
                    found[item] = causes[_owner(item.subject)] = causes[user]
                    progress = True
                    break


def _owner(path: str) -> str:
    """Return the module of an operation or the class of a model that a path leads into."""
    parts = path.split(".")
    return ".".join(parts[: 3 if parts[0] == "api" else 2])


def _arguments(change: Change) -> set[str]:
    parts = [re.fullmatch(_PART, site.part) for site in change.sites]
    return {argument(part[1]) for part in parts if part is not None}


def _modules(interface: Interface) -> Mapping[str, tuple[str, ...]]:
    """Return the modules of operations by key, parameters unnamed."""
    found: dict[str, tuple[str, ...]] = {}
    for path, entry in interface.items():
        matched = re.fullmatch(_CALLS, entry.calls)
        if matched is not None:
            key = f"{matched[1]} {unnamed(matched[2])}"
            found[key] = (*found.get(key, ()), path)
    return found


def _area(change: Change) -> str:
    rule = registry().get(change.rule)
    return "" if rule is None else rule.area
