"""Which version a diff asks for."""

from __future__ import annotations

import pytest
from diffs import change

from specproof.regression.bump import Bump, Forced, bump, forced
from specproof.regression.change import Change, Diff, Level
from specproof.regression.client_impact import Explained


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ((), "none"),
        ((change("tag-changed", Level.INFO),), "patch"),
        ((change("operation-added", Level.INFO),), "minor"),
        ((change("response-type-widened", Level.INFO),), "minor"),
        ((change("maximum-loosened", Level.INFO),), "minor"),
        ((change("tag-changed", Level.INFO), change("tag-changed", Level.WARNING)), "minor"),
        ((change(level=Level.ERROR), change("operation-added", Level.INFO)), "major"),
        ((change(level=Level.ERROR, accepted="we do not call it"),), "minor"),
    ],
)
def test_the_worst_change_decides(changes: tuple[Change, ...], expected: str) -> None:
    """Breaking is major, a warning or something new is minor, anything else a patch."""
    assert bump(Diff(changes, 1, 1)) == expected


def test_the_changes_that_force_a_version_are_named() -> None:
    """Those of the worst kind, and none of the others."""
    worst, other = change(fingerprint="a" * 16), change(level=Level.INFO, fingerprint="b" * 16)
    assert forced(Diff((worst, other), 1, 1)) == Forced(Bump.MAJOR, ("a" * 16,))
    assert forced(Diff((), 1, 1)) == Forced(Bump.NONE)


def test_the_interface_of_the_client_has_a_say() -> None:
    """A renamed class breaks code although no call changes."""
    note = Diff((change("tag-changed", Level.INFO, fingerprint="c" * 16),), 1, 1)
    lost = Explained("Removed", "models.Pet", "`models.Pet` (class)", "major")
    added = Explained("Added", "models.Cat", "`models.Cat` (class)", "minor")
    assert forced(note, (added, lost, lost)) == Forced(Bump.MAJOR, (), ("models.Pet",))
    assert bump(note, (added,)) is Bump.MINOR
    assert bump(note) is Bump.PATCH
