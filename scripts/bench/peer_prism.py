# ruff: noqa: INP001, S603 - a script: no package, runs fixed commands
"""Prism's validating proxy, driven at a served emulator; ``scripts/bench/faults``."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from peer_server import Served
from peer_steps import Step, Wire
from peer_table import Said

__all__ = ["Prism", "complaints_of_header", "prism_program"]

_HASTE = 0.002
"""Delays are shortened by this: Prism does not look at time."""
_UNANSWERED = 2
"""Requests that Prism may leave without an answer before it counts as stuck."""
_LONGEST = 120
"""Seconds that one emulator may take."""


class Prism:
    """One proxy of Prism before one served emulator.

    Args:
        program: the ``prism`` command.
        spec: the description.
        served: what it passes requests to.
    """

    def __init__(self, program: Path, spec: Path, served: Served) -> None:
        self._served = served
        self._program = program
        self._spec = spec
        self._start()

    def _start(self) -> None:
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                *(shutil.which("node") or "node", str(self._program.resolve())),
                *("proxy", str(self._spec), self._served.url, "--port", str(port)),
                *("--verboseLevel", "silent", "--validate-request", "false"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, self._process)
        except BaseException:
            # Whoever is stopped while it waits has nothing yet by which to close it.
            self.close()
            raise

    def close(self) -> None:
        """End the proxy."""
        self._process.terminate()
        self._process.wait()

    def examine(self, change: str, steps: Iterable[Step]) -> Said:
        """Return what Prism says of the answers of the emulator with ``change`` to ``steps``."""
        before = _cpu(self._process.pid)
        self._served.become(change, _HASTE)
        found: set[str] = set()
        unanswered, finished = 0, False
        until = time.monotonic() + _LONGEST
        with (
            contextlib.closing(Wire(self.url)) as proxy,
            contextlib.closing(Wire(self._served.url)) as server,
        ):
            for step in steps:
                if step.kind == "reset":
                    self._served.reset()
                elif step.kind in {"enter", "leave"}:
                    self._served.condition(step.name, held=step.kind == "enter")
                elif not step.operation or step.operation.startswith("+"):
                    server.send(step)
                else:
                    status, headers, body = proxy.send(step)
                    found |= complaints_of_header(step.operation, status, headers, body)
                    unanswered += not status
                if unanswered > _UNANSWERED or time.monotonic() > until:
                    break
            else:
                finished = True
        if self._process.poll() is None and finished:
            return Said(frozenset(found), _cpu(self._process.pid) - before)
        # An answer that is no HTTP can bring Prism down, or make it wait for ever.
        self.close()
        self._start()
        return Said(frozenset(found), 0.0, finished=False)


def complaints_of_header(
    operation: str, status: int, headers: Mapping[str, str], body: bytes
) -> set[str]:
    """Return what Prism says of one response in ``sl-violations``, or in place of it.

    That it says nothing at all, status 0, is no complaint.

    Args:
        headers: keyed by lower-case names.
    """
    found: set[str] = set()
    try:
        violations = json.loads(headers.get("sl-violations", "[]"))
    except ValueError:
        violations = [{"code": "unreadable"}]
    for item in violations:
        location = tuple(map(str, item.get("location", ())))
        if location[:1] == ("request",):
            continue  # it is our request that Prism does not like
        place = "/".join(location)
        message = item.get("message", "")
        found.add(f"{item.get('code')}: {place}: {message}: {operation}: {status}")
    if headers.get("content-type", "").startswith("application/problem+json"):
        with contextlib.suppress(ValueError):
            said = json.loads(body)
            if "stoplight.io/prism" in str(said.get("type", "")):
                found.add(f"upstream: {said.get('title')}: {operation}")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("Prism's proxy did not start")


def _cpu(process: int) -> float:
    """Return seconds of CPU that a process has used (proc_pid_stat(5): utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prism_program(folder: str | None) -> Path | None:
    """Return the ``prism`` command under ``folder`` or on PATH, or None where there is none."""
    if folder is None:
        found = shutil.which("prism")
        return None if found is None else Path(found)
    program = Path(folder, "node_modules", ".bin", "prism")
    return program if program.exists() else None
