from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import fake_glab
import pytest
from checkouts import ROOT, Service, set_up_quickly
from fake_gh import state_of
from loopback import Reply, Site, serve
from pages import page, spec
from ruamel.yaml import YAML
from stand_ins import DOCTOR, STUB, Script, script_in
from takers import Taker, taking
from warm_commands import warm_specproof
from workflows import Outcome, ran

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
        done = {"plan": ran(runner, CONFORMANCE, "plan")} if name == "broken" else {}
        done["live"] = ran(runner, CONFORMANCE, "live", matrix__api="pets", **known)
        known["needs__live__result"] = done["live"].result
        done["report"] = ran(runner, CONFORMANCE, "report", **known)
        known["needs__report__result"] = done["report"].result
        known["needs__report__outputs__site"] = done["report"].outputs["site"]
        done["keep"] = ran(runner, CONFORMANCE, "keep", **known)
        done["pages"] = ran(runner, CONFORMANCE, "pages", **known)
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
    done = ran(runner, CONFORMANCE, "plan")
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
    done = ran(checked.runner("typed", inputs__apis=typed), CONFORMANCE, "plan")
    assert done.result == "failure"
    assert "live: error: there is no API 'no-such'" in done.said
    assert [*tmp_path.rglob("owned")] == []


@pytest.fixture
def nightly(checked: Service) -> Script:
    """Return a call of a script in the work tree of the service."""
    set_up_quickly(checked.tree.folder, checked.warm)
    return script_in(checked.tree.folder, checked.environment)


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


FAILS = """\
#!/bin/bash
printf 'specproof: error: it is no page%s\n' "${SPECPROOF_HISTORY:-}" >&2
exit 2
"""
needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")


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
    [issue] = fake_glab.state_of(state)["issues"]
    assert "    specproof vendor ended with exit code 2:\n" in issue["description"]
    assert "    specproof: error: it is no page\n" in issue["description"]
    # The next day all is well.
    (tree / "reports" / "specs" / "problem.txt").unlink()
    (tree / "reports" / "specs" / "specs.patch").write_text("", "utf-8")
    assert job("script", "propose")[0] == 0
    [issue] = fake_glab.state_of(state)["issues"]
    assert (issue["state"], len(issue["notes"])) == ("closed", 1)
    assert jobs["propose"]["rules"][0]["when"] == "always"
