# ruff: noqa: INP001, S603 - a script: no package, runs fixed commands
"""Stock Schemathesis, driven at a served emulator; ``scripts/bench/faults``."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from peer_server import Served
from peer_steps import Arranged, Wire
from peer_table import Said

__all__ = ["SLOW", "Schemathesis", "complaints_of_events"]

SLOW = "max_response_time: "
"""How complaints begin that the default checks of Schemathesis do not make."""

_PATIENCE = 240
"""Seconds that one run of Schemathesis may take; then it has found what it has said by then."""
_BUDGET = 3.0
"""Seconds in which an answer is due, as in a run of our own."""
_PACE = 0.1
"""Delays and the budget are shortened by this, so that slow emulators can be tried at all."""


class Schemathesis:
    """Runs ``st run`` in forks of one process.

    Args:
        folder: where it may write.
        cases: examples per operation.
    """

    def __init__(self, folder: Path, cases: int) -> None:
        self._folder = folder
        self._cases = cases
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("peer_zygote.py")), str(_PATIENCE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
        )
        self._warm = False

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def examine(
        self, served: Served, change: str, spec: Path, world: Arranged, seed: int = 1
    ) -> Said:
        """Return what all its checks say of the emulator with ``change``.

        ``--checks all`` with a budget of time is what the default is, and ``max_response_time``
        beside it: the complaints of the default are the others.
        """
        report = self._folder / "events.ndjson"
        config = self._folder / f"{spec.stem}.toml"
        config.write_text(_config(world), "utf-8")
        arguments = ["--config-file", str(config), "run", str(spec), "--url", served.url]
        for name, text in world.headers.items():
            arguments += ["-H", f"{name}: {text}"]
        arguments += ["--checks", "all", "--max-response-time", str(_BUDGET * _PACE)]
        arguments += ["--seed", str(seed), "--max-examples", str(self._cases), "--no-color"]
        arguments += ["--continue-on-failure", "--generation-database", "none"]
        arguments += ["--report", "ndjson", "--report-ndjson-path", str(report)]
        if not self._warm:
            served.become("")
            self._ask(arguments)
            self._warm = True
        served.become(change, _PACE)
        with contextlib.closing(Wire(served.url)) as server:
            for step in world.steps:
                server.send(step)
        report.unlink(missing_ok=True)
        answer = self._ask(arguments)
        if not report.exists():
            return Said(frozenset(), answer["cpu"], finished=False)
        with report.open(encoding="utf-8") as lines:
            complaints, finished = complaints_of_events(lines)
        return Said(complaints, answer["cpu"], finished=finished)

    def _ask(self, arguments: list[str]) -> Mapping[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise SystemExit("Schemathesis has no pipes")
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("Schemathesis could not be started")
        answer: Mapping[str, Any] = json.loads(line)
        return answer


def _config(world: Arranged) -> str:
    """Return a ``schemathesis.toml`` by which most path parameters name what there is.

    Without it no request gets further than "unknown".
    """
    lines: list[str] = []
    for name, values in world.values.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    lines.append("[parameters]")
    for name, values in world.values.items():
        probability = 0.8 if len(values) > 1 else 0.95
        lines.append(f'"path.{name}" = {{ dictionary = "{name}", probability = {probability} }}')
    return "\n".join(lines) + "\n"


def complaints_of_events(lines: Iterable[str]) -> tuple[frozenset[str], bool]:
    """Return the kinds of failures and errors in a report of Schemathesis in NDJSON.

    The second value says whether the report is of a run that came to its end.
    """
    found: set[str] = set()
    finished = False
    for line in lines:
        try:
            ((kind, event),) = json.loads(line).items()
        except ValueError:
            continue
        finished |= kind == "EngineFinished"
        if kind == "NonFatalError":
            # A broken connection or a body that does not decode is an error to it, no failure.
            found.add(f"error: {(event.get('value') or {}).get('type', kind)}")
        if kind != "ScenarioFinished":
            continue
        recorder = event.get("recorder") or {}
        sent = recorder.get("interactions") or {}
        for case, checks in (recorder.get("checks") or {}).items():
            response = (sent.get(case) or {}).get("response") or {}
            for check in checks:
                if check["status"] == "success" or not check.get("failure_info"):
                    continue
                failure = check["failure_info"]["failure"]
                parts = (check["name"], failure["title"], failure["operation"])
                found.add(f"{': '.join(parts)}: {response.get('status_code', 'no answer')}")
    return frozenset(found), finished
