"""A PostgreSQL server of our own: Debian's, started by the first test that wants it.

One server per process (so per pytest session and worker), on a free port of loopback; every
test gets a database that is fresh and empty. It ends with its process, however that ends.
"""

from __future__ import annotations

import functools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["PASSWORD", "Server", "postgres_server", "postgres_url", "programs"]

PASSWORD = "correct-horse-canary"
_USER = "specproof"
_START_SECONDS = 60
_END_SECONDS = 120

_WATCHER = """
read -r _
"$1" --silent --mode=immediate --pgdata="$2/data" stop >/dev/null 2>&1
code=$?
rm -rf "$2"
exit $code
"""
"""Waits for a line, or for the end of its input, which is the death of whoever holds it."""


@functools.cache
def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL that is installed, None where there is none."""
    if os.geteuid() == 0 and not any(item.pw_name == "postgres" for item in pwd.getpwall()):
        # PostgreSQL refuses to be run by root.
        return None
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: _number(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).resolve().parent


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """A running server; ``stop`` ends it and removes its files.

    Args:
        programs: folder of ``initdb`` and ``pg_ctl``.
        durable: whether a commit is synced to the disk, as it is for users.

    Attributes:
        port: on loopback.
        folder: with all its files.
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._programs = programs
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="specproof-postgres-"))
        self._count = 0
        self.port = _free_port()
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        data = self.folder / "data"
        # In a session of its own: what is sent to the process group of the tests is not for it.
        self._watcher = subprocess.Popen(
            ["/bin/sh", "-c", _WATCHER, "watcher", programs / "pg_ctl", self.folder],
            user=self._user,
            cwd="/",
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        self._run(
            "initdb",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth=scram-sha-256",
            f"--username={_USER}",
            f"--pwfile={secret}",
            f"--pgdata={data}",
        )
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= "
            "-c shared_buffers=16MB -c max_connections=60 -c autovacuum=off -c jit=off"
        )
        if not durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self._run(
            "pg_ctl",
            "--silent",
            "--wait",
            f"--timeout={_START_SECONDS}",
            f"--pgdata={data}",
            f"--log={self.folder / 'log'}",
            f"--options={options}",
            "start",
        )

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database."""
        return f"postgresql://{_USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """Make an empty database and return its URL."""
        import psycopg

        self._count += 1
        name = f"history_{self._count}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def stop(self) -> None:
        """End the server, whoever is connected, and remove its files."""
        # A line, since a process that was forked may hold the other end open, too.
        self._watcher.communicate(b"\n", timeout=_END_SECONDS)
        if self._watcher.returncode:
            raise RuntimeError(f"pg_ctl stop: {self._watcher.returncode}")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            user=self._user,
            cwd="/",
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_END_SECONDS,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Give a server; the tests that want one are skipped where PostgreSQL is not installed."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    server = Server(found)
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def postgres_url(postgres_server: Server) -> str:
    """Give the URL of a database that is fresh and empty."""
    return postgres_server.fresh()
