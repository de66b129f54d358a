"""The database server of the tests, which leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from postgres import programs
from unmeasured import unmeasured

_HOLDER = """
import signal
from postgres import Server, programs
server = Server(programs())
print(server.port, server.folder, flush=True)
signal.pause()
"""


@pytest.mark.no_cover
@pytest.mark.skipif(programs() is None, reason="PostgreSQL is not installed")
def test_a_server_ends_with_its_process() -> None:
    """Tests that are killed can not stop it; nobody answers afterwards, and no file is left."""
    support = str(Path(__file__).parent.parent / "support")
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER],
        env={**unmeasured(), "PYTHONPATH": support},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    port, folder = holder.stdout.readline().split()
    with socket.create_connection(("127.0.0.1", int(port))):
        holder.send_signal(signal.SIGKILL)
    # What ends the server has inherited this pipe, which is at its end with it.
    assert holder.communicate(timeout=120)[0] == ""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port))).close()
    assert not Path(folder).exists()
