from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest


def test_no_test_reaches_another_machine() -> None:
    """A connection to an address that is not this machine's is refused before it is tried."""
    # 192.0.2.0/24 is reserved for documentation (RFC 5737): nothing answers there.
    with (
        pytest.warns(UserWarning, match=r"192\.0\.2\.1"),
        pytest.raises(RuntimeError, match=r"192\.0\.2\.1"),
    ):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_loopback_and_socket_pairs_work() -> None:
    """Servers on this machine can be reached, and so can the other end of a pair."""
    left, right = socket.socketpair()
    with left, right, socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname(), timeout=10) as client:
            accepted, _ = server.accept()
            with accepted:
                client.sendall(b"over the wire")
                assert accepted.recv(100) == b"over the wire"
        left.sendall(b"x")
        assert right.recv(1) == b"x"


def test_no_credentials_of_the_user_are_seen(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Variables that carry credentials or settings are gone, and HOME is not the user's."""
    prefixes = ("ONESIGNAL_", "SEQUENCE_", "SPECPROOF_")
    assert [name for name in os.environ if name.startswith(prefixes)] == []
    assert Path.home().is_relative_to(tmp_path_factory.getbasetemp())
