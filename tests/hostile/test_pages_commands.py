"""Hostile pages through the commands that read pages: refused in a line, nothing written."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile_pages import CASES, PageCase
from loopback import Reply, Site, serve
from serving import SPECPROOF

from specproof.cli.main import main

CHOSEN = ("no-fence", "foreign", "doubled", "unclosed", "comment-alone", "nul", "not-utf-8")
PAGES = [case for case in CASES if case.id.removeprefix("page-") in CHOSEN]
WAYS = [("add", "url"), ("add", "file"), ("vendor", "url"), ("vendor", "file")]


class Caller:
    """Calls the command line in this process, by its entry point."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], root: Path
    ) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.root = root
        root.mkdir()
        monkeypatch.chdir(root)

    def __call__(self, *arguments: str) -> tuple[object, str, str]:
        """Return exit code, output and errors."""
        given = ["specproof", *arguments, "--root", str(self.root)]
        self._monkeypatch.setattr(sys, "argv", given)
        with pytest.raises(SystemExit) as ended:
            main()
        told = self._capsys.readouterr()
        return ended.value.code or 0, told.out, told.err

    def files(self) -> dict[Path, bytes]:
        """Return everything that is there."""
        return {item: item.read_bytes() if item.is_file() else b"" for item in self.root.rglob("*")}


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Caller:
    """Return the command line in an empty folder."""
    return Caller(monkeypatch, capsys, tmp_path / "root")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Serve the pages of this file."""
    with serve() as running:
        for case in PAGES:
            running.put(f"/{case.id}.md", Reply(case.page))
        yield running


def _source(case: PageCase, way: str, site: Site, folder: Path) -> str:
    if way == "url":
        return f"{site.url}/{case.id}.md"
    file = folder / f"{case.id}.md"
    file.write_bytes(case.page)
    return str(file)


def _is_refusal(case: PageCase, errors: str) -> bool:
    return (
        case.refused is not None
        and case.refused in errors
        and errors.startswith("specproof: error: ")
        and f"{case.id}.md" in errors
        and errors.count("\n") == 1
        and errors.rstrip("\n").isprintable()
    )


@pytest.mark.parametrize(("command", "way"), WAYS)
@pytest.mark.parametrize("case", PAGES, ids=lambda case: case.id)
def test_a_hostile_page_is_refused_by_the_command(
    case: PageCase, command: str, way: str, site: Site, call: Caller
) -> None:
    """Exit code 2 and one line that names the page; neither folder nor file appears."""
    code, output, errors = call(command, "pets", _source(case, way, site, call.root.parent))
    assert (code, output) == (2, "")
    assert _is_refusal(case, errors), errors
    assert call.files() == {}


def test_a_page_that_turns_hostile_changes_nothing(site: Site, call: Caller) -> None:
    """What was vendored before stays as it was, byte for byte."""
    site.put("/good.md", Reply(next(case for case in CASES if case.refused is None).page))
    assert call("vendor", "pets", f"{site.url}/good.md")[0] == 0
    before = call.files()
    assert before
    site.put("/good.md", Reply(next(case for case in PAGES if "doubled" in case.id).page))
    code, _, errors = call("vendor", "pets")
    assert (code, errors.count("\n")) == (2, 1)
    assert call.files() == before


def test_the_process_does_what_its_entry_point_does(site: Site, tmp_path: Path) -> None:
    """As a user runs it, once: the exit code, the line, and nothing left behind."""
    case = next(case for case in PAGES if "doubled" in case.id)
    root = tmp_path / "root"
    root.mkdir()
    done = subprocess.run(
        [*SPECPROOF, "add", "pets", f"{site.url}/{case.id}.md", "--root", str(root)],
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert _is_refusal(case, done.stderr), done.stderr
    assert list(root.rglob("*")) == []
