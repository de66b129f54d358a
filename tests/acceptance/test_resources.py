"""Resources that a run can not create come from ``--resources``, and are used up if declared."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from things import serve_things
from typer.testing import CliRunner

from specproof.cli.main import app

PATH = {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string"}}
SPEC = {
    "openapi": "3.0.3",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things/{thingId}": {
            "get": {
                "operationId": "look",
                "parameters": [PATH],
                "responses": {"200": {"description": "x"}, "404": {"description": "x"}},
            },
            "delete": {
                "operationId": "drop",
                "parameters": [PATH],
                "responses": {"204": {"description": "x"}, "404": {"description": "x"}},
            },
        }
    },
}
FIRST, SECOND = "somebodys-first-thing", "somebodys-second-thing"


@pytest.mark.parametrize("use_up", [True, False])
def test_only_what_is_declared_is_used_up(tmp_path: Path, use_up: bool) -> None:
    """Read it is in any case; deleted only with ``use_up``, noted in the ledger before."""
    spec, given, ledger = (tmp_path / name for name in ("things.json", "given.toml", "ledger"))
    spec.write_text(json.dumps(SPEC))
    given.write_text(
        f'[thingId]\nvalues = ["{FIRST}", "{SECOND}"]\nuse_up = {str(use_up).lower()}\n'
    )
    with serve_things() as things:
        for name in (FIRST, SECOND):
            things.replies[f"GET /things/{name}"] = (200, {})
            things.replies[f"DELETE /things/{name}"] = (204, None)
        done = CliRunner().invoke(
            app,
            [
                *("run", "--spec", str(spec), "--base-url", things.url, "--cases", "0"),
                *("--resources", str(given), "--ledger", str(ledger), "--json"),
            ],
        )
    kinds = {
        item["id"]: (item["verdict"], item["reason"])
        for item in json.loads(done.stdout)["requirements"]
    }
    assert f"GET /things/{FIRST}" in things.lines
    assert kinds["things/look/200/status"][0] == "pass"
    deleted = [line for line in things.lines if line.startswith("DELETE /things/somebodys")]
    assert bool(deleted) is use_up
    verdict, reason = kinds["things/drop/204/status"]
    noted = [json.loads(line) for line in ledger.read_text().split("\n") if line.strip()]
    if use_up:
        assert verdict == "pass"
        assert [item["event"] for item in noted] == ["used"] * len(deleted)
        assert {(item["method"], item["path"], item["name"]) for item in noted} == {
            ("DELETE", "/things/{}", "thingId")
        }
    else:
        assert verdict == "inconclusive"
        assert reason == "no value of the path parameter thingId may be used up any more"
        assert noted == []
    assert FIRST not in ledger.read_text() + done.output
