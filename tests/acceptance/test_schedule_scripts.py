"""What ``scripts/propose`` and ``scripts/keep`` make of a repository and its service."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import fake_glab
import pytest
from checkouts import ROOT, Service, set_up_quickly
from fake_gh import state_of
from stand_ins import DOCTOR, STUB, Script, script_in
from workflows import ran

pytestmark = pytest.mark.no_cover

SPECS = ROOT / ".github" / "workflows" / "specs.yml"
BRANCH = "specproof/specs"
CANARY = "canary-51c09e"
NOBODY = Path("/nobody")
"""Address where no process does the work of specproof."""
needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


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


@pytest.fixture
def script(plain: Service, checkout: Path) -> Script:
    """Return a call of a script of the clone."""
    return script_in(checkout, plain.environment)


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
        done = ran(runner, SPECS, "propose")
        assert done.result == "success", done.said
        found = state_of(plain.gh)["run"]
        commits |= {plain.branch(BRANCH), *(each["commit"] for each in found)}
        assert [each["workflow"] for each in found] == ["ci.yml"] * runs
    assert len(commits) == 1
    # Nothing is proposed any more, so there is nothing to check.
    (left / "specs.patch").write_text("", "utf-8")
    assert ran(runner, SPECS, "propose").result == "success"
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
    [request] = fake_glab.state_of(state)["merge_requests"]
    assert (request["description"], request["labels"]) == (text, ["none"])
    assert (request["source_branch"], request["target_branch"]) == (BRANCH, "main")
    assert request["title"] == "@/proc/self/environ"
    assert propose("breaking").returncode == 0
    [request] = fake_glab.state_of(state)["merge_requests"]
    assert (request["labels"], request["state"]) == (["breaking"], "opened")
    assert plain.branch(BRANCH) != ""
    assert propose("").returncode == 0
    [request] = fake_glab.state_of(state)["merge_requests"]
    assert (request["state"], len(request["notes"])) == ("closed", 1)
    assert plain.branch(BRANCH) == ""
    assert CANARY not in state.read_text("utf-8")
    # Nobody answers, which is not the same as that nothing is open.
    (plain.place / "tools" / "glab").write_text("#!/bin/sh\nexit 4\n", "utf-8")
    assert propose("").returncode == 4


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
