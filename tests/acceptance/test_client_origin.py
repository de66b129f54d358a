from __future__ import annotations

import asyncio
import importlib
import logging
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import respx
from clients import MODES
from generation_cases import describe, operation, source
from raw_server import RawServer, http, raw_server

from specproof.errors import InputError
from specproof.generation import build_client

TOKEN = "t0ken/in+a&query"
STRING = {"type": "string"}


def _parameter(name: str, place: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": place == "path", "schema": STRING, **fields}


def _described(evil: str) -> dict[str, Any]:
    first, second = _parameter("first", "path"), _parameter("second", "path")
    servers = [{"url": evil}]
    return describe(
        {
            "/pair/{first}{second}": {
                "get": operation(operationId="pair", parameters=[first, second])
            },
            "/file/{first}.{second}": {
                "get": operation(operationId="file", parameters=[first, second])
            },
            "/dot/.{first}": {"get": operation(operationId="dot", parameters=[first])},
            "/path-server/{first}": {
                "servers": servers,
                "get": operation(operationId="pathServer", parameters=[first]),
            },
            "/own-server/{first}": {
                "get": operation(operationId="ownServer", parameters=[first], servers=servers)
            },
            "/fields": {
                "get": operation(
                    operationId="fields",
                    parameters=[
                        _parameter("Host", "header"),
                        _parameter("X-Plain", "header"),
                        _parameter("c", "cookie"),
                        _parameter("q", "query"),
                    ],
                ),
                "post": operation(
                    operationId="post",
                    parameters=[],
                    responses={"200": {"description": "Done."}, "204": {"description": "Done."}},
                ),
            },
        },
        servers=servers,
        components={"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "key"}}},
        security=[{"key": []}],
    )


@pytest.fixture(scope="module")
def evil() -> Iterator[RawServer]:
    """Run the server that nothing must go to."""
    with raw_server(http(200)) as server:
        yield server


@pytest.fixture(scope="module")
def odd(evil: RawServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return a client of a description that tries to send calls elsewhere: its modules by name."""
    folder = tmp_path_factory.mktemp("odd")
    build_client(source(_described(evil.url), "odd-origin"), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        package = importlib.import_module("odd_origin_client")
        names = ("pair", "file", "dot", "path_server", "own_server", "fields", "post")
        modules = {
            name: importlib.import_module(f"odd_origin_client.api.default.{name}") for name in names
        }
        yield SimpleNamespace(package=package, **modules)


@pytest.fixture
def server() -> Iterator[RawServer]:
    """Run the API's server."""
    with raw_server(http(200)) as server:
        yield server


def _call(mode: str, module: Any, client: Any, *arguments: Any, **named: Any) -> Any:
    if mode == "sync":
        with client:
            return module.sync_detailed(*arguments, client=client, **named)

    async def called() -> Any:
        async with client:
            return await module.asyncio_detailed(*arguments, client=client, **named)

    return asyncio.run(called())


def _client(odd: Any, url: str, **settings: Any) -> Any:
    given = {"retries": None, "timeout": 5.0, **settings}
    return odd.package.AuthenticatedClient(url, token=TOKEN, **given)


BOTH = pytest.mark.parametrize("mode", MODES)


@BOTH
def test_servers_of_a_description_are_not_called(
    odd: Any, server: RawServer, evil: RawServer, mode: str
) -> None:
    """Path- and operation-level servers do not choose where a token goes."""
    _call(mode, odd.path_server, _client(odd, server.url), "a")
    _call(mode, odd.own_server, _client(odd, server.url + "/base/"), "a")
    key = "?key=t0ken%2Fin%2Ba%26query"
    assert server.targets == [f"/path-server/a{key}", f"/base/own-server/a{key}"]
    assert evil.connections == 0


@pytest.mark.parametrize(
    "key", ["http://evil.example/{id}", "//evil.example/{id}", "{id}", "/../{id}", "/a\\b/{id}"]
)
def test_path_keys_that_are_addresses_are_refused(key: str, tmp_path: Any) -> None:
    """An absolute URL as a path key makes no client."""
    with pytest.raises(InputError, match="is not a path template"):
        build_client(source(describe({key: {"get": operation()}})), tmp_path)


@BOTH
def test_the_environment_chooses_no_proxy_and_no_password(  # noqa: PLR0917 - fixtures
    odd: Any,
    server: RawServer,
    evil: RawServer,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    """Proxies of the environment and a .netrc are not used."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, evil.url)
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password planted\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    _call(mode, odd.dot, _client(odd, server.url), "a")
    assert evil.connections == 0
    assert len(server.requests) == 1
    assert b"authorization" not in server.requests[0].lower()


@BOTH
def test_redirects_are_not_followed(
    odd: Any, server: RawServer, evil: RawServer, mode: str
) -> None:
    """Neither key, cookies nor headers go where ``Location`` says."""
    server.answer = http(307, b"", f"Location: {evil.url}/steal")
    client = _client(odd, server.url, headers={"X-Api-Key": "k"}, cookies={"c": "d"})
    response = _call(mode, odd.dot, client, "a")
    assert response.status_code == 307
    assert isinstance(response.error, odd.package.errors.RedirectionError)
    assert evil.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        *("", "elsewhere.example", "//elsewhere.example", "ftp://a.example", "file:///etc/passwd"),
        *("http://", "http://user:pw@a.example", "http://a.example?x=1", "http://a.example#f"),
        *("http://a.example/../b", "http://a.example/%2e%2e/b", "http://a b", "http://a\\b"),
        *("http://a.example:0", "http://a.example:99999", "http://\u00e9.example", None, 5, b"x"),
    ],
)
def test_unsound_base_urls_are_refused(odd: Any, url: Any) -> None:
    """A base URL that readers may understand differently makes no client, and is not shown."""
    with pytest.raises(odd.package.errors.InvalidRequestError, match="base_url must be") as told:
        _client(odd, url)
    assert "pw" not in str(told.value)


@BOTH
def test_two_values_in_one_segment_stay_in_it(odd: Any, server: RawServer, mode: str) -> None:
    """Values beside each other, or beside literal text, never make a segment of dots."""
    _call(mode, odd.pair, _client(odd, server.url), "a/b", "%2e")
    _call(mode, odd.file, _client(odd, server.url), "..x", "json")
    _call(mode, odd.dot, _client(odd, server.url), "x")
    paths = [target.partition("?")[0] for target in server.targets]
    assert paths == ["/pair/a%2Fb%252e", "/file/..x.json", "/dot/.x"]
    for module, values in ((odd.pair, (".", ".")), (odd.dot, (".",)), (odd.pair, ("", ".."))):
        with pytest.raises(odd.package.errors.InvalidRequestError):
            _call(mode, module, _client(odd, server.url), *values)
    assert len(server.requests) == 3


@BOTH
def test_header_and_cookie_values_stay_values(odd: Any, server: RawServer, mode: str) -> None:
    """A header never names another host or ends early; a cookie never becomes two."""
    for named in (
        {"host": "evil.example"},
        {"x_plain": "a\r\nHost: evil.example"},
        {"x_plain": "a\nb"},
        {"x_plain": "\u00e9"},
        {"c": "a; admin=1"},
        {"c": "a\r\nX: y"},
    ):
        with pytest.raises(odd.package.errors.InvalidRequestError) as caught:
            _call(mode, odd.fields, _client(odd, server.url), **named)
        assert "admin" not in str(caught.value)
    assert server.connections == 0
    client = _client(odd, server.url, headers={"x-plain": "old"}, cookies={"kept": "1"})
    _call(mode, odd.fields, client, x_plain="new", c="2", q="a b&c")
    (head,) = server.requests
    lines = head.decode().lower().split("\r\n")
    assert lines[0] == "get /fields?q=a%20b%26c&key=t0ken%2fin%2ba%26query http/1.1"
    assert f"host: 127.0.0.1:{server.port}" in lines
    assert [line for line in lines if line.startswith("x-plain")] == ["x-plain: new"]
    assert [line for line in lines if line.startswith("cookie")] == ["cookie: kept=1; c=2"]


@BOTH
def test_a_key_in_the_query_is_not_logged(
    odd: Any, server: RawServer, mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG no library logs the URL with the key; nor does an error show it."""
    caplog.set_level(logging.DEBUG)
    server.answer = http(404, b"no /dot/.a?key=t0ken%2Fin%2Ba%26query")
    response = _call(mode, odd.dot, _client(odd, server.url), "a")
    assert "t0ken" not in caplog.text + str(response.error) + repr(response.errors)
    assert b"t0ken" not in response.error.content
    assert "key=t0ken" in server.targets[0]


def test_a_call_that_is_not_idempotent_is_never_repeated(odd: Any, server: RawServer) -> None:
    """POST is sent once, whatever comes or does not come."""
    retries = odd.package.Retries(attempts=5, backoff=0.0)
    server.answer = http(503)
    assert _call("sync", odd.post, _client(odd, server.url, retries=retries)).status_code == 503
    server.answer, server.hang_up = b"", True
    with pytest.raises(odd.package.errors.ApiConnectionError):
        _call("sync", odd.post, _client(odd, server.url, retries=retries))
    assert len(server.requests) == 2


@BOTH
def test_respx_stands_in_for_the_network(odd: Any, mode: str) -> None:
    """``respx.mock`` answers in place of a server that does not exist."""
    with respx.mock(base_url="https://api.example.com") as mock:
        route = mock.get("/dot/.a").mock(return_value=httpx.Response(418, text="short and stout"))
        response = _call(mode, odd.dot, _client(odd, "https://api.example.com"), "a")
    assert route.called
    assert (response.status_code, response.content) == (418, b"short and stout")


def test_clients_do_not_share_state(odd: Any, server: RawServer) -> None:
    """Two clients with different keys, used at once by many threads, keep theirs."""
    clients = [
        odd.package.AuthenticatedClient(server.url, token=f"token-{index}", retries=None)
        for index in range(4)
    ]

    def work(index: int) -> None:
        for number in range(10):
            odd.dot.sync_detailed(f"{index}-{number}", client=clients[index])

    threads = [threading.Thread(target=work, args=(index % 4,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()
    assert len(server.targets) == 80
    for target in server.targets:
        path, _, key = target.partition("?key=token-")
        assert path.startswith(f"/dot/.{key}-")
    assert server.connections <= 8
