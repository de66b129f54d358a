from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from commands import EVERY_COMMAND, command_named

from specproof.report import schema

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/*.md")])
COMMAND_LINE = re.compile(r"(?:\$ |`)(specproof [a-z][^`\n#]*)")


def _name(path: Path) -> str:
    return path.name


def _begins(words: list[str], name: str) -> bool:
    return words[: len(name.split())] == name.split()


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_commands_in_the_documents_exist(path: Path) -> None:
    """Each command line shown is one that specproof understands, option by option."""
    wrong = []
    for line in COMMAND_LINE.findall(path.read_text("utf-8")):
        _, *words = shlex.split(line)
        typed = next((name for name in EVERY_COMMAND if _begins(words, name)), None)
        command = command_named(typed) if typed else None
        known = {name for each in command.params for name in each.opts} if command else set()
        options = [part.split("=")[0] for part in words if part.startswith("--")]
        if command is None or not {*options} <= {*known, "--help"}:
            wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_links_between_the_documents_lead_somewhere(path: Path) -> None:
    """Each relative link, and each script that is named, is a file of the project."""
    text = path.read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    scripts = re.findall(r"\b(scripts/[a-z]+)\b", text)
    assert [target for target in links if not (path.parent / target.split("#")[0]).exists()] == []
    assert [target for target in scripts if not (ROOT / target).exists()] == []


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_every_command_shows_an_example_of_itself(name: str) -> None:
    """The help of each command ends with an example line that names the command."""
    last = (command_named(name).help or "").strip().split("\n\n")[-1]
    assert re.match(rf"Example: specproof {name}\b", last)


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_every_command_has_a_documented_document(name: str) -> None:
    """Each command has ``--json`` and names the document, whose schema is shipped."""
    command = command_named(name)
    helps = [str(getattr(each, "help", "")) for each in command.params if "--json" in each.opts]
    assert len(helps) == 1
    documents = re.findall(r"specproof\.([a-z-]+)/\d", helps[0])
    assert documents
    assert {*documents} <= {*schema.names()}
