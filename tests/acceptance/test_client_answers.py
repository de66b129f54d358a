from __future__ import annotations

import gzip
import json
import socket
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from clients import ALIAS, MODES, Api, onesignal, sequence
from raw_server import RESET, RawServer, http, raw_server

IDENTITY = {"identity": {"onesignal_id": str(ALIAS), "external_id": "kept"}}
GOOD = json.dumps(IDENTITY).encode()
JSON = "Content-Type: application/json"
ERROR = {"errors": [{"code": "user-1", "title": "No such user", "meta": {"a": 1}}]}
BOTH = pytest.mark.parametrize("mode", MODES)


@pytest.fixture(scope="module")
def shared() -> Iterator[RawServer]:
    """Run one server for the tests of this file."""
    with raw_server() as server:
        yield server


@pytest.fixture
def server(shared: RawServer) -> RawServer:
    """Return the server, which has forgotten what came before."""
    shared.requests.clear()
    shared.bodies.clear()
    shared.hang_up = False
    return shared


@pytest.fixture(scope="module")
def api() -> Api:
    """Return the client of OneSignal."""
    return onesignal()


@BOTH
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (201, "UndocumentedSuccessError"),
        (299, "UndocumentedSuccessError"),
        (302, "RedirectionError"),
        (399, "RedirectionError"),
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (420, "ClientStatusError"),
        (422, "UnprocessableError"),
        (429, "RateLimitedError"),
        (499, "ClientStatusError"),
        (500, "ServerStatusError"),
        (503, "UnavailableError"),
        (599, "ServerStatusError"),
        (600, "UnknownStatusError"),
        (799, "UnknownStatusError"),
        (999, "UnknownStatusError"),
    ],
)
def test_any_status_becomes_a_typed_result(
    api: Api, server: RawServer, mode: str, status: int, kind: str
) -> None:
    """The short form raises the class of the status; the detailed form returns everything."""
    server.answer = http(status, b'{"a": 1}', JSON, "X-Request-Id: r-1", "Retry-After: 7")
    response = api.call(mode, api.client(server.url), detailed=True)
    with pytest.raises(api.package.ApiError) as caught:
        api.call(mode, api.client(server.url))
    error = caught.value
    assert type(error).__name__ == type(response.error).__name__ == kind
    assert (response.status_code, response.content) == (status, b'{"a": 1}')
    assert (response.retry_after, response.request_id) == (7.0, "r-1")
    assert response.headers["X-REQUEST-ID"] == "r-1"
    assert (error.status_code, error.content, error.request_id) == (status, b'{"a": 1}', "r-1")
    assert (error.method, error.path_template) == (
        "DELETE",
        "/apps/{app_id}/users/by/{alias_label}/{alias_id}/identity/{alias_label_to_delete}",
    )
    assert error.retry_after == 7.0
    with pytest.raises(type(error)):
        response.result()


TITLED = [("user-1", "No such user", {"meta": {"a": 1}})]


@BOTH
@pytest.mark.parametrize("status", [400, 503])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (ERROR, TITLED),
        ({"errors": ["first", "second"]}, [("", "first", {}), ("", "second", {})]),
        ({"errors": "only"}, [("", "only", {})]),
        ("only", [("", "only", {})]),
        ({"errors": [{"code": "c"}]}, [("c", "", {})]),
        ({"errors": {"name": ["is taken"]}}, [("", "is taken", {"field": "name"})]),
        ({"errors": {"invalid": {"title": "t"}}}, [("", "t", {"field": "invalid"})]),
        ({"error": {"type": "T", "message": "m"}}, [("T", "m", {})]),
        ({"error": "e", "error_description": "d"}, [("e", "d", {})]),
        ({"type": "about:blank", "title": "t"}, [("about:blank", "t", {})]),
        (b"plain words", [("", "plain words", {})]),
        (b"", []),
        (b"<html><title>503</title></html>", []),
        ([], []),
        ({}, []),
        ([[["deep"]]], [("", "deep", {})]),
    ],
)
def test_errors_say_the_same_whatever_their_form(  # noqa: PLR0917 - three are parameters
    api: Api, server: RawServer, mode: str, status: int, body: Any, said: list[Any]
) -> None:
    """List of objects, of strings, one string, map, OAuth, text and nothing: one envelope."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    server.answer = http(status, content, JSON)
    response = api.call(mode, api.client(server.url), detailed=True)
    assert response.content == content
    assert [(item.code, item.title, dict(item.meta)) for item in response.errors] == said
    assert response.errors == response.error.errors
    for item in response.errors:
        assert item.title in str(response.error)


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"5",
        b'{"identity": null}',
        b'{"identity": []}',
        b'{"identity": {}}',
        b'{"identity": {"onesignal_id": 5}}',
        b'{"identity": {"onesignal_id": "no-uuid"}}',
        b'{"identity": {"onesignal_id": "\\ud800"}}',
        b'{"identity": {"onesignal_id": "%s", "n": NaN}}' % str(ALIAS).encode(),
        b'{"identity": {"onesignal_id": "%s", "n": 1e999}}' % str(ALIAS).encode(),
        b'{"identity": {"onesignal_id": "%s", "n": %s}}' % (str(ALIAS).encode(), b"9" * 5000),
        b'{"identity": {"onesignal_id": "%s", "n": "\xff"}}' % str(ALIAS).encode(),
        GOOD[:-3],
        GOOD + b"}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"identity":' * 50_000 + b"1" + b"}" * 50_000,
        b"<html>all is well</html>",
        b"\x00\x01\x02",
    ],
    ids=lambda body: repr(body[:40]),
)
def test_a_success_that_is_not_as_documented_never_passes(
    api: Api, server: RawServer, mode: str, body: bytes
) -> None:
    """It is an error that keeps the bytes, says that the call took effect, and is not retried."""
    server.answer = http(200, body, JSON)
    retrying = api.client(server.url, retries=api.package.Retries())
    with pytest.raises(api.package.errors.UndecodableResponseError) as caught:
        api.call(mode, retrying)
    error = caught.value
    assert type(error).__name__ == "UndecodableResponseError"
    assert (error.status_code, error.content) == (200, body)
    assert error.headers["content-type"] == "application/json"
    assert error.problem
    assert error.took_effect is True
    assert error.retryable is False
    assert "do not repeat" in str(error)
    assert len(server.requests) == 1
    response = api.call(mode, api.client(server.url), detailed=True)
    assert (response.parsed, response.problem) == (None, error.problem)
    assert response.is_success


def _chunked(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def _head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", JSON, *lines, "", ""]).encode()


@BOTH
@pytest.mark.parametrize(
    "answer",
    [
        _head("Content-Length: 500") + GOOD,
        _head("Transfer-Encoding: chunked") + b"zz\r\n" + GOOD,
        _head("Transfer-Encoding: chunked") + b"10\r\n" + GOOD[:5],
        _head("Transfer-Encoding: chunked") + _chunked(GOOD)[:-5],
        _head("Content-Encoding: gzip") + GOOD,
        _head("Content-Encoding: gzip") + gzip.compress(GOOD)[:-9],
        _head("Content-Encoding: br") + GOOD,
        _head("Content-Encoding: deflate") + b"\x78\x9cnonsense",
    ],
    ids=["short", "no-size", "cut-chunk", "no-end", "no-gzip", "cut-gzip", "brotli", "no-deflate"],
)
def test_a_success_that_is_cut_off_is_known_to_have_taken_effect(
    api: Api, server: RawServer, mode: str, answer: bytes
) -> None:
    """Broken chunks, codings and lengths after a 200: no retry, no foreign exception."""
    server.answer, server.hang_up = answer, True
    with pytest.raises(api.package.errors.UndecodableResponseError) as caught:
        api.call(mode, api.client(server.url, retries=api.package.Retries()))
    assert caught.value.status_code == 200
    assert caught.value.took_effect is True
    assert len(server.requests) == 1


def _raw_deflate(content: bytes) -> bytes:
    coder = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return coder.compress(content) + coder.flush()


@BOTH
@pytest.mark.parametrize(
    "answer",
    [
        _head("Transfer-Encoding: chunked") + _chunked(GOOD[:9], GOOD[9:]),
        _head("Content-Encoding: gzip") + gzip.compress(GOOD),
        _head("Content-Encoding: deflate") + zlib.compress(GOOD),
        _head("Content-Encoding: deflate") + _raw_deflate(GOOD),
        _head("Content-Encoding: identity") + GOOD,
        _head() + b"\xef\xbb\xbf" + GOOD,
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + _head() + GOOD,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 5 + _head() + GOOD,
        b"HTTP/1.0 200 OK\r\n\r\n" + GOOD,
        _head("X-Odd: \xff\xfe".encode("latin-1").decode("latin-1")) + GOOD,
        _head().replace(b"200 OK", b"200 ") + GOOD,
        _head("Content-Type: text/html") + GOOD,
    ],
    ids=[
        *("chunked", "gzip", "zlib", "raw-deflate", "identity", "bom", "early-hints"),
        *("continue", "http-1.0", "latin-1", "no-reason", "label"),
    ],
)
def test_whatever_http_allows_is_read(
    api: Api, server: RawServer, mode: str, answer: bytes
) -> None:
    """Codings, interim answers, byte order marks and sloppy heads give the same success."""
    server.answer, server.hang_up = answer, True
    result = api.call(mode, api.client(server.url))
    assert result.to_dict() == IDENTITY


@BOTH
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        RESET,
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 099 Low\r\n\r\n",
        b"HTTP/1.1 1000 High\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300_000 + b"\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
    ],
    ids=[
        *("nothing", "reset", "ssh", "tls", "no-status", "099", "1000", "colon"),
        *("two-lengths", "negative", "nul", "many", "long", "interim-only"),
    ],
)
def test_no_answer_is_a_connection_error(
    api: Api, server: RawServer, mode: str, answer: object
) -> None:
    """What is no HTTP, or ends before it says anything, may have taken effect or not."""
    server.answer, server.hang_up = answer, True
    with pytest.raises(api.package.errors.ApiConnectionError) as caught:
        api.call(mode, api.client(server.url))
    assert caught.value.took_effect is None
    assert caught.value.__cause__ is None
    assert str(caught.value).startswith("DELETE /apps/{app_id}/")


@BOTH
def test_nobody_there_is_a_connection_error(api: Api, mode: str) -> None:
    """A closed port and a server without TLS are connection errors."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(api.package.errors.ApiConnectionError):
            api.call(mode, api.client(f"http://127.0.0.1:{port}"))
    with raw_server(http(200, GOOD)) as server:
        client = api.client(f"https://127.0.0.1:{server.port}", timeout=1.0)
        with pytest.raises(api.package.errors.ApiConnectionError):
            api.call(mode, client)


@BOTH
def test_a_compressed_bomb_stays_within_the_limit(api: Api, server: RawServer, mode: str) -> None:
    """A megabyte that would become a gigabyte ends at the limit, in little memory."""
    coder = zlib.compressobj(9, wbits=31)
    head = coder.compress(b"\x00") + coder.flush(zlib.Z_FULL_FLUSH)
    piece = coder.compress(b"\x00" * (1 << 20)) + coder.flush(zlib.Z_FULL_FLUSH)
    # After a full flush the same input becomes the same bytes, so one piece stands for each.
    bomb = head + piece * 1000
    assert len(bomb) < 1 << 20
    server.answer = http(200, bomb, JSON, "Content-Encoding: gzip")
    limit = 4 << 20
    tracemalloc.start()
    try:
        with pytest.raises(api.package.errors.UndecodableResponseError) as caught:
            api.call(mode, api.client(server.url, max_response_bytes=limit))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(caught.value.content) == limit
    assert caught.value.problem == f"it is larger than {limit} bytes"
    assert peak < 40 << 20


@BOTH
def test_cookies_and_redirects_go_nowhere(api: Api, server: RawServer, mode: str) -> None:
    """A cookie of one answer is not in the next request, and a redirect is an error."""
    with raw_server(http(200, GOOD)) as other:
        server.answer = http(
            307, b"", f"Location: {other.url}/steal", "Set-Cookie: planted=1; Path=/"
        )
        for _ in range(2):
            response = api.call(mode, api.client(server.url), detailed=True)
            assert type(response.error).__name__ == "RedirectionError"
        assert other.connections == 0
    assert not any(b"planted" in head for head in server.requests)


@BOTH
def test_documented_headers_have_types(server: RawServer, mode: str) -> None:
    """``Retry-After`` comes as seconds, an API's version as text; nonsense comes as None."""
    api = onesignal()
    server.answer = http(429, b"", "Retry-After: 12")
    response = api.call(mode, api.client(server.url), detailed=True)
    assert response.documented_headers.retry_after == 12.0
    server.answer = http(429, b"", "Retry-After: soon")
    response = api.call(mode, api.client(server.url), detailed=True)
    assert response.documented_headers.retry_after is None
    api = sequence()
    body = {"error": {"type": "UnrecognisedApiVersion", "message": "No matching version."}}
    server.answer = http(400, json.dumps(body).encode(), JSON, "Sequence-Version: 2024-07-30")
    response = api.call(mode, api.client(server.url), detailed=True)
    assert response.parsed.to_dict() == body
    assert response.documented_headers.sequence_version == "2024-07-30"
