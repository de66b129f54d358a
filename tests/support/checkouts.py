"""A small repository with our scripts, a bare one that stands for the service, and runners."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from fake_gh import install
from repositories import Commits
from warm_commands import command
from workflows import Runner

__all__ = ["ROOT", "Service", "set_up_quickly"]

ROOT = Path(__file__).resolve().parents[2]
_FILES = ("requirements.lock", "pyproject.toml", ".gitignore", "CHANGELOG.md")


def set_up_quickly(checkout: Path, warm: Path) -> None:
    """Make ``.venv`` of a checkout; its ``specproof`` is the warm process at ``warm``."""
    commands = checkout / ".venv" / "bin"
    commands.mkdir(parents=True)
    python = Path(sys.base_prefix) / "bin" / "python3"
    (commands / "python").write_text(f'#!/bin/sh\nexec "{python}" -S "$@"\n', "utf-8")
    (commands / "python").chmod(0o755)
    command(commands / "specproof", warm)
    # What scripts/lib/setup.sh compares.
    inputs = [ROOT / "requirements.lock", ROOT / "pyproject.toml"]
    parts = [path.read_bytes() for path in inputs]
    parts += [sys.version.encode(), str(checkout.resolve()).encode()]
    stamp = hashlib.sha256(b"\0".join(parts)).hexdigest()
    (checkout / ".venv" / ".specproof-stamp").write_text(f"{stamp}\n", "utf-8")


class Service:
    """A repository at a service, and the machines of the service that run its workflows.

    Args:
        place: folder for everything.
        warm: address of the process that is ``specproof``.
    """

    def __init__(self, place: Path, warm: Path) -> None:
        self.place = place
        self.warm = warm
        self.tree = Commits(place / "tree")
        for name in _FILES:
            shutil.copy(ROOT / name, self.tree.folder)
        shutil.copytree(
            ROOT / "scripts",
            self.tree.folder / "scripts",
            ignore=shutil.ignore_patterns("bench", "__pycache__"),
        )
        self.bare = place / "server" / "o" / "r"
        self.bare.parent.mkdir(parents=True)
        self.gh = install(place / "tools", Path(sys.base_prefix) / "bin" / "python3")
        command(place / "tools" / "specproof", warm)
        home = place / "home"
        home.mkdir()
        self.environment = {
            "PATH": os.pathsep.join([str(place / "tools"), os.environ["PATH"]]),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def specproof(self, *arguments: str) -> str:
        """Run a command in the work tree and return what it printed."""
        done = subprocess.run(
            [self.place / "tools" / "specproof", *arguments],
            cwd=self.tree.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def publish(self) -> None:
        """Commit the work tree and push it to the service's branch ``main``."""
        self.tree.commit({})
        if not self.bare.exists():
            self.tree.git("clone", "-q", "--bare", str(self.tree.folder), str(self.bare))
        else:
            self.tree.git("push", "-q", str(self.bare), "HEAD:main")

    def branch(self, name: str) -> str:
        """Return the commit of a branch at the service; nothing where there is none."""
        told = self.tree.git("ls-remote", str(self.bare), f"refs/heads/{name}")
        return told.partition("\t")[0]

    def content(self, branch: str, path: str) -> str:
        """Return a file of a branch at the service."""
        return self.tree.git("--git-dir", str(self.bare), "show", f"{branch}:{path}")

    def runner(self, name: str, **context: str) -> Runner:
        """Return the machines of one run of a workflow, for the commit that is on ``main``."""
        known = {
            "github.token": "a-token",
            "github.server_url": f"file://{self.place / 'server'}",
            "github.repository": "o/r",
            "github.sha": self.branch("main"),
            "github.ref_name": "main",
            "github.event.repository.default_branch": "main",
        }
        known |= {key.replace("__", "."): value for key, value in context.items()}
        place = self.place / name
        (place / "artifacts").mkdir(parents=True)

        def prepare(space: Path) -> None:
            set_up_quickly(space, self.warm)

        return Runner(place, known, dict(self.environment), prepare)
