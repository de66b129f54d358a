"""The comparison with other people's clients, without those clients."""

from __future__ import annotations

import importlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

BENCH = Path(__file__).parents[2] / "scripts" / "bench"


@pytest.fixture(autouse=True)
def _beside_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


@pytest.fixture
def drive() -> ModuleType:
    """Return the module that calls one client."""
    return importlib.import_module("client_drive")


@pytest.fixture
def table() -> ModuleType:
    """Return the module that brings all of it together."""
    return importlib.import_module("client_table")


@pytest.fixture
def url() -> Iterator[str]:
    """Serve the odd answers."""
    with subprocess.Popen(
        [sys.executable, str(BENCH / "client_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/by/external_id"
        process.communicate()
    assert process.returncode == 0


def test_every_answer_is_what_its_name_says(url: str) -> None:
    """Good ones are JSON on a connection that is kept; a cut one is cut, a missing one missing."""
    with httpx.Client(trust_env=False) as client:
        for name in ("good", "unknown-fields"):
            assert client.delete(f"{url}/{name}/x").json()["identity"]["onesignal_id"]
        assert client.delete(f"{url}/status-999/x").status_code == 999
        assert client.delete(f"{url}/503-empty/x").content == b""
        for name in ("200-short", "no-answer", "garbage"):
            with pytest.raises(httpx.RemoteProtocolError):
                client.delete(f"{url}/{name}/x")


class _OwnError(Exception):
    pass


class _Model:
    pass


def _model() -> _Model:
    return _Model()


def _raises(error: BaseException) -> Callable[[], Any]:
    def call() -> Any:
        raise error

    return call


@pytest.mark.parametrize(
    ("name", "call", "ending"),
    [
        ("good", _model, "typed result"),
        ("400-objects", _model, "typed result"),
        ("200-list", _model, "wrong value"),
        ("good", list, "wrong value"),
        ("503-empty", lambda: None, "silent None"),
        ("503-empty", _raises(_OwnError()), "typed error"),
        ("good", _raises(_OwnError()), "wrong error"),
        ("503-empty", _raises(KeyError()), "foreign exception: builtins.KeyError"),
        ("503-empty", lambda: signal.raise_signal(signal.SIGALRM), "hangs"),
    ],
)
def test_each_ending_has_its_name(
    drive: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, call: Any, ending: str
) -> None:
    """A model of an error is a typed result; of a wrong success it is a wrong value."""
    monkeypatch.setattr(_Model, "__module__", "onesignal_client.models.x")

    def stop(*_: object) -> None:
        raise drive._HangsError

    before = signal.signal(signal.SIGALRM, stop)
    try:
        assert drive._ended(drive.ANSWERS[name], call, _OwnError) == ending
    finally:
        signal.signal(signal.SIGALRM, before)


def test_what_is_not_installed_is_not_measured(table: ModuleType, tmp_path: Path) -> None:
    """Its row says so, and the others are counted as ever."""
    missing = table._row("official", None, "onesignal")
    empty = table._row("openapi-generator", tmp_path, "openapi_client")
    (tmp_path / "onesignal_client").mkdir()
    ours = table._row("ours", tmp_path, "onesignal_client")
    assert ours.note is None
    ours.import_time, ours.call = 71_000, 900
    ours.endings = {"good": "typed result", "a": "foreign exception: builtins.KeyError"}
    lines = table._table([ours, missing, empty]).splitlines()
    assert lines[0].split()[:4] == ["client", "import", "ms", "first"]
    assert lines[1].split() == ["ours", "71", "-", "-", "-", "900", "-", *"1010000"]
    assert lines[2].split() == ["official", *"-" * 13]
    assert lines[-2:] == [
        "official: not measured: see scripts/bench/clients --help",
        "openapi-generator: not measured: see scripts/bench/clients --help",
    ]


def test_a_client_that_fails_is_named(table: ModuleType, tmp_path: Path) -> None:
    """An import error is the note of its row, not the end of the comparison."""
    row = table._Row("ours")
    assert table._drive("import", row, {"ours": (tmp_path, "onesignal_client")}, "", 1) is None
    assert "No module named 'onesignal_client'" in row.note
    assert json.loads(json.dumps(row.note)) == row.note
