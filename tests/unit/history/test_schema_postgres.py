"""The schema in PostgreSQL."""

from __future__ import annotations

import threading

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import PASSWORD, postgres_server, postgres_url

from specproof.errors import CouldNotCheckError, InputError
from specproof.history.database import engine_of, locate
from specproof.history.schema import prepare
from specproof.history.store import open_history
from specproof.history.tables import metadata
from specproof.history.version import KNOWN, VERSION_TABLE

__all__ = ["postgres_server", "postgres_url"]


def test_the_migrations_make_the_tables_of_the_code(postgres_url: str) -> None:
    """Step by step from the first schema, nothing is left to generate."""
    engine = engine_of(locate(postgres_url))
    for version in KNOWN:
        prepare(engine, "h", to=version)
    options = {"compare_type": True, "version_table": VERSION_TABLE}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        collations = sa.text(
            "SELECT DISTINCT collation_name FROM information_schema.columns"
            " WHERE table_name IN ('run', 'verdict', 'alert') AND data_type = 'text'"
        )
        assert connection.execute(collations).all() == [("C",)]
    engine.dispose()


def test_many_open_a_new_history_at_once(postgres_url: str) -> None:
    """One makes the schema, the others wait for it."""
    failed: list[BaseException] = []
    ready = threading.Barrier(4)

    def begin() -> None:
        ready.wait()
        try:
            open_history(postgres_url).close()
        except BaseException as error:  # noqa: BLE001 - the test tells what failed
            failed.append(error)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_other_tables_may_stand_beside(postgres_url: str) -> None:
    """A database on a server may hold other things, unless their tables are called like ours."""
    with psycopg.connect(postgres_url) as connection:
        connection.execute("CREATE TABLE buckets (id INTEGER)")
    open_history(postgres_url).close()
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"DROP TABLE {VERSION_TABLE}".encode())
    with pytest.raises(InputError, match="is a database of something else"):
        open_history(postgres_url)


def test_no_password_is_told(postgres_url: str) -> None:
    """Whatever is wrong with the URL, nobody reads the password, the user or an option."""
    canary = "canary-5up3r"
    host = postgres_url.rpartition("@")[2]
    wrong = {
        f"postgresql://specproof:{canary}@{host}": (InputError, "refused the user or the password"),
        f"postgresql://{canary}:x@{host}?application_name={canary}": (InputError, "refused"),
        f"postgresql://specproof:{PASSWORD}@{host}-nothing": (InputError, "no such database"),
        f"postgresql://u:{canary}@127.0.0.1:1/x": (CouldNotCheckError, "can not be reached"),
        f"postgresql://u:{canary}@127.0.0.1:1/x?nonsense={canary}": (InputError, "could not be"),
    }
    for url, (kind, words) in wrong.items():
        with pytest.raises(kind, match=words) as caught:
            open_history(url)
        told = f"{caught.value!r} {caught.value} {caught.value.__cause__}"
        assert not {canary, PASSWORD} & set(told.replace(":", " ").split())
        assert canary not in told
        assert PASSWORD not in told
    with open_history(postgres_url) as history:
        assert history.shown == f"postgresql://{host}"
        assert PASSWORD not in repr(history) + str(vars(history)["_place"])
        assert history.size() is None


def test_a_server_that_goes_away_is_told(
    postgres_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A connection that the server ended is made anew; one that ends in the midst is told."""
    with open_history(postgres_url) as history:
        _end_all(postgres_url)
        assert history.runs() == ()
        with pytest.raises(CouldNotCheckError, match="is not to be had now"):
            _read_after_the_end(postgres_url, history.reading)
        assert history.runs() == ()
    assert capfd.readouterr() == ("", "")


def _read_after_the_end(url: str, reading: object) -> None:
    with reading() as connection:  # type: ignore[operator]  # a method of a history
        connection.execute(sa.text("SELECT 1"))
        _end_all(url)
        connection.execute(sa.text("SELECT 1"))


def _end_all(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
