"""The live target: what it refuses to be pointed at, and what it sends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from contracts import contract_of
from loopback import Reply, serve
from things import serve_things, silent_name

from specproof.errors import GuardError, InputError
from specproof.model import Json, JsonObject
from specproof.requirements.contract import Contract
from specproof.targets.budget import Limits
from specproof.targets.ledger import open_entries
from specproof.targets.live import live_target
from specproof.targets.removal import remove
from specproof.targets.session import TargetSession
from specproof.targets.target import Target

SCHEMES = {"basic": {"type": "http", "scheme": "basic"}}
SERVERS = [
    {"url": "https://api.shopvendor.com/v1", "description": "PRODUCTION"},
    {"url": "https://sandbox.shopvendor.com/v1"},
]


def _contract() -> Contract:
    shape: Json = {"type": "string"}
    app: JsonObject = {"in": "path", "name": "id", "x-specproof-env": "SHOP_APP", "schema": shape}
    return contract_of(
        schemes=SCHEMES, servers=SERVERS, security=[{"basic": []}], parameters=[app], method="get"
    )


def _target(
    base_url: str | None, *, allowed: tuple[str, ...] = (), most: int = 10, **options: Any
) -> Target:
    return live_target(
        "shop",
        _contract(),
        base_url=base_url,
        resources={"customerId": ("1",)},
        allow_production=allowed,
        limits=Limits(most),
        **options,
    )


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "api.shopvendor.com",
        "ftp://sandbox.shopvendor.com",
        "https://",
        "https://user:CANARY@sandbox.shopvendor.com",
        "https://[broken",
        "https://sandbox.shopvendor.com:99999",
        "https://sandbox.shopvendor.com/v1?key=CANARY",
        "https://sandbox.shopvendor.com/v1#top",
        "http://sandbox.shopvendor.com",
        "http://127.0.0.1.shopvendor.com",
    ],
)
def test_a_base_url_that_is_not_usable_is_refused(url: str | None) -> None:
    """No credentials over plain http to elsewhere, and no secrets in a URL or a message."""
    with pytest.raises(InputError, match="base-url") as caught:
        _target(url)
    assert "CANARY" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.shopvendor.com/v1",
        "https://API.shopvendor.com",
        "https://api.shopvendor.com.:443/v1",
    ],
)
def test_production_is_refused_unless_named(url: str) -> None:
    """However its host is spelled."""
    with pytest.raises(GuardError, match=r"--allow-production api\.shopvendor\.com"):
        _target(url)
    _target(url, allowed=("api.shopvendor.com",)).close()


@pytest.mark.parametrize(
    "url", ["https://sandbox.shopvendor.com/v1/", "http://[::1]:1", "http://localhost"]
)
def test_test_servers_and_this_machine_are_allowed(url: str) -> None:
    """Plain http is for this machine alone."""
    target = _target(url)
    target.close()
    assert target.base_url == url.rstrip("/")
    assert (target.name, target.provenance, target.emulator) == ("live", "live", None)


def test_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only variables that the contract asks for are read."""
    monkeypatch.setenv("SPECPROOF_SHOP_BASIC_USERNAME", "user")
    monkeypatch.setenv("SPECPROOF_SHOP_BASIC_PASSWORD", "")
    monkeypatch.setenv("SHOP_APP", "app")
    monkeypatch.setenv("SPECPROOF_SHOP_OTHER", "unasked")
    target = _target("http://localhost")
    target.close()
    credentials = target.credentials
    assert (credentials.value("SHOP_APP"), credentials.value("SPECPROOF_SHOP_OTHER")) == ("app", "")
    assert credentials.missing() == ("SPECPROOF_SHOP_BASIC_PASSWORD",)


def test_requests_really_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over a socket, past any proxy of the environment, without following redirects."""
    monkeypatch.setenv("SPECPROOF_SHOP_BASIC_USERNAME", "user")
    monkeypatch.setenv("SPECPROOF_SHOP_BASIC_PASSWORD", "word")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serve() as site:
        site.put("/v1/moved", Reply(b"", 302, {"Location": f"{site.url}/v1/there"}))
        site.put("/v1/cut", Reply(b"x", cut=True))
        target = _target(f"{site.url}/v1", most=2)
        session = TargetSession(target, _contract(), scenario="s", seed=0, record=lambda _: None)
        moved = session.send("drop", "GET", "/moved")
        cut = session.send("drop", "GET", "/cut")
        over = session.send("drop", "GET", "/moved")
        target.close()
        assert [path for path, _ in site.requests] == ["/v1/moved", "/v1/cut"]
        assert site.requests[0][1]["Authorization"] == "Basic dXNlcjp3b3Jk"
    assert moved.response is not None
    assert moved.response.status == 302
    assert cut.response is not None
    assert "stopped before its end" in (cut.response.broken or "")
    assert over.failure == "not sent: the budget of 2 requests is used up"
    assert target.resources == {"customerId": ("1",)}


def test_nobody_there_is_no_answer() -> None:
    """A refused connection is a failure of the exchange."""
    with serve() as site:
        url = site.url
    target = _target(url)
    session = TargetSession(target, _contract(), scenario="s", seed=0, record=lambda _: None)
    assert session.send("drop", "GET", "/x").failure == "no answer (ConnectError)"
    target.close()


def test_further_headers_take_their_secrets_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What logs in follows the mode; a variable that is not set is named, no value is."""
    headers = {"X-Trace": "t-$TRACE", "X-Token": "Bearer ${TOKEN}"}
    monkeypatch.setenv("TRACE", "CANARY1")
    with pytest.raises(InputError, match="needs the environment variable TOKEN; set"):
        _target("http://localhost", headers=headers)
    monkeypatch.setenv("TOKEN", "CANARY2")
    target = _target("http://localhost", headers=headers)
    target.close()
    credentials = target.credentials
    assert credentials.apply([], "own")[0] == {"X-Trace": "t-CANARY1", "X-Token": "Bearer CANARY2"}
    assert credentials.apply([], "none")[0] == {"X-Trace": "t-CANARY1"}
    for mode in ("malformed", "wrong"):
        assert "CANARY2" not in credentials.apply([], mode)[0]["X-Token"]
    shown = " ".join(
        part for mode in ("own", "none", "wrong") for part in credentials.as_curl([], mode)
    )
    assert '"X-Token: Bearer $TOKEN"' in shown
    assert "CANARY" not in shown
    assert credentials.variable_of("CANARY2") == "TOKEN"


def test_another_tenant_is_complete_or_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of somebody's credentials would be half of ours."""
    for name in ("SPECPROOF_SHOP_BASIC_USERNAME", "SPECPROOF_SHOP_BASIC_PASSWORD", "SHOP_APP"):
        monkeypatch.setenv(name, "own")
    monkeypatch.setenv("SPECPROOF_OTHER_SPECPROOF_SHOP_BASIC_USERNAME", "user")
    monkeypatch.setenv("SPECPROOF_OTHER_SHOP_APP", "app")
    half = _target("http://localhost")
    half.close()
    assert not half.credentials.has_other
    monkeypatch.setenv("SPECPROOF_OTHER_SPECPROOF_SHOP_BASIC_PASSWORD", "word")
    whole = _target("http://localhost")
    whole.close()
    assert whole.credentials.has_other
    applied, _ = whole.credentials.apply([{"basic": []}], "other")
    assert applied == {"Authorization": "Basic dXNlcjp3b3Jk"}


def test_created_ids_are_noted_and_removed_by_them(tmp_path: Path) -> None:
    """A short id is ours below the path that made it, once the answer shows a value of ours."""
    ledger = tmp_path / "ledger.jsonl"
    with serve_things() as site:
        target = _target(site.url, ledger=ledger, nonce="n1", most=30)
        session = TargetSession(target, _contract(), scenario="s", seed=0, record=lambda _: None)
        name = session.unique("thing")
        site.replies["POST /things"] = (201, {"id": 7, "name": name})
        made = session.send("+make", "POST", "/things", json={"name": name})
        assert made.response is not None
        assert [item.ids for item in open_entries(ledger)] == [("7",)]
        site.replies["POST /things"] = (201, {"id": 8})
        silent = session.send("+make", "POST", "/things", json={"name": session.unique("thing")})
        assert not session.adopt(silent, "8")
        assert not session.adopt(silent, "1")
        site.replies["POST /things"] = (400, {})
        session.send("+make", "POST", "/things", json={"name": session.unique("thing")})
        assert len(open_entries(ledger)) == 2
        site.replies["GET /things"] = (
            200,
            {"items": [{"id": 1}, {"id": 8, "n": silent_name(silent)}]},
        )
        for path in ("/things/7", "/things/8"):
            site.replies[f"DELETE {path}"] = (204, None)
        entries = open_entries(ledger)
        assert [remove(session, entry) for entry in entries] == [True, True]
        assert [line for line in site.lines if line.startswith("DELETE")] == [
            "DELETE /things/7",
            "DELETE /things/8",
        ]
        assert session.send("+x", "DELETE", "/things/1").failure is not None
        for entry in entries:
            assert not remove(session, replace(entry, path="/x/{}/things"))
        put = replace(entries[0], method="PUT", path=f"/things/{name}")
        assert remove(session, put)
        site.replies["GET /things"] = (500, {})
        assert not remove(session, replace(entries[1], ids=()))
        target.close()
