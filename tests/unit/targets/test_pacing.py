"""A pace that is kept with other machines, and the moment at which a request really goes."""

from __future__ import annotations

import time

import httpx
import pytest
from contracts import contract_of
from loopback import Reply, serve

from specproof.errors import CouldNotCheckError, GuardError
from specproof.requirements.contract import Contract
from specproof.targets.budget import Limits
from specproof.targets.live import live_target
from specproof.targets.pacing import Paced, current_pace, origin_key, paced_by
from specproof.targets.session import TargetSession


class Metronome:
    """Notes who asked, and takes its time or refuses."""

    def __init__(self, seconds: float = 0.0, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.heeded: list[tuple[str, float]] = []
        self._seconds = seconds
        self._error = error

    def wait(self, origin: str) -> None:
        """Take the time, or refuse."""
        self.asked.append(origin)
        if self._error is not None:
            raise self._error
        late = time.perf_counter() + self._seconds
        while time.perf_counter() < late:
            pass

    def heed(self, origin: str, seconds: float) -> None:
        """Note it."""
        self.heeded.append((origin, seconds))


def _contract() -> Contract:
    return contract_of(method="get")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://A.Example/path?x", "https://a.example"),
        ("https://a.example.:443", "https://a.example"),
        ("http://a.example:80/", "http://a.example"),
        ("https://a.example:8443", "https://a.example:8443"),
        ("https://user:secret@a.example", "https://a.example"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("ftp://a.example", None),
        ("https://", None),
        ("/path", None),
    ],
)
def test_one_server_has_one_key(url: str, key: str | None) -> None:
    """However its URL is written, so that no spelling has a rate of its own."""
    assert origin_key(url) == key


def _session(url: str, most: int = 10) -> TargetSession:
    contract = _contract()
    target = live_target("shop", contract, base_url=url, resources={}, limits=Limits(most))
    return TargetSession(target, contract, scenario="s", seed=0, record=lambda _: None)


def test_every_live_request_asks_for_its_turn() -> None:
    """A target that is made under a pace keeps it; afterwards there is none."""
    metronome = Metronome()
    with serve() as site:
        site.put("/x", Reply(b"{}"))
        with paced_by(metronome):
            assert current_pace() is metronome
            session = _session(site.url, most=2)
        assert current_pace() is None
        for _ in range(3):
            session.send("drop", "GET", "/x")
        session.target.close()
        # The third was stopped by the run's own budget, and took no turn from others.
        assert metronome.asked == [origin_key(site.url)] * 2
        assert len(site.requests) == 2


def test_waiting_for_a_turn_is_no_time_of_the_server() -> None:
    """What is measured begins when the request really goes."""
    with serve() as site:
        site.put("/x", Reply(b"{}"))
        with paced_by(Metronome(0.3)):
            session = _session(site.url)
        made = session.send("drop", "GET", "/x")
        session.target.close()
    assert made.response is not None
    assert 0 < made.response.elapsed < 0.3


def test_what_may_not_go_is_not_sent() -> None:
    """A server that nobody named a rate for is not called."""
    with serve() as site:
        site.put("/x", Reply(b"{}"))
        with paced_by(Metronome(error=GuardError("nobody said at what rate"))):
            session = _session(site.url)
        made = session.send("drop", "GET", "/x")
        session.target.close()
        assert made.failure == "not sent: nobody said at what rate"
        assert site.requests == []


def test_a_pace_that_is_lost_breaks_the_item() -> None:
    """Without the others' word nothing is said of the API, rather than something wrong."""
    with serve() as site:
        with paced_by(Metronome(error=CouldNotCheckError("out of reach"))):
            session = _session(site.url)
        with pytest.raises(CouldNotCheckError):
            session.send("drop", "GET", "/x")
        session.target.close()
        assert site.requests == []


@pytest.mark.parametrize(
    ("status", "value", "heeded"),
    [
        (429, "7", [7.0]),
        (503, "31536000", [31536000.0]),
        (429, "0", []),
        (429, "soon", []),
        (429, None, []),
        (200, "7", []),
    ],
)
def test_what_a_server_asks_for_is_told_to_all(
    status: int, value: str | None, heeded: list[float]
) -> None:
    """A readable Retry-After of an answer that throttles, and nothing else."""
    metronome = Metronome()
    asked = {} if value is None else {"Retry-After": value}
    inner = httpx.MockTransport(lambda _: httpx.Response(status, headers=asked))
    paced = Paced(inner, metronome, "https://A.example/api")
    paced.handle_request(httpx.Request("GET", "https://a.example/api/x"))
    assert metronome.heeded == [("https://a.example", seconds) for seconds in heeded]
