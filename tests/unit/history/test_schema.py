"""The schema: made, migrated from every earlier one, refused where it is not ours.

The files in ``tests/golden/history`` were written at the schema that they are called after, with
`stored.stored_run`, and are never changed; their lines are what they say when exported.
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from stored import CHANGE, REVISION, everything, stored_run

from specproof.errors import InputError
from specproof.history.database import engine_of, locate
from specproof.history.schema import prepare
from specproof.history.store import open_history
from specproof.history.tables import metadata
from specproof.history.transfer import export_lines
from specproof.history.version import HEAD, KNOWN, VERSION_TABLE, version_of

GOLDEN = Path(__file__).parents[2] / "golden" / "history"


def test_the_migrations_are_those_that_are_known() -> None:
    """One line of revisions, with the names that tell a newer history from an older one."""
    config = Config()
    config.set_main_option("script_location", "specproof.history:migrations")
    config.set_main_option("path_separator", "os")
    found = list(ScriptDirectory.from_config(config).walk_revisions())
    assert tuple(item.revision for item in reversed(found)) == KNOWN
    assert [path.stem for path in sorted(GOLDEN.glob("*.db"))] == list(KNOWN)


@pytest.mark.parametrize("before", KNOWN)
def test_a_database_of_every_schema_reads_the_same(before: str, tmp_path: Path) -> None:
    """Files that were written at each schema say what they said, and can be written to."""
    path = tmp_path / "old.db"
    shutil.copy(GOLDEN / f"{before}.db", path)
    expected = (GOLDEN / ("0001.jsonl" if before == "0001" else "0002.jsonl")).read_bytes()
    with open_history(str(path)) as history:
        assert b"".join(export_lines(history)) == expected
        assert history.run("night-0003") == stored_run(3)
        assert history.find("night-0001").labels == {"branch": "main", "commit": "0123"}
        found = everything(history)
        assert not history.store_run(stored_run(3))
        assert everything(history) == found
        assert history.store_change(CHANGE) is (before == "0001")
        assert history.store_revision(REVISION) is (before == "0001")
        assert len(history.alerts()) == (1 if before == "0003" else 0)
        assert history.part_numbers() == ({"half": (1,)} if before == "0003" else {})
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    """Nothing is left to generate, and a new database is like one that was migrated."""
    made: list[dict[tuple[str, ...], list[str]]] = []
    for name, steps in (("new", KNOWN[-1:]), ("old", KNOWN)):
        engine = engine_of(locate(str(tmp_path / name)))
        for version in steps:
            prepare(engine, "h", to=version)
        with engine.connect() as connection:
            assert differences(connection) == []
            assert version_of(connection) == HEAD
            asked = sa.text("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
            made.append({tuple(row[:2]): _columns(row[2]) for row in connection.execute(asked)})
    assert made[0] == made[1]


def _columns(statement: str | None) -> list[str]:
    """Return the columns and constraints of a table, sorted; their order says nothing."""
    inner = (statement or "").partition("(")[2]
    return sorted(" ".join(part.split()) for part in inner.split(",\x20\n"))


def differences(connection: sa.Connection) -> list[object]:
    """Return what Alembic would still change."""
    options = {"compare_type": True, "version_table": VERSION_TABLE}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


def test_a_newer_history_is_refused(tmp_path: Path) -> None:
    """A schema that is not known is left as it is."""
    path = tmp_path / "newer.db"
    open_history(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE specproof_history SET version_num = '9999'")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"newer.db: was written by a newer specproof; update"):
        open_history(str(path))
    assert path.read_bytes() == before


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    """Tables of others are not written among."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"other.db: is a database of something else"):
        open_history(str(path))
    assert path.read_bytes() == before


def test_many_open_a_new_history_at_once(tmp_path: Path) -> None:
    """One makes the schema, the others wait for it."""
    failed: list[BaseException] = []
    ready = threading.Barrier(6)

    def begin() -> None:
        ready.wait()
        try:
            with open_history(str(tmp_path / "new" / "h.db")) as history:
                history.runs()
        except BaseException as error:  # noqa: BLE001 - the test tells what failed
            failed.append(error)

    threads = [threading.Thread(target=begin) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_a_migration_that_fails_leaves_the_old_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is taken back, and the next one to open it migrates."""
    path = tmp_path / "old.db"
    shutil.copy(GOLDEN / "0001.db", path)

    def broken(connection: sa.Connection, _to: str) -> None:
        connection.exec_driver_sql("CREATE TABLE half (made INTEGER)")
        raise InputError("broken")

    with monkeypatch.context() as patch:
        patch.setattr("specproof.history.schema.migrate", broken)
        with pytest.raises(InputError, match="broken"):
            open_history(str(path))
    with open_history(str(path)) as history, history.reading() as connection:
        assert not sa.inspect(connection).has_table("half")
        assert sa.inspect(connection).has_table("alert")
