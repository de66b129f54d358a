"""Findings as pytest files: they fail on what is broken, pass on what is whole, leak nothing."""

from __future__ import annotations

import ast
import functools
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from runs import awkward_run

from specproof.errors import InputError
from specproof.model import Finding
from specproof.report import pytest_file
from specproof.report.pytest_file import pytest_of, render_pytest, variables_of, write_pytests
from specproof.suites.bench import Bench
from specproof.suites.machines import _take_tours, machines_of
from specproof.suites.plan import RunPlan
from specproof.suites.verdicts import judge
from specproof.targets.emulators import load_emulator
from specproof.targets.faults.catalog import faulty
from specproof.targets.inprocess import InProcessTransport

FINDING: Finding = replace(awkward_run().findings[0], fingerprint="0123456789abcdef")
HOSTILE = "'''\"\"\"\\\n\r::set-env x\x1b[31m\u202e${HOME}`id`\ud800"


def _script(**fields: Any) -> dict[str, Any]:
    step = {
        "operation": "drop",
        "method": "DELETE",
        "path": [[""], ["things"], [{"made": 0}]],
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
                    ["list", {"list": [1, None, {"text": [{"needed": "phone"}]}]}],
                    ["id", {"text": [{"resource": "id", "number": 1, "of": "other"}]}],
                ]
            }
        },
        "own": False,
    }
    last = {**step, "path": [[""], [{"given": [0, ["items", 0, HOSTILE]]}]], "body": None}
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
        "SPECPROOF_VALUE_PHONE",
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


def _files(api: str, fault: str) -> dict[str, str]:
    """Return the files of the broken promises that a machine finds on a broken emulator."""
    bench = Bench(RunPlan(apis=(api,), fault=fault, cases=15), api, "machine")
    (machine,) = machines_of(api)
    # Walks at random and their shrinking take many times as long.
    _take_tours(bench, machine, set())
    evidence = bench.close()
    scripts = judge(bench.subject.requirements, [evidence], target="emulator")
    found = {item.fingerprint: item for item in scripts.findings}
    return {
        f"{found[key].rule} {key}": render_pytest(found[key], script)
        for key, script in scripts.scripts.items()
    }


def _outcome(text: str, api: str, fault: str | None, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run the test of a file on an emulator in process; return what became of it."""
    emulator = load_emulator(api, {}) if fault is None else faulty(api, fault)
    assert emulator is not None
    monkeypatch.setenv("BASE_URL", "http://127.0.0.1")
    for stem, values in (("", emulator.credentials()), ("OTHER_", emulator.other_credentials())):
        for name, value in values.items():
            monkeypatch.setenv(f"SPECPROOF_{stem}{name}" if stem else name, value)
    for name, ids in emulator.resources().items():
        monkeypatch.setenv(f"SPECPROOF_RESOURCE_{name.upper()}", ",".join(ids))
    for name, ids in emulator.other_resources().items():
        monkeypatch.setenv(f"SPECPROOF_OTHER_RESOURCE_{name.upper()}", ",".join(ids))
    secrets = [*emulator.credentials().values(), *emulator.other_credentials().values()]
    assert not any(value in text for value in secrets)
    client = functools.partial(httpx.Client, transport=InProcessTransport(emulator.app))
    names: dict[str, Any] = {"__name__": "made"}
    monkeypatch.setitem(__import__("sys").modules, "made", type(ast)("made"))
    exec(compile(text, "made.py", "exec"), names)  # noqa: S102 - what the test is about
    with monkeypatch.context() as patched:
        patched.setattr(httpx, "Client", client)
        (test,) = (value for name, value in names.items() if name.startswith("test_"))
        try:
            test()
        except AssertionError:
            return "failed"
        except pytest.skip.Exception as skipped:
            return f"skipped: {skipped}"
    return "passed"


@pytest.mark.parametrize(
    ("api", "fault"),
    [
        ("onesignal", "onesignal-stale-lookup"),
        ("onesignal", "onesignal-drops-properties"),
        ("sequence", "sequence-deletes-previous"),
        ("sequence", "sequence-unknown-version-accepted"),
    ],
)
def test_a_file_fails_until_it_is_mended(
    api: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of a broken promise fails on the broken emulator and passes on the whole one."""
    files = _files(api, fault)
    assert files
    outcomes = {
        name: tuple(_outcome(text, api, each, monkeypatch) for each in (fault, None))
        for name, text in files.items()
    }
    assert ("failed", "passed") in outcomes.values(), outcomes


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
