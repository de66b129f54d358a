from __future__ import annotations

import signal
import socket

import httpx
import pytest

from specproof.apis.onesignal.emulator import OneSignalEmulator
from specproof.errors import InputError
from specproof.targets.serving import base_url, is_loopback, listen, serve


def test_a_free_port_is_found_and_named() -> None:
    """Port 0 becomes a real one, and the URL leads there."""
    with listen("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert port > 0
        assert base_url(bound) == f"http://127.0.0.1:{port}"
        assert is_loopback(bound)
        with pytest.raises(InputError, match=f"port {port} of 127.0.0.1 is in use; choose another"):
            listen("127.0.0.1", port)


def test_an_open_address_is_no_loopback() -> None:
    """All addresses of the machine can be reached from elsewhere."""
    with listen("0.0.0.0", 0) as bound:  # noqa: S104 - nothing is served here
        assert not is_loopback(bound)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_ipv6_addresses_are_bracketed() -> None:
    """RFC 3986 3.2.2: an IPv6 address in a URL stands in brackets."""
    try:
        bound = listen("::1", 0)
    except InputError:
        pytest.skip("this machine has no IPv6 loopback address")
    with bound:
        assert base_url(bound).startswith("http://[::1]:")
        assert is_loopback(bound)


@pytest.mark.parametrize(
    ("host", "words"),
    [("no such host", "there is none of that name"), ("192.0.2.1", "can not listen on port")],
)
def test_wrong_hosts_are_one_sentence(host: str, words: str) -> None:
    """Neither a name that does not resolve nor another machine's address is a traceback."""
    with pytest.raises(InputError, match=words):
        listen(host, 0)


def test_a_signal_before_the_start_still_ends_it() -> None:
    """SIGTERM while `ready` runs leads to a clean end, and handlers are put back."""
    before = signal.getsignal(signal.SIGTERM)
    seen: list[str] = []
    bound = listen("127.0.0.1", 0)

    def ready() -> None:
        seen.append(base_url(bound))
        signal.raise_signal(signal.SIGTERM)

    serve(OneSignalEmulator(), bound, ready)
    assert len(seen) == 1
    assert signal.getsignal(signal.SIGTERM) is before
    with pytest.raises(httpx.ConnectError):
        httpx.get(seen[0])
