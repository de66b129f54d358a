from __future__ import annotations

import base64
import compileall
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from clients import ALIAS, APP, MODES, SECRET, onesignal, sequence
from generation_cases import SPECS, Answer, Player, playing

from specproof.generation import build_client, source_of_file

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "generated"
SPECPROOF = Path(sys.executable).with_name("specproof")
CLIENTS = ("onesignal-client", "sequence-client")
IDENTITY = {"identity": {"onesignal_id": str(ALIAS), "external_id": "kept"}}
CUSTOMER_ALIAS = {
    "id": str(ALIAS),
    "sequenceAccountId": str(ALIAS),
    "customerId": str(ALIAS),
    "value": "external-1",
    "createdAt": "2022-10-01T00:00:00Z",
    "newField": {"not": "documented"},
}
TYPES = """
from typing import assert_type
from uuid import UUID

from onesignal_client import AuthenticatedClient, Retries, errors
from onesignal_client.api.default import delete_alias
from onesignal_client.models import DeleteAliasResponse200

client = AuthenticatedClient("http://localhost", token="t", retries=Retries(attempts=1))

assert_type(delete_alias.sync(UUID(int=0), "a", "b", "c", client=client), DeleteAliasResponse200)
response = delete_alias.sync_detailed(UUID(int=0), "a", "b", "c", client=client)
assert_type(response.result(), DeleteAliasResponse200)
assert_type(response.status_code, int)
assert_type(response.documented_headers.retry_after, float | None)
assert_type(response.error, errors.ApiError | None)
assert_type(response.errors[0].title, str)
# Both are wrong, and unused exemptions are errors: so mypy has to find both.
delete_alias.sync("a", "b", "c", client=client)  # type: ignore[call-arg, arg-type]  # wrong
AuthenticatedClient("http://localhost")  # type: ignore[call-arg]  # no token


async def called() -> None:
    async with client:
        found = await delete_alias.asyncio(UUID(int=0), "a", "b", "c", client=client)
        assert_type(found, DeleteAliasResponse200)


try:
    delete_alias.sync(UUID(int=0), "a", "b", "c", client=client)
except errors.RateLimitedError as error:
    assert_type(error.retry_after, float | None)
    assert_type(error.status_code, int)
"""


@pytest.fixture
def server() -> Iterator[Player]:
    """Run a loopback server that answers as told."""
    with playing() as player:
        yield player


def _json(status: int, body: object, **headers: str) -> Answer:
    return Answer(
        status,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", **headers},
    )


@pytest.mark.parametrize("mode", MODES)
def test_onesignal_answers_with_its_documented_type(server: Player, mode: str) -> None:
    """A real call sends the key as documented and gives the typed body, unknown fields kept."""
    server.answer = _json(200, IDENTITY)
    api = onesignal()
    result = api.call(mode, api.client(server.url))
    assert result.identity.onesignal_id == ALIAS
    assert result.to_dict() == IDENTITY
    ((method, path, headers),) = server.requests
    assert method == "DELETE"
    assert path == f"/apps/{APP}/users/by/external_id/alice/identity/external_id"
    assert headers["authorization"] == f"Key {SECRET}"
    assert headers["accept"] == "application/json, */*;q=0.9"
    assert headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("status", [404, 429])
def test_onesignal_errors_are_typed(server: Player, mode: str, status: int) -> None:
    """A documented error is its documented type, with headers and bytes beside it."""
    body = {"errors": [{"code": "user-1", "title": "No such user", "meta": {"a": 1}}]}
    server.answer = _json(status, body, **{"Retry-After": "7"})
    api = onesignal()
    response = api.call(mode, api.client(server.url), detailed=True)
    assert response.status_code == status
    assert response.parsed.errors[0].code == "user-1"
    assert response.parsed.to_dict() == body
    assert response.headers["retry-after"] == "7"
    assert json.loads(response.content) == body


@pytest.mark.parametrize("mode", MODES)
def test_sequence_sends_basic_credentials(server: Player, mode: str) -> None:
    """Client id and secret become HTTP Basic; no call takes an Authorization argument."""
    server.answer = _json(200, CUSTOMER_ALIAS)
    api = sequence()
    alias = api.call(mode, api.client(f"{server.url}/api"))
    assert alias.value == "external-1"
    assert alias.created_at.isoformat() == "2022-10-01T00:00:00+00:00"
    assert alias.id == UUID(str(CUSTOMER_ALIAS["id"]))
    assert alias.to_dict() == CUSTOMER_ALIAS
    ((method, path, headers),) = server.requests
    assert (method, path) == ("DELETE", f"/api/customer-aliases/{ALIAS}")
    scheme, _, pair = headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", f"me-the-client:{SECRET}".encode())


@pytest.mark.parametrize("package", ["onesignal_client", "sequence_client"])
def test_importing_a_client_is_cheap(package: str) -> None:
    """Neither the package, its operations nor a client load httpx or the validator."""
    module = {
        "onesignal_client": "default.delete_alias",
        "sequence_client": "customer_aliases.delete_customer_aliases_by_id",
    }[package]
    code = (
        f"import sys, {package}.api.{module}, {package}.models as models\n"
        f"{package}.Client('http://localhost').close()\n"
        "[getattr(models, name) for name in dir(models)]\n"
        "heavy = {'httpx', 'httpcore', 'httpx_retries', 'jsonschema_rs', 'asyncio', 'ssl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    folder = GENERATED / package.replace("_", "-")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("project", CLIENTS)
def test_clients_are_projects_of_their_own(project: str, tmp_path: Path) -> None:
    """Metadata, README, type marker and lock are there; the README's code is Python."""
    folder = GENERATED / project
    package = project.replace("-", "_")
    for name in ("pyproject.toml", "README.md", "generation.lock", f"{package}/py.typed"):
        assert (folder / name).is_file()
    readme = (folder / "README.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(blocks) > 1
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
    """Strict mypy passes on three clients and on what a user writes against one of them."""
    wide = tmp_path / "wide-client"
    wide.mkdir()
    build_client(source_of_file(SPECS / "wide.yaml"), wide)
    (tmp_path / "user.py").write_text(TYPES)
    folders = [str(GENERATED / name / name.replace("-", "_")) for name in CLIENTS]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file="),
            *("--cache-dir", str(tmp_path / "cache")),
            *(*folders, str(wide / "wide_client"), "user.py"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(GENERATED / CLIENTS[0])},
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
