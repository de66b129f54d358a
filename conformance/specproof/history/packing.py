"""Documents and samples, packed into few bytes and read back within limits."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import Final

from specproof.errors import InputError, LimitError

__all__ = ["MAX_DOCUMENT_BYTES", "pack", "pack_sample", "unpack", "unpack_sample"]

MAX_DOCUMENT_BYTES: Final = 256 * 1024 * 1024
"""Bytes of the largest document that a history takes or gives, before it is compressed."""

_LEVEL: Final = 6
_MORE: Final = 0x80
_MICROSECONDS: Final = 1000
_MAX_SAMPLE: Final = 100_000
_MAX_SHIFT: Final = 63


def pack(data: bytes, what: str) -> bytes:
    """Return ``data`` compressed (zlib, RFC 1950).

    Raises:
        LimitError: it is over `MAX_DOCUMENT_BYTES`; the sentence calls it ``what``.
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise LimitError(
            f"{what} is larger than {MAX_DOCUMENT_BYTES // 2**20} MiB, which no history takes"
        )
    return zlib.compress(data, _LEVEL)


def unpack(packed: bytes, size: int, what: str) -> bytes:
    """Return what was packed; no more than ``size`` bytes are ever made.

    Raises:
        InputError: it is damaged, or is not of that size.
    """
    reader = zlib.decompressobj()
    try:
        data = reader.decompress(packed, min(size, MAX_DOCUMENT_BYTES) + 1)
    except zlib.error:
        data = b""
    if len(data) != size or not reader.eof:
        raise InputError(f"{what} is damaged in the history")
    return data


def pack_sample(milliseconds: Iterable[float]) -> bytes:
    """Return times, ascending, as the microseconds from one to the next, in base 128."""
    found = bytearray()
    before = 0
    for value in sorted(max(0, round(item * _MICROSECONDS)) for item in milliseconds):
        step = value - before
        before = value
        while step >= _MORE:
            found.append(step & (_MORE - 1) | _MORE)
            step >>= 7
        found.append(step)
    return bytes(found)


def unpack_sample(packed: bytes) -> tuple[float, ...]:
    """Return the milliseconds that `pack_sample` was given, ascending, to the microsecond.

    Raises:
        InputError: the bytes are none of its making.
    """
    found: list[float] = []
    total = step = shift = 0
    for byte in packed:
        step |= (byte & (_MORE - 1)) << shift
        shift += 7
        if shift > _MAX_SHIFT or len(found) >= _MAX_SAMPLE:
            break
        if byte < _MORE:
            total += step
            found.append(total / _MICROSECONDS)
            step = shift = 0
    if shift:
        raise InputError("a sample of latencies is damaged in the history")
    return tuple(found)
