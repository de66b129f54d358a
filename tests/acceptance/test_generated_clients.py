from __future__ import annotations

import asyncio
import base64
import compileall
import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import httpx
import pytest
from generation_cases import SPECS, Answer, Player, playing
from hypothesis import given
from hypothesis import strategies as st

from specproof.generation import build_client, source_of_file

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "generated"
SPECPROOF = Path(sys.executable).with_name("specproof")
CLIENTS = ("onesignal-client", "sequence-client")
APP = UUID("00000000-0000-4000-8000-000000000000")
ALIAS = "01849e70-0a0f-72ca-ba07-5557dd734d43"
SECRET = "a-secret-never-shown"
IDENTITY = {"identity": {"onesignal_id": ALIAS, "external_id": "kept"}}
CUSTOMER_ALIAS = {
    "id": ALIAS,
    "sequenceAccountId": ALIAS,
    "customerId": ALIAS,
    "value": "external-1",
    "createdAt": "2022-10-01T00:00:00Z",
    "newField": {"not": "documented"},
}


@pytest.fixture
def server() -> Iterator[Player]:
    """Run a loopback server that answers as told."""
    with playing() as player:
        yield player


def _module(monkeypatch: pytest.MonkeyPatch, project: str, name: str) -> ModuleType:
    monkeypatch.syspath_prepend(str(GENERATED / project))
    return importlib.import_module(name)


def _json(status: int, body: Any, **headers: str) -> Answer:
    return Answer(
        status,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", **headers},
    )


@pytest.fixture
def onesignal(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Return the package of the OneSignal client and its operation."""
    return (
        _module(monkeypatch, "onesignal-client", "onesignal_client"),
        _module(monkeypatch, "onesignal-client", "onesignal_client.api.default.delete_alias"),
    )


@pytest.fixture
def sequence(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """Return the package of the Sequence client and its operation."""
    operation = "sequence_client.api.customer_aliases.delete_customer_aliases_by_id"
    return (
        _module(monkeypatch, "sequence-client", "sequence_client"),
        _module(monkeypatch, "sequence-client", operation),
    )


def _delete_alias(onesignal: tuple[Any, Any], server: Player, *, mode: str) -> Any:
    package, operation = onesignal
    client = package.AuthenticatedClient(base_url=server.url, token=SECRET)
    arguments = (APP, "external_id", "alice", "external_id")
    if mode == "sync":
        with client:
            return operation.sync_detailed(*arguments, client=client)

    async def call() -> Any:
        async with client:
            return await operation.asyncio_detailed(*arguments, client=client)

    return asyncio.run(call())


MODES = pytest.mark.parametrize("mode", ["sync", "asyncio"])


@MODES
def test_onesignal_answers_with_its_documented_type(
    onesignal: tuple[Any, Any], server: Player, mode: str
) -> None:
    """A real call sends the key as documented and gives the typed body, unknown fields kept."""
    server.answer = _json(200, IDENTITY)
    response = _delete_alias(onesignal, server, mode=mode)
    assert response.status_code == httpx.codes.OK
    assert response.parsed.identity.onesignal_id == UUID(ALIAS)
    assert response.parsed.to_dict() == IDENTITY
    ((method, path, headers),) = server.requests
    assert method == "DELETE"
    assert path == f"/apps/{APP}/users/by/external_id/alice/identity/external_id"
    assert headers["authorization"] == f"Key {SECRET}"


@MODES
@pytest.mark.parametrize("status", [404, 429])
def test_onesignal_errors_are_typed(
    onesignal: tuple[Any, Any], server: Player, mode: str, status: int
) -> None:
    """A documented error is its documented type, with headers and bytes beside it."""
    body = {"errors": [{"code": "user-1", "title": "No such user", "meta": {"a": 1}}]}
    server.answer = _json(status, body, **{"Retry-After": "7"})
    response = _delete_alias(onesignal, server, mode=mode)
    assert response.status_code == status
    assert response.parsed.errors[0].code == "user-1"
    assert response.parsed.to_dict() == body
    assert response.headers["retry-after"] == "7"
    assert json.loads(response.content) == body


@MODES
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>unavailable</html>", b"\xff\xfe", b"[" * 100_000, b"[]", b'{"errors":[', b"5"],
    ids=["empty", "html", "not-utf-8", "deep", "list", "cut-off", "number"],
)
@pytest.mark.parametrize("status", [503, 429])
def test_an_error_body_that_is_not_as_documented_raises_nothing(
    onesignal: tuple[Any, Any], server: Player, mode: str, body: bytes, status: int
) -> None:
    """An empty, foreign or broken body gives no parsed value, and says why."""
    server.answer = Answer(status, body, {"Content-Type": "text/html"})
    response = _delete_alias(onesignal, server, mode=mode)
    assert (response.status_code, response.parsed, response.content) == (status, None, body)
    assert response.problem


@pytest.mark.parametrize("body", [{}, [], {"identity": {"onesignal_id": 5}}, {"identity": None}])
def test_a_success_that_is_not_as_documented_is_never_none(
    onesignal: tuple[Any, Any], server: Player, body: Any
) -> None:
    """The short form raises, with everything that came; the detailed form tells."""
    package, operation = onesignal
    server.answer = _json(200, body)
    with package.AuthenticatedClient(base_url=server.url, token=SECRET) as client:
        response = operation.sync_detailed(APP, "external_id", "alice", "b", client=client)
        assert response.parsed is None
        with pytest.raises(package.UndecodableResponse, match="succeeded with 200") as caught:
            operation.sync(APP, "external_id", "alice", "b", client=client)
    assert caught.value.status_code == 200
    assert json.loads(caught.value.content) == body
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("status", [204, 299, 418, 599, 799, 999])
def test_any_status_is_a_result(onesignal: tuple[Any, Any], server: Player, status: int) -> None:
    """Numbers that no standard knows are kept; only who asks for it gets an error."""
    package, operation = onesignal
    server.answer = Answer(status)
    response = _delete_alias(onesignal, server, mode="sync")
    assert (response.status_code, response.parsed) == (status, None)
    strict = package.AuthenticatedClient(
        base_url=server.url, token=SECRET, raise_on_unexpected_status=True
    )
    with strict, pytest.raises(package.UnexpectedStatus, match=str(status)):
        operation.sync(APP, "external_id", "alice", "b", client=strict)


@MODES
def test_sequence_sends_basic_credentials(
    sequence: tuple[Any, Any], server: Player, mode: str
) -> None:
    """Client id and secret become HTTP Basic; no call takes an Authorization argument."""
    package, operation = sequence
    server.answer = _json(200, CUSTOMER_ALIAS)
    client = package.AuthenticatedClient(
        base_url=f"{server.url}/api", client_id="me", client_secret=SECRET
    )
    identifier = UUID(ALIAS)
    if mode == "sync":
        with client:
            alias = operation.sync(identifier, client=client)
    else:

        async def call() -> Any:
            async with client:
                return await operation.asyncio(identifier, client=client)

        alias = asyncio.run(call())
    assert alias.value == "external-1"
    assert alias.created_at.isoformat() == "2022-10-01T00:00:00+00:00"
    assert alias.additional_properties == {"newField": {"not": "documented"}}
    ((method, path, headers),) = server.requests
    assert (method, path) == ("DELETE", f"/api/customer-aliases/{ALIAS}")
    scheme, _, pair = headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", f"me:{SECRET}".encode())


def test_a_sequence_error_body_is_kept(sequence: tuple[Any, Any], server: Player) -> None:
    """The one error body that is known arrives as a type."""
    package, operation = sequence
    body = {"error": {"type": "UnrecognisedApiVersion", "message": "No matching API version."}}
    server.answer = _json(400, body)
    with package.AuthenticatedClient(
        base_url=server.url, client_id="me", client_secret=SECRET
    ) as client:
        response = operation.sync_detailed(UUID(ALIAS), client=client)
    assert response.parsed.to_dict() == body


def test_secrets_never_show(onesignal: tuple[Any, Any], sequence: tuple[Any, Any]) -> None:
    """Neither ``repr`` nor an error about a malformed secret holds it."""
    token = onesignal[0].AuthenticatedClient(
        base_url="http://localhost", token=SECRET, headers={"X-Also": SECRET}
    )
    pair = sequence[0].AuthenticatedClient(
        base_url="http://localhost", client_id=SECRET, client_secret=SECRET
    )
    assert SECRET not in repr(token) + str(token) + repr(pair)
    with token.with_timeout(5.0).with_headers({"X-More": "1"}) as copy:
        assert copy.get_httpx_client().headers["authorization"] == f"Key {SECRET}"
        assert SECRET not in repr(copy)
    for spoiled in (f"{SECRET}\n", "", f"{SECRET}\u00e9", f" {SECRET}"):
        with pytest.raises(ValueError, match="must be printable ASCII") as caught:
            onesignal[0].AuthenticatedClient(base_url="http://localhost", token=spoiled)
        assert SECRET not in str(caught.value)
    with pytest.raises(ValueError, match="colon") as caught:
        sequence[0].AuthenticatedClient(
            base_url="http://localhost", client_id=f"{SECRET}:", client_secret=SECRET
        )
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("value", ["", ".", "..", "a\r\nb", "\x00", "\x7f"])
def test_a_value_never_addresses_another_operation(
    onesignal: tuple[Any, Any], server: Player, value: str
) -> None:
    """Deleting the alias ``..`` would delete the user: it is refused and nothing is sent."""
    package, operation = onesignal
    with (
        package.AuthenticatedClient(base_url=server.url, token=SECRET) as client,
        pytest.raises(ValueError, match="alias_label_to_delete must not"),
    ):
        operation.sync(APP, "external_id", "alice", value, client=client)
    with (
        package.AuthenticatedClient(base_url=server.url, token=SECRET) as client,
        pytest.raises(TypeError, match="alias_id must not be None"),
    ):
        operation.sync(APP, "external_id", None, "b", client=client)
    assert server.requests == []


SAFE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(
    lambda text: text not in {".", ".."}
)


@given(label=SAFE, value=SAFE, doomed=SAFE)
def test_each_value_arrives_as_one_segment(label: str, value: str, doomed: str) -> None:
    """What is sent is the template with each value encoded, whatever the values hold."""
    sys.path.insert(0, str(GENERATED / "onesignal-client"))
    try:
        package = importlib.import_module("onesignal_client")
        operation = importlib.import_module("onesignal_client.api.default.delete_alias")
    finally:
        sys.path.remove(str(GENERATED / "onesignal-client"))
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.raw_path)
        return httpx.Response(404, json={"errors": [{"code": "a", "title": "b"}]})

    client = package.AuthenticatedClient(
        base_url="http://localhost/v1",
        token=SECRET,
        httpx_args={"transport": httpx.MockTransport(answer)},
    )
    with client:
        operation.sync(APP, label, value, doomed, client=client)
    parts = sent[0].decode("ascii").split("/")
    assert [unquote(part) for part in parts] == [
        *("", "v1", "apps", str(APP), "users", "by"),
        *(label, value, "identity", doomed),
    ]


@pytest.mark.parametrize("project", CLIENTS)
def test_clients_are_projects_of_their_own(project: str, tmp_path: Path) -> None:
    """Metadata, README, type marker and lock are there; the README's code is Python."""
    folder = GENERATED / project
    package = project.replace("-", "_")
    for name in ("pyproject.toml", "README.md", "generation.lock", f"{package}/py.typed"):
        assert (folder / name).is_file()
    readme = (folder / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        compile(block, "README.md", "exec")
    for path in sorted((folder / package).rglob("*.py")):
        assert path.read_text().startswith(
            f"# Generated by specproof from specs/{project.removesuffix('-client')}; do not edit."
        )
    copy = tmp_path / project
    shutil.copytree(folder, copy)
    assert compileall.compile_dir(copy, quiet=1)


def test_strict_types_hold_for_every_client(tmp_path: Path) -> None:
    """Strict mypy passes on both clients and on one that uses much of OpenAPI."""
    wide = tmp_path / "wide-client"
    wide.mkdir()
    build_client(source_of_file(SPECS / "wide.yaml"), wide)
    folders = [str(GENERATED / name / name.replace("-", "_")) for name in CLIENTS]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file="),
            *("--cache-dir", str(tmp_path / "cache")),
            *(*folders, str(wide / "wide_client")),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("touch", [False, True], ids=["fresh", "touched"])
def test_the_committed_clients_are_what_their_specs_give(tmp_path: Path, *, touch: bool) -> None:
    """``specproof generate --check`` passes on the tree and fails on one byte more."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    shutil.copytree(GENERATED, tmp_path / "generated")
    if touch:
        spoiled = tmp_path / "generated" / "sequence-client" / "sequence_client" / "client.py"
        spoiled.write_bytes(spoiled.read_bytes() + b"\n")
    done = subprocess.run(
        [SPECPROOF, "generate", "--check", "--root", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == int(touch), done.stdout + done.stderr
    assert ("sequence_client/client.py differs" in done.stderr) is touch
    assert "onesignal-client: up to date" in done.stdout
