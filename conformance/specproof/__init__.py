"""specproof proves, again and again, that an API you do not own keeps its contract."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
