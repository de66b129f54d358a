from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from commands import EVERY_COMMAND, command_named
from ruamel.yaml import YAML
from workflows import evaluate, job_steps, workflow

from specproof.report.environment import examine

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = sorted(path for path in (ROOT / "scripts").iterdir() if path.is_file())
SCHEDULES = ROOT / "docs" / "schedules.md"
BIN = Path(sys.executable).parent
COMMAND = re.compile(r"(?<![\w./-])specproof ((?:[a-z]+)(?: [a-z]+)?)((?:[^\n;|&<)]|\\\n)*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
# Actions and what may be written, job by job: whoever adds to this explains it in review.
ACTIONS = {
    "actions/attest-build-provenance",
    "actions/deploy-pages",
    "actions/download-artifact",
    "actions/upload-artifact",
    "pypa/gh-action-pypi-publish",
}
MAY_WRITE = {
    "conformance.keep": {"contents"},
    "conformance.pages": {"pages", "id-token"},
    "conformance.report": {"issues"},
    "release.announce": {"contents"},
    "release.attest": {"id-token", "attestations"},
    "release.publish": {"id-token"},
    "specs.propose": {"contents", "pull-requests", "issues", "actions"},
}


def _name(path: Path) -> str:
    return path.name


def _fences(language: str) -> list[str]:
    text = SCHEDULES.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def _gitlab() -> dict[str, Any]:
    [text] = _fences("yaml")
    read: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return read


def _shell() -> Iterator[tuple[str, str]]:
    """Yield every piece of shell in workflows, scripts and documents, with its place."""
    for path in WORKFLOWS:
        for job, step in job_steps(path):
            if "run" in step:
                yield f"{path.name}: {job}: {step['name']}", step["run"]
    for path in (*SCRIPTS, *(ROOT / "scripts" / "lib").glob("*.sh")):
        yield path.name, path.read_text("utf-8")
    for name, job in _gitlab().items():
        if isinstance(job, dict):
            for line in (*job.get("script", ()), *job.get("after_script", ())):
                yield f".gitlab-ci.yml: {name}", line
    for language in ("crontab", "console"):
        for text in _fences(language):
            yield f"schedules.md: {language}", text


SHELL = list(_shell())


def _checked(*command: str | Path) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}:/usr/bin:/bin"
    return subprocess.run(
        [str(part) for part in command],
        env={"PATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def _actionlint(*files: Path) -> list[dict[str, Any]]:
    done = _checked(BIN / "actionlint", "-format", "{{json .}}", *files)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _zizmor(*files: Path) -> set[str]:
    """Return the audits that find something in the files, to whomever it matters."""
    options = ("--offline", "--no-progress", "--persona=auditor", "--format=json")
    done = _checked(BIN / "zizmor", *options, *files)
    assert done.stdout, done.stderr
    return {found["ident"] for found in json.loads(done.stdout)}


def test_linters_find_nothing() -> None:
    """Neither actionlint, with shellcheck in every step, nor zizmor has anything to say."""
    assert _actionlint(*WORKFLOWS) == []
    assert _zizmor(*WORKFLOWS) == set()
    allowed = re.compile(r"actionlint:ignore|zizmor: *ignore|shellcheck disable")
    assert [path.name for path in WORKFLOWS if allowed.search(path.read_text("utf-8"))] == []


def test_shellcheck_finds_nothing() -> None:
    """The scripts, and what they source, have nothing that shellcheck knows."""
    files = [*SCRIPTS, *(ROOT / "scripts" / "lib").glob("*.sh"), ROOT / ".ci" / "run"]
    options = ("--extended-analysis=false", "-x", "-P", ROOT / "scripts")
    # One by one, which takes half the time.
    said = [_checked(BIN / "shellcheck", *options, file).stdout for file in files]
    assert said == [""] * len(files)


def test_linters_find_what_is_wrong(tmp_path: Path) -> None:
    """The same calls find what a bad workflow does: they look at all."""
    bad = tmp_path / ".github" / "workflows" / "bad.yml"
    bad.parent.mkdir(parents=True)
    bad.write_text(
        "name: bad\n"
        "on: pull_request_target\n"
        "jobs:\n"
        "  a:\n"
        "    runs-on: ubuntu-24.04\n"
        "    steps:\n"
        "      - uses: actions/checkout@v4\n"
        '      - run: echo "${{ github.event.pull_request.title }}" $UNQUOTED\n'
        "      - run: echo ${{ secrets.KEY }}\n",
        "utf-8",
    )
    kinds = {found["kind"] for found in _actionlint(bad)}
    assert {"expression", "shellcheck"} <= kinds
    wanted = {"template-injection", "unpinned-uses", "excessive-permissions", "dangerous-triggers"}
    assert wanted <= _zizmor(bad)


@pytest.mark.parametrize("path", WORKFLOWS, ids=_name)
def test_actions_are_few_and_pinned(path: Path) -> None:
    """Each action is one of a short list, at a full hash, its version beside it."""
    uses = re.findall(r"uses: *(.*)", path.read_text("utf-8"))
    pinned = [re.fullmatch(r"([\w/-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in uses]
    assert all(pinned), uses
    assert {found[1] for found in pinned if found} <= ACTIONS


def test_an_action_is_at_one_hash() -> None:
    """The same action is the same code wherever it is used."""
    texts = "".join(path.read_text("utf-8") for path in WORKFLOWS)
    pins = {*re.findall(r"uses: *(\S+@\S+)", texts)}
    assert len(pins) == len({pin.partition("@")[0] for pin in pins})


@pytest.mark.parametrize("path", WORKFLOWS, ids=_name)
def test_jobs_may_do_what_they_need_and_end_in_time(path: Path) -> None:
    """Each job says what its token may do, little of it writes, and has a limit of time."""
    read = workflow(path)
    for name, job in read["jobs"].items():
        granted = job.get("permissions", read["permissions"])
        written = {what for what, level in granted.items() if level == "write"}
        assert written == MAY_WRITE.get(f"{path.stem}.{name}", set())
        assert read["permissions"] in ({}, {"contents": "read"})
        assert 0 < job["timeout-minutes"] <= 60
    assert "concurrency" in read


def test_a_job_that_may_write_installs_nothing() -> None:
    """Where a token may push or publish, no package is installed and no code but ours runs."""
    foreign = re.compile(r"scripts/(?!propose\b|keep\b)|specproof |pip|\.ci/")
    for path in WORKFLOWS:
        for job, step in job_steps(path):
            written = MAY_WRITE.get(f"{path.stem}.{job}", set())
            if written - {"issues"} and "run" in step:
                assert not foreign.search(step["run"]), (path.name, job, step["name"])


def test_no_expression_stands_in_a_shell_step() -> None:
    """Values reach the shell through the environment, where they are no code."""
    assert [place for place, text in SHELL if "${{" in text] == []


def test_every_check_out_is_the_same() -> None:
    """The step that each job begins with differs nowhere; ci.yml alone has no remote."""
    found = {
        json.dumps(step, sort_keys=True).replace(" remote add origin", "")
        for path in WORKFLOWS
        if path.name != "ci.yml"
        for _, step in job_steps(path)
        if step["name"] == "Check out"
    }
    assert len(found) == 1


def test_secrets_are_those_of_the_catalog_by_name() -> None:
    """Each credential that an API needs is handed to its own job, and to no other job."""
    path = ROOT / ".github" / "workflows" / "conformance.yml"
    jobs = workflow(path)["jobs"]
    steps = {step["name"]: step for _, step in job_steps(path)}
    needed: Mapping[str, tuple[str, ...]] = {
        api.name: tuple(variable for variable, _ in api.credentials) for api in examine(ROOT).apis
    }
    secrets = {f"secrets.{variable}": "canary" for each in needed.values() for variable in each}
    for name, variables in needed.items():
        for title in ("Check", "Clean up"):
            env = steps[title]["env"]
            seen = {
                variable
                for variable, text in env.items()
                if evaluate(str(text).strip("${ }"), {**secrets, "matrix.api": name}) == "canary"
            }
            assert seen == {*variables}, f"conformance.yml, step {title}: the credentials of {name}"
    for text in steps["List them"]["env"].values():
        assert evaluate(str(text).strip("${ }"), secrets) in {"set", ""}
    assert jobs["live"]["environment"] == jobs["plan"]["environment"] == "live"


def test_a_token_is_given_to_steps_and_to_few() -> None:
    """No job hands one to all its steps; what reads strangers' text has none it does not use."""
    for path in WORKFLOWS:
        for name, job in workflow(path)["jobs"].items():
            handed = json.dumps(job.get("env", {}))
            assert not re.search(r"secrets\.|github\.token", handed), f"{path.name}: {name}"
    path = ROOT / ".github" / "workflows" / "conformance.yml"
    report = [step for job, step in job_steps(path) if job == "report"]
    given = {step["name"] for step in report if "github.token" in json.dumps(step)}
    assert given == {"Check out", "Take the history", "Keep the issues"}


def test_what_has_to_run_after_a_failure_does() -> None:
    """Cleaning up, and keeping what shows what happened, do not wait for success."""
    path = ROOT / ".github" / "workflows" / "conformance.yml"
    live = {step["name"]: step for job, step in job_steps(path) if job == "live"}
    for name in ("Clean up", "Summarise", "Keep the run"):
        assert live[name]["if"] == "always()"
    # Who can not be told does not cost the history the night, nor the site.
    report = [step for job, step in job_steps(path) if job == "report"]
    told = [step["name"] for step in report].index("Alert")
    for step in report[told + 1 :]:
        assert step["if"].startswith("${{ !cancelled() && steps."), step["name"]
    spared = 60 - live["Check"]["timeout-minutes"]
    assert spared > live["Clean up"]["timeout-minutes"]


@pytest.mark.parametrize(("place", "text"), SHELL, ids=[place for place, _ in SHELL])
def test_command_lines_are_understood(place: str, text: str) -> None:
    """Each command line is one that specproof knows, option by option."""
    for words, rest in COMMAND.findall(text):
        typed = words if words in EVERY_COMMAND else words.split()[0]
        if words.split()[0] == "history":
            assert words in EVERY_COMMAND, f"{place}: specproof {words}"
        if typed not in EVERY_COMMAND:
            # Prose in the help of a script.
            continue
        known = {name for each in command_named(typed).params for name in each.opts}
        assert {*OPTION.findall(rest)} <= {*known, "--help"}, f"{place}: specproof {words} {rest}"


@pytest.mark.parametrize(("place", "text"), SHELL, ids=[place for place, _ in SHELL])
def test_shell_is_shell(place: str, text: str) -> None:
    """Bash can read each piece, and each script that it names is there."""
    if place == "schedules.md: crontab":
        lines = [line.split(maxsplit=5)[5] for line in text.splitlines() if line[:1].isdigit()]
        text = "\n".join(lines)
    elif place == "schedules.md: console":
        text = "\n".join(line[2:] for line in text.splitlines() if line.startswith("$ "))
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    if not place.endswith(".sh"):
        named = re.findall(r"(?<![\w$}/])scripts/[a-z]+(?:/[a-z]+\.[a-z]+)?", text)
        assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=_name)
def test_scripts_explain_themselves(script: Path, tmp_path: Path) -> None:
    """``--help`` answers in any folder without set-up, and wrong usage is exit code 2."""
    shutil.copy(script, tmp_path / script.name)
    done = _checked("bash", tmp_path / script.name, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: scripts/{script.name}")
    assert f"scripts/{script.name}" in done.stdout.rpartition("Example: ")[2]
