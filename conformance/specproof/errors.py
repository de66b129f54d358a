"""Every error that specproof raises on purpose.

The tree, one root, and the exit code of each branch::

    SpecproofError                 2
    +-- InputError                 2  a file, page, spec or option is wrong
    |   +-- LimitError             2  bigger, deeper or longer than is allowed
    |   +-- StaleError             1  a committed result does not match its source
    |   +-- UpstreamError          2  the vendor's answer is not usable, nothing was overwritten
    +-- CouldNotCheckError         3  target unreachable, nothing exercised
    +-- GuardError                 2  a request that must not be sent was stopped
"""

from __future__ import annotations

__all__ = [
    "CouldNotCheckError",
    "GuardError",
    "InputError",
    "LimitError",
    "SpecproofError",
    "StaleError",
    "UpstreamError",
]


class SpecproofError(Exception):
    """Root of the tree; its text is one clear sentence, fit for a terminal."""

    exit_code: int = 2


class InputError(SpecproofError):
    """Bad input: names the file, the line where known, what is wrong and how to mend it.

    Args:
        problem: what is wrong, one clause without a final full stop.
        file: file name or URL as the user would write it.
        line: 1-based line in that file, where known.
        remedy: how to mend it, one clause without a final full stop.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        line: int | None = None,
        remedy: str | None = None,
    ) -> None:
        self.problem = problem
        self.file = file
        self.line = line
        self.remedy = remedy
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(f"{place}{problem}{f'; {remedy}' if remedy else ''}")


class LimitError(InputError):
    """Input that is bigger, deeper or longer than specproof is willing to read."""


class StaleError(InputError):
    """A committed result does not match what its sources give now."""

    exit_code = 1


class UpstreamError(InputError):
    """The vendor's answer can not be used; nothing on disk was changed."""


class CouldNotCheckError(SpecproofError):
    """Nothing could be said: the target is out of reach or nothing was exercised."""

    exit_code = 3


class GuardError(SpecproofError):
    """A request was stopped because it might have harmed what is not ours."""
