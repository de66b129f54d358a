from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from repositories import Commits, clone

from specproof.document.limits import Limits
from specproof.errors import CouldNotCheckError, InputError, LimitError, SpecproofError
from specproof.regression import revisions
from specproof.regression.revisions import Repository


@pytest.fixture(scope="module")
def commits(tmp_path_factory: pytest.TempPathFactory) -> Commits:
    """Return a repository: a file that is made, changed, renamed, removed and made again."""
    made = Commits(tmp_path_factory.mktemp("repository"))
    made.commit({"specs/shop/a.yaml": "one\n" * 9, "other": "1"}, "first")
    made.commit({"other": "2"}, "something else")
    made.commit({"specs/shop/a.yaml": "one\n" * 8 + "two\n"}, "sécond \x1b[31m")
    (made.folder / "specs" / "shop" / "link.yaml").symlink_to("a.yaml")
    made.git("mv", "specs/shop/a.yaml", "specs/shop/b.yaml")
    made.commit({}, "renamed")
    made.commit({"specs/shop/b.yaml": None}, "gone")
    made.commit({"specs/shop/b.yaml": "back\n", "specs/Odd Name/c.yaml": ""}, "back")
    return made


def content(path: Path, revision: str) -> bytes | None:
    """Return a file as committed."""
    repository = Repository.around(path)
    return repository.content(path, repository.commit(revision))


def test_a_file_is_read_as_it_was_committed(commits: Commits) -> None:
    """A revision may be named in any way; a file that it does not have is none."""
    path = commits.folder / "specs" / "shop" / "b.yaml"
    assert Repository.around(path).top == commits.folder
    assert content(path, "HEAD") == b"back\n"
    assert content(path, "main~2") == b"one\n" * 8 + b"two\n"
    assert content(path, "HEAD~1") is None
    assert content(path.with_name("nothing"), "HEAD") is None
    assert content(commits.folder / "other", commits.git("rev-parse", "main~5")) == b"1"


def test_a_folder_need_not_exist_any_more(commits: Commits) -> None:
    """What is gone from the work tree is still found in its revisions."""
    path = commits.folder / "no" / "such" / "place.yaml"
    assert content(path, "HEAD") is None


def test_folders_of_a_revision_are_listed(commits: Commits) -> None:
    """Folders, not files, by their last name; none where there was none."""
    repository = Repository.around(commits.folder / "x")
    head = repository.commit("HEAD")
    assert repository.folders(commits.folder / "specs", head) == ("Odd Name", "shop")
    assert repository.folders(commits.folder, head) == ("specs",)
    assert repository.folders(commits.folder / "missing", head) == ()


def test_revisions_follow_a_rename_and_tell_of_a_removal(commits: Commits) -> None:
    """The oldest first, with date and subject; a commit that removed the file has no content."""
    path = commits.folder / "specs" / "shop" / "b.yaml"
    found = Repository.around(path).revisions(path)
    assert [each.subject for each in found][-2:] == ["gone", "back"]
    assert [bool(each.blob) for each in found][-2:] == [False, True]
    assert found[-1].committed == datetime(2025, 1, 6, tzinfo=UTC)
    renamed = commits.folder / "specs" / "shop" / "a.yaml"
    [first, second, gone] = Repository.around(renamed).revisions(renamed)
    assert (first.subject, second.subject) == ("first", "sécond \x1b[31m")
    assert Repository.around(renamed).blob(second.blob).endswith(b"two\n")
    assert gone.blob == ""


def test_a_rename_alone_is_a_revision_with_the_same_content(tmp_path: Path) -> None:
    """The history before a rename belongs to the file."""
    made = Commits(tmp_path)
    made.commit({"a.yaml": "one\n" * 9}, "first")
    made.git("mv", "a.yaml", "b.yaml")
    made.commit({}, "renamed")
    found = Repository.around(tmp_path / "b.yaml").revisions(tmp_path / "b.yaml")
    assert [each.subject for each in found] == ["first", "renamed"]
    assert found[0].blob == found[1].blob


def test_a_branch_that_was_merged_is_one_step(tmp_path: Path) -> None:
    """Of a merge counts what it changed in the branch that it was merged into."""
    made = Commits(tmp_path)
    made.commit({"a": "1"}, "first")
    made.git("switch", "-q", "-c", "side")
    made.commit({"a": "2"}, "on the side")
    made.commit({"a": "3"}, "on the side again")
    made.git("switch", "-q", "main")
    made.commit({"b": "1"}, "elsewhere")
    made.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    found = Repository.around(tmp_path / "a").revisions(tmp_path / "a")
    assert [each.subject for each in found] == ["first", "merged"]


def test_three_dots_are_where_head_left_a_branch(tmp_path: Path) -> None:
    """As in ``git diff main...``; nothing before them is HEAD, and there may be no such place."""
    made = Commits(tmp_path)
    left = made.commit({"a": "1"})
    made.git("switch", "-q", "-c", "side")
    side = made.commit({"b": "1"})
    made.git("switch", "-q", "main")
    made.commit({"a": "2"})
    made.git("switch", "-q", "side")
    repository = Repository.around(tmp_path / "a")
    assert repository.commit("main...") == left
    assert repository.commit("...") == side
    made.git("switch", "-q", "--orphan", "elsewhere")
    made.commit({"c": "1"})
    for revision in ("main...", "nothing..."):
        with pytest.raises(InputError, match="there is no revision"):
            repository.commit(revision)


def _refused(path: Path, revision: str) -> SpecproofError:
    with pytest.raises(SpecproofError) as caught:
        content(path, revision)
    return caught.value


@pytest.mark.parametrize(
    ("name", "revision", "told"),
    [
        ("specs/shop/b.yaml", "v9", "there is no revision 'v9'"),
        ("specs/shop/b.yaml", "--all", "there is no revision '--all'"),
        ("specs/shop/b.yaml", "HEAD:specs", "there is no revision 'HEAD:specs'"),
        ("specs/shop/b.yaml", "\x1b[31m", "there is no revision '\\\\x1b[31m'"),
        ("specs/shop/b.yaml", "", "a revision of git is missing"),
        ("specs/shop/b.yaml", "a\0b", "a revision of git is missing"),
        ("specs/shop", "HEAD", "is a folder in commit "),
        ("specs/shop/link.yaml", "HEAD", "is a link in commit "),
    ],
)
def test_what_is_no_file_of_a_revision_is_refused(
    commits: Commits, name: str, revision: str, told: str
) -> None:
    """One sentence, exit code 2; an option in place of a revision is a revision there is not."""
    error = _refused(commits.folder / name, revision)
    assert told in str(error)
    assert error.exit_code == 2


def test_a_folder_without_git_is_refused(tmp_path: Path) -> None:
    """Where there is no work tree, another way is named."""
    error = _refused(tmp_path / "a.yaml", "HEAD")
    assert isinstance(error, InputError)
    assert "is in no work tree of git" in str(error)
    assert "--between" in str(error)


def test_a_path_in_another_work_tree_is_refused(commits: Commits, tmp_path: Path) -> None:
    """One repository does not answer for another."""
    with pytest.raises(InputError, match="another work tree"):
        Repository.around(commits.folder / "x").content(tmp_path / "y", "0" * 40)


def test_a_link_to_a_folder_leads_to_its_files(commits: Commits, tmp_path: Path) -> None:
    """A path through a symbolic link is the file that it leads to."""
    (tmp_path / "here").symlink_to(commits.folder / "specs")
    path = tmp_path / "here" / "shop" / "b.yaml"
    assert content(path, "HEAD") == b"back\n"


def test_a_file_beyond_the_limit_is_not_read(
    commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its size is asked for first."""
    monkeypatch.setattr(revisions, "Limits", lambda: Limits()._replace(max_bytes=4))
    path = commits.folder / "specs" / "shop" / "b.yaml"
    with pytest.raises(LimitError, match="has 5 bytes, more than 4"):
        content(path, "HEAD")


def test_a_shallow_clone_says_so(commits: Commits, tmp_path: Path) -> None:
    """What it has is read; what it lacks, and its history, is no fault of who asks."""
    path = clone(commits, tmp_path / "clone") / "specs" / "shop" / "b.yaml"
    repository = Repository.around(path)
    assert content(path, "HEAD") == b"back\n"
    with pytest.raises(CouldNotCheckError, match="not in this shallow clone; git fetch"):
        repository.commit("HEAD~1")
    with pytest.raises(CouldNotCheckError, match="so that revisions are missing"):
        repository.revisions(path)


def test_a_branch_without_commits_has_no_history(tmp_path: Path) -> None:
    """What git says is passed on, on one line."""
    Commits(tmp_path)
    repository = Repository.around(tmp_path / "a")
    with pytest.raises(CouldNotCheckError, match="git log failed: fatal: "):
        repository.revisions(tmp_path / "a")


def test_without_git_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing program, one that can not be started and one that hangs: exit code 3."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed" in str(_refused(tmp_path / "a", "HEAD"))
    program = tmp_path / "git"
    program.write_bytes(b"\x7fELF")
    program.chmod(0o755)
    assert "git can not be started: Exec format error" in str(_refused(tmp_path / "a", "HEAD"))
    program.write_text("#!/bin/sh\nwhile :; do :; done\n")
    monkeypatch.setattr(revisions, "_SECONDS", 0.05)
    error = _refused(tmp_path / "a", "HEAD")
    assert "git rev-parse took longer than 0.05 s" in str(error)
    assert error.exit_code == 3


def test_a_repository_of_somebody_else_needs_trust(
    commits: Commits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git refuses it (CVE-2022-24765); the command that trusts it is named."""
    stranger = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "PATH": os.environ["PATH"], "LC_ALL": "C"}
    monkeypatch.setattr(revisions, "_environment", lambda: stranger)
    error = _refused(commits.folder / "other", "HEAD")
    assert "git config --global --add safe.directory" in str(error)
    assert error.exit_code == 3


def test_nothing_that_a_configuration_names_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No program and no variable of the surroundings has a say."""
    made = Commits(tmp_path / "repository")
    path = made.folder / "a"
    made.commit({"a": "1"}, "first")
    made.commit({"a": "2"}, "second")
    marker = tmp_path / "ran"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n: >{marker}\n")
    program.chmod(0o755)
    for name in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "diff.x.textconv"):
        made.git("config", name, str(program))
    for name in ("log.showSignature", "diff.relative", "diff.noprefix", "color.ui"):
        made.git("config", name, "always" if name == "color.ui" else "true")
    made.git("config", "log.showRoot", "false")
    made.git("config", "log.diffMerges", "off")
    information = made.folder / ".git" / "info"
    information.mkdir()
    (information / "attributes").write_text("* diff=x\n")
    other = Commits(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(program))
    monkeypatch.setenv("GIT_TRACE", str(marker))
    repository = Repository.around(path)
    assert [each.subject for each in repository.revisions(path)] == ["first", "second"]
    assert content(path, "HEAD~1") == b"1"
    assert not marker.exists()


def test_dates_are_those_of_the_commit_in_utc(commits: Commits) -> None:
    """Whatever time zone the committer had."""
    path = commits.folder / "other"
    days = [each.committed.date() for each in Repository.around(path).revisions(path)]
    assert days == [date(2025, 1, 1), date(2025, 1, 2)]
