from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path

import jsonschema_rs
import pytest
from serving import serving
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan
from specproof.targets.emulators import load_emulator
from specproof.targets.har import read_recordings
from specproof.targets.ledger import open_entries


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalog with the specs of this project and no recordings."""
    (tmp_path / "specs").symlink_to(Path(__file__).parents[3] / "specs")
    return tmp_path


@pytest.mark.parametrize("name", ["onesignal", "sequence"])
def test_a_recording_is_stable_replayable_and_holds_no_credential(root: Path, name: str) -> None:
    """Recorded twice it is the same; replayed it breaks nothing; our credentials are not in it."""
    arguments = ["record", name, "--root", str(root), "--json"]
    first = CliRunner().invoke(app, arguments)
    assert first.exit_code == 0, first.output
    told = json.loads(first.stdout)
    schema = resources.files("specproof").joinpath("cli/schemas/record.schema.json")
    jsonschema_rs.Draft202012Validator(json.loads(schema.read_text())).validate(told)
    file = Path(told["file"])
    text = file.read_text()

    again = CliRunner().invoke(app, ["record", name, "--root", str(root), "--check"])
    assert (again.exit_code, "up to date" in again.stdout) == (0, True)
    earlier = text.replace(text.partition('"startedDateTime": "')[2][:10], "2001-02-03")
    file.write_text(earlier)
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert file.read_text() == earlier

    emulator = load_emulator(name, {})
    assert emulator is not None
    assert not [value for value in emulator.credentials().values() if value in text]
    entries = read_recordings(file.parent)
    assert len(entries) == told["entries"]
    assert {item.provenance.kind for item in entries} == {"emulated-run"}
    run = execute(RunPlan((name,), target="recorded", root=str(root)))
    assert [
        item.message for item in run.findings if item.severity == "error" and not item.deviation
    ] == []


def test_a_changed_answer_makes_the_recording_stale(root: Path) -> None:
    """--check writes nothing and fails where the server answers otherwise."""
    output = root / "kept"
    arguments = ["record", "sequence", "--root", str(root), "--output", str(output)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    file = output / "emulated-run.har"
    changed = file.read_text().replace('"status": 400', '"status": 404')
    file.write_text(changed)
    done = CliRunner().invoke(app, [*arguments, "--check"])
    assert (done.exit_code, "stale or missing" in done.stdout) == (1, True)
    assert file.read_text() == changed


def test_recordings_are_not_recorded_again(root: Path) -> None:
    """Only a server, ours or theirs, can be recorded."""
    done = CliRunner().invoke(
        app, ["record", "sequence", "--target", "recorded", "--root", str(root)]
    )
    assert "no recording from the target recorded" in str(done.exception)


def test_a_live_server_is_recorded(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that it is live; neither credentials nor address nor ids of ours are in it."""
    ledger = tmp_path / "ledger.jsonl"
    with serving("onesignal") as server:
        for name, value in server["credentials"].items():
            monkeypatch.setenv(name, value)
        arguments = ["record", "onesignal", "--root", str(root), "--target", "live"]
        arguments += ["--base-url", server["url"], "--ledger", str(ledger), "--json"]
        done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    file = Path(json.loads(done.stdout)["file"])
    entries = read_recordings(file.parent)
    assert {item.provenance.kind for item in entries} == {"live-run"}
    assert {item.response.status for item in entries} >= {200, 400, 401, 404}
    text = file.read_text()
    secret = [*server["credentials"].values(), server["url"], "127.0.0.1"]
    assert not [value for value in secret if value in text]
    assert re.search(r"specproof-[a-z-]+[0-9a-f]{20}", text) is None
    assert open_entries(ledger) == ()
