"""The command line: one row per command; the module of the one that is asked for is imported."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer

from specproof.cli.commands import group_of
from specproof.errors import SpecproofError
from specproof.text import one_line

__all__ = ["COMMANDS", "app", "main"]

COMMANDS: tuple[str, ...] = (
    "add",
    "build",
    "cleanup",
    "diff",
    "discover",
    "doctor",
    "explain",
    "faults",
    "generate",
    "history",
    "lint",
    "record",
    "regress",
    "report",
    "run",
    "serve",
    "vendor",
)
"""Names of the commands; ``specproof.cli.<name>`` holds ``<name>_command``."""


app = typer.Typer(
    name="specproof",
    cls=group_of("specproof.cli", COMMANDS),
    help="Vendor an API contract, generate its client, prove that real responses keep it.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _root() -> None:
    """Vendor an API contract, generate its client, prove that real responses keep it."""


def main() -> None:
    """Run the command line; every outcome is one of the exit codes 0, 1, 2, 3, 130 and 143."""
    # Memory goes back with the process: nothing has to be searched for garbage at its end, which
    # takes as long as a small command.
    atexit.register(gc.freeze)
    with _tidy_end() as ended:
        try:
            _run()
        except SystemExit:
            if not ended:
                raise
            # Whatever a library made of the interruption, it was SIGTERM.
            raise SystemExit(128 + signal.SIGTERM) from None


@contextmanager
def _tidy_end() -> Iterator[list[int]]:
    """Turn the first SIGTERM into an interruption, so that temporary files go and locks open.

    A second one ends the process at once. The list that is yielded tells what came.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread may ask for signals.
        yield came
        return

    def end(number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        came.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield came
    finally:
        signal.signal(signal.SIGTERM, before)


def _run() -> None:
    try:
        try:
            app()
        finally:
            # What is still in the buffer is the command's output, so is a failure to write it.
            sys.stdout.flush()
    except SystemExit as done:
        # Typer ends with 1 when the reader went away, which would mean findings here.
        if isinstance(done.__context__, BrokenPipeError):
            raise SystemExit(2) from None
        raise
    except SpecproofError as error:
        sys.stderr.write(f"specproof: error: {one_line(str(error), 2000)}\n")
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        sys.stderr.write("specproof: interrupted\n")
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader went away (`specproof ... | head`); nothing is left to say to anyone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(2) from None
    except RecursionError:
        sys.stderr.write("specproof: error: the input is nested too deeply to be processed\n")
        raise SystemExit(2) from None
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or type(error).__name__
        sys.stderr.write(f"specproof: error: {one_line(f'{place}{reason}')}\n")
        raise SystemExit(2) from None
    except Exception as error:  # noqa: BLE001 - a traceback may hold what nobody may read
        sys.stderr.write(f"specproof: internal error: {_placed(error)}; please report it\n")
        raise SystemExit(2) from None


def _placed(error: Exception) -> str:
    """Return type and place of an error; its text may be a secret's."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [item for item in frames if "specproof" in item.filename] or frames[-1:]
    places = [f" at {Path(item.filename).name}:{item.lineno}" for item in ours[-1:]]
    return f"{type(error).__name__}{''.join(places)}"
