"""Options of ``specproof run`` and what they write; whole runs are in tests/acceptance."""

from __future__ import annotations

import datetime as dt
import io
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from runs import awkward_run
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.cli.running import accept_findings, finish, make_plan
from specproof.errors import InputError
from specproof.suites.plan import RunPlan
from specproof.suites.runfile import read_run, write_run

DEFAULTS: dict[str, Any] = {
    "apis": ["onesignal"],
    "target": "emulator",
    "base_url": None,
    "spec": None,
    "seed": 0,
    "cases": 4,
    "settings": [],
    "resources": None,
    "allow_production": [],
    "headers": [],
    "max_requests": 10,
    "rate": None,
    "max_seconds": None,
    "ledger": None,
    "time_budget": 5.0,
    "root": None,
}


def _plan(**options: Any) -> RunPlan:
    return make_plan(**{**DEFAULTS, **options})


def test_a_plan_holds_what_was_asked_for(tmp_path: Path) -> None:
    """Names once each and in their order, paths absolute, ids as text."""
    resources = tmp_path / "resources.yaml"
    resources.write_text("customerId: ['01', 2]\n")
    plan = _plan(apis=["sequence", "onesignal", "sequence"], resources=resources, seed=3)
    assert plan.apis == ("sequence", "onesignal")
    assert plan.resources == {"customerId": ("01", "2")}
    assert (plan.seed, plan.cases, plan.max_requests) == (3, 4, 10)
    assert (plan.mode, plan.rate, plan.ledger, plan.headers) == ("discover", None, None, {})
    assert set(_plan(apis=[]).apis) >= {"onesignal", "sequence"}
    assert _plan(settings=["max_aliases=20"]).settings["max_aliases"] == 20


@pytest.mark.parametrize(
    ("stem", "name"), [("Pet Store.v2", "pet-store-v2"), ("3scale", "api-3scale"), ("__", "api")]
)
def test_an_ad_hoc_spec_is_named_after_its_file(tmp_path: Path, stem: str, name: str) -> None:
    """The name is part of every requirement's id."""
    path = tmp_path / f"{stem}.yaml"
    plan = _plan(apis=[], spec=path, target="live", base_url="http://localhost")
    assert (plan.apis, plan.spec) == ((name,), str(path))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "dream"}, "there is no target dream"),
        ({"spec": Path("x.yaml")}, "exclude each other"),
        ({"spec": Path("x.yaml"), "apis": []}, "--spec needs a live server to check"),
        ({"spec": Path("x.yaml"), "apis": [], "target": None}, "add --base-url URL"),
        ({"spec": Path("x.yaml"), "apis": [], "target": "live"}, "add --base-url URL"),
        ({"apis": ["onesignal", "sequence"], "target": "live"}, "one API at a time"),
        ({"base_url": "http://localhost"}, "--base-url belongs to --target live"),
        ({"headers": ["X-A: b"]}, "--header belongs to --target live"),
        ({"settings": ["no_such=1"]}, "no_such"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], words: str) -> None:
    """Are bad input, in words that say how to mend it."""
    with pytest.raises(InputError, match=words):
        _plan(**options)


def test_without_a_number_of_cases_the_corpus_is_replayed() -> None:
    """What has no corpus still gets fresh cases."""
    plan = _plan(cases=None)
    assert (plan.mode, plan.cases > 0) == ("replay", True)
    assert _plan(cases=0).mode == "discover"


def test_an_empty_catalog_has_nothing_to_check(tmp_path: Path) -> None:
    """A run of nothing would be green."""
    (tmp_path / "specs").mkdir()
    with pytest.raises(InputError, match="no API to check"):
        _plan(apis=[], root=tmp_path)


def test_results_are_written_where_asked(tmp_path: Path) -> None:
    """Run file, JUnit and Markdown, and either text or JSON on the stream."""
    files = {name: tmp_path / name for name in ("output", "junit", "markdown")}
    shown = {}
    for as_json in (True, False):
        stream = io.StringIO()
        finish(awkward_run(), **files, verbose=False, as_json=as_json, stream=stream)
        shown[as_json] = stream.getvalue()
    assert read_run(files["output"]) == awkward_run()
    assert files["junit"].read_text("utf-8").startswith("<testsuites")
    assert "|" in files["markdown"].read_text("utf-8")
    assert json.loads(shown[True])["schema"] == "specproof.run/1"
    assert "findings" in shown[False]
    nothing = dict.fromkeys(files)
    finish(awkward_run(), **nothing, verbose=False, as_json=True, stream=io.StringIO())


def test_the_exit_code_is_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the run says; `--fail-on` takes four words only."""
    asked: list[tuple[RunPlan, int, str]] = []

    def fake(plan: RunPlan, *, workers: int, fail_on: str, **others: object) -> Any:
        assert others == {"against": None, "confirm": 0, "flaky_ok": False}
        asked.append((plan, workers, fail_on))
        return awkward_run()

    monkeypatch.setattr("specproof.suites.execute.execute", fake)
    done = CliRunner().invoke(app, ["run", "onesignal", "-n", "2", "--fail-on", "info", "--json"])
    assert done.exit_code == awkward_run().footer.exit_code
    assert json.loads(done.stdout)["schema"] == "specproof.run/1"
    ((plan, workers, fail_on),) = asked
    assert (plan.apis, workers, fail_on) == (("onesignal",), 2, "info")
    refused = CliRunner().invoke(app, ["run", "--fail-on", "often"])
    assert isinstance(refused.exception, InputError)


def test_a_run_is_held_against_an_earlier_one(tmp_path: Path) -> None:
    """``--against`` makes another code for the same cause a finding, the same code none."""
    first, earlier = tmp_path / "first.jsonl", tmp_path / "earlier.jsonl"
    arguments = ["run", "onesignal", "--json"]
    done = CliRunner().invoke(app, [*arguments, "--output", str(first)])
    assert done.exit_code == 0, done.output
    run = read_run(first)
    assert run.codes
    write_run(replace(run, codes=(replace(run.codes[0], codes=("#00000000",)),)), earlier)
    for against, code in ((first, 0), (earlier, 1)):
        done = CliRunner().invoke(app, [*arguments, "--against", str(against)])
        found = [item["rule"] for item in json.loads(done.stdout)["findings"]]
        assert (done.exit_code, found.count("error-code-stable")) == (code, code), done.output


def _catalog(root: Path) -> Path:
    """Return the file of deviations of an API, ``onesignal``, that is in a new catalog."""
    folder = root / "specs" / "onesignal"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text("openapi: 3.1.0\n")
    return folder / "deviations.toml"


def test_accepted_findings_become_deviations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the API, once each, for ninety days from the run, the reason still to fill in."""
    path = _catalog(tmp_path)
    run = awkward_run()
    monkeypatch.setattr("specproof.suites.execute.execute", lambda *_, **__: run)
    arguments = ["run", "onesignal", "--accept", "--json", "--root", str(tmp_path)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == run.footer.exit_code
    rows = tomllib.loads(path.read_text("utf-8"))["deviation"]
    found = {(item.rule, item.requirement) for item in run.findings if item.api == "onesignal"}
    assert found
    assert {(row["rule"], row["requirement"]) for row in rows} <= found
    started = dt.date.fromisoformat(run.header.started[:10])
    assert {row["expires"] for row in rows} == {started + dt.timedelta(days=90)}
    assert f"{len(rows)} added or renewed; fill in reason and evidence" in done.stderr
    before = path.read_bytes()
    again = CliRunner().invoke(app, arguments)
    assert (path.read_bytes(), "added" in again.stderr) == (before, False)


def test_an_ad_hoc_run_has_no_place_for_deviations() -> None:
    """The way to get one is named."""
    plan = RunPlan(("shop",), "live", spec="shop.yaml")
    with pytest.raises(InputError, match="--accept needs an API of the catalog; add it"):
        accept_findings(plan, awkward_run())
