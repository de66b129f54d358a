"""Formatting generated code once, with the ruff that is installed beside specproof."""

from __future__ import annotations

import subprocess  # ruff is a program, not a library
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from specproof.errors import InputError
from specproof.text import one_line

__all__ = ["format_code", "ruff_version"]

_COMMON = ("--isolated", "--no-cache", "--target-version", "py311")
_STEPS = (
    # F401, I001: the generator imports whatever a module might need, in no order.
    ("check", "--fix-only", "--select", "F401,I001", "--line-length", "100", *_COMMON),
    ("format", "--line-length", "100", *_COMMON),
)
_SECONDS = 240


def ruff_version() -> str:
    """Return the version of ruff that ``format_code`` runs.

    Raises:
        InputError: ruff is not installed beside specproof.
    """
    try:
        return version("ruff")
    except PackageNotFoundError:
        raise InputError(
            "ruff is not installed beside specproof",
            remedy="install specproof with its dependencies",
        ) from None


def format_code(folder: Path) -> None:
    """Drop unused imports, sort the others and format every Python file under ``folder``.

    Raises:
        InputError: ruff is missing or refuses a file; it does for one that is no Python.
    """
    program = _program()
    for step in _STEPS:
        done = subprocess.run(  # noqa: S603 - the pinned program, no shell
            [program, *step, "."],
            cwd=folder,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env={"LC_ALL": "C.UTF-8"},
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise InputError(
                f"the generated code can not be formatted: {one_line(done.stderr or done.stdout)}",
                remedy="the description leads openapi-python-client to write no valid Python;"
                " correct it with an overlay action",
            )


def _program() -> str:
    ruff_version()
    # Only here, once it is known to exist; the package carries no types.
    from ruff import find_ruff_bin  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        return str(find_ruff_bin())
    except FileNotFoundError as error:
        raise InputError(
            f"the program of ruff is missing: {one_line(str(error))}",
            remedy="install specproof with its dependencies",
        ) from None
