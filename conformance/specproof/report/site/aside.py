"""A folder beside the place where a site goes, ours as long as we live; what the dead left goes."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from specproof.files import held, temporary_sibling

if sys.platform != "win32":
    import fcntl

__all__ = ["aside", "clear_left"]


@contextlib.contextmanager
def aside(place: Path) -> Iterator[Path]:
    """Give an empty folder beside ``place``; what is still there at the end is removed.

    As long as the ``with`` lasts `clear_left` leaves it alone, whoever calls it; the system
    lets go of it for a process that was killed.
    """
    with held(place.parent):
        if place.exists():
            # Else what was left may be all that there is of the site, see `swap_directory`.
            clear_left(place)
        folder = temporary_sibling(place)
        descriptor = os.open(folder, os.O_RDONLY)
        _locked(descriptor)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def clear_left(place: Path) -> None:
    """Remove the folders that killed processes left beside ``place``.

    Call it while the folder of ``place`` is `held`: so nobody is between making a folder and
    locking it, nor swapping one.
    """
    for left in place.parent.glob(f".{glob.escape(place.name)}.*.specproof-tmp"):
        with contextlib.suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if _locked(descriptor):
                    shutil.rmtree(left)
            finally:
                os.close(descriptor)


def _locked(descriptor: int) -> bool:
    """Return whether a folder is ours now; not where a living process has it."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
