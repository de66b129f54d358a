"""Writing is never left half done."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from specproof.files import held, swap_directory, temporary_sibling, write_atomic


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_new_file_is_written_with_its_folder(tmp_path: Path) -> None:
    """Missing folders are made, the file is readable for all, no temporary file stays."""
    path = tmp_path / "a" / "b" / "file"
    assert write_atomic(path, b"data")
    assert path.read_bytes() == b"data"
    assert path.stat().st_mode & 0o777 == 0o644
    assert _names(path.parent) == ["file"]


def test_the_same_bytes_are_not_written_again(tmp_path: Path) -> None:
    """A file that holds the bytes already stays the file it is."""
    path = tmp_path / "file"
    assert write_atomic(path, b"data")
    before = path.stat()
    assert not write_atomic(path, b"data")
    assert path.stat().st_ino == before.st_ino
    assert write_atomic(path, b"other")
    assert path.read_bytes() == b"other"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """When the disk is full or the rename fails, the old bytes stay and nothing else does."""
    path = tmp_path / "file"
    write_atomic(path, b"old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if step == "fsync" else Path, step, refuse)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert _names(tmp_path) == ["file"]


_KILLED = """
import os, pathlib, signal, sys
from specproof import files
step, place = sys.argv[1], pathlib.Path(sys.argv[2])
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if step == "replace":
    pathlib.Path.replace = die
else:
    os.fsync = die
files.write_atomic(place, b"new" * 100_000)
"""


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_killed_write_leaves_the_old_file(tmp_path: Path, step: str) -> None:
    """A process that is killed in the middle has not touched the file."""
    path = tmp_path / "file"
    write_atomic(path, b"old")
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, step, str(path)], check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert path.read_bytes() == b"old"


def _directory(place: Path, text: str) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    (place / "file").write_text(text)
    return place


def test_a_temporary_sibling_is_beside_and_hidden(tmp_path: Path) -> None:
    """It is made in the same folder, empty, and two are never the same."""
    place = tmp_path / "deep" / "client"
    one, other = temporary_sibling(place), temporary_sibling(place)
    assert one != other
    assert one.parent == place.parent
    assert one.name.startswith(".client.")
    assert _names(one) == []


def test_a_directory_is_put_where_none_was(tmp_path: Path) -> None:
    """The new directory takes the place and is readable for all."""
    place = tmp_path / "client"
    new = _directory(temporary_sibling(place), "new")
    swap_directory(new, place)
    assert (place / "file").read_text() == "new"
    assert place.stat().st_mode & 0o777 == 0o755
    assert _names(tmp_path) == ["client"]


def test_a_directory_is_swapped_whole(tmp_path: Path) -> None:
    """Of the old directory nothing is left, not even files that the new one lacks."""
    place = _directory(tmp_path / "client", "old")
    (place / "stale").write_text("stale")
    new = _directory(temporary_sibling(place), "new")
    swap_directory(new, place)
    assert _names(place) == ["file"]
    assert (place / "file").read_text() == "new"
    assert _names(tmp_path) == ["client"]


def test_a_failed_swap_puts_the_old_directory_back(tmp_path: Path) -> None:
    """When the new directory cannot be moved, the old one is where it was."""
    place = _directory(tmp_path / "client", "old")
    new = _directory(temporary_sibling(place), "new")
    moved = Path.rename
    with pytest.MonkeyPatch.context() as patch:

        def rename(path: Path, target: Path) -> Path:
            if path == new:
                raise OSError(5, "Input/output error")
            return moved(path, target)

        patch.setattr(Path, "rename", rename)
        with pytest.raises(OSError, match="Input/output error"):
            swap_directory(new, place)
    assert (place / "file").read_text() == "old"
    assert (new / "file").read_text() == "new"


def test_a_failed_first_placement_leaves_nothing(tmp_path: Path) -> None:
    """Where nothing was before, nothing is after a failure."""
    place = tmp_path / "client"
    new = _directory(temporary_sibling(place), "new")
    with pytest.MonkeyPatch.context() as patch:

        def refuse(*_: object) -> Path:
            raise OSError(5, "Input/output error")

        patch.setattr(Path, "rename", refuse)
        with pytest.raises(OSError, match="Input/output error"):
            swap_directory(new, place)
    assert not place.exists()


def test_a_held_folder_is_nobody_elses(tmp_path: Path) -> None:
    """Whoever comes second has to wait until it is let go, also after an error."""
    folder = tmp_path / "deep" / "specs"
    descriptor = -1
    for problem in (None, ValueError):
        try:
            with held(folder):
                descriptor = os.open(folder, os.O_RDONLY)
                with pytest.raises(BlockingIOError):
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if problem is not None:
                    raise problem
        except ValueError:
            assert problem is ValueError
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)


def test_what_a_killed_process_held_is_free(tmp_path: Path) -> None:
    """The system lets go of it."""
    code = "import os, pathlib, sys; from specproof.files import held\n"
    code += "with held(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    killed = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], check=False, capture_output=True
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with held(tmp_path):
        assert tmp_path.is_dir()
