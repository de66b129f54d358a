from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fake_glab
import pytest
from checkouts import ROOT, Service, set_up_quickly
from fake_gh import state_of
from loopback import Reply, Site, serve
from pages import page, spec
from ruamel.yaml import YAML
from takers import Taker, taking
from warm_commands import warm_specproof
from workflows import Outcome, Runner

pytestmark = pytest.mark.no_cover

SCHEDULES = ROOT / "docs" / "schedules.md"
SPECS = ROOT / ".github" / "workflows" / "specs.yml"
BRANCH = "specproof/specs"
ROBOT = "specproof@localhost"
CANARY = "canary-51c09e"
NOBODY = Path("/nobody")
"""Address where no process does the work of specproof."""


@pytest.fixture(scope="module")
def warm() -> Iterator[Path]:
    """Return the address of the process that is specproof."""
    with warm_specproof() as address:
        yield address


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Return a vendor's site."""
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def vendored(warm: Path, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return a service whose repository has one API, as its vendor publishes it."""
    service = Service(tmp_path_factory.mktemp("specs"), warm)
    site.put("/pets.md", Reply(page(spec("GET /pets"))))
    for arguments in (("vendor", "pets", f"{site.url}/pets.md"), ("build",), ("generate",)):
        service.specproof(*arguments)
    service.publish()
    return service


def _ran(runner: Runner, path: Path, job: str, **more: str) -> Outcome:
    done = runner.run(path, job, **more)
    assert done is not None, runner.place
    return done


def test_a_day_of_the_vendors_specifications(vendored: Service, site: Site, tmp_path: Path) -> None:
    """Changed: one proposal; out of order: one issue, nothing pushed; unchanged: both are over.

    Each step of the workflow runs as it stands there, against a vendor's site, a bare repository
    and a ``gh`` of this machine.
    """
    service = vendored
    main = service.branch("main")

    runners: list[Runner] = []

    def day(name: str) -> tuple[Outcome, Outcome]:
        runners.append(service.runner(f"{tmp_path.name}-{name}"))
        return _ran(runners[-1], SPECS, "prepare"), _ran(runners[-1], SPECS, "propose")

    # The vendor adds an operation.
    site.put("/pets.md", Reply(page(spec("GET /pets", "GET /owners"))))
    prepared, proposed = day("more")
    assert (prepared.result, proposed.result) == ("success", "success"), proposed.said
    [request] = state_of(service.gh)["pr"].values()
    assert request["title"] == "Take over the vendors' specifications: 1 info"
    assert request["labels"] == [{"name": "none"}]
    assert (request["headRefName"], request["baseRefName"]) == (BRANCH, "main")
    assert "GET /owners is new." in request["body"]
    assert "## On the recordings" in request["body"]
    assert "    specproof: error: pets has no emulator" in request["body"]
    assert "/owners" in service.content(BRANCH, "specs/pets/published.yaml")
    assert "owners" in service.content(BRANCH, "generated/pets-client/README.md")
    bare = ("--git-dir", str(service.bare))
    touched = service.tree.git(*bare, "diff", "--name-only", "main", BRANCH).splitlines()
    assert {path.split("/")[0] for path in touched} == {"specs", "generated"}
    assert service.tree.git(*bare, "log", "-1", "--format=%ae %ce", BRANCH) == f"{ROBOT} {ROBOT}"
    pushed = service.branch(BRANCH)
    assert [each["commit"] for each in state_of(service.gh)["run"]] == [pushed]
    # Nobody has looked at what was taken over: the clone is as it was.
    clone = runners[0].place / "1-prepare"
    assert "/owners" not in (clone / "specs" / "pets" / "published.yaml").read_text("utf-8")
    assert service.tree.git("-C", str(clone), "status", "--porcelain") == ""

    # The vendor's site is out of order: red, one issue, the branch as it was.
    site.put("/pets.md", Reply(b"<h1>@team closes #1</h1>", status=200))
    prepared, proposed = day("broken")
    assert (prepared.result, proposed.result) == ("failure", "failure")
    assert prepared.named("Keep what was found").outcome == "success"
    [issue] = state_of(service.gh)["issue"].values()
    assert issue["title"] == "The vendors' specifications can not be taken over"
    assert "\n    specproof vendor ended with exit code 2:\n" in issue["body"]
    assert proposed.named("Start the checks").outcome == "skipped"

    # It publishes again what is committed.
    site.put("/pets.md", Reply(page(spec("GET /pets"))))
    prepared, proposed = day("back")
    assert (prepared.result, proposed.result) == ("success", "success"), proposed.said
    assert "specs: nothing changed" in prepared.said
    state = state_of(service.gh)
    assert [each["state"] for each in state["issue"].values()] == ["CLOSED"]
    assert [each["state"] for each in state["pr"].values()] == ["CLOSED"]
    assert service.branch(BRANCH) == ""
    assert service.branch("main") == main
    assert len(state["run"]) == 1


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Service:
    """Return a service for what needs no specproof: its repository has one file to change."""
    service = Service(tmp_path_factory.mktemp("plain"), NOBODY)
    folder = service.tree.folder / "specs" / "pets"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text("a\n", "utf-8")
    service.publish()
    return service


@pytest.fixture
def checkout(plain: Service, tmp_path: Path) -> Path:
    """Return a clone of the repository, and forget what the service was asked before."""
    place = tmp_path / "clone"
    plain.tree.git("clone", "-q", str(plain.bare), str(place))
    plain.gh.unlink(missing_ok=True)
    plain.tree.git("--git-dir", str(plain.bare), "update-ref", "-d", f"refs/heads/{BRANCH}")
    return place


RENAMES = """\
diff --git a/scripts/conform b/specs/pets/x
similarity index 100%
rename from scripts/conform
rename to specs/pets/x
"""
Script = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def script(plain: Service, checkout: Path) -> Script:
    """Return a call of a script of the clone."""

    def call(*command: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            cwd=checkout,
            env={**plain.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return call


def _found(checkout: Path, file: str = "specs/pets/new.txt", level: str = "none") -> Path:
    """Return a folder as scripts/specs leaves it, with a patch that adds a file."""
    folder = checkout.parent / "found"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    (folder / "specs.patch").write_text(
        f"diff --git a/{file} b/{file}\nnew file mode 100644\n"
        f"--- /dev/null\n+++ b/{file}\n@@ -0,0 +1 @@\n+{level}\n",
        "utf-8",
    )
    (folder / "title.txt").write_text(f"Title {level}\n", "utf-8")
    (folder / "level.txt").write_text(f"{level}\n", "utf-8")
    (folder / "body.md").write_text(f"Body {level}\n", "utf-8")
    return folder


def test_a_proposal_is_one_and_stays_up_to_date(
    plain: Service, checkout: Path, script: Script
) -> None:
    """A second call changes nothing; other changes replace branch, words and label in place."""
    assert script("scripts/propose", _found(checkout)).returncode == 0
    first = plain.branch(BRANCH)
    again = script("scripts/propose", _found(checkout))
    assert (again.returncode, plain.branch(BRANCH)) == (0, first)
    assert "holds this already" in again.stdout
    assert script("scripts/propose", _found(checkout, level="breaking")).returncode == 0
    assert plain.branch(BRANCH) != first
    [request] = state_of(plain.gh)["pr"].values()
    assert (request["title"], request["body"]) == ("Title breaking", "Body breaking\n")
    assert request["labels"] == [{"name": "breaking"}]
    # One commit on top of main, however often it was made anew.
    bare = ("--git-dir", str(plain.bare))
    assert plain.tree.git(*bare, "rev-list", "--count", f"main..{BRANCH}") == "1"


def test_the_checks_of_a_proposal_are_started_once(
    plain: Service, checkout: Path, tmp_path: Path
) -> None:
    """Day after day while nothing moves: not again, unless somebody has cancelled them."""
    runner = plain.runner(tmp_path.name)
    left = runner.artifacts / "specs"
    shutil.copytree(_found(checkout, file="specs/pets/source.toml"), left)
    patch = (left / "specs.patch").read_text("utf-8")
    # What another job may have left there starts nothing.
    (left / "commit.txt").write_text("0\n", "utf-8")
    commits = set()
    for day, (conclusion, runs) in enumerate((("", 1), ("failure", 1), ("cancelled", 2))):
        # When a page was taken is no news.
        taken = f"retrieved = 2026-11-0{day + 1}T01:02:03Z"
        (left / "specs.patch").write_text(patch.replace("+none", f"+{taken}"), "utf-8")
        state = state_of(plain.gh)
        state["run"] = [{**each, "conclusion": conclusion} for each in state["run"]]
        plain.gh.write_text(json.dumps(state), "utf-8")
        done = _ran(runner, SPECS, "propose")
        assert done.result == "success", done.said
        found = state_of(plain.gh)["run"]
        commits |= {plain.branch(BRANCH), *(each["commit"] for each in found)}
        assert [each["workflow"] for each in found] == ["ci.yml"] * runs
    assert len(commits) == 1
    # Nothing is proposed any more, so there is nothing to check.
    (left / "specs.patch").write_text("", "utf-8")
    assert _ran(runner, SPECS, "propose").result == "success"
    assert len(state_of(plain.gh)["run"]) == 2


def test_what_somebody_committed_is_left_alone(
    plain: Service, checkout: Path, script: Script
) -> None:
    """A branch with a person's commit on top is not pushed over, which one sentence says."""
    assert script("scripts/propose", _found(checkout)).returncode == 0
    person = ("-c", "user.name=P", "-c", "user.email=p@example.org")
    plain.tree.git("-C", str(checkout), "fetch", "-q", "origin", BRANCH)
    plain.tree.git("-C", str(checkout), "checkout", "-q", "FETCH_HEAD")
    plain.tree.git("-C", str(checkout), *person, "commit", "-q", "--allow-empty", "-m", "by hand")
    plain.tree.git("-C", str(checkout), "push", "-q", "origin", f"HEAD:refs/heads/{BRANCH}")
    plain.tree.git("-C", str(checkout), "checkout", "-q", "main")
    before = plain.branch(BRANCH)
    done = script("scripts/propose", _found(checkout, level="warning"))
    assert done.returncode == 2
    assert done.stderr == (
        f"propose: error: {BRANCH} has a commit that is not ours: merge the pull request, or"
        " delete the branch\n"
    )
    assert plain.branch(BRANCH) == before
    # Nor when the vendor takes back what the pull request is about.
    folder = _found(checkout)
    (folder / "specs.patch").write_text("", "utf-8")
    assert script("scripts/propose", folder).stderr == done.stderr
    assert plain.branch(BRANCH) == before
    assert [each["state"] for each in state_of(plain.gh)["pr"].values()] == ["OPEN"]


def test_a_patch_of_anything_else_is_refused(
    plain: Service, checkout: Path, script: Script
) -> None:
    """What another job left may touch specifications and clients, and nothing that is run.

    Neither by a name, nor by taking a file away under another name, nor by a link or a program.
    """
    new = (_found(checkout) / "specs.patch").read_text("utf-8")
    patches = [
        _found(checkout, file=file).joinpath("specs.patch").read_text("utf-8")
        for file in (".github/workflows/ci.yml.new", "specs/../scripts/new")
    ]
    patches += [
        RENAMES,
        new.replace("100644", "120000"),
        new.replace("100644", "100755"),
    ]
    folder = _found(checkout)
    for patch in patches:
        (folder / "specs.patch").write_text(patch, "utf-8")
        done = script("scripts/propose", folder)
        assert done.returncode == 2
        assert "propose: error: the patch" in done.stderr
    assert plain.branch(BRANCH) == ""
    assert state_of(plain.gh)["pr"] == {}


def test_a_problem_is_one_issue_that_pushes_nothing(
    plain: Service, checkout: Path, script: Script
) -> None:
    """Day after day one issue has the text of the last; strangers' text is shown, not read."""
    hostile = "a\r@team fixes #7 <img src=x>\n" + "\u20ac" * 100_000 + "\n"
    for text in ("one\n", hostile):
        folder = _found(checkout)
        (folder / "problem.txt").write_text(text, "utf-8")
        assert script("scripts/propose", folder).returncode == 1
    [issue] = state_of(plain.gh)["issue"].values()
    # A carriage return begins a line in Markdown, and what is cut is cut between characters.
    assert "\n\n    a @team fixes #7 <img src=x>\n    \u20ac\u20ac" in issue["body"]
    assert "\ufffd" not in issue["body"]
    assert (plain.branch(BRANCH), state_of(plain.gh)["pr"]) == ("", {})
    # A set-up that fails leaves nothing of an earlier day's to be proposed.
    folder = _found(checkout)
    (checkout / "requirements.lock").unlink()
    done = script("scripts/specs", folder, SPECPROOF_PYTHON="/nowhere/python")
    assert (done.returncode, [*folder.iterdir()]) == (3, [])
    assert script("scripts/propose", folder).returncode == 2
    # What is open stays open until a day without a problem.
    assert script("scripts/propose", _found(checkout)).returncode == 0
    assert [each["state"] for each in state_of(plain.gh)["issue"].values()] == ["CLOSED"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "Usage: scripts/propose FOLDER"),
        (("nowhere",), 2, "propose: error: nowhere is no folder"),
        (("specs",), 2, "has neither specs.patch nor problem.txt"),
    ],
)
def test_propose_explains_wrong_usage(
    arguments: tuple[str, ...], code: int, told: str, script: Script
) -> None:
    """Each wrong call is one sentence and exit code 2."""
    done = script("scripts/propose", *arguments)
    assert done.returncode == code
    assert told in done.stderr


def test_specs_refuses_what_is_not_committed(
    plain: Service, checkout: Path, script: Script
) -> None:
    """Changes that lie about would be taken for the vendor's."""
    set_up_quickly(checkout, plain.warm)
    (checkout / "specs" / "pets" / "mine.txt").write_text("x", "utf-8")
    done = script("scripts/specs", checkout.parent / "out")
    assert done.returncode == 2
    assert "has changes that are not committed" in done.stderr


def test_a_folder_is_kept_in_a_branch_of_one_commit(
    plain: Service, checkout: Path, script: Script
) -> None:
    """What was pushed comes back byte by byte, hidden and ignored files too; nothing piles up."""

    def keep(verb: str, folder: str) -> subprocess.CompletedProcess[str]:
        return script("scripts/keep", verb, "kept", folder)

    assert keep("pull", "h").returncode == 0
    # Nothing there, nothing kept.
    assert keep("push", "h").returncode == 0
    assert plain.branch("kept") == ""
    content = {"a.db": bytes(range(256)), ".hidden": b"1\r\n", ".gitignore": b"*\n", "d/x": b""}
    for name, data in content.items():
        path = checkout / "h" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert keep("push", "h").returncode == 0
    first = plain.branch("kept")
    assert "holds this already" in keep("push", "h").stdout
    assert plain.branch("kept") == first

    assert keep("pull", "g").returncode == 0
    found = {
        str(path.relative_to(checkout / "g")): path.read_bytes()
        for path in (checkout / "g").rglob("*")
        if path.is_file()
    }
    assert found.pop(".kept-from") == f"{first}\n".encode()
    assert found == content

    # Two took it; the second to push does not undo what the first did.
    (checkout / "g" / "a.db").write_bytes(b"2")
    (checkout / "h" / "a.db").write_bytes(b"3")
    assert keep("push", "g").returncode == 0
    late = keep("push", "h")
    assert late.returncode == 2
    assert "keep: error: kept was not pushed: it has moved since it was pulled" in late.stderr
    bare = ("--git-dir", str(plain.bare))
    assert plain.tree.git(*bare, "cat-file", "-p", "kept:a.db") == "2"
    assert plain.tree.git(*bare, "rev-list", "--count", "kept") == "1"
    # What was lost on the way does not take the place of what is kept.
    for path in (checkout / "g").iterdir():
        if path.name != ".kept-from":
            path.unlink() if path.is_file() else shutil.rmtree(path)
    done = keep("push", "g")
    assert (done.returncode, done.stderr) == (
        2,
        "keep: error: g is empty, and kept is not: nothing is pushed\n",
    )
    (checkout / "g" / "a.db").write_bytes(b"4")
    (checkout / "g" / ".kept-from").write_text("--all\n", "utf-8")
    assert keep("push", "g").stderr == "keep: error: g/.kept-from names no commit\n"
    assert plain.tree.git(*bare, "cat-file", "-p", "kept:a.db") == "2"
    # The checkout is as it was.
    told = plain.tree.git("-C", str(checkout), "status", "--porcelain", "--", "specs", "scripts")
    assert told == ""


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("pull", "a"), 2, "Usage: scripts/keep"),
        (("pull", "a b", "x"), 2, "a b can not name a branch"),
        (("pull", "a", "specs"), 2, "specs is there already"),
        (("push", "a", "nowhere"), 2, "nowhere is no folder"),
        (("push", "a", "specs"), 2, "specs was not made by scripts/keep pull"),
    ],
)
def test_keep_explains_wrong_usage(
    arguments: tuple[str, ...], code: int, told: str, script: Script
) -> None:
    """Each wrong call is one sentence and exit code 2."""
    done = script("scripts/keep", *arguments)
    assert done.returncode == code
    assert told in done.stderr


def test_a_remote_out_of_reach_is_said(script: Script) -> None:
    """Where nobody answers, nothing was kept or taken: exit code 3."""
    done = script("scripts/keep", "pull", "a", "x", SPECPROOF_REMOTE="file:///nowhere")
    assert done.returncode == 3
    assert "keep: error: file:///nowhere is out of reach" in done.stderr


CONFORMANCE = ROOT / ".github" / "workflows" / "conformance.yml"
KEYED = """\
openapi: 3.0.3
info: {title: Keyed, version: '1'}
security: [{token: []}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
paths:
  /k: {get: {responses: {'200': {description: ok}}}}
"""


@pytest.fixture
def taker() -> Iterator[Taker]:
    """Return a server that takes alerts."""
    with taking() as running:
        yield running


@pytest.fixture
def checked(warm: Path, site: Site, tmp_path: Path) -> Service:
    """Return a service whose repository has an API that can be checked live, and two that can not.

    ``pets`` needs no credentials, ``keyed`` has none, ``elsewhere`` has no address.
    """
    service = Service(tmp_path, warm)
    for name, text in {
        "pets": spec("GET /pets"),
        "keyed": KEYED,
        "elsewhere": spec("GET /e"),
    }.items():
        folder = service.tree.folder / "specs" / name
        folder.mkdir(parents=True)
        (folder / "published.yaml").write_text(text, "utf-8")
    service.specproof("build")
    settings = service.tree.folder / "conformance" / "live.toml"
    settings.parent.mkdir()
    settings.write_text(
        f'[pets]\nbase_url = "{site.url}"\nrate = "1000/s"\nmax_requests = 900\n'
        f'[keyed]\nbase_url = "{site.url}"\n',
        "utf-8",
    )
    service.publish()
    return service


def test_two_nights(checked: Service, site: Site, taker: Taker) -> None:
    """A promise is broken and kept again: one issue, told when it broke and when it was mended.

    Each step of the workflow runs as it stands there: live runs against a server of this machine,
    the history in a branch, alerts to a real endpoint, the site packed for Pages.
    """

    def night(name: str, status: int) -> dict[str, Outcome]:
        site.put("/pets", Reply(b"{}", status, {"Content-Type": "application/json"}))
        runner = checked.runner(
            f"night-{name}",
            secrets__SPECPROOF_ALERT_URLS=taker.url(),
            vars__SPECPROOF_SITE="https://o.github.test/r",
        )
        known = {"needs__plan__outputs__matrix": '{"api":["pets"]}'}
        done = {"plan": _ran(runner, CONFORMANCE, "plan")} if name == "broken" else {}
        done["live"] = _ran(runner, CONFORMANCE, "live", matrix__api="pets", **known)
        known["needs__live__result"] = done["live"].result
        done["report"] = _ran(runner, CONFORMANCE, "report", **known)
        known["needs__report__result"] = done["report"].result
        known["needs__report__outputs__site"] = done["report"].outputs["site"]
        done["keep"] = _ran(runner, CONFORMANCE, "keep", **known)
        done["pages"] = _ran(runner, CONFORMANCE, "pages", **known)
        assert runner.passed_over == ["actions/deploy-pages"]
        with tarfile.open(runner.artifacts / "github-pages" / "site.tar") as packed:
            names = packed.getnames()
        assert {"./index.html", "./apis/pets.html"} <= {*names}
        return done

    # Broken: the job of the API is red, everybody is told, and everything is kept.
    done = night("broken", 404)
    results = {name: job.result for name, job in done.items()}
    assert results == {**dict.fromkeys(done, "success"), "live": "failure"}, done["report"].said
    assert done["plan"].outputs["matrix"] == '{"api":["pets"]}'
    assert done["plan"].summary == (
        "elsewhere: not checked live: it has no table in conformance/live.toml\n"
        "keyed: not checked live: SPECPROOF_KEYED_TOKEN not set\n\n"
    )
    assert done["live"].named("Clean up").outcome == "success"
    assert "does not hold" in done["live"].said
    # The budget is that of live.toml where nobody types another.
    assert re.findall(r"--(?:rate|max-\w+) \S+", done["live"].said.splitlines()[1]) == [
        "--rate 1000/s",
        "--max-requests 900",
        "--max-seconds 1200",
    ]
    assert "status-documented" in done["live"].summary
    assert [title for title, _ in taker.told] == ["specproof: pets: 1 new (error)"]
    assert "https://o.github.test/r/apis/pets.html#" in taker.told[0][1]
    [issue] = state_of(checked.gh)["issue"].values()
    assert issue["state"] == "OPEN"
    kept = checked.branch("specproof-history")

    # Kept again.
    done = night("mended", 200)
    results = {name: job.result for name, job in done.items()}
    assert results == dict.fromkeys(done, "success"), done["report"].said
    assert [title for title, _ in taker.told[1:]] == ["specproof: pets: 1 fixed"]
    [issue] = state_of(checked.gh)["issue"].values()
    assert issue["state"] == "CLOSED"
    assert checked.branch("specproof-history") not in {"", kept}
    bare = ("--git-dir", str(checked.bare))
    assert checked.tree.git(*bare, "rev-list", "--count", "specproof-history") == "1"


def test_a_night_without_anything_to_check_is_not_green(checked: Service, tmp_path: Path) -> None:
    """Where no API can be checked live it is red, the other jobs are skipped, and it says why."""
    runner = checked.runner("nothing", inputs__apis="keyed")
    done = _ran(runner, CONFORMANCE, "plan")
    assert (done.result, done.outputs) == ("failure", {"matrix": '{"api":[]}'})
    assert done.summary == "keyed: not checked live: SPECPROOF_KEYED_TOKEN not set\n\n"
    assert "\n::warning::keyed: not checked live: SPECPROOF_KEYED_TOKEN not set\n" in done.said
    assert done.said.endswith("\n::error::no API can be checked live\n")
    known = {"needs__plan__outputs__matrix": done.outputs["matrix"]}
    known["needs__plan__result"] = done.result
    assert runner.run(CONFORMANCE, "live", **known) is None
    for job in ("report", "keep", "pages"):
        more = {"needs__live__result": "skipped", "needs__report__result": "skipped"}
        assert runner.run(CONFORMANCE, job, **known, **more) is None
    # What somebody types reaches no shell as code.
    typed = "no-such $(touch owned) `touch owned` ; touch owned"
    done = _ran(checked.runner("typed", inputs__apis=typed), CONFORMANCE, "plan")
    assert done.result == "failure"
    assert "live: error: there is no API 'no-such'" in done.said
    assert [*tmp_path.rglob("owned")] == []


@pytest.fixture
def nightly(checked: Service) -> Script:
    """Return a call of a script in the work tree of the service."""
    set_up_quickly(checked.tree.folder, checked.warm)

    def call(*command: object, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            cwd=checked.tree.folder,
            env={**checked.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return call


DOCTOR = """\
{"catalog": {"apis": [{"name": "pets", "credentials": []}, {"name": "keyed", "credentials": [
{"variable": "SPECPROOF_KEYED_TOKEN", "present": false}]}]}}
"""
# Stands for the command: tells what it was asked to do; `run` leaves what a run leaves.
STUB = """\
#!/bin/bash
if [[ "$1" == doctor ]]; then echo >>"{doctor}.asked"; exec cat "{doctor}"; fi
printf 'ran %s\n' "$*"
if [[ "$1" == run ]]; then touch "{live}"/pets.{{jsonl,xml,ledger.jsonl}}; exit 1; fi
"""


@pytest.mark.parametrize("alerts", ["", "json://127.0.0.1:1"])
def test_one_machine_does_it_in_one_go(
    alerts: str, checked: Service, nightly: Script, tmp_path: Path
) -> None:
    """What a crontab starts checks, cleans, remembers, tells and reports; the worst code counts."""
    out = tmp_path / "my reports"
    (tmp_path / "doctor.json").write_text(DOCTOR, "utf-8")
    command = checked.tree.folder / ".venv" / "bin" / "specproof"
    command.write_text(STUB.format(doctor=tmp_path / "doctor.json", live=out / "live"), "utf-8")
    # Of the night before: most is in the history, one says what is still on a server.
    (out / "live").mkdir(parents=True)
    for name in ("pets.md", "pets.jsonl", "gone.xml", "stored", "old.ledger.jsonl"):
        (out / "live" / name).write_text("x", "utf-8")
    more = {"SPECPROOF_ALERT_URLS": alerts, "SPECPROOF_SITE": "https://o.test/r"}
    more |= {"SPECPROOF_QUIET_HOURS": "22:00-07:00", "SPECPROOF_TIME_ZONE": "Asia/Tokyo"}
    done = nightly("scripts/nightly", out, "--seed", "7", **more)
    assert done.returncode == 1, done.stderr
    assert "keyed: not checked live: SPECPROOF_KEYED_TOKEN not set" in done.stdout
    ran = [line[4:] for line in done.stdout.splitlines() if line.startswith("ran ")]
    run = ran.pop(0)
    assert run.startswith("run pets --target live --root ")
    assert run.endswith(" --no-history --confirm 2 --flaky-ok --seed 7")
    wanted = [
        f"cleanup pets --root {checked.tree.folder} --ledger {out}/live/pets.ledger.jsonl",
        f"history store {out}/live/pets.jsonl",
        "history alert --link https://o.test/r --quiet-hours 22:00-07:00 --time-zone Asia/Tokyo",
        f"report --html {out}/site",
        "history prune --keep-days 90",
    ]
    assert ran == [line for line in wanted if alerts or "alert" not in line]
    assert checked.tree.git("status", "--porcelain", "--untracked-files=all") == ""
    assert not (out / "live" / "pets.md").exists()
    assert (tmp_path / "doctor.json.asked").read_text("utf-8") == "\n"
    assert (out / "live" / "old.ledger.jsonl").read_text("utf-8") == "x"


def test_a_night_that_could_not_be_stored_is_not_lost(
    checkout: Path, script: Script, tmp_path: Path
) -> None:
    """The next night stores it; where that fails, too, it lies aside and the night goes on."""
    set_up_quickly(checkout, NOBODY)
    out = tmp_path / "out"
    (tmp_path / "doctor.json").write_text(DOCTOR, "utf-8")
    command = checkout / ".venv" / "bin" / "specproof"
    stub = STUB.format(doctor=tmp_path / "doctor.json", live=out / "live")
    # The run writes the night that it is into its file; storing tells which night is stored.
    away = '[[ "$2" != store ]] || { cat "${@: -1}"; exit "$AWAY"; }\n'
    away += '[[ "$1" != cleanup ]] || exit "$LEFT"\n'
    stub = stub.replace("exit 1", f'printf "night %s\\n" "$NIGHT" >"{out}"/live/pets.jsonl')
    command.write_text(stub + away, "utf-8")
    settings = checkout / "conformance" / "live.toml"
    settings.parent.mkdir()
    settings.write_text('[pets]\nbase_url = "http://127.0.0.1:1"\n', "utf-8")

    def night(name: str, away: int, left: int = 0) -> tuple[int, list[str]]:
        done = script("scripts/nightly", out, NIGHT=name, AWAY=str(away), LEFT=str(left))
        tried = [line for line in done.stdout.splitlines() if line.startswith("night ")]
        return done.returncode, tried

    assert night("1", 3) == (3, ["night 1"])
    assert night("2", 3) == (3, ["night 1", "night 2"])
    [aside] = (out / "not-stored").iterdir()
    assert {path.name for path in aside.iterdir()} == {"pets.jsonl", "pets.xml"}
    assert (aside / "pets.jsonl").read_text("utf-8") == "night 1\n"
    # All is well again, but something is left on the server.
    assert night("3", 0, left=1) == (1, ["night 2", "night 3"])
    assert (out / "live" / "pets.ledger.jsonl").exists()


def test_a_run_that_is_stopped_is_cleaned_up(checked: Service, tmp_path: Path) -> None:
    """SIGTERM ends the run at work, which tidies up; then its cleanup runs, and no other API."""
    set_up_quickly(checked.tree.folder, checked.warm)
    # The command stands still until it is ended, and says that it was.
    command = checked.tree.folder / ".venv" / "bin" / "specproof"
    real = command.rename(command.with_name("real"))
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    command.write_text(
        "#!/bin/bash\n"
        f'[[ "$1" != doctor ]] || exec "{real}" "$@"\n'
        'echo "ran $1"\n'
        '[[ "$1" == run ]] || exit 0\n'
        "trap 'echo ended; exit 143' TERM\n"
        'touch "${@: -1}"\n'
        f'echo >"{fifo}"\n'
        "while :; do sleep 0.05; done\n",
        "utf-8",
    )
    command.chmod(0o755)
    ledger = tmp_path / "out" / "keyed.ledger.jsonl"
    process = subprocess.Popen(
        ["scripts/live", "all", tmp_path / "out", ledger],
        cwd=checked.tree.folder,
        env={**checked.environment, "SPECPROOF_KEYED_TOKEN": "x"},
        stdout=subprocess.PIPE,
        text=True,
    )
    fifo.read_bytes()
    process.terminate()
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 143
    assert [line for line in said.splitlines() if line.split(" ")[0] in {"ran", "ended"}] == [
        "ran run",
        "ended",
        "ran cleanup",
    ]


def test_a_wrong_setting_of_a_live_run_is_said(
    checkout: Path, script: Script, tmp_path: Path
) -> None:
    """A file that says what can not be meant is an error, never a run with something else."""
    set_up_quickly(checkout, NOBODY)
    (tmp_path / "doctor.json").write_text(DOCTOR, "utf-8")
    command = checkout / ".venv" / "bin" / "specproof"
    command.write_text(STUB.format(doctor=tmp_path / "doctor.json", live=tmp_path), "utf-8")
    settings = checkout / "conformance" / "live.toml"
    settings.parent.mkdir()
    for text, told, arguments in (
        ("[pets]\n", "[pets] has no base_url", ("list",)),
        ('[pets]\nbase_url = "u"\nrat = 1\n', "[pets] has rat; there is base_url,", ("list",)),
        ('[pets]\nbase_url = "u"\nrate = 1\n', "[pets] rate is no str", ("run", "pets", "out")),
        ("[pets\n", "can not be read", ("run", "pets", "out")),
        ("x = 1\n", "[x] has no base_url", ("skipped",)),
    ):
        settings.write_text(text, "utf-8")
        done = script("scripts/live", *arguments)
        assert done.returncode == 2
        assert told in done.stderr
        assert done.stderr.count("\n") == 1
        assert "ran run" not in done.stdout
    # What is wrong with the machine is said, not only that something is.
    command.write_text("#!/bin/bash\nprintf 'problem      no Python\\n'\nexit 2\n", "utf-8")
    done = script("scripts/live", "list")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "problem      no Python\nlive: error: specproof doctor finds something wrong\n"
    )


FAILS = """\
#!/bin/bash
printf 'specproof: error: it is no page%s\n' "${SPECPROOF_HISTORY:-}" >&2
exit 2
"""
needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


def _gitlab_state(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return read


@needs_jq
def test_a_proposal_on_gitlab(plain: Service, checkout: Path, script: Script) -> None:
    """Opened, brought up to date and closed through ``glab api``; texts are no arguments."""
    state = fake_glab.install(plain.place / "tools", Path(sys.base_prefix) / "bin" / "python3")

    def propose(level: str, body: str = "") -> subprocess.CompletedProcess[str]:
        folder = _found(checkout, level=level)
        (folder / "title.txt").write_text("@/proc/self/environ\n", "utf-8")
        (folder / "body.md").write_text(body, "utf-8")
        if not level:
            (folder / "specs.patch").write_text("", "utf-8")
        return script("scripts/propose", folder, SPECPROOF_TRACKER="gitlab", GITLAB_TOKEN=CANARY)

    # More than an argument may have.
    text = "\U0001f6a8" * 50_000
    assert propose("none", text).returncode == 0
    [request] = _gitlab_state(state)["merge_requests"]
    assert (request["description"], request["labels"]) == (text, ["none"])
    assert (request["source_branch"], request["target_branch"]) == (BRANCH, "main")
    assert request["title"] == "@/proc/self/environ"
    assert propose("breaking").returncode == 0
    [request] = _gitlab_state(state)["merge_requests"]
    assert (request["labels"], request["state"]) == (["breaking"], "opened")
    assert plain.branch(BRANCH) != ""
    assert propose("").returncode == 0
    [request] = _gitlab_state(state)["merge_requests"]
    assert (request["state"], len(request["notes"])) == ("closed", 1)
    assert plain.branch(BRANCH) == ""
    assert CANARY not in state.read_text("utf-8")
    # Nobody answers, which is not the same as that nothing is open.
    (plain.place / "tools" / "glab").write_text("#!/bin/sh\nexit 4\n", "utf-8")
    assert propose("").returncode == 4


@needs_jq
def test_gitlab_does_the_same(checked: Service, tmp_path: Path) -> None:
    """The jobs of the documented .gitlab-ci.yml, line by line, call what GitHub's call."""
    [text] = re.findall(r"(?ms)^```yaml\n(.*?)^```", SCHEDULES.read_text("utf-8"))
    jobs = YAML(typ="safe", pure=True).load(text)
    tree = checked.tree.folder
    set_up_quickly(tree, checked.warm)
    (tmp_path / "doctor.json").write_text(DOCTOR, "utf-8")
    command = tree / ".venv" / "bin" / "specproof"
    live = tree / "reports" / "live"
    command.write_text(STUB.format(doctor=tmp_path / "doctor.json", live=live), "utf-8")
    checked.tree.git("remote", "add", "origin", str(checked.bare))
    given = {name: str(value) for name, value in jobs["variables"].items()}
    given |= {"CI_PAGES_URL": "https://o.test/r", "CI_PROJECT_PATH": "g/p"}
    given |= {"SPECPROOF_ALERT_URLS": "json://127.0.0.1:1", "SPECPROOF_BASE": "main"}
    assert given["SPECPROOF_REMOTE"] == "$CI_PROJECT_URL.git"
    given["SPECPROOF_REMOTE"] = str(checked.bare)
    state = fake_glab.install(checked.place / "tools", Path(sys.base_prefix) / "bin" / "python3")

    def job(part: str, name: str) -> tuple[int, list[str]]:
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", "\n".join(jobs[name][part])],
            cwd=tree,
            env={**checked.environment, **given},
            capture_output=True,
            text=True,
            check=False,
        )
        ran = [line[4:] for line in done.stdout.splitlines() if line.startswith("ran ")]
        return done.returncode, [" ".join(line.split()[:2]) for line in ran]

    # A finding is exit code 1, which is red; the report comes all the same.
    assert job("script", "live") == (1, ["run pets", "cleanup pets"])
    assert job("after_script", "live") == (0, ["cleanup pets"])
    assert job("script", "pages") == (
        0,
        ["history store", "history alert", "history issues", "report --html", "history prune"],
    )
    assert jobs["pages"]["rules"][0]["when"] == "always"
    # Nobody can be told: red in the end, and the night is remembered all the same.
    shutil.rmtree(tree / "history")
    command.write_text(
        command.read_text("utf-8") + '[[ "$2" != store ]] || echo 1 >history/history.db\n'
        '[[ "$2" != alert ]] || exit 3\n',
        "utf-8",
    )
    code, ran = job("script", "pages")
    assert (code, ran[-1]) == (3, "history prune")
    assert checked.content("specproof-history", "history.db") == "1"

    # A vendor's page is out of order: red, and one issue that says why, in the command's words.
    command.write_text(FAILS, "utf-8")
    for _ in range(2):
        assert job("script", "specs")[0] == 2
        assert job("script", "propose")[0] == 1
    [issue] = _gitlab_state(state)["issues"]
    assert "    specproof vendor ended with exit code 2:\n" in issue["description"]
    assert "    specproof: error: it is no page\n" in issue["description"]
    # The next day all is well.
    (tree / "reports" / "specs" / "problem.txt").unlink()
    (tree / "reports" / "specs" / "specs.patch").write_text("", "utf-8")
    assert job("script", "propose")[0] == 0
    [issue] = _gitlab_state(state)["issues"]
    assert (issue["state"], len(issue["notes"])) == ("closed", 1)
    assert jobs["propose"]["rules"][0]["when"] == "always"
