"""``specproof diff`` with somebody to hurt: a client, its users, recordings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from clients_changed import SHOP, altered, interface
from typer.testing import CliRunner

from specproof.cli.impact import Looking, looking_for
from specproof.cli.main import app
from specproof.errors import InputError, LimitError, SpecproofError
from specproof.regression import client_interface
from specproof.regression.places import Document
from specproof.report import schema

ROOT = Path(__file__).parents[3]
_NAME = "components|schemas|Pet|properties|name"
_CODE = """\
from shop_client.api.pets import list_pets

def show(client):
    for pet in list_pets.sync(tag="cat", client=client):
        print(pet.name)
"""


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Return two files: a name is no text any more, and an operation is gone."""
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(SHOP))
    new.write_text(
        json.dumps(altered((_NAME, {"type": "integer"}), ("paths|/pets/{id}|delete", None)))
    )
    return old, new


def _run(*arguments: object) -> tuple[dict[str, Any], str]:
    """Return the document that ``specproof diff --json`` prints, and its warnings."""
    result = CliRunner().invoke(app, ["diff", *map(str, arguments), "--json"])
    if isinstance(result.exception, SpecproofError):
        raise result.exception
    document: dict[str, Any] = json.loads(result.stdout)
    jsonschema_rs.validate(schema.load("diff"), document)
    return document, result.stderr


def _package(folder: Path) -> Path:
    """Return a client with one operation and one model, written by hand."""
    api = folder / "shop_client" / "api" / "pets"
    api.mkdir(parents=True)
    models = folder / "shop_client" / "models"
    models.mkdir()
    for place in (folder / "shop_client", folder / "shop_client" / "api", api, models):
        (place / "__init__.py").touch()
    (api / "list_pets.py").write_text('"""Calls GET /pets."""\ndef sync(*, client): ...\n')
    (models / "pet.py").write_text("class Pet:\n    name: str\n")
    return folder


def test_changes_know_what_they_touch_without_being_asked(pair: tuple[Path, Path]) -> None:
    """Names are told from the documents; nobody looked for calls."""
    document, _ = _run(*pair)
    assert {tuple(each["affects_client"]) for each in document["changes"]} == {
        ("models.Pet.name",),
        ("api.default.delete_pets_id",),
    }
    assert document["calls"] is document["interface"] is document["recordings"] is None
    assert all(each["call_sites"] is None for each in document["changes"])


@pytest.mark.parametrize("with_client", [False, True])
def test_calls_in_the_users_code_are_counted(
    pair: tuple[Path, Path], tmp_path: Path, with_client: bool
) -> None:
    """What nobody calls is information, whether or not the client is at hand."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(_CODE)
    (code / "bad.py").write_text("def (")
    client = ("--client", _package(tmp_path / "client")) if with_client else ()
    document, warnings = _run(*pair, "--usage", code, *client)
    assert document["calls"] == 2
    found = {each["operation"]: each for each in document["changes"]}
    assert found["GET /pets"]["call_sites"] == ["app.py:4", "app.py:5"]
    assert found["GET /pets"]["level"] == "error"
    gone = found["DELETE /pets/{}"]
    assert (gone["level"], gone["call_sites"]) == ("info", [])
    assert warnings == ""


def test_a_client_that_was_generated_anew_hides_no_call(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """What is gone from the package, and still called, breaks."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(
        "from shop_client.api.default import delete_pets_id\ndelete_pets_id.sync(1)\n"
    )
    document, _ = _run(*pair, "--usage", code, "--client", _package(tmp_path / "client"))
    gone = next(each for each in document["changes"] if each["operation"] == "DELETE /pets/{}")
    assert (gone["level"], gone["call_sites"]) == ("error", ["app.py:2"])


def test_code_that_uses_nothing_and_code_that_can_not_be_read_are_named(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """One line each on standard error; every change keeps its level."""
    (tmp_path / "bad.py").write_text("import api\nprint 1")
    document, warnings = _run(*pair, "--usage", tmp_path)
    assert {each["level"] for each in document["changes"]} == {"error"}
    assert "warning: bad.py is no Python that can be read (line 2" in warnings
    assert "warning: no use of the client was found in" in warnings


def test_recordings_are_held_against_the_new_document(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    """A folder of HAR files; one that can not be judged is told as a warning."""
    entry = {
        "request": {"method": "GET", "url": "https://shop.example/pets?tag=cat"},
        "response": {"status": 200, "content": {"text": '[{"name": "Tom"}]'}},
        "_specproof": {
            "id": "one",
            "operation": "listPets",
            "provenance": {"kind": "live-run", "source": "here", "date": "2026-01-01"},
        },
    }
    har = {"log": {"version": "1.2", "entries": [entry]}}
    (tmp_path / "shop.har").write_text(json.dumps(har))
    (row,) = _run(*pair, "--recordings", tmp_path)[0]["recordings"]
    assert (row["state"], row["recording"], row["operation"]) == ("violated", "one", "GET /pets")
    pair[1].write_text(json.dumps(altered((_NAME, {"type": "nonsense"}))))
    document, warnings = _run(*pair, "--recordings", tmp_path)
    assert document["recordings"] == []
    assert "warning: the recordings could not be judged: " in warnings


def test_stubs_of_the_old_document_are_held_against_the_new_one(pair: tuple[Path, Path]) -> None:
    """Nobody needs recordings for that."""
    rows = _run(*pair, "--stubs")[0]["recordings"]
    assert [(row["state"], row["recording"]) for row in rows] == [
        ("violated", "stub of DELETE /pets/{} 204"),
        ("violated", "stub of GET /pets 200"),
    ]


def test_the_interfaces_of_both_clients_are_compared(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each break names the change behind it, and has a say in the version."""

    def generated(document: Document, _: object) -> object:
        gone = ("models.Pet.name",) if document.name == str(pair[1]) else ()
        return interface(gone=gone)

    monkeypatch.setattr(client_interface, "generated_interface", generated)
    document, _ = _run(*pair, "--interface")
    (lost,) = document["interface"]
    (cause,) = lost["causes"]
    assert cause in {each["fingerprint"] for each in document["changes"]}
    assert document["forced_by"]["client"] == ["models.Pet.name"]
    assert _run(pair[0], pair[0], "--interface")[0]["interface"] == []


def test_clients_that_can_not_be_generated_are_a_warning(
    pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The changes are told all the same."""

    def refuse(*_: object) -> None:
        raise LimitError("generating took too long", file="new.json")

    monkeypatch.setattr(client_interface, "generated_interface", refuse)
    document, warnings = _run(*pair, "--interface")
    assert document["interface"] is None
    assert "the clients could not be compared: new.json: generating took too long" in warnings


@pytest.mark.parametrize("option", ["--client", "--usage"])
def test_a_folder_that_is_not_there_is_refused(
    pair: tuple[Path, Path], tmp_path: Path, option: str
) -> None:
    """With exit code 2, like any wrong option."""
    with pytest.raises(InputError):
        _run(*pair, option, tmp_path / "none")


@pytest.mark.parametrize(
    "argument", ["onesignal", "onesignal@HEAD~1", "specs/onesignal/effective.yaml"]
)
def test_an_api_of_the_catalog_has_a_client_and_recordings(
    argument: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name, at a revision, or by one of its documents."""
    monkeypatch.chdir(ROOT)
    found = looking_for(("elsewhere.yaml", argument), Looking(interface=True))
    assert found == Looking(
        ROOT / "generated" / "onesignal-client",
        interface=True,
        recordings=ROOT / "conformance" / "recordings" / "onesignal",
    )
    named = Looking(client=Path("mine"), recordings=Path("theirs"))
    assert looking_for((argument,), named) == named


def test_other_documents_have_nothing_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not an unknown name, nor a folder that is called like ours."""
    folder = tmp_path / "specs" / "onesignal"
    folder.mkdir(parents=True)
    (folder / "published.yaml").touch()
    monkeypatch.chdir(ROOT)
    for argument in ("unknown", "pyproject.toml", str(folder / "published.yaml")):
        assert looking_for((argument,), Looking()) == Looking()
    monkeypatch.setenv("SPECPROOF_ROOT", str(tmp_path / "none"))
    assert looking_for(("onesignal",), Looking()) == Looking()
