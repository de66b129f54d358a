"""What stands for the command in tests of the scripts that call it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

__all__ = ["DOCTOR", "STUB", "Script"]

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
