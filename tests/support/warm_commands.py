"""``specproof`` as a command on PATH that costs a fork: a process imports everything beforehand.

What scripts start dozens of times would spend most of its time importing. ``warm_specproof`` starts
the process; ``command`` writes what stands for the installed command. Working folder, environment,
standard streams, signals and exit code are those of a process of its own.
"""

from __future__ import annotations

import array
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["command", "warm_specproof"]

_WARMED = (
    "specproof.checks",
    "specproof.generation.client",
    "specproof.generation.worker",
    "specproof.history",
    "specproof.regression",
    "specproof.report",
    "specproof.scenarios",
    "specproof.scheduling.alerts",
    "specproof.scheduling.issues",
    "specproof.suites",
    "specproof.targets",
    "specproof.vendoring",
    "schemathesis.specs.openapi.schemas",
    "schemathesis.transport.wsgi",
)
_SENDING = "--sending"
"""Asks for the process that sends alerts instead of the command."""

_COMMANDS = (
    *("build", "cleanup", "doctor", "generate", "history", "main", "regress", "report", "run"),
    *("comparing", "impact", "running", "storing", "vendor"),
    *("histories.alert", "histories.issues", "histories.prune", "histories.store"),
)

_CLIENT = """#!{python} -ISs
import array, json, os, signal, socket, sys
place = socket.socket(socket.AF_UNIX)
place.connect({address!r})
asked = json.dumps([{first!r} + sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
streams = array.array("i", [0, 1, 2])
place.sendmsg([b"%12d" % len(asked)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
place.sendall(asked)
told = place.makefile("rb")
worker = int(told.readline())
for each in (signal.SIGTERM, signal.SIGINT):
    signal.signal(each, lambda number, _: os.kill(worker, number))
code = told.readline()
sys.exit(int(code) if code else 137)
"""


def command(path: Path, address: Path, *first: str) -> None:
    """Write a command that has the process at ``address`` do its work; ``first``: arguments."""
    # The interpreter itself: an environment's own looks for packages, which takes longer.
    python = Path(sys.base_prefix) / "bin" / "python3"
    path.write_text(_CLIENT.format(python=python, address=str(address), first=[*first]), "utf-8")
    path.chmod(0o755)


@contextmanager
def warm_specproof() -> Iterator[Path]:
    """Run the process until the block ends; yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder) / "s"
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("COV")
        }
        server = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(address)],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        assert server.stdout is not None
        try:
            assert server.stdout.readline() == "ready\n"
            yield address
        finally:
            server.terminate()
            server.communicate(timeout=30)


def _warm(address: Path) -> None:
    """Import what the commands of schedules import when they run."""
    for name in _WARMED:
        package = importlib.import_module(name)
        if name.startswith("specproof."):
            for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{name}."):
                # What a database has been through is no module to import.
                if ".migrations" not in found.name:
                    importlib.import_module(found.name)
    for name in _COMMANDS:
        importlib.import_module(f"specproof.cli.{name}")
    # The generator's worker is forked like the commands.
    subprocess.run = importlib.import_module("warm_jobs")._run
    # So is the process that sends alerts: apprise costs a second.
    importlib.import_module("apprise").Apprise.instantiate("json://localhost")
    sender = address.with_name("sending")
    command(sender, address, _SENDING)
    vars(importlib.import_module("specproof.scheduling.alerts.courier"))["_COMMAND"] = (
        str(sender),
    )
    # What is there now stays as long as the process; no fork has to look through it.
    gc.collect()
    gc.freeze()


def _work(place: socket.socket) -> int:
    streams = array.array("i")
    head, extra, *_ = place.recvmsg(12, socket.CMSG_LEN(3 * streams.itemsize))
    for _, _, data in extra:
        streams.frombytes(data)
    told = place.makefile("rb").read(int(head))
    arguments, folder, environment = json.loads(told)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sys.argv = ["specproof", *arguments]
    place.sendall(b"%d\n" % os.getpid())
    name = (
        "specproof.scheduling.alerts.sending" if arguments == [_SENDING] else "specproof.cli.main"
    )
    try:
        importlib.import_module(name).main()
    except SystemExit as done:
        if isinstance(done.code, str):
            sys.stderr.write(f"{done.code}\n")
            return 1
        return int(done.code or 0)
    return 0


def main(address: str) -> None:
    """Fork for each connection until the process is ended."""
    _warm(Path(address))
    place = socket.socket(socket.AF_UNIX)
    place.bind(address)
    place.listen(16)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        asked, _ = place.accept()
        if os.fork():
            asked.close()
            continue
        place.close()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        code = 70
        try:
            code = _work(asked)
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            asked.sendall(b"%d\n" % code)
            os._exit(code)


if __name__ == "__main__":
    main(sys.argv[1])
