"""The environment of long child processes whose coverage nobody needs."""

from __future__ import annotations

import os

__all__ = ["unmeasured"]


def unmeasured() -> dict[str, str]:
    """Return the environment without what makes a child process measure its coverage.

    Other tests run the same code in their own process; measured, a whole run takes twice as long.
    """
    return {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_")}
