from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("conform", "test", "lock", "regress")
TOOLS = ("bash", "basename", "dirname", "mkdir", "mktemp", "mv", "rm", "cp", "cat")

# Stands for uv: makes a bare environment quickly and notes what it was asked to do. With
# `gate` in its folder it stops there half-way, as a slow download would.
UV = """#!/bin/bash
set -eu
place="$(dirname "$0")"
printf '%s\\n' "$*" >>"$place/uv.log"
if [[ "$1" == venv ]]; then
  "{python}" -I -m venv --without-pip "${{@: -1}}"
elif [[ -e "$place/gate" ]]; then
  : >"$place/reached"
  read -r _ <"$place/gate"
fi
"""

# Stands for the installed command; `answers` in its checkout maps a command to an exit code.
SPECPROOF = """#!/bin/bash
printf 'ran %s\\n' "$*"
while read -r name code; do
  if [[ "$name" == "$1" ]]; then exit "$code"; fi
done <answers
"""


def _run(
    command: Sequence[str | Path], environment: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        env=dict(environment),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )


def _folder_of_tools(place: Path, *, python: bool) -> Path:
    place.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found, name
        (place / name).symlink_to(found)
    if python:
        (place / "python3").symlink_to(Path(sys.base_prefix) / "bin" / "python3")
    return place


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout with the scripts and a lock, at a path with a space in it."""
    place = tmp_path / "a checkout"
    shutil.copytree(ROOT / "scripts", place / "scripts")
    shutil.copy(ROOT / "pyproject.toml", place)
    (place / "requirements.lock").write_text("# empty\n", "utf-8")
    (place / "answers").write_text("", "utf-8")
    return place


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return a bare environment: an empty HOME, a Python, and a stand-in for uv."""
    tools = _folder_of_tools(tmp_path / "tools", python=True)
    (tools / "uv").write_text(UV.format(python=Path(sys.base_prefix) / "bin" / "python3"), "utf-8")
    (tools / "uv").chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    return {"PATH": str(tools), "HOME": str(home)}


def _log(environment: Mapping[str, str]) -> list[str]:
    log = Path(environment["PATH"]) / "uv.log"
    return log.read_text("utf-8").splitlines() if log.exists() else []


def _set_up(checkout: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    script = 'root="$1"; source "$root/scripts/lib/setup.sh"; set_up; type -P python'
    return _run(["bash", "-euc", script, "conform", checkout], environment, checkout.parent)


def _answer(checkout: Path, answers: str) -> None:
    command = checkout / ".venv" / "bin" / "specproof"
    command.write_text(SPECPROOF, "utf-8")
    command.chmod(0o755)
    (checkout / "answers").write_text(answers, "utf-8")


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_needs_no_set_up(script: str, checkout: Path, tmp_path: Path) -> None:
    """``--help`` answers on a machine without Python, and makes nothing."""
    tools = _folder_of_tools(tmp_path / "bare", python=False)
    result = _run([checkout / "scripts" / script, "--help"], {"PATH": str(tools)}, tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: scripts/{script}")
    assert "Example: " in result.stdout
    assert not (checkout / ".venv").exists()


def test_a_machine_without_python_is_told_so(checkout: Path, tmp_path: Path) -> None:
    """Without a Python that will do, one sentence says which ones would."""
    tools = _folder_of_tools(tmp_path / "bare", python=False)
    result = _run([checkout / "scripts" / "conform"], {"PATH": str(tools)}, tmp_path)
    assert result.returncode == 3
    assert result.stderr.count("\n") == 1
    assert "no Python 3.11 to 3.14 found" in result.stderr


def test_an_old_python_is_passed_over(checkout: Path, environment: dict[str, str]) -> None:
    """A ``python3`` that is too old is passed over for a newer one beside it."""
    tools = Path(environment["PATH"])
    (tools / "python3").rename(tools / "python3.12")
    (tools / "python3").write_text("#!/bin/bash\nexit 1\n", "utf-8")
    (tools / "python3").chmod(0o755)
    assert _set_up(checkout, environment).returncode == 0
    assert str(tools / "python3.12") in _log(environment)[0]


def test_a_python_without_ensurepip_is_told_how_to_get_it(
    checkout: Path, environment: dict[str, str]
) -> None:
    """Debian's Python without python3-venv, and no uv, gives one sentence that says so."""
    tools = Path(environment["PATH"])
    (tools / "uv").unlink()
    (tools / "python3").unlink()
    real = Path(sys.base_prefix) / "bin" / "python3"
    (tools / "python3").write_text(
        f'#!/bin/bash\n[[ "$*" != *ensurepip* ]] || exit 1\nexec "{real}" "$@"\n', "utf-8"
    )
    (tools / "python3").chmod(0o755)
    result = _set_up(checkout, environment)
    assert result.returncode == 3
    assert "install python3-venv" in result.stderr
    assert not (checkout / ".venv").exists()


def test_the_lock_is_installed_with_hashes_required(
    checkout: Path, environment: dict[str, str]
) -> None:
    """What is installed is the lock, every hash checked, and then the project alone."""
    assert _set_up(checkout, environment).returncode == 0
    _, lock, project = _log(environment)
    assert "--require-hashes" in lock
    assert lock.endswith(f"-r {checkout}/requirements.lock")
    assert "--no-deps --no-build-isolation" in project
    assert project.endswith(f"-e {checkout}")


def test_a_second_start_does_nothing(checkout: Path, environment: dict[str, str]) -> None:
    """A set-up that is complete is not repeated, and costs next to no time."""
    first = _set_up(checkout, environment)
    done = _log(environment)
    started = time.perf_counter()
    second = _set_up(checkout, environment)
    assert time.perf_counter() - started < 2
    assert _log(environment) == done
    assert first.stdout == second.stdout == f"{checkout}/.venv/bin/python\n"
    assert second.stderr == ""


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_lock_is_installed_anew(
    name: str, checkout: Path, environment: dict[str, str]
) -> None:
    """When the lock or the project file changes, the environment is made anew."""
    _set_up(checkout, environment)
    stale = checkout / ".venv" / "stale"
    stale.touch()
    with (checkout / name).open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    _set_up(checkout, environment)
    assert not stale.exists()
    assert len(_log(environment)) == 6


def test_a_checkout_that_was_moved_is_set_up_anew(
    checkout: Path, environment: dict[str, str]
) -> None:
    """Paths are written into an environment, so a moved one is not used."""
    _set_up(checkout, environment)
    moved = checkout.with_name("elsewhere")
    checkout.rename(moved)
    assert _set_up(moved, environment).stdout == f"{moved}/.venv/bin/python\n"
    assert len(_log(environment)) == 6


def test_a_failed_installation_leaves_no_stamp(checkout: Path, environment: dict[str, str]) -> None:
    """When the installer fails, so does the script, and the next start tries again."""
    tools = Path(environment["PATH"])
    works = (tools / "uv").read_text("utf-8")
    (tools / "uv").write_text(works + '[[ "$1" == venv ]] || exit 1\n', "utf-8")
    result = _run([checkout / "scripts" / "conform"], environment, checkout)
    assert result.returncode not in {0, 3}
    assert "$ specproof" not in result.stdout
    assert not (checkout / ".venv" / ".specproof-stamp").exists()
    (tools / "uv").write_text(works, "utf-8")
    assert _set_up(checkout, environment).returncode == 0


def _start(checkout: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    script = f'root="{checkout}"; source "$root/scripts/lib/setup.sh"; set_up; type -P python'
    return subprocess.Popen(
        ["bash", "-euc", script, "conform"],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_two_at_once_make_one_environment(checkout: Path, environment: dict[str, str]) -> None:
    """The second of two scripts started together waits for the first and uses its result."""
    tools = Path(environment["PATH"])
    for name in ("gate", "reached"):
        os.mkfifo(tools / name)
    both = [_start(checkout, environment) for _ in range(2)]
    # Both ends of a pipe wait for each other, so each turn is one step of one installer; a
    # set-up has two. A second set-up would wait at the gate for ever.
    for _ in range(2):
        (tools / "reached").read_bytes()
        (tools / "gate").write_text("go\n", "utf-8")
    results = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert {output for output, _ in results} == {f"{checkout}/.venv/bin/python\n"}
    assert len(_log(environment)) == 3


def test_a_kill_in_the_middle_is_no_harm(checkout: Path, environment: dict[str, str]) -> None:
    """After a kill during the installation the next start makes the environment anew."""
    tools = Path(environment["PATH"])
    for name in ("gate", "reached"):
        os.mkfifo(tools / name)
    killed = _start(checkout, environment)
    (tools / "reached").read_bytes()
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=60)
    assert (checkout / ".venv" / "bin" / "python").exists()
    assert not (checkout / ".venv" / ".specproof-stamp").exists()
    (tools / "gate").unlink()
    (checkout / ".venv" / "half").touch()
    assert _set_up(checkout, environment).returncode == 0
    assert not (checkout / ".venv" / "half").exists()


@pytest.mark.parametrize(
    ("answers", "code", "last"),
    [
        ("", 0, "all 5 steps hold"),
        ("generate 1\n", 1, "4 of 5 steps hold; not: specproof generate (exit 1)"),
        (
            "build 2\nrun 3\n",
            3,
            "2 of 5 steps hold; not: specproof build (exit 2)" + ", specproof run (exit 3)" * 2,
        ),
    ],
)
def test_conform_exits_with_the_worst_of_its_steps(
    answers: str, code: int, last: str, checkout: Path, environment: dict[str, str]
) -> None:
    """All five steps run and are shown; the exit code is the worst, the last line tells it."""
    _set_up(checkout, environment)
    _answer(checkout, answers)
    result = _run([checkout / "scripts" / "conform", "--seed", "7"], environment, checkout.parent)
    assert result.returncode == code
    shown = [line for line in result.stdout.splitlines() if line.startswith("ran ")]
    assert shown == [
        "ran vendor --check",
        "ran build --check",
        "ran generate --check",
        "ran run --target emulator --seed 7",
        "ran run --target recorded",
    ]
    assert "$ specproof vendor --check" in result.stdout
    assert re.sub(r" in \d+ s", "", result.stdout.splitlines()[-1]) == f"conform: {last}"


def test_test_runs_every_step_and_tells_each_result(
    checkout: Path, environment: dict[str, str]
) -> None:
    """One failing check does not hide the others, and the script fails with it."""
    _set_up(checkout, environment)
    (checkout / "generated" / "x-client" / "x_client").mkdir(parents=True)
    for name, code in {"ruff": 1, "mypy": 0, "lint-imports": 0, "pytest": 0}.items():
        tool = checkout / ".venv" / "bin" / name
        tool.write_text(f'#!/bin/bash\necho "{name} ran $*"\nexit {code}\n', "utf-8")
        tool.chmod(0o755)
    result = _run([checkout / "scripts" / "test"], environment, checkout.parent)
    assert result.returncode == 1
    assert "mypy ran --config-file=/dev/null --strict" in result.stdout
    assert "pytest ran -n 3" in result.stdout
    closing = result.stdout.splitlines()[-8:]
    assert [line.split("  ")[0] for line in closing[:-1]] == [
        "ruff check",
        "ruff format",
        "mypy: the kit",
        "mypy: the tests",
        "mypy: x_client",
        "import-linter",
        "pytest",
    ]
    assert [line.endswith("FAILED (exit 1)") for line in closing[:-1]] == [True] * 2 + [False] * 5
    assert closing[-1].startswith("test: 2 step(s) failed")


def test_test_with_arguments_is_pytest_alone(checkout: Path, environment: dict[str, str]) -> None:
    """Arguments go to pytest, which then runs alone and whose exit code is the script's."""
    _set_up(checkout, environment)
    tool = checkout / ".venv" / "bin" / "pytest"
    tool.write_text('#!/bin/bash\necho "pytest ran $*"\nexit 5\n', "utf-8")
    tool.chmod(0o755)
    result = _run([checkout / "scripts" / "test", "tests/unit", "-x"], environment, checkout)
    assert (result.returncode, result.stdout) == (5, "pytest ran tests/unit -x\n")


def test_lock_without_uv_is_told_to_get_it(checkout: Path, environment: dict[str, str]) -> None:
    """Only uv makes a lock for every platform, so without it one sentence says so."""
    (Path(environment["PATH"]) / "uv").unlink()
    result = _run([checkout / "scripts" / "lock"], environment, checkout)
    assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert "uv is not on PATH" in result.stderr


@pytest.mark.parametrize(
    ("apt", "told", "asked"),
    [
        (None, "nginx-light: can not be installed here", []),
        ("exit 100", "nginx-light: can not be installed here", ["install", "update"]),
        ('[[ "$*" == *update* || -e "$0.updated" ]] && : >"$0.updated"', "nginx-light: installed",
         ["install", "update", "install"]),
        ("exit 0", "nginx-light: installed", ["install"]),
    ],
    ids=["no-apt", "no-network", "after-update", "at-once"],
)  # fmt: skip
def test_packages_are_installed_where_that_can_be_done(
    apt: str | None, told: str, asked: list[str], tmp_path: Path
) -> None:
    """Else one line says which tests are skipped; the checks go on in either case."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "env", "timeout"):
        (tools / name).symlink_to(shutil.which(name) or "")
    (tools / "sudo").write_text('#!/bin/bash\nshift\nexec "$@"\n')
    if apt is not None:
        (tools / "apt-get").write_text(f'#!/bin/bash\nprintf "%s\\n" "$*" >>"$0.log"\n{apt}\n')
    for name in ("sudo", "apt-get"):
        if (tools / name).exists():
            (tools / name).chmod(0o755)
    body = f"set -euo pipefail; source {ROOT}/scripts/lib/packages.sh; install_package nginx-light"
    missing = f" {tmp_path}/none/*/nginx 'one test'; echo goes on"
    done = _run([tools / "bash", "-c", body + missing], {"PATH": str(tools)}, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(told)
    assert done.stdout.splitlines()[1:] == ["goes on"]
    log = tools / "apt-get.log"
    words = log.read_text().split() if log.exists() else []
    assert [word for word in words if word in {"install", "update"}] == asked
    assert "scripts/lib/packages.sh" in (ROOT / ".ci" / "run").read_text()
    there = f" '{tools}/ba*' 'one test'"
    assert _run([tools / "bash", "-c", body + there], {"PATH": str(tools)}, tmp_path).stdout == ""


def _needed_to_build(lock: str) -> str:
    """Return the entries of ``lock`` without which the project can not be installed."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    # Hatchling asks for it where it is to make an editable installation.
    waiting = [Requirement(text) for text in (*build, "editables")]
    needed: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in needed and (requirement.marker is None or requirement.marker.evaluate()):
            needed.add(name)
            waiting += map(Requirement, metadata.requires(name) or ())
    entries = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", lock, re.DOTALL | re.MULTILINE)
    return "".join(entry for entry in entries if entry.partition("==")[0] in needed)


@pytest.mark.registry
def test_set_up_works_with_pip_and_an_empty_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fresh clone is set up by pip from the lock: no uv, an empty HOME, an empty cache.

    Here with what the installation itself needs; ``.ci/set-up-with-pip`` takes the whole lock.
    """
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    python = Path(sys.base_prefix) / "bin" / "python3"
    probe = ["-m", "pip", "download", "--quiet", "--no-deps", "-d", str(tmp_path / "probe")]
    answer = _run([python, *probe, "annotated-doc==0.0.7"], os.environ, tmp_path)
    if answer.returncode:
        pytest.skip("no package registry answers")
    clone = tmp_path / "clone"
    tracked = _run(["git", "ls-files", "-co", "--exclude-standard"], os.environ, ROOT)
    for name in tracked.stdout.splitlines():
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    lock = clone / "requirements.lock"
    lock.write_text(_needed_to_build(lock.read_text("utf-8")), "utf-8")
    home = tmp_path / "home"
    home.mkdir()
    pip_settings = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
    path = f"{_folder_of_tools(tmp_path / 'tools', python=True)}"
    result = _set_up(clone, {"PATH": path, "HOME": str(home), **pip_settings})
    assert result.returncode == 0, result.stderr
    assert str(clone) in (clone / ".venv" / "bin" / "specproof").read_text("utf-8")
    where = "import importlib.util as u; print(u.find_spec('specproof').origin)"
    shown = _run([clone / ".venv" / "bin" / "python", "-Ic", where], {"HOME": str(home)}, tmp_path)
    assert shown.stdout == f"{clone / 'conformance' / 'specproof' / '__init__.py'}\n"
