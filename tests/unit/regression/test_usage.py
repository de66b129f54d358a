"""The user's own code: a folder that is read and never run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from specproof.errors import InputError, LimitError
from specproof.regression import usage as module
from specproof.regression.usage import read_usage
from specproof.regression.usage_code import Known

KNOWN = Known(("shop_client",), {"api.pets.list_pets"}, {"Pet"})
CALL = "from shop_client.api.pets import list_pets\nlist_pets.sync(client=1)\n"


def _write(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_calls_are_named_by_file_and_line(tmp_path: Path) -> None:
    """Files in the order of their names, each place once."""
    found = read_usage(_write(tmp_path, b=CALL, a__c=CALL * 2, d="x = 1\n"), KNOWN)
    assert found.places == ("b.py:2", "a/c.py:2", "a/c.py:4")
    assert (found.problems, found.blind) == ((), False)


@pytest.mark.parametrize(
    "folder", [".hidden", "__pycache__", "node_modules", "lib/site-packages", "venv", "env"]
)
def test_code_of_others_is_left_out(tmp_path: Path, folder: str) -> None:
    """So are virtual environments and generated clients, whatever they are called."""
    inside = tmp_path / folder
    inside.mkdir(parents=True)
    (inside / "a.py").write_text(CALL)
    if folder == "env":
        (inside / "pyvenv.cfg").touch()
    client = tmp_path / "client"
    (client / "api").mkdir(parents=True)
    (client / "generation.lock").touch()
    (client / "api" / "a.py").write_text(CALL)
    assert read_usage(tmp_path, KNOWN).uses == ()


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    """A link may lead out of the folder, a pipe never ends."""
    outside = _write(tmp_path / "outside", a=CALL)
    inside = _write(tmp_path / "inside", own="x = 1\n")
    (inside / "folder").symlink_to(outside)
    (inside / "file.py").symlink_to(outside / "a.py")
    os.mkfifo(inside / "pipe.py")
    found = read_usage(inside, KNOWN)
    assert (found.uses, found.problems) == ((), ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"import shop_client\nprint 'two'\n", "line 2: Missing parentheses"),
        (b"# coding: nonsense\nimport shop_client\n", "unknown encoding"),
        (b"import shop_client\n\x00", "null bytes"),
        (b"import shop_client\nx = " + b"(" * 5000, "too many nested parentheses"),
        (b"import shop_client\n#" + b"x" * module._MOST_BYTES, "is too large"),
    ],
)
def test_a_file_that_can_not_be_read_is_named_and_leaves_nothing_unused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    """It names the client, so it may call anything."""
    found = read_usage(_write(tmp_path, bad=content, good=CALL), KNOWN)
    assert found.places == ("good.py:2",)
    (problem,) = found.problems
    assert problem.startswith("bad.py ")
    assert reason in problem
    assert problem.endswith("what it calls is not known")
    assert found.blind


def test_code_that_never_names_the_client_is_not_even_parsed(tmp_path: Path) -> None:
    """An old script is no reason to distrust the rest."""
    found = read_usage(_write(tmp_path, old="print 'two'\n", good=CALL), KNOWN)
    assert (found.problems, found.blind) == ((), False)
    anything = read_usage(_write(tmp_path, mine="import api\nprint 1"), Known((), KNOWN.modules))
    assert (len(anything.problems), anything.blind) == (1, True)


def test_deep_code_is_read_or_named(tmp_path: Path) -> None:
    """Neither parsing nor looking at it ends the program."""
    deep = "import shop_client\nx = " + ".a".join(["shop_client"] + [""] * 20000)
    chain = "import shop_client\nx = " + "+".join(["1"] * 20000)
    found = read_usage(_write(tmp_path, deep=deep, chain=chain), KNOWN)
    assert found.uses == ()


def test_a_file_without_permission_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest is read all the same."""

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    found = read_usage(_write(tmp_path, a=CALL), KNOWN)
    assert found.problems == (
        "a.py can not be read (Permission denied); what it calls is not known",
    )


def test_a_missing_folder_and_too_many_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrong folder is named at once."""
    with pytest.raises(InputError, match="is no folder of Python code"):
        read_usage(tmp_path / "none", KNOWN)
    monkeypatch.setattr(module, "_MOST_FILES", 1)
    with pytest.raises(LimitError, match="more than 1 Python files"):
        read_usage(_write(tmp_path, a="", b=""), KNOWN)
