"""Folders beside the place of a site, and those that killed builds left there."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from wide_runs import wide_run

from specproof.history.store import open_history
from specproof.report.site.aside import aside, clear_left
from specproof.report.site.build import build_site

_WRITING = """
import pathlib, sys
from specproof.report.site.aside import aside
with aside(pathlib.Path(sys.argv[1])) as folder:
    (folder / "index.html").write_text("half")
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def _writer(place: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Start a process that writes a folder for ``place`` until it is told to stop."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITING, str(place)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_build_clears_what_the_dead_left_and_nothing_of_the_living(tmp_path: Path) -> None:
    """After SIGKILL the folder stays, until the next build; one who still writes keeps his."""
    place = tmp_path / "my [site]"
    with _writer(place) as (killed, left), _writer(place) as (living, kept):
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        other = tmp_path / ".another.x.specproof-tmp"
        other.mkdir()
        assert (left / "index.html").read_text() == "half"
        with open_history(str(tmp_path / "h.db")) as history:
            history.store_run(wide_run(1, 1))
            build_site(history, place, root=None, today=dt.date(2026, 1, 3))
        assert not left.exists()
        assert (kept / "index.html").read_text() == "half"
        assert other.is_dir()
        assert (place / "index.html").is_file()
        assert living.poll() is None
        # Who ends of his own accord takes his folder with him.
        living.communicate()
        assert not kept.exists()


def test_what_is_left_stays_until_there_is_a_site_again(tmp_path: Path) -> None:
    """Killed between two renames, the old site is beside its place and nowhere else."""
    place = tmp_path / "site"
    retired = tmp_path / ".site.old.specproof-tmp"
    retired.mkdir()
    (retired / "index.html").write_text("old")
    with pytest.raises(KeyboardInterrupt), aside(place):
        raise KeyboardInterrupt
    assert (retired / "index.html").read_text() == "old"
    place.mkdir()
    with aside(place) as folder:
        assert _names(tmp_path) == [folder.name, "site"]
    assert _names(tmp_path) == ["site"]


def test_a_link_or_a_file_with_such_a_name_is_left_alone(tmp_path: Path) -> None:
    """Folders are what a build makes; nothing behind a link is removed."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/file").write_text("mine")
    (tmp_path / ".site.a.specproof-tmp").symlink_to(tmp_path / "mine")
    (tmp_path / ".site.b.specproof-tmp").write_text("mine")
    clear_left(tmp_path / "site")
    assert (tmp_path / "mine/file").read_text() == "mine"
    assert len(_names(tmp_path)) == 3
