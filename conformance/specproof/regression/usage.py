"""Where the user's own code uses the client: a folder of Python files, read and never run."""

from __future__ import annotations

import ast
import os
import stat
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from specproof.errors import InputError, LimitError
from specproof.regression.usage_code import Known, Use, uses_in
from specproof.text import one_line

__all__ = ["Usage", "read_usage"]

_MOST_BYTES = 512 * 1024  # of a file; longer ones are data that happens to be Python
_MOST_FILES = 20_000
_SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages", "venv"})
_OURS = "generation.lock"


@dataclass(frozen=True, slots=True)
class Usage:
    """What was found in a folder.

    Attributes:
        uses: by file name relative to the folder, files in the order of their names.
        calls: distinct places ``file:line`` that use the client.
        problems: a sentence for each file that can not be read.
        blind: whether such a file names the client, so that nothing can be called unused.
    """

    uses: tuple[tuple[str, Use], ...]
    problems: tuple[str, ...] = ()
    blind: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        """Distinct places that use the client."""
        return tuple(dict.fromkeys(f"{name}:{use.line}" for name, use in self.uses))


def read_usage(folder: Path, known: Known) -> Usage:
    """Return where the Python files below ``folder`` use the client.

    Symbolic links are not followed; hidden folders, virtual environments and generated clients
    are left out.

    Raises:
        InputError: there is no such folder.
        LimitError: it holds too many files.
    """
    if not folder.is_dir():
        raise InputError("is no folder of Python code", file=str(folder), remedy="correct --usage")
    found: list[tuple[str, Use]] = []
    problems: list[str] = []
    blind = False
    for count, path in enumerate(_files(folder), 1):
        if count > _MOST_FILES:
            raise LimitError(
                f"holds more than {_MOST_FILES} Python files",
                file=str(folder),
                remedy="name the folder of your own code",
            )
        name = path.relative_to(folder).as_posix()
        problem, data = _content(path)
        if problem is None and _mentions(data, known):
            try:
                found += [(name, use) for use in uses_in(_parsed(data), known)]
            except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
                problem = one_line(f"is no Python that can be read ({_reason(error)})", 200)
        if problem is not None:
            problems.append(f"{one_line(name)} {problem}; what it calls is not known")
            blind = blind or _mentions(data, known)
    return Usage(tuple(found), tuple(problems), blind)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        if _OURS in names or "pyvenv.cfg" in names:
            folders.clear()
            continue
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED
        )
        for name in sorted(names):
            if name.endswith(".py"):
                yield Path(place, name)


def _content(path: Path) -> tuple[str | None, bytes]:
    """Return why a file can not be read, or None, and its first bytes."""
    try:
        # Neither a link that leads elsewhere nor a pipe that never ends.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        if not stat.S_ISREG(path.lstat().st_mode):
            return None, b""
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - no Path for a descriptor
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        return one_line(f"can not be read ({error.strerror})", 200), b""
    return ("is too large" if len(data) > _MOST_BYTES else None), data


def _parsed(data: bytes) -> ast.Module:
    with warnings.catch_warnings():
        # What the user's linter says of his code is no business of ours.
        warnings.simplefilter("ignore")
        return ast.parse(data)


def _mentions(data: bytes, known: Known) -> bool:
    """Return whether a file may use the client at all; most do not."""
    words = known.packages or ("api", "models")
    return any(word.encode() in data for word in words)


def _reason(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    return type(error).__name__ if not str(error) else str(error)
