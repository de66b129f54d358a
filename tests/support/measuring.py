"""What coverage is measured with: once in each process, the first examples of a property."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import coverage
import pytest

__all__ = ["measuring_first_examples", "measuring_once"]

_MEASURED = 25


def measuring_once(config: pytest.Config) -> None:
    """Stop what measures a worker of pytest-xdist before pytest-cov begins its own for it.

    coverage.py begins at the start of any child process, and pytest-cov once more where it takes
    a worker for a run of its own. Those below would go on wherever the last one is paused: for
    the mark ``no_cover``, and for the later examples of a property.
    """
    plugin = config.pluginmanager.getplugin("_cov")
    if plugin is not None and plugin.cov_controller is not None:
        plugin.cov_controller.cov.stop()
    first = getattr(coverage.process_startup, "coverage", None)
    if first is not None:
        first.stop()


@contextmanager
def measuring_first_examples(item: pytest.Item) -> Iterator[None]:
    """Measure coverage with the first examples of ``item``; all are tried, as ever.

    Measured, an example takes two to three times as long (Python 3.11), and later examples of a
    property go through the code that the first ones went through.
    """
    handle = getattr(getattr(item, "obj", None), "hypothesis", None)
    plugin = item.config.pluginmanager.getplugin("_cov")
    controller = getattr(plugin, "cov_controller", None)
    if handle is None or controller is None or item.get_closest_marker("no_cover") is not None:
        yield
        return
    inner = handle.inner_test
    tried = 0

    # Hypothesis draws by the source of what it calls, which ``wraps`` leads it to.
    @wraps(inner)
    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal tried
        tried += 1
        if tried == _MEASURED + 1:
            controller.pause()
        return inner(*arguments, **named)

    handle.inner_test = counted
    try:
        yield
    finally:
        handle.inner_test = inner
        if tried > _MEASURED:
            controller.resume()
