from __future__ import annotations

import base64
import copy
import logging
import os
import pickle
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from clients import GENERATED, MODES, onesignal, sequence
from raw_server import RawServer, http, raw_server

SECRET = "s3cr3t/with+odd=signs&more"
BOTH = pytest.mark.parametrize("mode", MODES)
FORMS = (
    SECRET,
    quote(SECRET, safe=""),
    base64.b64encode(SECRET.encode()).decode(),
    base64.urlsafe_b64encode(SECRET.encode()).decode(),
    SECRET.replace("/", "\\/"),
    SECRET.replace("&", "&amp;"),
    quote(SECRET, safe="").lower(),
)


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    """Run one server for the tests of this file."""
    with raw_server() as server:
        yield server


def _everything(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield what a curious person sees of ``value``: text, attributes, and theirs."""
    yield repr(value)
    yield str(value)
    held = getattr(value, "__dict__", {})
    if depth < 4:
        members = [*held.values(), *getattr(value, "args", ())]
        if isinstance(value, list | tuple):
            members += value
        if hasattr(value, "items"):
            members += [member for pair in value.items() for member in pair]
        for member in members:
            yield from _everything(member, depth + 1)


@BOTH
@pytest.mark.parametrize("status", [200, 400, 401, 503, 299, 302])
def test_a_server_that_says_the_secret_back_does_not_make_an_error_show_it(
    server: RawServer, mode: str, status: int
) -> None:
    """Neither text, arguments, attributes, headers, envelope nor parsed body holds any form."""
    api = onesignal(SECRET)
    said = " ".join(FORMS).replace("\\", "\\\\")
    body = f'{{"errors": [{{"code": "{said}", "title": "{said}", "meta": {{"a": "{said}"}}}}]}}'
    server.answer = http(
        status, body.encode(), "Content-Type: application/json", f"X-Request-Id: {SECRET}"
    )
    with pytest.raises(api.package.ApiError) as caught:
        api.call(mode, api.client(server.url))
    seen = "\n".join([*_everything(caught.value), caught.value.content.decode()])
    for form in FORMS:
        assert form not in seen
    assert "[secret]" in seen
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_basic_credentials_said_back_are_taken_out(server: RawServer) -> None:
    """The user, the password and the pair in base64 are secrets alike."""
    api = sequence(SECRET)
    pair = base64.b64encode(f"me-the-client:{SECRET}".encode()).decode()
    server.answer = http(401, f"Basic {pair} me-the-client {SECRET}".encode())
    with pytest.raises(api.package.ApiError) as caught:
        api.call("sync", api.client(server.url))
    seen = "\n".join([*_everything(caught.value), caught.value.content.decode()])
    for form in (pair, SECRET, "me-the-client"):
        assert form not in seen


def test_clients_show_and_pickle_nothing() -> None:
    """``repr``, attributes and pickles of clients hold no secret."""
    for api in (onesignal(SECRET), sequence(SECRET)):
        client = api.client(
            "http://localhost", headers={"X-Api-Key": SECRET}, cookies={"session": SECRET}
        )
        copied = client.with_timeout(5.0).with_headers({"X-More": "1"}).with_cookies({"a": "b"})
        for one in (client, copied, copied.with_retries(None)):
            shown = repr(one) + str(one) + repr(vars(one)) + repr(vars(one.connection))
            assert SECRET not in shown
            for spread in (pickle.dumps, copy.copy, copy.deepcopy):
                with pytest.raises(TypeError, match="not pickled"):
                    spread(one)


@pytest.mark.parametrize("spoiled", [f"{SECRET}\n", "", f"{SECRET}\u00e9", f" {SECRET}", "a\0b", 5])
def test_a_malformed_secret_is_refused_without_showing_it(spoiled: Any) -> None:
    """A trailing newline, as files have it, is refused when the client is made."""
    package = onesignal().package
    with pytest.raises(package.errors.InvalidRequestError, match="must be printable ASCII") as told:
        package.AuthenticatedClient("http://localhost", token=spoiled)
    assert SECRET not in "".join(_everything(told.value))
    package = sequence().package
    with pytest.raises(package.errors.InvalidRequestError) as told:
        package.AuthenticatedClient("http://localhost", client_id=f"{SECRET}:", client_secret="a")
    assert SECRET not in "".join(_everything(told.value))


@BOTH
def test_debug_logs_hold_no_secret(
    server: RawServer,
    mode: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At DEBUG nothing that any library logs holds the token, cookies or other secrets."""
    # A live run of another test may have told these to be quiet, for the whole process.
    for name in ("", *logging.Logger.manager.loggerDict):
        if name.startswith(("httpcore", "httpx")) or not name:
            caplog.set_level(logging.DEBUG, name)
            monkeypatch.setattr(logging.getLogger(name), "disabled", False)
    server.answer = [http(503), http(404)]
    api = onesignal(SECRET)
    retries = api.package.Retries(attempts=1, backoff=0.0)
    client = api.client(
        server.url, retries=retries, headers={"X-Api-Key": SECRET}, cookies={"c": "c00kie-secret"}
    )
    with pytest.raises(api.package.ApiError):
        api.call(mode, client)
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert any(record.name.startswith("httpx_retries") for record in caplog.records)
    for form in (*FORMS, "c00kie-secret"):
        assert form not in caplog.text
    assert SECRET.encode() in server.requests[-1]


def test_pytest_shows_no_secret(tmp_path: Path) -> None:
    """A failing test with a client fixture, with locals shown, prints no token."""
    (tmp_path / "test_user.py").write_text(
        textwrap.dedent(
            """
            import os
            import pytest
            from onesignal_client import AuthenticatedClient, errors
            from onesignal_client.api.default import delete_alias

            APP = "00000000-0000-4000-8000-000000000000"

            @pytest.fixture
            def client():
                with AuthenticatedClient(
                    "http://127.0.0.1:9", token=os.environ["TOKEN"].strip(), retries=None
                ) as client:
                    yield client

            def test_no_answer(client):
                delete_alias.sync(APP, "a", "b", "c", client=client)

            def test_detailed(client):
                delete_alias.sync_detailed(APP, "a", "b", "c", client=client)

            def test_refused_argument(client):
                delete_alias.sync(APP, "a", "b", "..", client=client)

            def test_refused_header(client):
                delete_alias.sync(APP, "a", "b", "c", client=client.with_headers({"A": "\\n"}))

            def test_newline():
                AuthenticatedClient("http://127.0.0.1:9", token=os.environ["TOKEN"])

            def test_repr(client):
                assert client is None
            """
        )
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--showlocals"),
            *("--tb=long", "-vv", "--log-level=DEBUG", "test_user.py"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(GENERATED / "onesignal-client"),
            "TOKEN": SECRET + "\n",
        },
    )
    assert "6 failed" in done.stdout, done.stdout + done.stderr
    assert "AuthenticatedClient(base_url='http://127.0.0.1:9')" in done.stdout
    for form in FORMS:
        assert form not in done.stdout + done.stderr


def test_errors_pass_between_processes(server: RawServer) -> None:
    """Errors are pickled and copied whole."""
    api = onesignal(SECRET)
    server.answer = http(429, b'{"errors": ["slow down"]}', "Retry-After: 3")
    with pytest.raises(api.package.ApiError) as caught:
        api.call("sync", api.client(server.url))
    for again in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value)):  # noqa: S301 - our own bytes
        assert type(again) is type(caught.value)
        assert str(again) == str(caught.value)
        assert (again.status_code, again.errors, again.retry_after) == (
            429,
            caught.value.errors,
            3.0,
        )
