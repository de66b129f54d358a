from __future__ import annotations

import json
from pathlib import Path

import pytest
from change_cases import whole
from repositories import Commits
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.document.canonical import digest
from specproof.errors import SpecproofError
from specproof.history.store import open_history


def described(version: str, *paths: str) -> str:
    """Return a description with an operation at each path."""
    done = {"responses": {"200": {"description": "done"}}}
    root = whole("paths", {path: {"get": done} for path in paths})
    return json.dumps({**root, "info": {"title": "Shop", "version": version}})


def run(*arguments: str) -> tuple[int, str, str]:
    """Run a command and return its exit code and both outputs."""
    result = CliRunner().invoke(app, [*arguments])
    if isinstance(result.exception, SpecproofError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with two descriptions, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.json").write_text(described("1.0", "/a", "/b"))
    (tmp_path / "new.json").write_text(described("2.0", "/a"))
    return tmp_path


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Commits:
    """Return a catalog of which two revisions are committed."""
    made = Commits(tmp_path_factory.mktemp("committed"))
    zoo = "specs/zoo/published.yaml"
    shop = "specs/shop/published.yaml"
    made.commit({shop: described("1.0", "/a", "/b"), zoo: described("1", "/z")}, "1")
    made.commit({shop: described("2.0", "/a")}, "two")
    return made


@pytest.fixture
def shop(committed: Commits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commits:
    """Return such a catalog, the working directory in it."""
    made = committed.copied(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    return made


def test_diff_stores_the_change_and_both_documents(files: Path) -> None:
    """The history has what the report said, and what it was about."""
    code, _, err = run("diff", "old.json", "new.json", "--history", "h.db", "--api", "shop")
    assert code == 1
    with open_history("h.db", create=False) as history:
        (change,) = history.changes("shop")
        old, new = (
            history.revision(digest((files / name).read_bytes()))
            for name in ("old.json", "new.json")
        )
    assert err == f"shop: change {change.id} is stored in h.db\n"
    assert (change.old_version, change.new_version, change.bump) == ("1.0", "2.0", "major")
    assert change.breaking
    assert change.levels["error"] == 1
    assert change.document["schema"] == "specproof.diff/1"
    assert old is not None
    assert new is not None
    assert (old.sha256, new.sha256) == (change.old_sha256, change.new_sha256)
    assert (old.title, new.version) == ("Shop", "2.0")
    assert "/b" in json.loads(old.document)["paths"]


@pytest.mark.usefixtures("files")
def test_the_same_change_is_stored_once() -> None:
    """The second time says nothing and adds nothing."""
    asked = ("diff", "old.json", "new.json", "--store", "h.db", "--api", "shop")
    assert "is stored" in run(*asked)[2]
    assert run(*asked)[2] == ""
    with open_history("h.db", create=False) as history:
        assert len(history.changes()) == 1
        assert len(history.revisions()) == 2


@pytest.mark.usefixtures("files")
def test_the_same_bytes_are_a_revision_and_no_change() -> None:
    """What stands now is known to the history although nothing changed."""
    asked = ("diff", "old.json", "old.json", "--history", "h.db", "--api", "shop")
    assert run(*asked)[0] == 0
    with open_history("h.db", create=False) as history:
        assert history.changes() == ()
        assert len(history.revisions("shop")) == 1


def test_diff_has_to_know_the_api(files: Path) -> None:
    """Two files name none; nothing is compared and no history is made."""
    code, out, err = run("diff", "old.json", "new.json", "--history", "h.db")
    assert (code, out) == (2, "")
    assert "--api" in err
    assert not (files / "h.db").exists()
    code, _, err = run("diff", "old.json", "new.json", "--history", "h.db", "--api", "../x")
    assert code == 2
    assert "can not name an API" in err


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("old", ["shop@HEAD~1", "specs/shop/published.yaml@HEAD~1"])
@pytest.mark.parametrize("new", ["shop", "specs/shop/published.yaml"])
def test_diff_of_an_api_knows_its_name(old: str, new: str) -> None:
    """The catalog's name or file, as it stands or at a revision."""
    assert "shop: change" in run("diff", old, new, "--history", "h.db")[2]


@pytest.mark.usefixtures("shop")
def test_diff_of_two_apis_is_the_change_of_none() -> None:
    """Unless --api says of which."""
    assert run("diff", "shop", "zoo", "--history", "h.db")[0] == 2


def test_an_accident_of_the_publisher_is_not_stored(files: Path) -> None:
    """A page that is gone is no new contract."""
    (files / "new.json").write_text("<html>")
    asked = ("diff", "old.json", "new.json", "--history", "h.db", "--api", "shop")
    assert run(*asked)[0] == 3
    with open_history("h.db", create=False) as history:
        assert history.changes() == ()
        assert history.revisions() == ()


def test_what_can_not_be_stored_ends_with_3(files: Path) -> None:
    """The report comes first, then one sentence; nothing is green."""
    (files / "h.db").write_bytes(b"no database at all, whatever it is called" * 100)
    asked = ("diff", "old.json", "new.json", "--history", "h.db", "--api", "shop")
    code, out, err = run(*asked)
    assert code == 3
    assert "bump major" in out
    assert err.startswith("what changed is not stored: ")
    assert len(err.splitlines()) == 1


@pytest.mark.usefixtures("shop")
def test_regress_stores_the_change_of_each_api() -> None:
    """With --store; an API without a change has its document there."""
    code, _, err = run("regress", "--base", "HEAD~1", "--store", "h.db")
    assert code == 1
    assert err.startswith("shop: change ")
    with open_history("h.db", create=False) as history:
        assert [change.api for change in history.changes()] == ["shop"]
        assert sorted(each.api for each in history.revisions()) == ["shop", "shop", "zoo"]


def test_regress_stores_where_the_environment_says(
    shop: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable that runs go by; an option goes before it, and effective specs stay out."""
    monkeypatch.setenv("SPECPROOF_HISTORY", "e.db")
    assert run("regress", "shop", "--base", "HEAD~1")[0] == 1
    assert (shop.folder / "e.db").exists()
    assert run("regress", "shop", "--base", "HEAD~1", "--store", "o.db")[0] == 1
    assert (shop.folder / "o.db").exists()
    monkeypatch.setenv("SPECPROOF_HISTORY", "never.db")
    run("regress", "shop", "--base", "HEAD~1", "--effective")
    run("diff", "shop@HEAD~1", "shop")
    run("regress", "--history")
    assert not (shop.folder / "never.db").exists()


@pytest.mark.parametrize("other", ["--effective", "--history"])
def test_only_what_was_published_is_stored(shop: Commits, other: str) -> None:
    """A timeline and an effective spec are no change of the vendor's."""
    code, _, err = run("regress", "--store", "h.db", other)
    assert code == 2
    assert "--store keeps what changed" in err
    assert not (shop.folder / "h.db").exists()


def test_an_api_that_is_new_has_its_document_stored(shop: Commits) -> None:
    """There is nothing to compare, but the first revision is known."""
    folder = shop.folder / "specs/park"
    folder.mkdir()
    (folder / "published.yaml").write_text(described("0.1", "/p"))
    run("regress", "--store", "h.db")
    with open_history("h.db", create=False) as history:
        (first,) = history.revisions("park")
    assert first.version == "0.1"
