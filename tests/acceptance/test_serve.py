from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from serving import SPECPROOF, serving

PETS = """\
openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets/{id}:
    get:
      parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: a pet
          content:
            application/json:
              schema: {type: object, required: [name], properties: {name: {type: string}}}
"""


def _run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SPECPROOF, "serve", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        check=False,
    )


def _assert_documented(document: object) -> None:
    schema = resources.files("specproof.cli") / "schemas" / "serve.schema.json"
    jsonschema_rs.validator_for(json.loads(schema.read_text("utf-8"))).validate(document)


def _onesignal(server: Any) -> httpx.Client:
    return httpx.Client(
        base_url=f"{server['url']}/apps/{server['credentials']['ONESIGNAL_APP_ID']}",
        headers={"Authorization": f"Key {server['credentials']['ONESIGNAL_API_KEY']}"},
    )


def test_an_alias_lives_and_dies_over_real_http() -> None:
    """Create, look up through an encoded slash, delete; keep-alive and HEAD work."""
    with serving("onesignal", "--set", "delete_lists_remaining=true") as server:
        _assert_documented({key: value for key, value in server.items() if key != "pid"})
        with _onesignal(server) as client:
            aliases = {"identity": {"external_id": "a/b", "crm": "1"}}
            created = client.post("/users", json=aliases)
            assert created.status_code == 201
            found = client.get("/users/by/external_id/a%2Fb/identity")
            assert found.json()["identity"] == created.json()["identity"]
            assert client.head("/users/by/external_id/a%2Fb/identity").status_code == 200
            deleted = client.delete("/users/by/external_id/a%2Fb/identity/crm")
            assert deleted.json()["identity"]["external_id"] == "a/b"
            assert client.get("/users/by/crm/1/identity").status_code == 404


def test_conditions_are_steered_over_http() -> None:
    """Anyone's tests can bring about an outage, end it, and reset."""
    with serving("onesignal") as server, _onesignal(server) as client:
        client.post("/users", json={"identity": {"crm": "1"}})
        httpx.put(f"{server['control']}/condition/unavailable-html")
        assert client.get("/users/by/crm/1").headers["content-type"] == "text/html"
        httpx.delete(f"{server['control']}/condition/unavailable-html")
        assert client.get("/users/by/crm/1").status_code == 200
        httpx.post(f"{server['control']}/reset")
        assert client.get("/users/by/crm/1").status_code == 404


def test_sequence_is_served_with_customers_to_use() -> None:
    """The announced customers and credentials are enough to begin."""
    with serving("sequence", "--seed", "3") as server:
        _assert_documented({key: value for key, value in server.items() if key != "pid"})
        user, secret = server["credentials"].values()
        with httpx.Client(base_url=server["url"], auth=(user, secret)) as client:
            alias = {"customerId": server["resources"]["customerId"][0], "value": "a"}
            answer = client.post("/customer-aliases", json=alias)
            assert answer.status_code == 201
            assert answer.headers["sequence-version"] == "2024-07-30"
            assert client.delete(f"/customer-aliases/{answer.json()['id']}").status_code == 200


def test_any_document_is_served_as_a_stub(tmp_path: Path) -> None:
    """`--spec FILE` needs nothing else."""
    file = tmp_path / "pets.yaml"
    file.write_text(PETS, "utf-8")
    with serving("--spec", str(file), cwd=tmp_path) as server:
        _assert_documented({key: value for key, value in server.items() if key != "pid"})
        assert server["stub"] is True
        assert httpx.get(f"{server['url']}/pets/1").json() == {"name": "string"}


def test_an_api_without_an_emulator_is_served_as_a_stub(tmp_path: Path) -> None:
    """A folder under specs/ is enough; its effective spec is what is served."""
    folder = tmp_path / "specs" / "pets"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(PETS, "utf-8")
    built = subprocess.run(
        [*SPECPROOF, "build", "pets"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    with serving("pets", cwd=tmp_path) as server:
        assert (server["api"], server["stub"]) == ("pets", True)
        assert httpx.get(f"{server['url']}/pets/1").status_code == 200
    listed = _run("pets", "--settings", cwd=tmp_path)
    assert listed.stdout.startswith("pets has no emulator: this is a stub, and it keeps no state")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_people_read_one_line_and_a_signal_ends_it(number: signal.Signals) -> None:
    """The line has the URL and how to authenticate; the end is clean, with exit code 0."""
    process = subprocess.Popen(
        [*SPECPROOF, "serve", "onesignal", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    process.send_signal(number)
    rest, errors = process.communicate(timeout=30)
    assert line.startswith("onesignal: emulator on http://127.0.0.1:")
    assert "authenticate with ONESIGNAL_APP_ID=" in line
    assert "no secrets" in line
    assert (process.returncode, rest, errors) == (0, "", "")


def test_people_are_told_the_customers() -> None:
    """Resources that exist beforehand have a line of their own."""
    process = subprocess.Popen(
        [*SPECPROOF, "serve", "sequence", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    assert process.stdout.readline().startswith("customerId: ")
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_a_port_in_use_is_one_sentence() -> None:
    """Exit code 2, the port, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _run("onesignal", "--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"specproof: error: port {port} of 127.0.0.1 is in use;"
        " choose another, or 0 for any free one\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "either the name of an API or --spec FILE"),
        (("onesignal", "--spec", "x.yaml"), "either the name of an API or --spec FILE"),
        (("nobody",), "specs/"),
        (("--spec", "missing.yaml"), "missing.yaml"),
        (("onesignal", "--set", "colour=red"), "unknown setting 'colour'"),
    ],
)
def test_wrong_usage_is_one_sentence(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    """Exit code 2, nothing served."""
    done = _run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.startswith("specproof: error: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_settings_are_listed_with_what_is_open(api: str) -> None:
    """As text and as JSON: value, choices, the open fact, and the conditions."""
    made = _run(api, "--settings", "--json")
    document = json.loads(made.stdout)
    _assert_documented(document)
    assert any(row["open_fact"] for row in document["settings"])
    text = _run(api, "--settings", "--set", "realistic_limits=true").stdout
    assert "  realistic_limits=true\n" in text
    for row in document["settings"]:
        assert f"  {row['name']}=" in text
        assert row["open_fact"] in text
    for row in document["conditions"]:
        assert f"  {row['name']}: {row['status']}, " in text
