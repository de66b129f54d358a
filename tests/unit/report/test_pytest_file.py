"""Findings as pytest files: they fail on what is broken, pass on what is whole, leak nothing."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from files_served import served_below
from runs import awkward_run

from specproof.errors import InputError
from specproof.model import Finding
from specproof.report import pytest_file
from specproof.report.pytest_file import pytest_of, render_pytest, variables_of, write_pytests
from specproof.suites.faults import _Stage
from specproof.suites.plan import RunPlan, subject
from specproof.suites.verdicts import judge
from specproof.targets.emulators import load_emulator
from specproof.targets.faults.catalog import faulty

FINDING: Finding = replace(awkward_run().findings[0], fingerprint="0123456789abcdef")
HOSTILE = "'''\"\"\"\\\n\r::set-env x\x1b[31m\u202e${HOME}`id`\ud800"


def _script(**fields: Any) -> dict[str, Any]:
    step = {
        "operation": "drop",
        "method": "DELETE",
        "path": ["", "things", [{"made": 0}]],
        "query": [["q", [HOSTILE]]],
        "headers": [[HOSTILE, ["x"]]],
        "fields": [
            {"place": "header", "name": "Authorization", "value": ["Key ", {"env": "SHOP_KEY"}]},
            {"place": "query", "name": "k", "value": [{"base64": [{"env": "SHOP_ID"}, ":"]}]},
            {"place": "cookie", "name": "c", "value": [{"env": "SHOP_ID", "form": "shorter"}]},
        ],
        "body": {
            "json": {
                "object": [
                    [HOSTILE, {"text": [HOSTILE]}],
                    ["list", {"list": [1, None, {"text": ["x"]}]}],
                    ["id", {"text": [{"resource": "id", "number": 1, "of": "other"}]}],
                ]
            }
        },
        "own": False,
    }
    last = {**step, "path": ["", [{"given": [0, ["items", 0, HOSTILE]]}]], "body": None}
    return {
        "steps": [step, last],
        "claims": [
            {
                "says": "equals",
                "path": ["a", {"where": "b", "is": [HOSTILE]}],
                "value": {"text": [HOSTILE]},
            },
            {"says": "unchanged", "path": ["a"], "since": 0},
            {"says": "schema", "schema": {"enum": [HOSTILE]}},
        ],
        "made": [{"kind": "name", "prefix": "thing"}, {"kind": "uuid", "prefix": ""}],
        "found": 200,
        "bound": True,
        **fields,
    }


def test_text_from_outside_stays_data() -> None:
    """Whatever a run file says is in literals and comments; the file is ASCII and parses."""
    text = render_pytest(replace(FINDING, message=HOSTILE, rule=HOSTILE), _script())
    assert text.isascii()
    assert "\x1b" not in text
    tree = ast.parse(text)
    kept = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert HOSTILE in kept
    assert not any(line.startswith("::") for line in text.splitlines())
    assert "only_here()" in text
    assert variables_of(_script()) == (
        "SHOP_ID",
        "SHOP_KEY",
        "SPECPROOF_OTHER_RESOURCE_ID",
    )


@pytest.mark.parametrize(
    "broken",
    [
        {"claims": [{"says": "__import__"}]},
        {"claims": [{"says": "empty", "x) or evil(": 1}]},
        {"claims": [{"says": "unchanged", "path": [], "since": "0); evil("}]},
        {"claims": [{"says": "equals", "path": [], "value": {"evil": 1}}]},
        {"made": [{"kind": "name"}]},
        {"steps": []},
        {"steps": [{**_script()["steps"][0], "path": [[{"env": "A'); evil('"}]]}]},
        {"steps": [{**_script()["steps"][0], "path": [[{"made": "0); evil("}]]}]},
        {"steps": [{**_script()["steps"][0], "path": [[{"made": 0, "form": "evil"}]]}]},
        {"steps": [{**_script()["steps"][0], "method": {1}}]},
        {"found": {1}},
    ],
)
def test_a_script_that_is_none_is_refused(broken: dict[str, Any]) -> None:
    """Names of assertions, variables and forms are known ones, or there is no file."""
    with pytest.raises(InputError, match="malformed"):
        render_pytest(FINDING, _script(**broken))


def test_files_are_named_after_fingerprints(tmp_path: Path) -> None:
    """One file per finding with a script; a fingerprint that is none names no file."""
    run = replace(awkward_run(), findings=(FINDING,), scripts={FINDING.fingerprint: _script()})
    assert write_pytests(run, tmp_path / "new") == 1
    (path,) = (tmp_path / "new").iterdir()
    assert path.name == "test_0123456789abcdef.py"
    assert path.read_text("ascii") == pytest_of(run, FINDING)
    with pytest.raises(InputError):
        pytest_file.file_name(replace(FINDING, fingerprint="../x"))


_CONFTEST = """
import os, pathlib, pytest

@pytest.fixture(autouse=True, params=["broken", "sound"])
def server(request, monkeypatch):
    fault = pathlib.Path(request.path).parent.name
    monkeypatch.setenv("BASE_URL", f"{os.environ['SERVED']}/{request.param}.{fault}")
"""

FAULTS = (
    ("onesignal", "onesignal-latin-bytes", "scenario_item"),
    ("onesignal", "onesignal-id-of-another", "scenario_item"),
    ("sequence", "sequence-deletes-previous", "machine_item"),
    ("sequence", "sequence-unknown-version-accepted", "scenario_item"),
    ("sequence", "sequence-version-wrong", "scenario_item"),
    ("sequence", "sequence-every-third-fails", "scenario_item"),
)


def _write_files(api: str, fault: str, kind: str, folder: Path) -> int:
    """Write the files of what one kind of items finds on a broken emulator."""
    stage = _Stage(RunPlan(apis=(api,), fault=fault, cases=15))
    stage.play(kind)
    judgement = judge(subject(api, None, None).requirements, stage.evidence, target="emulator")
    run = replace(awkward_run(), findings=judgement.findings, scripts=judgement.scripts)
    return write_pytests(run, folder / fault)


def _environment() -> dict[str, str]:
    found: dict[str, str] = {}
    for api in ("onesignal", "sequence"):
        emulator = load_emulator(api, {})
        assert emulator is not None
        found |= emulator.credentials()
        others = emulator.other_credentials()
        found |= {f"SPECPROOF_OTHER_{name}": value for name, value in others.items()}
        for stem, held in (("", emulator.resources()), ("OTHER_", emulator.other_resources())):
            for name, ids in held.items():
                found[f"SPECPROOF_{stem}RESOURCE_{name.upper()}"] = ",".join(ids)
    return found


def test_a_file_fails_until_it_is_mended(tmp_path: Path) -> None:
    """Every file fails on the broken server and passes on the sound one; none holds a secret.

    What comes every third time only gets none for it.
    """
    apps: dict[str, Any] = {}
    written: dict[str, int] = {}
    for api, fault, kind in FAULTS:
        written[fault] = _write_files(api, fault, kind, tmp_path)
        sound = load_emulator(api, {})
        assert sound is not None
        apps |= {f"sound.{fault}": sound.app, f"broken.{fault}": faulty(api, fault).app}
    assert [name for name, number in written.items() if not number] == [
        "sequence-every-third-fails"
    ], written
    environment = _environment()
    files = sorted(tmp_path.rglob("test_*.py"))
    secrets = [text for name, text in environment.items() if "RESOURCE" not in name]
    assert not [path for path in files if any(text in path.read_text() for text in secrets)]
    (tmp_path / "conftest.py").write_text(_CONFTEST, "utf-8")
    with served_below(apps) as url:
        pytest_run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        subprocess.run(
            [*pytest_run, "--import-mode=importlib", "--junitxml=out.xml", "."],
            cwd=tmp_path,
            env={
                **os.environ,
                **environment,
                "SERVED": url,
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            capture_output=True,
            timeout=120,
            check=False,
        )
    cases = ET.parse(tmp_path / "out.xml").getroot().iter("testcase")  # noqa: S314 - ours
    outcomes = {
        f"{case.get('classname')} {case.get('name')}": [
            (part.tag, (part.get("message") or "")[:200]) for part in case
        ]
        for case in cases
    }
    assert len(outcomes) == 2 * len(files)
    for name, parts in outcomes.items():
        assert [tag for tag, _ in parts] == (["failure"] if "[broken]" in name else []), (
            name,
            parts,
        )


def test_scripts_survive_the_way_through_a_run_file(tmp_path: Path) -> None:
    """Scripts and codes are written and read again as they were."""
    from specproof.suites.records import SeenCodes
    from specproof.suites.runfile import read_run, write_run

    plain = json.loads(json.dumps(_script()).replace("\\ud800", ""))
    codes = (SeenCodes("onesignal", "drop", 404, "never//own", ("#12345678",)),)
    run = replace(awkward_run(), scripts={FINDING.fingerprint: plain}, codes=codes)
    write_run(run, tmp_path / "run.jsonl")
    again = read_run(tmp_path / "run.jsonl")
    assert again.scripts == {FINDING.fingerprint: plain}
    assert again.codes == codes


def test_the_command_writes_the_files(tmp_path: Path) -> None:
    """``specproof report RUN --reproduce DIR`` writes them, and the text shows their beginning."""
    from typer.testing import CliRunner

    from specproof.cli.main import app
    from specproof.suites.runfile import write_run

    plain = json.loads(json.dumps(_script()).replace("\\ud800", ""))
    run = replace(awkward_run(), findings=(FINDING,), scripts={FINDING.fingerprint: plain})
    run = replace(run, footer=replace(run.footer, summary=_counted(run)))
    write_run(run, tmp_path / "run.jsonl")
    arguments = ["report", str(tmp_path / "run.jsonl"), "--reproduce", str(tmp_path / "out")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["test_0123456789abcdef.py"]
    assert "# test_0123456789abcdef.py, from line" in result.output


def _counted(run: Any) -> Any:
    from specproof.suites.records import summarise

    return summarise(
        run.verdicts,
        run.findings,
        exchanges=run.summary.exchanges,
        distinct_requests=run.summary.distinct_requests,
    )
