# ruff: noqa: INP001, T201 - a script: no package, answers on its output
"""Runs stock ``st`` many times without starting Python for each; ``scripts/bench/faults``.

Reads one JSON array per line, the arguments of an ``st`` command, and answers with its exit
code and the seconds of CPU it took. Each command runs in a fork of this process, which has
imported Schemathesis, run the first command once to fill its caches, and nothing else: what it
does is what a fresh process would do, without the seconds that importing takes.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys

from schemathesis.cli import schemathesis

__all__ = ["main"]


def main() -> None:
    """Answer every line of standard input; the first argument is seconds a command may take."""
    patience = int(sys.argv[1])
    warm = False
    for line in sys.stdin:
        arguments: list[str] = json.loads(line)
        if not warm:
            _quietly(arguments)
            warm = True
            print(json.dumps({"code": 0, "cpu": 0.0}), flush=True)
            continue
        child = os.fork()
        if not child:
            code = 3
            try:
                signal.alarm(patience)
                code = _quietly(arguments)
            finally:
                # Whatever happens, this copy must not go on with the loop of its parent.
                os._exit(code)
        _, status, used = os.wait4(child, 0)
        spent = used.ru_utime + used.ru_stime
        print(json.dumps({"code": os.waitstatus_to_exitcode(status), "cpu": spent}), flush=True)


def _quietly(arguments: list[str]) -> int:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            schemathesis.main(args=arguments, prog_name="st")
        except SystemExit as stopped:
            return stopped.code if isinstance(stopped.code, int) else 1


if __name__ == "__main__":
    main()
