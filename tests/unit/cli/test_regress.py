from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest
from change_cases import whole
from repositories import Commits, clone
from typer.testing import CliRunner

from specproof.cli.main import app
from specproof.errors import SpecproofError
from specproof.report import schema

PATHS = tuple(f"/things{number}" for number in range(6))


def described(*paths: str) -> str:
    """Return a description with an operation at each path."""
    done = {"responses": {"200": {"description": "done"}}}
    return json.dumps(whole("paths", {path: {"get": done} for path in paths}))


def published(api: str) -> str:
    """Return the path of what an API published."""
    return f"specs/{api}/published.yaml"


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Commits:
    """Return a catalog of two APIs whose last commit took an operation away from one."""
    made = Commits(tmp_path_factory.mktemp("committed"))
    made.commit({published("shop"): described("/a", "/b"), published("zoo"): described("/z")}, "1")
    made.commit({published("shop"): described("/a")}, "two")
    return made


@pytest.fixture
def shop(committed: Commits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commits:
    """Return such a catalog, the working directory in it."""
    made = committed.copied(tmp_path / "project")
    monkeypatch.chdir(made.folder)
    return made


def run(*arguments: str, command: str = "regress") -> tuple[int, str, str]:
    """Run the command and return its exit code and both outputs."""
    result = CliRunner().invoke(app, [command, *arguments])
    if isinstance(result.exception, SpecproofError):
        return result.exception.exit_code, result.stdout, str(result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def told(*arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run ``specproof regress --json``; what it prints is valid, the diffs in it as well."""
    code, out, err = run(*arguments, "--json")
    document: dict[str, Any] = json.loads(out)
    jsonschema_rs.validator_for(schema.load("regress")).validate(document)
    for each in document["apis"]:
        if each.get("diff"):
            jsonschema_rs.validator_for(schema.load("diff")).validate(each["diff"])
    return code, document, err


def test_the_work_tree_is_compared_with_the_last_commit(shop: Commits) -> None:
    """Every API, one summary; what is committed is no change any more."""
    head = f"HEAD ({shop.git('rev-parse', 'HEAD')[:10]})"
    printed = (
        f"shop: specs/shop/published.yaml, {head} -> work tree\n\nno changes; bump none\n\n"
        f"zoo: specs/zoo/published.yaml, {head} -> work tree\n\nno changes; bump none\n\n"
        "2 of 2 APIs compared: 0 breaking, 0 warning, 0 info; bump none\n"
    )
    assert run() == (0, printed, "")
    (shop.folder / published("shop")).write_text(described("/a", "/c"))
    code, out, _ = run("shop")
    assert code == 0
    assert "GET /c is new" in out
    assert out.endswith("\n0 breaking, 0 warning, 1 info; bump minor\n\n")


def test_a_base_may_be_any_revision(shop: Commits) -> None:
    """The exit code says that something breaks, unless it may."""
    code, document, _ = told("--base", "HEAD~1")
    assert (code, document["breaking"], document["bump"]) == (1, True, "major")
    assert document["commit"] == shop.git("rev-parse", "HEAD~1")
    assert document["summary"] == {"error": 1, "warning": 0, "info": 0, "accepted": 0}
    first, second = document["apis"]
    assert (first["api"], first["file"], first["state"]) == ("shop", published("shop"), "compared")
    assert first["diff"]["old"]["name"] == "specs/shop/published.yaml@HEAD~1"
    assert [change["rule"] for change in first["diff"]["changes"]] == ["operation-removed"]
    assert second["diff"]["changes"] == []
    assert run("--base", "HEAD~1", "--fail-on", "never")[0] == 0
    assert run("zoo", "--base", "HEAD~1", "--fail-on", "info")[0] == 0


def test_code_that_calls_the_clients_is_looked_at(shop: Commits) -> None:
    """Once something changed; the client and the recordings are those of the catalog."""
    shop.commit(
        {published("shop"): described("/a", "/b").replace('"get": {', '"get": {"tags": ["x"], ')}
    )
    code = shop.folder / "code"
    code.mkdir()
    (code / "a.py").write_text("from shop_client.api.x import get_b\n\nget_b.sync(client=c)\n")
    _, document, err = told("shop", "--usage", str(code))
    assert (document["apis"][0]["diff"]["calls"], err) == (None, "")
    (shop.folder / published("shop")).write_text(described("/a"))
    _, document, err = told("shop", "--usage", str(code))
    assert isinstance(document["apis"][0]["diff"]["calls"], int)


def accepted(shop: Commits, expires: str, more: str = "") -> None:
    """Accept what the last commit of the shop broke, for a while."""
    _, document, _ = told("shop", "--base", "HEAD~1")
    [change] = document["apis"][0]["diff"]["changes"]
    (shop.folder / "specs" / "shop" / "changes.toml").write_text(
        f'[[accept]]\nfingerprint = "{change["fingerprint"]}"\nreason = "unused"\n'
        f"expires = {expires}\n{more}"
    )


def test_accepted_changes_do_not_count_until_they_expire(shop: Commits) -> None:
    """The day is given; an expired acceptance and one that matches nothing are named."""
    unknown = f'[[accept]]\nfingerprint = "{"0" * 16}"\nreason = "r"\nexpires = 2099-01-01\n'
    accepted(shop, "2027-01-31", unknown)
    code, document, err = told("shop", "--base", "HEAD~1", "--today", "2027-01-31")
    assert (code, document["summary"]["accepted"]) == (0, 1)
    [remark] = document["apis"][0]["remarks"]
    assert "the acceptance of 0000000000000000 matches no change" in remark
    assert err == f"specproof: warning: {remark}\n"
    code, document, err = told("shop", "--base", "HEAD~1", "--today", "2027-02-01")
    assert code == 1
    assert "expired on 2027-01-31, so that operation-removed counts" in err
    # Once nothing differs from the base, no acceptance has anything to say.
    assert run("shop")[::2] == (0, "")


def test_levels_of_an_api_are_its_own(shop: Commits) -> None:
    """``changes.toml`` beside the description."""
    path = shop.folder / "specs" / "shop" / "changes.toml"
    path.write_text('[levels]\noperation-removed = "info"\n')
    code, document, _ = told("--base", "HEAD~1")
    assert (code, document["summary"]["info"]) == (0, 1)


def test_a_new_api_has_nothing_to_be_compared_with(shop: Commits) -> None:
    """It says so; where that is all there is, nothing was checked."""
    (shop.folder / "specs" / "bar").mkdir()
    (shop.folder / published("bar")).write_text(described("/b"))
    code, out, _ = run()
    assert code == 0
    head = f"HEAD ({shop.git('rev-parse', 'HEAD')[:10]})"
    assert f"bar: new, {head} has no specs/bar/published.yaml: nothing to compare\n" in out
    assert "2 of 3 APIs compared" in out
    code, document, err = told("bar")
    assert (code, document["apis"][0]["state"], document["apis"][0]["diff"]) == (3, "new", None)
    assert err.startswith("nothing was compared: HEAD has none of these descriptions")
    code, document, _ = told("--effective")
    assert (code, document["document"]) == (3, "effective")


@pytest.mark.parametrize("named", [("shop",), ()])
def test_a_description_that_is_gone_is_an_accident(shop: Commits, named: tuple[str, ...]) -> None:
    """Its file, or its whole folder; exit code 3, as for one that lost most of itself."""
    path = shop.folder / published("shop")
    path.unlink()
    code, document, _ = told(*named)
    assert code == 3
    assert "is empty" in document["apis"][0]["diff"]["upstream"]
    path.parent.rmdir()
    code, out, _ = run(*named)
    assert code == 3
    assert "the new description can not be read: is empty" in out
    assert "could not compare" in out.splitlines()[-2 if named else -1]


def test_a_name_that_nobody_knows_is_refused(shop: Commits) -> None:
    """With what is near it; one that is no name at all goes into no path."""
    assert "did you mean shop?" in run("shpo")[2]
    code, _, err = run("../shop")
    assert (code, "can not name an API" in err) == (2, True)
    assert run("shop", "--base", "v1")[0] == 2
    assert shop.folder.is_dir()


def test_a_base_may_hold_what_is_no_api(shop: Commits) -> None:
    """Folders without a description, or with a name that none can have, are passed over."""
    shop.commit({"specs/docs/README": "", "specs/\x1b[31m/published.yaml": described("/a")})
    shop.commit({"specs/docs/README": None, "specs/\x1b[31m/published.yaml": None})
    code, document, _ = told("--base", "HEAD~1")
    assert (code, [each["api"] for each in document["apis"]]) == (0, ["shop", "zoo"])


def test_a_base_that_can_not_be_read_is_bad_input(shop: Commits) -> None:
    """It is named with its revision, exit code 2: nothing new is wrong."""
    shop.commit({published("shop"): "<html>"})
    (shop.folder / published("shop")).write_text(described("/a"))
    code, _, err = run("shop")
    assert code == 2
    assert err.startswith("specs/shop/published.yaml@HEAD:1: ")


def test_an_empty_catalog_is_no_success(tmp_path: Path) -> None:
    """Exit code 2, and how to begin."""
    made = Commits(tmp_path)
    made.commit({"specs/README": ""})
    code, _, err = run("--root", str(tmp_path))
    assert (code, err.endswith("there is no API; specproof add makes one")) == (2, True)


def test_a_shallow_clone_compares_what_it_has(shop: Commits, tmp_path: Path) -> None:
    """Another base is the surroundings' fault: exit code 3."""
    root = str(clone(shop, tmp_path / "clone"))
    assert run("--root", root)[0] == 0
    assert run("--root", root, "--base", "HEAD~1")[0] == 3
    assert run("--root", root, "--history")[0] == 3


def _broken(shop: Commits) -> None:
    """Take an operation away from both APIs."""
    shop.commit({published("zoo"): described("/z", "/y")})
    (shop.folder / published("zoo")).write_text(described("/z"))


@pytest.mark.parametrize("form", ["github", "junit", "markdown", "sarif", "text"])
def test_every_form_that_can_be_joined_shows_both_apis(shop: Commits, form: str) -> None:
    """One report, whole: a file of it is one document."""
    _broken(shop)
    output = shop.folder / "report"
    code, out, _ = run("--base", "HEAD~2", "--format", form, "--output", str(output))
    assert (code, out) == (1, "2 of 2 APIs compared: 1 breaking, 0 warning, 0 info; bump major\n")
    text = output.read_text()
    assert "GET /b is gone" in text
    assert run("--base", "HEAD~2", "--format", form)[1].strip() == text.strip()
    if form == "junit":
        suites = ET.fromstring(text)  # noqa: S314 - our own text
        assert [suite.get("name") for suite in suites] == ["shop: GET /b", "zoo: document"]
        assert (suites.get("failures"), suites.get("tests")) == ("1", "2")
    elif form == "sarif":
        runs = json.loads(text)["runs"]
        assert [each["automationDetails"]["id"] for each in runs] == [
            "specproof/shop/",
            "specproof/zoo/",
        ]
    elif form == "markdown":
        assert text.count("## Changes of the specification") == 2


def test_a_comment_has_room_for_the_summary_of_what_is_left_out(
    shop: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that does not fit becomes its last line and the command that shows it."""
    monkeypatch.setattr("specproof.report.changes.joined.LONGEST", 100)
    (shop.folder / "specs" / "bar").mkdir()
    (shop.folder / published("bar")).write_text(described("/b"))
    _, out, _ = run("--base", "HEAD~1", "--format", "markdown")
    assert "1 breaking, 0 warning, 0 info; bump major" in out
    assert "Left out here: <code>specproof regress shop</code> lists it." in out
    assert "<code>bar</code> is new: nothing to compare." in out


@pytest.mark.usefixtures("shop")
def test_a_page_shows_one_api() -> None:
    """Two APIs on one page are refused."""
    code, out, _ = run("shop", "--base", "HEAD~1", "--format", "html")
    assert (code, out.startswith("<!DOCTYPE html>")) == (1, True)
    assert "--format html shows one API" in run("--format", "html")[2]


def test_history_is_printed_from_the_first_revision_to_the_work_tree(shop: Commits) -> None:
    """Dates, commits, subjects, what changed, and what comes and goes."""
    second = shop.git("rev-parse", "HEAD")[:10]
    first = shop.git("rev-parse", "HEAD~1")[:10]
    (shop.folder / published("shop")).write_text(described("/b", "/a"))
    code, out, _ = run("shop", "--history")
    assert code == 0
    assert out == (
        "shop: specs/shop/published.yaml: 3 revisions\n\n"
        f"2025-01-01  {first}  first revision, 2 operations\n            1\n\n"
        f"2025-01-02  {second}  1 breaking; bump major\n            two\n"
        "            error    GET /b is gone: calls to it will fail.\n\n"
        "-           work tree  1 info; bump minor\n"
        "            info     GET /b is new.\n\n"
        "flapping:\n"
        f"  work tree means the same as 2025-01-01 ({first}) again, after 2025-01-02 ({second})\n\n"
        "2 of 3 revisions changed something: 1 breaking, 0 warning, 1 info\n"
    )
    _, document, _ = told("--history")
    assert [each["api"] for each in document["apis"]] == ["shop", "zoo"]
    assert [entry["outcome"] for entry in document["apis"][0]["revisions"]] == [
        "first",
        "changed",
        "changed",
    ]
    assert document["apis"][0]["revisions"][2]["again"] == 0
    [item] = document["apis"][0]["undone"]
    assert (item["made"], item["undone"]) == (1, 2)


def test_history_tells_of_renames_and_removals_in_git(shop: Commits) -> None:
    """A rename is no revision; a file that was removed came back."""
    shop.git("mv", "specs/zoo", "specs/park")
    shop.commit({}, "renamed")
    shop.commit({published("park"): None}, "gone")
    shop.commit({published("park"): described("/z")}, "back")
    _, document, _ = told("park", "--history")
    subjects = [entry["subject"] for entry in document["apis"][0]["revisions"]]
    assert subjects == ["1", "gone", "back"]
    (shop.folder / published("shop")).unlink()
    (shop.folder / "specs" / "shop" / "source.toml").write_text("")
    shop.commit({}, "no shop")
    shop.commit({published("shop"): described("/a"), "specs/shop/source.toml": None}, "shop again")
    _, document, _ = told("shop", "--history")
    outcomes = [entry["outcome"] for entry in document["apis"][0]["revisions"]]
    assert outcomes == ["first", "changed", "removed", "same"]
    _, out, _ = run("shop", "--history")
    assert "the description is gone\n" in out
    assert "no change since 2025-01-02" in out
    assert out.endswith("1 breaking, 0 warning, 0 info; 1 fault of the publisher\n")


def test_an_api_that_was_never_committed_has_no_history(shop: Commits) -> None:
    """Exit code 3."""
    (shop.folder / "specs" / "bar").mkdir()
    (shop.folder / published("bar")).write_text(described("/b"))
    code, _, err = run("bar", "--history")
    assert (code, err) == (3, "specs/bar/published.yaml: no revision of it was committed")


@pytest.mark.usefixtures("shop")
def test_long_histories_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest are shown, and that there are more."""
    monkeypatch.setattr("specproof.regression.revisions.MOST", 1)
    _, out, err = run("shop", "--history")
    assert "first revision, 1 operation\n" in out
    assert err == "specproof: warning: only the latest 1 revisions are shown\n"


@pytest.fixture
def dated(tmp_path: Path) -> Path:
    """Return a folder of dated descriptions."""
    folder = tmp_path / "dated"
    folder.mkdir()
    for name, text in {
        "2024-01-01.json": described(*PATHS, "/x"),
        "2024-02-30.json": described(*PATHS),
        "2024-03-01-a.yml": described("/a"),
        "2024-04-01.yaml": "\x1b[31m: [",
        "next.yaml": described(*PATHS[:4], "/x", "/y"),
        "notes.txt": "no description",
        ".hidden.yaml": "no description",
    }.items():
        (folder / name).write_text(text)
    return folder


def test_a_folder_of_descriptions_is_a_history(dated: Path, tmp_path: Path) -> None:
    """Sorted by name; accidents are told; levels are those of the API, if one is named."""
    output = tmp_path / "timeline"
    code, out, _ = run("--history", "--between", str(dated), "--output", str(output))
    assert (code, out) == (0, "5 revisions written\n")
    text = output.read_text()
    assert text.startswith(f"{dated}: 5 revisions\n\n2024-01-01.json  first revision, 7 operations")
    assert "\n-           2024-02-30.json  1 breaking; bump major\n" in text
    assert "2024-03-01-a.yml  fault of its publisher: the new description lost 6 of 6" in text
    assert "2024-04-01.yaml  can not be read: " in text
    assert "error    GET /things4 is gone: calls to it will fail. (and 1 more of op" in text
    assert (
        "flapping:\n  1 change of 2024-02-30.json, undone by next.yaml:\n"
        "    error    GET /x is gone: calls to it will fail.\n"
    ) in text
    assert text.endswith("3 breaking, 0 warning, 2 info; 2 faults of the publisher\n")
    assert "\x1b" not in text


def test_a_folder_takes_the_levels_of_the_api_that_is_named(shop: Commits, dated: Path) -> None:
    """And no document of it."""
    path = shop.folder / "specs" / "shop" / "changes.toml"
    path.write_text('[levels]\noperation-removed = "warning"\n')
    _, document, _ = told("shop", "--history", "--between", str(dated))
    [told_api] = document["apis"]
    assert (told_api["api"], document["document"]) == ("shop", "folder")
    assert told_api["revisions"][1]["summary"] == {"error": 0, "warning": 1, "info": 0}


def test_wrong_usage_of_histories_is_refused(shop: Commits, dated: Path, tmp_path: Path) -> None:
    """Each in one sentence, exit code 2."""
    between = ("--history", "--between")
    for arguments, sentence in {
        ("--between", str(dated)): "--between goes with --history",
        (*between, str(tmp_path / "none")): "is no folder; correct --between",
        (*between, str(shop.folder)): "holds 0 descriptions",
        ("shop", "zoo", *between, str(dated)): "--between is the history of one API",
        ("--history", "--format", "sarif"): "--history has no form sarif",
        ("--history", "--base", "HEAD"): "--history goes without --base, --interface and --usage",
        ("--base", ""): "a revision of git is missing",
        ("--history", "nope"): "there is no API 'nope'",
        ("--today", "soon"): "--today 'soon' is no date",
    }.items():
        code, _, err = run(*arguments)
        assert (code, sentence in err) == (2, True), err


def test_diff_takes_apis_and_revisions(shop: Commits) -> None:
    """A file of that very name goes first, then a file or an API at a revision, then an API."""
    shop.commit({"odd@name.json": described("/a", "/z")}, "three")
    for old, code, end in (
        ("shop", 0, "no changes; bump none\n"),
        ("shop@HEAD", 0, "no changes; bump none\n"),
        ("shop@HEAD~2", 1, "1 breaking, 0 warning, 0 info; bump major\n"),
        ("shop@@", 0, "no changes; bump none\n"),
        ("specs/shop/published.yaml@HEAD~2", 1, "bump major\n"),
        ("specs/zoo/published.yaml", 1, "bump major\n"),
        ("odd@name.json", 1, "bump major\n"),
        ("odd@name.json@HEAD", 1, "bump major\n"),
        ("odd@name.json@HEAD~1", 2, "odd@name.json: is not in revision HEAD~1; name a revision"),
        ("gone.json@HEAD~1", 2, "gone.json: is not in revision HEAD~1"),
        ("specs/gone/published.yaml@HEAD~1", 2, "is not in revision HEAD~1"),
        ("shop@", 2, "a revision of git is missing"),
        ("shop@v1", 2, "there is no revision 'v1'"),
        ("gone@HEAD", 2, "specs/gone/published.yaml: is not in revision HEAD"),
        ("shpo", 2, "shpo: there is neither a file nor an API of this name; there is no API"),
    ):
        found, out, err = run(old, "shop", command="diff")
        assert (found, end in (err if code == 2 else out)) == (code, True), (old, err or out)


def test_a_missing_file_outside_any_catalog_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither git nor a catalog is needed to say so."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("specproof.catalog._DATA", tmp_path / "none")
    result = CliRunner().invoke(app, ["diff", "a.yaml", "b.yaml"])
    assert isinstance(result.exception, FileNotFoundError)
    code, _, err = run("a@HEAD", "b", command="diff")
    assert (code, "is in no work tree of git" in err) == (2, True)
    code, _, err = run("a", "b", command="diff")
    assert (code, "there is no folder specs/" in err) == (2, True)


def test_progress_is_shown_on_a_terminal_alone(
    dated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line of standard error, which ends with the last revision."""
    assert run("--history", "--between", str(dated))[2] == ""
    monkeypatch.setattr("specproof.cli.timelines.sys", Terminal)
    Terminal.stderr.written.clear()
    run("--history", "--between", str(dated))
    assert "".join(Terminal.stderr.written).startswith("\r1 of 5 revisions\r2 of 5 revisions\r3")
    assert Terminal.stderr.written[-1] == "\r5 of 5 revisions\n"


class _Stream:
    written: ClassVar[list[str]] = []

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> None:
        self.written.append(text)

    def flush(self) -> None:
        """Hold nothing back."""


class Terminal:
    """Stands for ``sys`` where standard error is a terminal."""

    stderr = _Stream()
