"""What was reported as stored is stored: after a kill, on a full disk, beside other writers."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from stored import everything, stored_run

from specproof.errors import InputError
from specproof.history.store import History, open_history
from specproof.suites.runfile import run_bytes

STORING = Path(__file__).parents[2] / "support" / "storing_forever.py"


def _started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(STORING), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _check(path: Path, reported: Sequence[str]) -> None:
    """Every run that was reported is whole, and so is all else that is there."""
    with open_history(str(path), create=False) as history:
        found = {item.run_id for item in history.runs()}
        assert set(reported) <= found
        for name in found:
            number = int(name[1:])
            expected = stored_run(1 + number % 1000, run_id=name, codes=(f"code {number}",))
            assert history.run_file(name) == run_bytes(expected)
            assert history.verdicts(name, "onesignal")
            assert len(history.findings(name)) == len(expected.findings)
        codes = {item.first_run for stream in history.streams() for item in history.codes(stream)}
        assert codes == found
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_two_writers_that_are_killed_lose_nothing(tmp_path: Path) -> None:
    """SIGKILL in the midst of storing: every id that was printed is there, and whole."""
    path = tmp_path / "h.db"
    open_history(str(path)).close()
    writers = [_started(str(path), str(first)) for first in (0, 100_000)]
    reported: list[str] = []
    for writer, count in zip(writers, (4, 9), strict=True):
        assert writer.stdout is not None
        reported += [writer.stdout.readline().strip() for _ in range(count)]
        writer.kill()
        # What it has printed until then counts too.
        rest, complaints = writer.communicate()
        reported += rest.splitlines()
        assert complaints == ""
    _check(path, [name for name in reported if name])
    with open_history(str(path)) as history:
        assert history.store_run(stored_run(1))


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """No file may grow further: one sentence, and what was stored before is whole."""
    path = tmp_path / "h.db"
    open_history(str(path)).close()
    writer = _started(str(path), "0", str(path.stat().st_size + 40_000))
    printed, complaints = writer.communicate(timeout=120)
    *reported, told = printed.splitlines()
    assert (writer.returncode, complaints) == (0, "")
    assert len(reported) >= 1
    assert told.startswith(f"InputError: {path}: could not be ")
    assert "full" in told
    _check(path, reported)


def test_a_full_database_takes_the_next_run_when_there_is_room(tmp_path: Path) -> None:
    """The run that did not fit leaves nothing behind, and is stored later."""
    path = tmp_path / "h.db"
    with open_history(str(path)) as history:
        history.store_run(stored_run(1))
        before = everything(history)
        limit = _limited(history, path.stat().st_size // 4096 + 1)
        big = stored_run(2, codes=tuple(f"{number:0300}" for number in range(50)))
        with pytest.raises(InputError, match="could not be written: the disk or its quota is full"):
            history.store_run(big)
        sa.event.remove(history._engine, "connect", limit)
        assert everything(history) == before
        assert history.store_run(big)


def _limited(history: History, pages: int) -> Callable[[sqlite3.Connection, object], None]:
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    sa.event.listen(history._engine, "connect", limit)
    return limit


def test_who_waits_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that never ends does not hang the others for ever."""
    monkeypatch.setattr("specproof.history.database.PATIENCE", 0.05)
    path = tmp_path / "h.db"
    with open_history(str(path)) as history, history.writing():
        with open_history(str(path)) as other, pytest.raises(InputError) as caught:
            other.store_run(stored_run(1))
        assert "is held by another process for too long; try again" in str(caught.value)


def test_an_error_in_the_midst_stores_nothing(tmp_path: Path) -> None:
    """A number that no database holds comes last, and takes the rows before it along."""
    run = stored_run(1)
    huge = run.latencies[0].__class__("onesignal", "delete-alias", 2**70, 1, (1.0,))
    with open_history(str(tmp_path / "h.db")) as history:
        wrong = run.__class__(
            **{name: getattr(run, name) for name in run.__slots__} | {"latencies": (huge,)}
        )
        with pytest.raises(InputError, match="a number is too large for a history"):
            history.store_run(wrong)
        assert history.runs() == ()
        assert history.streams() == ()
        assert history.store_run(run)
