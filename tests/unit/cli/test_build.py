from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof import effective
from specproof.catalog import Api
from specproof.cli.main import app
from specproof.report import schema

PUBLISHED = """\
openapi: 3.0.3
info: {title: Shop, version: '1'}
paths: {/a: {servers: [], get: {responses: {'200': {description: OK}}}}}
"""
OVERLAY = """\
overlay: 1.1.0
info: {title: Corrections, version: '1'}
actions:
  - target: $.paths[?length(@.servers) == 0].servers
    remove: true
    x-specproof-reason: It hides the servers of the document.
    x-specproof-evidence: [seen]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a catalog of two APIs, one of them with an overlay."""
    for name in ("shop", "bare"):
        (tmp_path / "specs" / name).mkdir(parents=True)
        (tmp_path / "specs" / name / "published.yaml").write_text(PUBLISHED)
    (tmp_path / "specs" / "shop" / "overlay.yaml").write_text(OVERLAY)
    return tmp_path


def run(root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run ``specproof build`` and return its exit code and both outputs."""
    result = CliRunner().invoke(app, ["build", "--root", str(root), *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_builds_every_api_and_changes_nothing_the_second_time(root: Path) -> None:
    """The second run finds the same bytes and says so."""
    code, first, _ = run(root)
    assert code == 0
    assert "shop/effective.yaml: built, 1 action, 1 place changed" in first
    assert "bare/effective.yaml: built, 0 actions, 0 places changed" in first
    code, second, _ = run(root)
    assert code == 0
    assert second.count("up to date") == 2


def test_check_writes_nothing_and_exits_1_when_stale(root: Path) -> None:
    """Missing and touched results are both stale; the others are still reported."""
    code, _, problems = run(root, "--check")
    assert (code, problems.count("specproof: error:")) == (1, 2)
    assert not (root / "specs" / "shop" / "effective.yaml").exists()
    run(root)
    (root / "specs" / "bare" / "effective.yaml").write_text("touched")
    code, held, problems = run(root, "--check")
    assert code == 1
    assert "shop/effective.yaml: up to date" in held
    assert "run specproof build bare" in problems


def test_one_bad_overlay_writes_nothing(root: Path) -> None:
    """Everything is built before anything is written."""
    (root / "specs" / "shop" / "overlay.yaml").write_text(OVERLAY.replace("servers", "none"))
    result = CliRunner().invoke(app, ["build", "--root", str(root)])
    assert "it selects nothing" in str(result.exception)
    assert not list(root.glob("specs/*/effective.yaml"))


def test_json_is_the_documented_document(root: Path) -> None:
    """``--json`` prints one document, valid against the schema that is shipped."""
    code, output, _ = run(root, "shop", "--json")
    told = json.loads(output)
    assert code == 0
    jsonschema_rs.validator_for(schema.load("build")).validate(told)
    assert told["built"][0]["changes"] == [
        {"pointer": "/paths/~1a/servers", "kind": "removed", "action": 1}
    ]
    code, output, _ = run(root, "bare", "--json", "--check")
    told = json.loads(output)
    assert code == 1
    jsonschema_rs.validator_for(schema.load("build")).validate(told)
    assert told["stale"][0]["name"] == "bare"


def test_empty_catalog_is_an_error(tmp_path: Path) -> None:
    """A build of nothing is no success."""
    (tmp_path / "specs").mkdir()
    result = CliRunner().invoke(app, ["build", "--root", str(tmp_path)])
    assert "there is no API to build" in str(result.exception)


def test_a_build_holds_what_it_builds(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who vendors or builds an API meanwhile has to wait."""
    build, free = effective.build, []

    def asked(api: Api) -> bytes:
        descriptor = os.open(api.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            free.append(False)
        else:
            free.append(True)
        finally:
            os.close(descriptor)
        return build(api)

    monkeypatch.setattr(effective, "build", asked)
    assert run(root)[0] == 0
    assert free == [False, False]
