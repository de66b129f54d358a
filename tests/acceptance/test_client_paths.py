from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from clients import APP, MODES, Api, onesignal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_server import RawServer, http, raw_server

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NOT_FOUND = http(404, b'{"errors": []}')
CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
REFUSED: tuple[Any, ...] = (
    "",
    ".",
    "..",
    None,
    *(f"a{letter}b" for letter in CONTROLS),
    "\ud800",
    b"x",
    {},
)
ODD = (
    *(chr(code) for code in range(0x20, 0x7F) if chr(code) != "."),
    *("...", "%2e%2e", "%2E", "../x", "a/../b", "/", "//", "./", "%2f", "%00", "%0d%0a"),
    *("a;b", "a?b#c", "http://elsewhere.example/", "@elsewhere.example", "\u2025", "\uff0e\uff0e"),
    *("\u00e9", "\U0001f600", "\u202e", "\ufeff", " a ", "{app_id}", "%", "%zz", "+", "a\\..\\b"),
)


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    """Run one server for the tests of this file."""
    with raw_server(NOT_FOUND) as server:
        yield server


@pytest.fixture(scope="module")
def api() -> Api:
    """Return the client of OneSignal."""
    return onesignal()


def _template(*values: str) -> str:
    label, identifier, doomed = (quote(value, safe="") for value in values)
    return f"/apps/{APP}/users/by/{label}/{identifier}/identity/{doomed}"


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    st.text("./\\%2eEfF;?#@:&=+, ", min_size=1),
).filter(lambda text: text not in {".", ".."})


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=4, max_size=8))
def test_what_is_sent_is_the_template_with_each_value_encoded(
    api: Api, server: RawServer, calls: list[tuple[str, str, str]]
) -> None:
    """Byte for byte, on the socket, whatever the values hold."""
    server.requests.clear()
    with api.client(f"{server.url}/v1") as client:
        for values in calls:
            api.operation.sync_detailed(APP, *values, client=client)
    assert server.targets == [f"/v1{_template(*values)}" for values in calls]
    for target, values in zip(server.targets, calls, strict=True):
        parts = target.split("/")
        assert [unquote(parts[index]) for index in (6, 7, 9)] == list(values)
        assert len(parts) == 10


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("place", [1, 2, 3])
def test_refused_values_are_never_sent(api: Api, server: RawServer, mode: str, place: int) -> None:
    """An alias ``..`` would delete the user: an error of the tree, and no connection even."""
    server.requests.clear()
    connections = server.connections
    for value in REFUSED if mode == "sync" else REFUSED[:8]:
        arguments: list[Any] = [APP, "external_id", "alice", "label"]
        arguments[place] = value
        with pytest.raises(api.package.errors.InvalidRequestError) as caught:
            api.call(mode, api.client(server.url), tuple(arguments))
        refused: Any = caught.value
        assert refused.took_effect is False
        assert refused.method == "DELETE"
        assert isinstance(refused, ValueError)
    assert (server.requests, server.connections) == ([], connections)


def test_every_odd_value_arrives_as_one_segment(api: Api, server: RawServer) -> None:
    """Every printable ASCII character, encoded dots, slashes and what only looks like them."""
    server.requests.clear()
    with api.client(server.url) as client:
        for value in ODD:
            api.operation.sync_detailed(APP, "external_id", "alice", value, client=client)
    assert server.targets == [_template("external_id", "alice", value) for value in ODD]


@contextlib.contextmanager
def _nginx(folder: Path, upstream: int) -> Iterator[str]:
    """Run nginx in front of ``upstream``, on a socket of its own choosing."""
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    paths = "\n".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"""
        daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
        events {{ worker_connections 64; }}
        http {{ access_log off; {paths}
            server {{ listen 127.0.0.1:{port};
                location / {{
                    proxy_pass http://127.0.0.1:{upstream}; proxy_http_version 1.1;
        }} }} }}
        """
    )
    assert NGINX is not None
    process = subprocess.Popen(
        [NGINX, "-p", folder, "-e", folder / "error.log", "-c", folder / "nginx.conf"]
    )
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx)")
def test_nginx_passes_each_value_on_as_one_segment(
    api: Api, server: RawServer, tmp_path: Path
) -> None:
    """Behind a real proxy each value addresses the same operation, or is refused with 400."""
    server.requests.clear()
    answers: list[int] = []
    with _nginx(tmp_path, server.port) as url, api.client(url) as client:
        for value in ODD:
            response = api.operation.sync_detailed(
                APP, "external_id", "alice", value, client=client
            )
            answers.append(response.status_code)
    passed = [value for value, status in zip(ODD, answers, strict=True) if status == 404]
    assert set(answers) <= {400, 404}
    assert server.targets == [_template("external_id", "alice", value) for value in passed]
    assert len(passed) > 90
