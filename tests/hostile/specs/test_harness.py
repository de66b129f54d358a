from __future__ import annotations

import json
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
from hostile_case import HostileCase, spec
from hostile_check import Surroundings, complaints
from warm_process import WarmProcess


@pytest.fixture
def folder(around: Surroundings, request: pytest.FixtureRequest) -> Path:
    """Return a folder of its own for a job."""
    made: Path = around.folder / request.node.name.replace("/", "-")
    made.mkdir()
    return made


@pytest.mark.parametrize(
    ("how", "where", "told"),
    [
        ("make", "", "os.mkdir 'OWNED'"),
        ("write", "../beside.txt", "write ../beside.txt"),
        ("rename", "../moved.txt", "os.rename"),
        ("read", "../secret.yaml", "open ../secret.yaml"),
        ("read", "/etc/passwd", "open /etc/passwd"),
        ("start", "", "subprocess.Popen '/bin/true'"),
        ("connect", "http://127.0.0.1:9/", "socket."),
    ],
)
def test_the_audit_hook_notices_what_payloads_do(
    process: WarmProcess, folder: Path, how: str, where: str, told: str
) -> None:
    """The control: the harness would see code run, files touched and addresses asked."""
    done = process.run("misbehave", folder, how=how, where=where)
    assert any(told in event for event in done.events), done.events
    for left in ("beside.txt", "moved.txt"):
        (folder.parent / left).unlink(missing_ok=True)


def test_the_audit_hook_notices_what_runs_in_the_generator(
    process: WarmProcess, folder: Path
) -> None:
    """The control for the process that the generator has of its own."""
    (folder / "api.json").write_text(json.dumps(spec()))
    done = process.run("misbehave", folder, how="worker", where="api.json")
    assert any("OWNED" in event for event in done.events)


def test_what_runs_on_import_is_noticed(process: WarmProcess, folder: Path) -> None:
    """The control for clients: a module with a payload in it."""
    package = folder / "out" / "owned_client"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("__import__('os').mkdir('OWNED')\n")
    done = process.run("load", folder, project="out")
    assert any("os.mkdir 'OWNED'" in event for event in done.events)
    assert (folder / "OWNED").is_dir()


def test_what_takes_too_long_is_ended(process: WarmProcess, folder: Path) -> None:
    """The limit of memory is one that the machine holds to."""
    done = process.run("misbehave", folder, how="hoard", where="")
    assert "MemoryError" in done.errors


def test_the_listener_counts_connections(around: Surroundings) -> None:
    """The control for what the audit hook can not see, such as a library in another language."""
    before = around.connections
    with suppress(OSError):
        urllib.request.urlopen(around.places["@URL@"], timeout=5)  # noqa: S310 - on loopback
    assert around.connections == before + 1


@pytest.mark.parametrize(
    ("case", "told"),
    [
        (HostileCase("control-refused", "nothing", spec(), "is left out"), "not refused as"),
        (HostileCase("control-whole", "nothing", b"a: 1\n"), "not generated whole"),
    ],
    ids=["accepted", "refused"],
)
def test_another_outcome_than_the_stated_one_is_noticed(
    process: WarmProcess, around: Surroundings, case: HostileCase, told: str
) -> None:
    """A case says what is due, and anything else is a complaint."""
    assert any(told in complaint for complaint in complaints(case, process, around))
