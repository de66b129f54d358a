"""Coverage is measured once in a process, so that what is not to be measured is not."""

from __future__ import annotations

import sys

import pytest


@pytest.mark.no_cover
def test_what_is_not_measured_is_not_traced() -> None:
    """Where pytest-cov pauses, no measurement below its own goes on, in a worker either."""
    assert sys.gettrace() is None
