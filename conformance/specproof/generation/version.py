"""Which version a generated client has, from what changed since the one before it.

Two packages with different bytes never share a version. A change of the Python interface is
major or minor (see ``interface_changes``), any other change of the package or of the description
is a patch; where nothing changed, the version stays. While the first number is 0, a major change
raises the second number and every other change the third (Semantic Versioning 2.0.0, 4, leaves
that open; Cargo and Poetry read versions so).

A maintainer who wants another number writes it into ``[client] version`` of ``generation.lock``
and generates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from specproof.document import digest
from specproof.generation.changelog import CHANGELOG_NAME, Release, sections_of
from specproof.generation.interface import read_interface
from specproof.generation.interface_changes import LEVELS, Change, Level, compare
from specproof.generation.lock import FIRST_VERSION, LOCK_NAME, Lock
from specproof.generation.source import ClientSource

__all__ = ["VERSION_MODULE", "Standing", "is_versioned", "next_version", "stand"]

VERSION_MODULE = "_version.py"
"""Module of a client that holds its version and nothing else."""

_UNKNOWN = (
    "The interface, it may be: the earlier package was edited by hand or can not be read, so"
    " nothing can be compared."
)
_SHOWN = 5
_NUMBERS = re.compile(r"([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?")
_BEFORE_RELEASE = re.compile(r"(.*?)((?:a|b|rc|\.dev|\.post))([0-9]+)")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a client stands.

    Attributes:
        version: of the client.
        releases: all versions so far, newest first.
    """

    version: str
    releases: tuple[Release, ...]


def next_version(version: str, level: Level) -> str:
    """Return the version that follows ``version`` after a change of ``level``.

    The number of a version before a release (``1.0rc1``, PEP 440) goes up by one, whatever
    the level.
    """
    if level == "none":
        return version
    before = _BEFORE_RELEASE.fullmatch(version)
    if before is not None:
        return f"{before[1]}{before[2]}{int(before[3]) + 1}"
    numbers = _NUMBERS.match(version)
    first, second, third = (int(found or 0) for found in (numbers.groups() if numbers else "000"))
    place = LEVELS.index(level) - (1 if first == 0 else 0)
    if place >= LEVELS.index("major"):
        return f"{first + 1}.0.0"
    if place == LEVELS.index("minor"):
        return f"{first}.{second + 1}.0"
    return f"{first}.{second}.{third + 1}"


def is_versioned(name: str) -> bool:
    """Return whether the file ``name`` of a project follows from its version."""
    return name in {CHANGELOG_NAME, LOCK_NAME} or name.endswith(f"/{VERSION_MODULE}")


def stand(
    source: ClientSource,
    fresh: Path,
    hashes: Mapping[str, str],
    *,
    lock: Lock | None,
    before: Path,
    is_check: bool = False,
) -> Standing:
    """Return where the client that was just generated stands.

    Args:
        source: what it was generated from.
        fresh: project that was generated, not yet versioned.
        hashes: SHA-256 of its files, by relative name.
        lock: of the client that it replaces, or None for the first.
        before: folder of the client that it replaces.
        is_check: whether nothing may change, so that the version is that of the last release.
    """
    if lock is None:
        return Standing(FIRST_VERSION, (Release(FIRST_VERSION, "none"),))
    releases = lock.releases or (Release(lock.version, "none"),)
    last = releases[0].version
    if is_check:
        return Standing(last, releases)
    changed = _changed(lock.files, hashes)
    changes = _changes_of_interface(source.package, fresh, lock, before, changed)
    if not changes and lock.effective != source.hashes.get("effective", ""):
        changes = (Change("Changed", "", "The description of the API.", "patch"),)
    if not changes and changed:
        changes = (Change("Changed", "", _files_line(changed), "patch"),)
    level: Level = LEVELS[max((LEVELS.index(change.level) for change in changes), default=0)]
    version = next_version(last, level) if lock.version == last else lock.version
    if version == last:
        return Standing(last, releases)
    if not changes:
        changes = (Change("Changed", "", "The version, by a maintainer.", "patch"),)
        level = "patch"
    return Standing(version, (Release(version, level, sections_of(changes)), *releases))


def _changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the files that came, went or changed, without those that follow from the version."""
    return [
        name
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
        and not is_versioned(name)
        and ".." not in name.split("/")  # a lock may say anything
    ]


def _files_line(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"The files {', '.join(f'`{name}`' for name in names[:_SHOWN])}{more}."


def _changes_of_interface(
    package: str, fresh: Path, lock: Lock, before: Path, changed: Sequence[str]
) -> tuple[Change, ...]:
    # A file with the same bytes has the same interface, so only the others are read.
    old = read_interface(before, package, changed) if _is_untouched(before, lock, changed) else None
    new = read_interface(fresh, package, changed)
    if old is None or new is None:
        return (Change("Changed", "", _UNKNOWN, "major"),)
    return compare(old, new)


def _is_untouched(before: Path, lock: Lock, names: Sequence[str]) -> bool:
    try:
        return all(
            digest((before / name).read_bytes()) == lock.files[name]
            for name in names
            if name in lock.files and name.endswith(".py")
        )
    except OSError:
        return False
