"""Documents and samples in few bytes."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.errors import InputError, LimitError
from specproof.history import packing
from specproof.history.packing import pack, pack_sample, unpack, unpack_sample


@given(st.binary(max_size=500))
def test_a_document_comes_back(data: bytes) -> None:
    """Byte for byte."""
    assert unpack(pack(data, "it"), len(data), "it") == data


@given(st.lists(st.floats(0, 1e7), max_size=30))
def test_a_sample_comes_back_in_order(milliseconds: list[float]) -> None:
    """Ascending, to the microsecond."""
    found = unpack_sample(pack_sample(milliseconds))
    assert found == tuple(sorted(round(item * 1000) / 1000 for item in milliseconds))


def test_a_sample_is_small() -> None:
    """Two hundred times take less than two bytes and a half each."""
    assert len(pack_sample(100 + number * 0.997 for number in range(200))) < 500


@pytest.mark.parametrize("size", [0, 3, 4, 1000, 10**9])
def test_a_damaged_document_is_told(size: int) -> None:
    """Cut, enlarged, of another size, or no compressed data at all."""
    packed = pack(b"12345", "it")
    for data in (packed, packed[:-1], packed + b"x", b"nonsense", b""):
        with pytest.raises(InputError, match="run x is damaged in the history"):
            unpack(data, size, "run x")


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is made of packed bytes than a history takes, whatever the size beside says."""
    monkeypatch.setattr(packing, "MAX_DOCUMENT_BYTES", 1000)
    bomb = zlib.compress(b"\x00" * 10_000_000)
    with pytest.raises(InputError, match="damaged"):
        unpack(bomb, 10_000_000, "it")
    with pytest.raises(LimitError, match="the run is larger than 0 MiB"):
        pack(b"\x00" * 1001, "the run")


@pytest.mark.parametrize("data", [b"\x80", b"\x01\xff", b"\xff" * 20])
def test_a_damaged_sample_is_told(data: bytes) -> None:
    """Cut, or a number that never ends."""
    with pytest.raises(InputError, match="a sample of latencies is damaged"):
        unpack_sample(data)
