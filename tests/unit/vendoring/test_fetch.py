from __future__ import annotations

import gzip
import socket
import time
from dataclasses import replace

import httpx
import pytest
from loopback import Reply, Site

from specproof.errors import CouldNotCheckError, InputError, LimitError, UpstreamError
from specproof.vendoring import fetch
from specproof.vendoring.fetch import Answer, Fetcher, check_url, is_url


def test_a_document_comes_with_its_type_and_tag(site: Site, fetcher: Fetcher) -> None:
    """Body, media type without parameters, and entity tag."""
    url = site.put(
        "/a.md", Reply(b"text", headers={"Content-Type": "Text/Markdown; x=1", "ETag": '"1"'})
    )
    assert fetcher.fetch(url) == Answer(url, url, b"text", "text/markdown", '"1"')
    _, headers = site.requests[0]
    assert headers["Accept-Encoding"] == "gzip"
    assert headers["User-Agent"] == "specproof"
    assert "If-None-Match" not in headers


def test_a_known_tag_saves_the_body(site: Site, fetcher: Fetcher) -> None:
    """If-None-Match is sent, and 304 means that the committed bytes stand."""
    url = site.put("/a.md", Reply(status=304), Reply(status=304, headers={"ETag": '"2"'}))
    assert fetcher.fetch(url, etag='"1"') == Answer(url, url, None, "", '"1"')
    assert fetcher.fetch(url, etag='"1"').etag == '"2"'
    assert site.requests[0][1]["If-None-Match"] == '"1"'


def test_304_to_an_unconditional_request_is_refused(site: Site, fetcher: Fetcher) -> None:
    """Nobody asked whether anything had changed."""
    with pytest.raises(UpstreamError, match="answers 304"):
        fetcher.fetch(site.put("/a.md", Reply(status=304)))


def test_compressed_answers_are_decoded(site: Site, fetcher: Fetcher) -> None:
    """Gzip is what we ask for."""
    url = site.put("/a", Reply(gzip.compress(b"text"), headers={"Content-Encoding": "gzip"}))
    assert fetcher.fetch(url).body == b"text"


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "zstd"])
def test_other_codings_are_refused(site: Site, fetcher: Fetcher, coding: str) -> None:
    """What was not asked for could expand without bounds."""
    url = site.put("/a", Reply(b"text", headers={"Content-Encoding": coding}))
    with pytest.raises(UpstreamError, match="which was not asked for"):
        fetcher.fetch(url)


def test_a_compressed_bomb_is_refused(site: Site, fetcher: Fetcher) -> None:
    """The limit holds for the decoded bytes."""
    bomb = gzip.compress(b"\0" * 5_000_000)
    url = site.put("/a", Reply(bomb, headers={"Content-Encoding": "gzip"}))
    assert len(bomb) < 10_000
    with pytest.raises(LimitError, match="is larger than 100000 bytes"):
        replace(fetcher, max_bytes=100_000).fetch(url)


def test_a_broken_compression_could_not_be_checked(site: Site, fetcher: Fetcher) -> None:
    """Bytes that are no gzip are told in one sentence."""
    url = site.put("/a", Reply(b"no gzip", headers={"Content-Encoding": "gzip"}))
    with pytest.raises(CouldNotCheckError, match="can not be reached: "):
        fetcher.fetch(url)


def test_the_limit_is_exact(site: Site, fetcher: Fetcher) -> None:
    """As many bytes as the limit are read, one more is refused."""
    url = site.put("/a", Reply(b"12345"))
    assert replace(fetcher, max_bytes=5).fetch(url).body == b"12345"
    with pytest.raises(LimitError):
        replace(fetcher, max_bytes=4).fetch(url)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_passing_failure_is_retried(site: Site, fetcher: Fetcher, status: int) -> None:
    """After a failure that says so, the next attempt counts."""
    url = site.put("/a", Reply(status=status), Reply(b"text"))
    assert fetcher.fetch(url).body == b"text"
    assert len(site.requests) == 2


def test_retry_after_is_obeyed_and_capped(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait is what the server names, but never more than ``max_wait``."""
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    url = site.put(
        "/a",
        Reply(status=429, headers={"Retry-After": "7"}),
        Reply(status=503, headers={"Retry-After": "4000"}),
        Reply(b"text"),
    )
    assert replace(fetcher, max_wait=20).fetch(url).body == b"text"
    assert waits == [7.0, 20]


def test_retries_come_to_an_end(site: Site, fetcher: Fetcher) -> None:
    """A server that keeps failing could not be checked."""
    url = site.put("/a", Reply(status=503))
    with pytest.raises(CouldNotCheckError, match="answers 503, again after every retry"):
        fetcher.fetch(url)
    assert len(site.requests) == 4


@pytest.mark.parametrize(
    ("status", "problem"),
    [(401, "answers 401: it wants a login"), (403, "wants a login"), (404, "answers 404"),
     (204, "answers 204"), (301, "answers 301")],
)  # fmt: skip
def test_other_statuses_are_refused_at_once(
    site: Site, fetcher: Fetcher, status: int, problem: str
) -> None:
    """Nothing but 200 is a document, and asking again would not help."""
    url = site.put("/a", Reply(status=status))
    with pytest.raises(UpstreamError, match=problem):
        fetcher.fetch(url)
    assert len(site.requests) == 1


def test_redirects_are_followed_within_bounds(site: Site, fetcher: Fetcher) -> None:
    """Relative and absolute ones, a few of them."""
    site.put("/b", Reply(status=308, headers={"Location": f"{site.url}/c"}))
    site.put("/c", Reply(b"text"))
    url = site.put("/a", Reply(status=302, headers={"Location": "b"}))
    assert fetcher.fetch(url) == Answer(url, f"{site.url}/c", b"text", "", None)
    loop = site.put("/loop", Reply(status=302, headers={"Location": "/loop"}))
    with pytest.raises(UpstreamError, match="redirects more than 5 times"):
        fetcher.fetch(loop)


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("http://example.com/a", "which is not https"),
        ("file:///etc/passwd", "which is not https"),
        ("https://user:secret@example.com/", "which carries a user name or password"),
    ],
)
def test_redirects_to_elsewhere_are_refused(
    site: Site, fetcher: Fetcher, location: str, problem: str
) -> None:
    """The target of a redirect must be a URL that could have been asked for."""
    url = site.put("/a", Reply(status=302, headers={"Location": location}))
    with pytest.raises(UpstreamError, match=problem):
        fetcher.fetch(url)


def test_a_redirect_to_no_url_could_not_be_checked(site: Site, fetcher: Fetcher) -> None:
    """A broken Location is told in one sentence."""
    url = site.put("/a", Reply(status=302, headers={"Location": "https://[::1"}))
    with pytest.raises(CouldNotCheckError, match="Invalid URL in location header"):
        fetcher.fetch(url)


def test_a_public_site_can_not_send_us_to_this_machine(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect from elsewhere to loopback is refused before it is followed."""

    def answer(_transport: object, request: httpx.Request) -> httpx.Response:
        assert request.url.host == "docs.example.com"
        return httpx.Response(302, headers={"Location": "http://localhost:9/a"})

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", answer)
    with pytest.raises(UpstreamError, match="redirects to this machine"):
        fetcher.fetch("https://docs.example.com/a")


def test_nobody_at_home_could_not_be_checked(fetcher: Fetcher) -> None:
    """A refused connection is exit 3, in one sentence."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/a"
        with pytest.raises(CouldNotCheckError, match=r"can not be reached: .*refused"):
            fetcher.fetch(url)


def test_an_answer_cut_short_could_not_be_checked(site: Site, fetcher: Fetcher) -> None:
    """Fewer bytes than were promised are no document."""
    url = site.put("/a", Reply(b"tex", headers={"Connection": "close"}, cut=True))
    with pytest.raises(CouldNotCheckError, match="can not be reached"):
        fetcher.fetch(url)


def test_a_slow_answer_ends(site: Site, fetcher: Fetcher) -> None:
    """A document has a deadline of its own, however steadily it trickles."""
    url = site.put("/a", Reply(b"text"))
    with pytest.raises(CouldNotCheckError, match="takes longer than 0 seconds"):
        replace(fetcher, deadline=0).fetch(url)


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a", "http://127.0.0.1:1/", "http://localhost/", "http://[::1]:1/a"],
)
def test_urls_that_may_be_fetched(url: str) -> None:
    """Https anywhere, http on this machine."""
    check_url(url)
    assert is_url(url)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://example.com/a", "is not https; use an https URL"),
        ("http://127.0.0.1.example.com/a", "is not https"),
        ("ftp://127.0.0.1/a", "is not https"),
        ("https:///a", "names no host"),
        ("https://h:port/a", "is no URL"),
        ("https://me:s3cret@example.com/a", "carries a user name or password"),
        ("https://token@example.com/a", "carries a user name or password"),
    ],
)
def test_urls_that_may_not_be_fetched(url: str, problem: str) -> None:
    """Everything else is refused, and a password in it is not repeated."""
    with pytest.raises(InputError) as caught:
        check_url(url)
    assert problem in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "token" not in str(caught.value)


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Except for this machine and the hosts that are named in no_proxy."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "inside.example")
    assert fetch._proxy("https://docs.example/a") == "http://proxy.example:3128"
    assert fetch._proxy("https://inside.example/a") is None
    assert fetch._proxy("http://127.0.0.1:5/a") is None
