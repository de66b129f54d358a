"""The command ``specproof cleanup``."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from things import serve_things
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.errors import CouldNotCheckError, InputError
from specproof.report import schema
from specproof.targets.ledger import Ledger, open_entries

NAME = "specproof-thing-0123456789abcdef"
SPEC = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {"/things": {"get": {"responses": {"200": {"description": ""}}}}},
}


def _cleanup(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["cleanup", *arguments], catch_exceptions=True)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def _ledger(path: Path, origin: str, api: str = "things") -> None:
    ledger = Ledger(path, api=api, origin=origin)
    ledger.answered(ledger.intend("POST", "/things", [("name", NAME)]), ["7"])
    ledger.close()


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """The OpenAPI file of an API without a catalog."""
    path = tmp_path / "things.json"
    path.write_text(json.dumps(SPEC), "utf-8")
    return path


def test_nothing_to_do_is_done(tmp_path: Path) -> None:
    """No ledger, nothing left, exit code 0; without options the user's own is meant."""
    assert _cleanup("--ledger", str(tmp_path / "none")) == (0, "nothing is left\n")
    code, text = _cleanup("--json")
    assert (code, json.loads(text)["servers"]) == (0, [])


def test_what_a_ledger_lists_is_removed_once(tmp_path: Path, spec: Path) -> None:
    """Below the path that made it; a second time there is nothing to do."""
    path = tmp_path / "ledger.jsonl"
    with serve_things() as site:
        _ledger(path, site.url)
        site.replies["DELETE /things/7"] = (403, {})
        code, text = _cleanup("--ledger", str(path), "--spec", str(spec))
        assert (code, text.split(": ", 1)[1]) == (
            1,
            "0 removed, 1 left (the server answered 403)\n",
        )
        site.replies["DELETE /things/7"] = (204, None)
        code, text = _cleanup("--ledger", str(path), "--spec", str(spec), "--json")
        document = json.loads(text)
        jsonschema_rs.validate(schema.load("cleanup"), document)
        assert (code, document["clean"]) == (0, True)
        assert document["servers"][0]["removed"] == 1
        assert _cleanup("--ledger", str(path), "--spec", str(spec)) == (0, "nothing is left\n")
        assert site.lines == ["DELETE /things/7"] * 2
    assert open_entries(path) == ()


def test_a_server_out_of_reach_is_exit_code_3(tmp_path: Path, spec: Path) -> None:
    """And the ledger keeps what it holds."""
    path = tmp_path / "ledger.jsonl"
    with serve_things() as site:
        _ledger(path, site.url)
    code, text = _cleanup("--ledger", str(path), "--spec", str(spec))
    assert (code, "no answer" in text) == (3, True)
    assert len(open_entries(path)) == 1


def test_nothing_is_sent_to_another_server(tmp_path: Path, spec: Path) -> None:
    """What stands at another origin is not ours."""
    path = tmp_path / "ledger.jsonl"
    _ledger(path, "https://sandbox.test")
    with serve_things() as site:
        code, text = _cleanup(
            "--ledger", str(path), "--spec", str(spec), "--base-url", f"{site.url}/base"
        )
        assert site.lines == []
    assert (code, "leads to another server" in text) == (1, True)


def test_an_api_that_is_not_in_the_catalog_needs_its_file(tmp_path: Path) -> None:
    """Which the message says; entries of other APIs are passed over where one is named."""
    path = tmp_path / "ledger.jsonl"
    _ledger(path, "https://sandbox.test")
    with pytest.raises(InputError, match="things is not in the catalog; name its OpenAPI file"):
        _cleanup("--ledger", str(path))
    assert _cleanup("onesignal", "--ledger", str(path)) == (0, "nothing is left\n")


def test_a_ledger_in_use_is_left_alone(tmp_path: Path, spec: Path) -> None:
    """A run is not robbed of what it has just made."""
    path = tmp_path / "ledger.jsonl"
    running = Ledger(path, api="things", origin="https://sandbox.test")
    running.intend("POST", "/things", [("name", NAME)])
    with pytest.raises(CouldNotCheckError, match="a run is using it"):
        _cleanup("--ledger", str(path), "--spec", str(spec))
    running.close()
