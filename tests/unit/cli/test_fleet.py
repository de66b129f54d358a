"""``specproof run --engine``: its options, what it tells and its exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fake_engines import FakeEngine
from tiny_apis import use_tiny_emulators, write_tiny_apis
from typer.testing import CliRunner

from specproof.cli import fleet
from specproof.cli.main import app
from specproof.errors import InputError
from specproof.history.store import open_history
from specproof.scheduling.cluster import dispatch
from specproof.scheduling.cluster.jobs import Task, make_job
from specproof.suites.plan import RunPlan

ENGINE = ["--engine", "tcp://127.0.0.1:1"]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a catalog of two APIs, a history, and an engine whose worker is this process."""
    write_tiny_apis(tmp_path, 2)
    use_tiny_emulators(tmp_path, monkeypatch)
    monkeypatch.setenv("SPECPROOF_HISTORY", str(tmp_path / "history.db"))
    monkeypatch.setattr(dispatch, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(fleet, "Engine", lambda _: FakeEngine())
    return tmp_path


def _run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["run", *ENGINE, *arguments])


def _wrong(*arguments: str) -> str:
    found = _run(*arguments).exception
    assert isinstance(found, InputError), found
    return str(found)


def test_all_apis_are_checked(root: Path) -> None:
    """One run each, a document that keeps its schema, and a batch that can be named again."""
    first = _run("--all", "--cases", "0", "--json", "--label", "branch=main")
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    path = resources.files("specproof.cli") / "schemas" / "fleet.schema.json"
    jsonschema_rs.validator_for(json.loads(path.read_text())).validate(told)
    assert [run["api"] for run in told["runs"]] == ["tiny-000", "tiny-001"]
    assert f"--batch {told['batch']} goes on" in first.stderr
    again = _run("--all", "--cases", "0", "--batch", told["batch"], "--json")
    assert json.loads(again.stdout)["progress"]["already"] == 2
    assert f"all of batch {told['batch']} was stored before" in again.stderr
    assert "stored before" not in first.stderr
    with open_history(str(root / "history.db")) as history:
        assert {run.labels["branch"] for run in history.runs()} == {"main"}
        assert len(history.runs()) == 2


def test_lines_for_people(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be checked is named with its reason, and makes exit code 3."""

    def act(_: Task) -> Any:
        return {"state": "failed", "message": "there is no emulator\x1b[2J"}

    monkeypatch.setattr(fleet, "Engine", lambda _: FakeEngine(act))
    done = _run("--all", "--cases", "0", "--batch", "b", "--root", str(root))
    assert done.exit_code == 3
    assert "tiny-001: no run, there is no emulator" in done.stdout
    assert "not everything could be checked; batch b in" in done.stdout
    assert "\x1b" not in done.output


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--output", "x.jsonl"], "--output does not go with --engine"),
        (["--workers", "2"], "--workers does not go with --engine"),
        (["--accept"], "--accept does not go with --engine"),
        (["--no-history"], "add --history"),
        (["--batch", "a b"], "--batch is no name"),
        (["--target", "live", "--base-url", "https://x.example", "tiny-000"], "add --rate"),
        (["--fleet", "fleet.toml"], "add --target live"),
    ],
)
@pytest.mark.usefixtures("root")
def test_options_that_do_not_go_together(arguments: list[str], problem: str) -> None:
    """Each is refused in words before anything is handed out."""
    assert problem in _wrong(*arguments)


@pytest.mark.parametrize(
    "options",
    [["--parts", "2"], ["--batch", "b"], ["--fleet", "f.toml"], ["--insecure-engine"]],
)
@pytest.mark.usefixtures("root")
def test_without_an_engine_its_options_say_nothing(options: list[str]) -> None:
    """An option that would be lost is refused."""
    found = CliRunner().invoke(app, ["run", "tiny-000", *options]).exception
    assert str(found) == f"{options[0]} belongs to --engine"


def test_a_batch_is_about_one_thing(root: Path) -> None:
    """Another seed, number of cases or server under its name is refused, not taken for done."""
    asked = ["tiny-000", "--batch", "b"]
    other = "begun with another target, server, seed or number of cases"
    assert _run(*asked, "--cases", "0").exit_code == 0
    assert other in _wrong(*asked, "--cases", "0", "--seed", "1")
    assert _run(*asked, "--cases", "0").exit_code == 0
    with open_history(str(root / "history.db")) as history:
        [run] = history.runs()
    job = make_job("b", RunPlan(("tiny-000",), cases=0), inputs="")
    for changed in (replace(run, origin="https://elsewhere.test"), replace(run, cases=7)):
        with pytest.raises(InputError, match=other):
            fleet._check_same([job], {job.run_id: changed}, root)
    fleet._check_same([job], {job.run_id: run}, root)


def test_a_batch_is_about_the_same_specs(root: Path) -> None:
    """What was proved of other specs is not told as if it were of these."""
    asked = ["tiny-000", "--cases", "0", "--batch", "b"]
    assert _run(*asked).exit_code == 0
    path = root / "specs" / "tiny-000" / "effective.yaml"
    path.write_text(path.read_text() + "# other\n")
    assert "the specs of tiny-000 are others than when batch b was begun" in _wrong(*asked)


def test_a_fleet_says_where_each_api_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Base URL, limits and rates of each API travel; an API that it lacks is named."""
    path = root / "fleet.toml"
    (root / "ids.toml").write_text("customerId = ['7']\n")
    path.write_text(
        "[tiny-000]\nbase_url = 'http://127.0.0.1:9/a'\nrate = '7/s'\nresources = 'ids.toml'\n"
        "max_requests = 40\nheaders = ['X-Tenant: $TENANT']\n"
        "[tiny-001]\nbase_url = 'http://127.0.0.1:9/b'\nrate = '120/min'\n"
    )
    seen: dict[str, Task] = {}

    def act(task: Task) -> Any:
        seen[task.api] = task
        return {"state": "failed", "message": "seen"}

    monkeypatch.setattr(fleet, "Engine", lambda _: FakeEngine(act))
    live = ["--target", "live", "--fleet", str(path)]
    assert _run(*live, "--parts", "2").exit_code == 3
    plan = RunPlan.from_text(seen["tiny-000"].plan)
    assert plan.base_url == "http://127.0.0.1:9/a"
    assert plan.resources == {"customerId": ("7",)}
    assert plan.headers == {"X-Tenant": "$TENANT"}
    assert (plan.max_requests, plan.rate, plan.ledger) == (20, 7.0, None)
    assert seen["tiny-000"].rates == {"http://127.0.0.1:9": (120, 60.0)}
    assert "does not say where tiny-777 is" in _wrong(*live, "tiny-777")


def test_a_live_run_of_one_api_needs_no_fleet(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rate is that of --rate, held by all workers."""
    seen: list[Task] = []

    def act(task: Task) -> Any:
        seen.append(task)
        return {"state": "failed", "message": "seen"}

    monkeypatch.setattr(fleet, "Engine", lambda _: FakeEngine(act))
    live = ["tiny-000", "--target", "live", "--base-url", "http://127.0.0.1:9", "--rate", "3/s"]
    assert _run(*live, "--root", str(root)).exit_code == 3
    assert seen[0].rates == {"http://127.0.0.1:9": (3, 1.0)}


@pytest.mark.no_cover
def test_nothing_of_a_cluster_is_imported_without_one(root: Path) -> None:
    """A plain run, stored in a history, knows neither Dask nor the limiter."""
    code = (
        "import sys\n"
        "from specproof.cli.main import app\n"
        "try:\n"
        "    app(['run', 'tiny-000', '--cases', '0', '--history', sys.argv[1], '--json'])\n"
        "except SystemExit as done:\n"
        "    assert done.code == 0, done.code\n"
        "names = {name.split('.')[0] for name in sys.modules}\n"
        "assert not names & {'distributed', 'dask', 'tornado', 'pyrate_limiter', 'psycopg'}\n"
        "assert not any('scheduling' in name for name in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(root / "plain.db")],
        env={"PATH": "", "SPECPROOF_ROOT": str(root), "PYTHONPATH": str(root / "emulators")},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
