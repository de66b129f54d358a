"""``specproof run`` as its users call it: real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from serving import SPECPROOF, serving
from unmeasured import unmeasured

ROOT = Path(__file__).parents[2]
PETS = """\
openapi: 3.0.3
info: {title: Pets, version: '1'}
paths:
  /pets/{id}:
    get:
      operationId: showPet
      parameters:
        - {name: id, in: path, required: true, example: 7, schema: {type: integer}}
      responses:
        '200':
          description: a pet
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: integer}}}
        '404': {description: no such pet}
"""


def _call(
    *arguments: str, cwd: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SPECPROOF, *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        timeout=240,
        check=False,
        env={**unmeasured(), **environment},
    )


def _without_times(text: str) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(text)
    for name in ("id", "started", "finished"):
        del plain["run"][name]
    return plain


def test_json_keeps_its_schema_whatever_the_workers(tmp_path: Path) -> None:
    """The document is the shipped one, and two workers find what one process finds."""
    schema = resources.files("specproof").joinpath("cli", "schemas", "run.schema.json")
    validator = jsonschema_rs.Draft202012Validator(json.loads(schema.read_text("utf-8")))
    written = tmp_path / "run.jsonl"
    alone = _call(
        "run", "onesignal", "--cases", "4", "--json", "--output", str(written), PYTHONHASHSEED="1"
    )
    assert (alone.returncode, alone.stderr) == (0, "")
    validator.validate(json.loads(alone.stdout))
    shared = _call(
        "run", "onesignal", "--cases", "4", "--json", "--workers", "2", PYTHONHASHSEED="2"
    )
    assert (shared.returncode, shared.stderr) == (0, "")
    assert _without_times(shared.stdout) == _without_times(alone.stdout)
    shown = _call("report", str(written), "--json")
    assert json.loads(shown.stdout) == json.loads(alone.stdout)


def test_a_third_api_takes_only_files(tmp_path: Path) -> None:
    """One published file by hand, `build`, and a server: everything but prose is checked."""
    root = tmp_path / "mine"
    folder = root / "specs" / "pets"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(PETS)
    built = _call("build", "pets", "--root", str(root))
    assert built.returncode == 0, built.stderr
    with serving("--spec", str(folder / "effective.yaml")) as server:
        run = _call(
            "run", "pets", "--root", str(root), "--target", "live", "--cases", "3", "--json",
            "--base-url", str(server["url"]),
        )  # fmt: skip
    assert run.returncode in {0, 1}, run.stderr
    verdicts = {item["id"]: item["verdict"] for item in json.loads(run.stdout)["requirements"]}
    assert verdicts["pets/showPet/200/schema"] == "pass"
    assert verdicts["pets/showPet/404/status"] in {"pass", "inconclusive", "fail"}


@pytest.mark.no_cover
def test_the_suite_is_a_pytest_suite() -> None:
    """Under pytest alone, with its own plugin, findings are failures."""
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--pyargs", "specproof.suites",
            "-p", "specproof.suites.plugin", "--specproof-api", "onesignal",
            "--specproof-cases", "3", "-p", "no:schemathesis", "-q", "-c", os.devnull,
            "-p", "no:cacheprovider",
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=240,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
    assert "failed" not in done.stdout


def test_wrong_options_are_sentences() -> None:
    """Exit code 2 and one line, never a traceback."""
    for arguments, words in (
        (("run", "--target", "dream"), "no target dream"),
        (("run", "nobody"), "nobody"),
        (("run", "--fail-on", "often"), "--fail-on often"),
        (("run", "onesignal", "--resources", "no-such-file.yaml"), "no-such-file.yaml"),
    ):
        done = _call(*arguments)
        assert done.returncode == 2, done
        assert words in done.stderr
        assert done.stderr.startswith("specproof: error: ")
        assert done.stderr.count("\n") == 1
