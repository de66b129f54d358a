"""Files as they were committed: what git keeps, asked through its program.

Only objects of the repository are read: no hook, filter, pager, file system monitor or transport
runs, and of the environment git gets what it needs to start.
"""

from __future__ import annotations

import os
import shutil
import subprocess  # git is a program; its libraries are larger than all of this kit
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from specproof.document.limits import Limits
from specproof.errors import CouldNotCheckError, InputError, LimitError
from specproof.text import one_line

__all__ = ["MOST", "Repository", "Revision"]

MOST: Final = 1000
"""Revisions of one file that are listed at most."""

_SECONDS: Final = 60
_KEPT: Final = ("HOME", "PATH", "SYSTEMROOT", "TMPDIR", "USERPROFILE", "XDG_CONFIG_HOME")
_SETTINGS: Final = {
    # Programs that a configuration could name, and the network that a partial clone would use.
    "core.fsmonitor": "false",
    "log.showSignature": "false",
    "protocol.allow": "never",
    # Settings that would change what is printed.
    "diff.relative": "false",
    "i18n.logOutputEncoding": "UTF-8",
    "log.diffMerges": "separate",
    "log.showRoot": "true",
}
_FILE: Final = "100"
"""How the mode of a regular file begins."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit that changed a file.

    Attributes:
        commit: its full name.
        committed: when, UTC.
        subject: first line of its message, as somebody wrote it: not fit for a terminal.
        blob: name of the file's content, empty where the commit removed it.
    """

    commit: str
    committed: datetime
    subject: str
    blob: str


@dataclass(frozen=True, slots=True)
class Repository:
    """One work tree of git.

    Attributes:
        top: its uppermost folder.
    """

    top: Path

    @classmethod
    def around(cls, path: Path) -> Self:
        """Return the repository that ``path`` is in; neither it nor its folder need exist.

        Raises:
            InputError: it is in none.
            CouldNotCheckError: git is missing, or refuses the repository.
        """
        folder = _nearest(path)
        done = _git(folder, "rev-parse", "--show-toplevel")
        if done.returncode != 0:
            told = done.stderr.decode(errors="replace")
            if "dubious ownership" in told:
                raise CouldNotCheckError(
                    f"{folder}: git refuses a repository that belongs to somebody else;"
                    f" git config --global --add safe.directory {folder} trusts it"
                )
            raise InputError(
                "is in no work tree of git, so that it has no revisions",
                file=str(folder),
                remedy="name two files to specproof diff, or a folder of them with --between",
            )
        return cls(Path(os.fsdecode(done.stdout.removesuffix(b"\n"))))

    def commit(self, revision: str) -> str:
        """Return the full name of the commit that ``revision`` names.

        ``REV...`` is where HEAD left it, as in ``git diff REV...``: their best common ancestor.

        Raises:
            InputError: there is no such commit, or no common ancestor.
            CouldNotCheckError: there is none in this shallow clone.
        """
        if revision.endswith("..."):
            left = self.commit(revision.removesuffix("...") or "HEAD")
            return self._named(revision, "merge-base", left, "HEAD")
        if not revision or "\0" in revision:
            raise InputError("a revision of git is missing", remedy="name one, such as HEAD~1")
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return self._named(revision, *asked)

    def _named(self, revision: str, *arguments: str) -> str:
        """Return the commit that git names, or say that there is no ``revision``."""
        shown = one_line(revision, 60)
        done = _git(self.top, *arguments)
        if done.returncode == 0:
            return done.stdout.decode().strip()
        if self.shallow:
            raise CouldNotCheckError(
                f"{self.top}: revision {shown!r} is not in this shallow clone;"
                " git fetch --unshallow gets the rest"
            )
        raise InputError(
            f"there is no revision {shown!r}",
            file=str(self.top),
            remedy="git log lists what there is; a branch may have to be fetched first",
        )

    def content(self, path: Path, commit: str) -> bytes | None:
        """Return the bytes of a file as committed, None where the commit has no such file.

        Args:
            path: the file, which need not exist any more.
            commit: its full name, see ``commit``.

        Raises:
            InputError: the path is no regular file there.
            LimitError: it is bigger than a document may be.
            CouldNotCheckError: git failed.
        """
        where = ("--", self._inside(path))
        listed = self._asked("ls-tree", "-z", "-l", "--full-tree", commit, *where)
        if not listed:
            return None
        mode, kind, blob, size = listed.partition(b"\t")[0].decode().split()
        if not mode.startswith(_FILE):
            what = "a folder" if kind == "tree" else "a link"
            raise InputError(
                f"is {what} in commit {commit[:10]}, not a file",
                file=one_line(str(path)),
                remedy="name the file itself",
            )
        return self._blob(blob, int(size))

    def blob(self, name: str) -> bytes:
        """Return the bytes of a file's content by its name.

        Raises:
            LimitError: it is bigger than a document may be.
            CouldNotCheckError: git failed.
        """
        return self._blob(name, int(self._asked("cat-file", "-s", name)))

    def _blob(self, name: str, size: int) -> bytes:
        most = Limits().max_bytes
        if size > most:
            raise LimitError(
                f"the file {name[:12]} has {size} bytes, more than {most}", file=str(self.top)
            )
        return self._asked("cat-file", "blob", name)

    def folders(self, path: Path, commit: str) -> tuple[str, ...]:
        """Return the names of the folders in the folder ``path`` of a commit, sorted.

        Raises:
            CouldNotCheckError: git failed.
        """
        inside = self._inside(path)
        where = () if inside == "." else ("--", f"{inside}/")
        told = self._asked("ls-tree", "-z", "-d", "--name-only", "--full-tree", commit, *where)
        return tuple(sorted(Path(os.fsdecode(name)).name for name in told.split(b"\0") if name))

    def revisions(self, path: Path) -> tuple[Revision, ...]:
        """Return the commits that changed a file, the oldest first, across its renames.

        Of a merge counts what it changed in the branch that it was merged into, so that the
        order is that in which this branch had them. At most ``MOST``, the latest.

        Raises:
            CouldNotCheckError: git failed, the branch has no commit, or the clone is shallow.
        """
        if self.shallow:
            raise CouldNotCheckError(
                f"{self.top}: this clone is shallow, so that revisions are missing;"
                " git fetch --unshallow gets them"
            )
        told = self._asked(
            "log", "--follow", "--first-parent", "-m", f"--max-count={MOST}",
            "--raw", "--no-abbrev", "--format=%H %ct %s", "HEAD", "--", self._inside(path),
        )  # fmt: skip
        found: list[Revision] = []
        head = ""
        for line in told.decode(errors="replace").split("\n"):
            if line.startswith(":"):
                commit, seconds, subject = head.split(" ", 2)
                blob = line.split(" ", 4)[3]
                when = datetime.fromtimestamp(int(seconds), UTC)
                found.append(Revision(commit, when, subject, blob if blob.strip("0") else ""))
            elif line:
                head = line
        return tuple(reversed(found))

    @property
    def shallow(self) -> bool:
        """Whether older commits were left out when it was cloned."""
        return self._asked("rev-parse", "--is-shallow-repository").strip() == b"true"

    def _inside(self, path: Path) -> str:
        """Return the path from the uppermost folder, as git names it."""
        folder = _nearest(path)
        whole = folder.resolve() / path.absolute().relative_to(folder.absolute())
        try:
            return whole.relative_to(self.top.resolve()).as_posix()
        except ValueError:
            raise InputError(
                "is in another work tree of git", file=one_line(str(path)), remedy="name it there"
            ) from None

    def _asked(self, *arguments: str) -> bytes:
        done = _git(self.top, *arguments)
        if done.returncode != 0:
            told = done.stderr.decode(errors="replace").strip()
            raise CouldNotCheckError(
                f"{self.top}: git {arguments[0]} failed: {one_line(told) or done.returncode}"
            )
        return done.stdout


def _nearest(path: Path) -> Path:
    """Return the nearest folder above ``path`` that exists."""
    return next(folder for folder in path.absolute().parents if folder.is_dir())


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in ``folder``; whatever it says goes to the caller.

    Raises:
        CouldNotCheckError: git is missing, can not be started or does not end.
    """
    program = shutil.which("git")
    if program is None:
        raise CouldNotCheckError("git is not installed, so that no revision can be read")
    settings = [part for key, value in _SETTINGS.items() for part in ("-c", f"{key}={value}")]
    try:
        return subprocess.run(  # noqa: S603 - an argument list, no shell
            [program, "--no-pager", "--literal-pathspecs", *settings, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=_environment(),
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CouldNotCheckError(
            f"{folder}: git {arguments[0]} took longer than {_SECONDS} s"
        ) from None
    except OSError as error:
        raise CouldNotCheckError(f"git can not be started: {error.strerror}") from None


def _environment() -> dict[str, str]:
    """Return what git needs; no GIT_* of the user's, such as those that a hook is run with."""
    kept = {name: value for name in _KEPT if (value := os.environ.get(name)) is not None}
    return {**kept, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
