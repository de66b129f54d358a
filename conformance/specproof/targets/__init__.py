"""Where requests go: ``emulator``, ``recorded`` and ``live``, each one httpx transport."""

from __future__ import annotations
