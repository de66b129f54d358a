"""Real processes of ``specproof serve``, for tests over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SPECPROOF = (sys.executable, "-c", "from specproof.cli.main import main; main()")


@contextmanager
def serving(*arguments: str, cwd: Path | None = None) -> Iterator[Mapping[str, Any]]:
    """Run ``specproof serve`` on a free port; yield what it announces, and expect a clean end."""
    process = subprocess.Popen(
        [*SPECPROOF, "serve", *arguments, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, process.communicate(timeout=30)[1]
        yield {**json.loads(line), "pid": process.pid}
    finally:
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest, errors) == (0, "", "")
