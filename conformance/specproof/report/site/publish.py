"""The site of a history, or of run files alone."""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from specproof.history.store import History, open_history
from specproof.report.site.build import NEWEST, Built, build_site
from specproof.suites.runfile import read_run

__all__ = ["publish"]


def publish(
    place: Path,
    run_files: Sequence[Path],
    *,
    history: str | None,
    root: Path | None,
    today: dt.date,
    newest: int = NEWEST,
) -> Built:
    """Build the site at ``place``, see `build_site`.

    Args:
        run_files: runs to show; without any, those of the history are shown.
        history: where the history is, see `open_history`; not looked at beside ``run_files``.

    Raises:
        InputError: a run file or the history can not be read, and as of `build_site`.
        CouldNotCheckError: the server of the history can not be reached.
    """
    with _opened(run_files, history) as found:
        return build_site(found, place, root=root, today=today, newest=newest)


@contextlib.contextmanager
def _opened(run_files: Sequence[Path], history: str | None) -> Iterator[History]:
    """Open the history, or one that lives as long as the site is built."""
    if not run_files:
        with open_history(history, create=False) as found:
            yield found
        return
    with (
        tempfile.TemporaryDirectory(prefix="specproof-") as folder,
        open_history(str(Path(folder) / "history.db")) as found,
    ):
        for path in run_files:
            found.store_run(read_run(path))
        yield found
