"""How much of a property's examples coverage is measured with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

__all__ = ["measuring_first_examples"]

_MEASURED = 25


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
