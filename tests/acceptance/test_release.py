from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from checkouts import Service, set_up_quickly

pytestmark = pytest.mark.no_cover

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "specproof"
version = "1.2.3"
requires-python = ">=3.11"
[tool.hatch.build.targets.wheel]
packages = ["conformance/specproof"]
"""
# Stands for the interpreter of a new machine: what it installs is the wheel alone.
MACHINE = """\
#!/bin/bash
mkdir -p venv/bin
cp "{place}/python" "{place}/specproof" venv/bin
"""
PYTHON = """\
#!{python} -ISs
import sys, zipfile
from pathlib import Path
place = Path(__file__).resolve().parents[1]
last = sys.argv[-1]
if "--require-hashes" in sys.argv:
    sys.exit(not Path(last).stat().st_size)
elif "--no-index" in sys.argv:
    zipfile.ZipFile(last).extractall(place / "packages")
else:
    sys.prefix = str(place)
    sys.path.insert(0, str(place / "packages"))
    exec(last)
"""
COMMAND = "#!/bin/bash\nprintf 'ran %s\\n' \"$*\"\n"


@pytest.fixture
def released(tmp_path: Path) -> Service:
    """Return a service whose repository is a small package that can be released."""
    service = Service(tmp_path, tmp_path / "nobody")
    tree = service.tree.folder
    (tree / "pyproject.toml").write_text(PROJECT, "utf-8")
    (tree / "requirements.lock").write_text("a==1 --hash=sha256:0\n", "utf-8")
    news = "## [Unreleased]\n\n## [1.2.3]\n\nNews.\n\n## [1.2.2]\n"
    (tree / "CHANGELOG.md").write_text(news, "utf-8")
    package = tree / "conformance" / "specproof"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", "utf-8")
    service.publish()
    set_up_quickly(tree, tmp_path / "nobody")
    # Unlike elsewhere it has to find packages: hatchling.
    python = tree / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    (python.parent / "python3").symlink_to("python")
    _stamp(service)
    return service


def _stamp(service: Service) -> None:
    """Say that the environment is that of the project as it is now."""
    tree = service.tree.folder
    stamp = "source scripts/lib/setup.sh; fingerprint python3 >.venv/.specproof-stamp"
    path = f"{tree}/.venv/bin:/usr/bin:/bin"
    env = {**service.environment, "root": str(tree), "PATH": path}
    subprocess.run(["bash", "-ec", stamp], cwd=tree, env=env, check=True)


def test_what_is_released_is_the_same_bytes_and_works_without_sources(
    released: Service, tmp_path: Path
) -> None:
    """Built once from the sources and once from the sdist; the wheel is used where neither is."""
    out = tmp_path / "release"
    tree = released.tree.folder
    # What lies about in the checkout is not released.
    (tree / "conformance" / "specproof" / "stray.py").write_text("", "utf-8")
    done = subprocess.run(
        ["scripts/release", "v1.2.3", out],
        cwd=tree,
        env=released.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in out.iterdir()} == {"dist", "requirements.lock", "try", "notes.md"}
    assert (out / "notes.md").read_text("utf-8").strip() == "News."
    made = sorted(path.name for path in (out / "dist").iterdir())
    assert made == ["specproof-1.2.3-py3-none-any.whl", "specproof-1.2.3.tar.gz"]
    with zipfile.ZipFile(out / "dist" / made[0]) as wheel:
        assert "specproof/stray.py" not in wheel.namelist()

    machine = tmp_path / "machine"
    shutil.copytree(out, machine / "release")
    shutil.rmtree(tree)
    base = Path(sys.base_prefix) / "bin" / "python3"
    python = machine / "python3"
    for path, text in {
        python: MACHINE.format(place=machine),
        machine / "python": PYTHON.format(python=base),
        machine / "specproof": COMMAND,
    }.items():
        path.write_text(text, "utf-8")
        path.chmod(0o755)
    tried = subprocess.run(
        ["bash", "release/try", "release"],
        cwd=machine,
        env={**released.environment, "PYTHON": str(python)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tried.returncode == 0, tried.stderr
    ran = [line for line in tried.stdout.splitlines() if line.startswith("ran ")]
    assert ran[0] == "ran doctor"
    assert ran[-1] == "ran report --html site --history history.db"


HOOK = """\
import os
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
class Stamp(BuildHookInterface):
    def initialize(self, version, build_data):
        with open(os.path.join(self.root, "conformance/specproof/stamp.txt"), "wb") as file:
            file.write(os.urandom(9))
"""


def test_what_is_built_twice_and_differs_is_not_released(released: Service, tmp_path: Path) -> None:
    """A wheel that nobody else would get from the same sources is none."""
    tree = released.tree
    hook = '[tool.hatch.build.targets.wheel.hooks.custom]\npath = "hook.py"\n'
    tree.commit({"hook.py": HOOK, "pyproject.toml": f"{PROJECT}{hook}"})
    _stamp(released)
    done = subprocess.run(
        ["scripts/release", "v1.2.3", tmp_path / "release"],
        cwd=tree.folder,
        env=released.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "two builds of specproof-1.2.3-py3-none-any.whl differ" in done.stderr
    assert not (tmp_path / "release" / "dist").exists()


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("v1.2.4", "the tag is not v1.2.3, as pyproject.toml has it"),
        ("1.2.3", "the tag is not v1.2.3, as pyproject.toml has it"),
        ("v1.2.3", "CHANGELOG.md has no section [1.2.3]"),
    ],
)
def test_a_release_that_does_not_fit_is_refused(
    tag: str, told: str, released: Service, tmp_path: Path
) -> None:
    """Tag, version and changelog have to agree before anything is built."""
    (released.tree.folder / "CHANGELOG.md").write_text("## [1.2.30]\n\nNews.\n", "utf-8")
    done = subprocess.run(
        ["scripts/release", tag, tmp_path / "release"],
        cwd=released.tree.folder,
        env=released.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, f"release: error: {told}\n")
    assert not (tmp_path / "release" / "dist").exists()
