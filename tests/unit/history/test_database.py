"""Where a history is kept, and what is said of it."""

from __future__ import annotations

import sys
from pathlib import Path

import platformdirs
import pytest
from stored import CHANGE, night, stored_run

from specproof.errors import InputError
from specproof.history.database import engine_of, locate
from specproof.history.records import StoredAlert, Stream
from specproof.history.store import open_history


def test_a_place_is_given_or_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The argument, the variable, and the user's own file, in this order."""
    monkeypatch.setattr(platformdirs, "user_state_path", lambda *_a, **_k: tmp_path)
    assert locate(None).path == tmp_path / "history.db"
    monkeypatch.setenv("SPECPROOF_HISTORY", str(tmp_path / "variable.db"))
    assert locate(None).path == tmp_path / "variable.db"
    assert locate("given.db").path == Path("given.db")


@pytest.mark.parametrize(
    ("where", "shown", "path"),
    [
        ("a b?c%41.db", "a b?c%41.db", "a b?c%41.db"),
        ("sqlite:////tmp/h.db", "/tmp/h.db", "/tmp/h.db"),  # noqa: S108 - nothing is opened
        ("sqlite://", ":memory:", None),
        (":memory:", ":memory:", None),
        ("postgresql://u:secret@h:5/db?password=secret", "postgresql://h:5/db", None),
        ("postgresql+psycopg://[::1]/db", "postgresql://[::1]/db", None),
        ("postgres://h/db", "postgresql://h/db", None),
        ("postgresql:///db?host=/run", "postgresql:///db", None),
    ],
)
def test_a_place_is_shown_without_secrets(where: str, shown: str, path: str | None) -> None:
    """Neither user nor password nor options are shown."""
    place = locate(where)
    assert (place.shown, place.path) == (shown, None if path is None else Path(path))


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("mysql://u:canary@h/db", "SQLite or PostgreSQL only"),
        ("postgresql+asyncpg://u:canary@h/db", "SQLite or PostgreSQL only"),
        ("sqlite+aiosqlite:///canary", "SQLite or PostgreSQL only"),
        ("://canary", "can not be read"),
        ("postgresql://u:canary@h:port/db", "can not be read"),
        ("nonsense://canary", "SQLite or PostgreSQL only"),
    ],
)
def test_a_place_that_is_none_is_refused(where: str, problem: str) -> None:
    """One sentence, which holds nothing of what was given."""
    with pytest.raises(InputError, match=problem) as caught:
        locate(where)
    assert "canary" not in f"{caught.value} {caught.value.__cause__}"
    assert caught.value.__context__ is None or caught.value.__suppress_context__


@pytest.mark.parametrize("where", ["$SHOP_HISTORY", "${SHOP_HISTORY}"])
def test_a_place_may_be_named_by_a_variable(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a password is in no argument; one that is not set is named, its text never."""
    with pytest.raises(InputError, match="the environment variable SHOP_HISTORY is not set"):
        locate(where)
    monkeypatch.setenv("SHOP_HISTORY", "postgresql://u:CANARY@127.0.0.1/h")
    assert locate(where).url.password == "CANARY"
    assert "CANARY" not in locate(where).shown
    assert locate("$x/y.db").path is not None


def test_a_missing_driver_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL needs the extra; the sentence says which."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=r"needs a driver; install specproof\[postgresql\]"):
        engine_of(locate("postgresql://u:canary@127.0.0.1/db"))


def test_a_history_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Reading makes no file."""
    path = tmp_path / "none" / "h.db"
    with pytest.raises(InputError, match=r"h.db: there is no history"):
        open_history(str(path), create=False)
    assert not path.parent.exists()


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where the folder would be."""
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="its folder can not be made: "):
        open_history(str(tmp_path / "file" / "h.db"))


def test_what_is_no_history_is_refused(tmp_path: Path) -> None:
    """A folder, a text file, and a history of which the first page is damaged."""
    text = tmp_path / "text.db"
    text.write_text("no database at all\n" * 300)
    damaged = tmp_path / "damaged.db"
    open_history(str(damaged)).close()
    data = bytearray(damaged.read_bytes())
    data[100:3000] = b"\xff" * 2900
    damaged.write_bytes(data)
    for path, problem in (
        (tmp_path, "can not be opened"),
        (text, "is no history"),
        (damaged, "is damaged"),
    ):
        with pytest.raises(InputError, match=problem) as caught:
            open_history(str(path))
        assert str(caught.value).startswith(str(path))


def test_a_damaged_row_is_told(tmp_path: Path) -> None:
    """What is no JSON, and what is no object, is said to be damaged."""
    with open_history(str(tmp_path / "h.db")) as history:
        history.store_change(CHANGE)
        for levels in ("{", "[]"):
            with history.writing() as connection:
                connection.exec_driver_sql("UPDATE change SET levels = ?", (levels,))
            with pytest.raises(InputError, match="a change is damaged in the history"):
                history.changes()
        history.store_run(stored_run(1))
        history.save_alerts([StoredAlert(Stream("a", "live"), "s", "new", "r", night(1))])
        for change, read in (
            ("UPDATE verdict SET kind = 'odd'", lambda: history.verdicts("night-0001", "sequence")),
            (
                "UPDATE finding SET message = CAST(x'ff' AS TEXT)",
                lambda: history.findings("night-0001"),
            ),
            ("UPDATE alert SET data = '{'", history.alerts),
        ):
            with history.writing() as connection:
                connection.exec_driver_sql(change)
            with pytest.raises(InputError, match=r"h.db: holds what no history does"):
                read()
        with history.writing() as connection:
            connection.exec_driver_sql("UPDATE document SET bytes = x'00'")
        with pytest.raises(InputError, match="run 'night-0001' is damaged in the history"):
            history.run("night-0001")


def test_a_commit_is_synced(tmp_path: Path) -> None:
    """A rollback journal, and every commit synced with its folder."""
    with open_history(str(tmp_path / "h.db")) as history, history.reading() as connection:
        for name, value in (("journal_mode", "delete"), ("synchronous", 3), ("foreign_keys", 1)):
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
