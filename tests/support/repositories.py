"""Repositories of git made for a test, as small as they can be."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = ["DAY", "Commits", "clone"]

DAY = 86_400
"""Seconds between two commits."""

_START = 1_735_689_600  # 2025-01-01T00:00:00Z


class Commits:
    """A work tree whose commits are a day apart, the first on 2025-01-01."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.made = 0
        if not (folder / ".git").exists():
            self.git("init", "-q", "-b", "main", "--template=")

    def copied(self, folder: Path) -> Commits:
        """Return a copy of it all, which costs less than to commit anew."""
        shutil.copytree(self.folder, folder)
        made = Commits(folder)
        made.made = self.made
        return made

    def git(self, *arguments: str) -> str:
        """Run git in the work tree and return what it prints."""
        when = f"{_START + self.made * DAY} +0000"
        # None of the variables that a hook of our own repository would set.
        clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        settings = ("user.name=A", "user.email=a@example.org", "commit.gpgsign=false")
        options = [part for setting in settings for part in ("-c", setting)]
        done = subprocess.run(
            ["git", *options, *arguments],
            cwd=self.folder,
            env={**clean, **dates, "GIT_CONFIG_NOSYSTEM": "1"},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str | None], subject: str = "change") -> str:
        """Write the files (None: remove it), commit everything and return the commit's name."""
        for name, text in files.items():
            path = self.folder / name
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        self.made += 1
        return self.git("rev-parse", "HEAD")


def clone(commits: Commits, folder: Path) -> Path:
    """Return a shallow clone, with the latest commit alone."""
    commits.git("clone", "-q", "--depth", "1", f"file://{commits.folder}", str(folder))
    return folder
