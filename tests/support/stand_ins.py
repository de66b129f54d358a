"""Scripts as tests call them, and what stands for the command that they call."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["DOCTOR", "STUB", "Script", "script_in"]

Script = Callable[..., subprocess.CompletedProcess[str]]
"""Runs a script of a clone; environment variables by name."""

DOCTOR = """\
{"catalog": {"apis": [{"name": "pets", "credentials": []}, {"name": "keyed", "credentials": [
{"variable": "SPECPROOF_KEYED_TOKEN", "present": false}]}]}}
"""
# Stands for the command: tells what it was asked to do; `run` leaves what a run leaves.
STUB = """\
#!/bin/bash
if [[ "$1" == doctor ]]; then echo >>"{doctor}.asked"; exec cat "{doctor}"; fi
printf 'ran %s\n' "$*"
if [[ "$1" == run ]]; then touch "{live}"/pets.{{jsonl,xml,ledger.jsonl}}; exit 1; fi
"""


def script_in(folder: Path, environment: Mapping[str, str]) -> Script:
    """Return a call of a script, in ``folder`` and with ``environment``."""

    def call(*command: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={**environment, **more},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return call
