from __future__ import annotations

import pytest
from calling import Answer, call, onesignal_headers

from specproof.apis.onesignal.emulator import OneSignalEmulator
from specproof.targets.control import PREFIX, controlled


class Server:
    """A served emulator, without the server."""

    def __init__(self) -> None:
        self.emulator = OneSignalEmulator()
        self.app = controlled(self.emulator)

    def control(self, method: str, path: str) -> Answer:
        """Send a request below the reserved prefix."""
        return call(self.app, method, f"{PREFIX}{path}")

    def status(self) -> int:
        """Return what the API answers now."""
        return call(self.app, "GET", "/apps/x", headers=onesignal_headers(self.emulator)).status


def _active(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [row["name"] for row in answer.json()["conditions"] if row["active"]]


def test_conditions_are_entered_and_left() -> None:
    """Both are idempotent (RFC 9110 9.2.2), and the API answers accordingly."""
    server = Server()
    path = "/condition/unavailable"
    assert server.status() == 404
    assert _active(server.control("PUT", path)) == ["unavailable"]
    assert _active(server.control("PUT", path)) == ["unavailable"]
    assert server.status() == 503
    assert _active(server.control("GET", "/conditions")) == ["unavailable"]
    assert _active(server.control("DELETE", path)) == []
    assert _active(server.control("DELETE", path)) == []
    assert server.status() == 404


def test_the_latest_condition_wins() -> None:
    """Leaving it uncovers the one before."""
    server = Server()
    server.control("PUT", "/condition/unavailable")
    server.control("PUT", "/condition/throttled")
    assert server.status() == 429
    server.control("DELETE", "/condition/throttled")
    assert server.status() == 503


def test_reset_forgets_everything() -> None:
    """Conditions and resources are gone, and conditions can be entered again."""
    server = Server()
    app = next(iter(server.emulator.store.apps.values()))
    server.emulator.store.create(app)
    server.control("PUT", "/condition/throttled")
    assert _active(server.control("POST", "/reset")) == []
    assert server.status() == 404
    assert not next(iter(server.emulator.store.apps.values())).users
    assert _active(server.control("PUT", "/condition/throttled")) == ["throttled"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("PUT", "/condition/rain", 404),
        ("POST", "/condition/throttled", 405),
    ],
)
def test_other_controls_are_refused(method: str, path: str, status: int) -> None:
    """Wrong paths, names and methods change nothing."""
    server = Server()
    answer = server.control(method, path)
    assert answer.status == status
    assert (answer.header("allow") is not None) == (status == 405)
    assert server.status() == 404
