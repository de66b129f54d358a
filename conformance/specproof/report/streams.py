"""Text onto a stream, whatever its encoding; nothing is loaded for it."""

from __future__ import annotations

import sys
from typing import TextIO

__all__ = ["write_text"]


def write_text(text: str, stream: TextIO | None = None) -> None:
    """Write ``text`` to ``stream`` (standard output).

    Each character that the encoding of the stream lacks is escaped.
    """
    out = stream or sys.stdout
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "backslashreplace").decode(encoding))
