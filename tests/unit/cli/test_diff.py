"""``specproof diff``, from files to the exit code."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from specproof.cli.comparing import DiffFormat
from specproof.cli.main import app
from specproof.errors import InputError, LimitError, SpecproofError
from specproof.report import schema

_ANSWER = {"responses": {"200": {"description": "OK"}}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "paths": {f"/{name}": {"get": {"operationId": name, **_ANSWER}} for name in "abcdef"},
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return the file of the old document."""
    return _written(tmp_path / "old.json", DOCUMENT)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """Return the file of a document that lacks an operation and has another instead."""
    document = copy.deepcopy(DOCUMENT)
    document["paths"].pop("/f")
    document["paths"]["/z"] = {"get": {"operationId": "z", **_ANSWER}}
    return _written(tmp_path / "new.json", document)


def _written(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(json.dumps(document, indent=1))
    return path


def run(*arguments: str | Path) -> tuple[int, str]:
    """Run ``specproof diff``; return its exit code and standard output."""
    result = CliRunner().invoke(app, ["diff", *map(str, arguments)])
    if isinstance(result.exception, SpecproofError):
        raise result.exception
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout


def _document(*arguments: str | Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run(*arguments, "--json")[1])
    jsonschema_rs.validate(schema.load("diff"), document)
    return document


def test_the_same_document_does_not_differ(old: Path) -> None:
    """A document compared with itself holds."""
    assert run(old, old) == (0, "no changes; bump none\n")
    document = _document(old, old)
    assert (document["breaking"], document["bump"], document["changes"]) == (False, "none", [])


def test_an_operation_that_is_gone_is_breaking(old: Path, new: Path) -> None:
    """The report ends with one line of summary, and the exit code tells."""
    code, text = run(old, new)
    assert code == 1
    assert text.startswith("GET /f\n  error    ")
    assert text.splitlines()[-1] == "1 breaking, 0 warning, 1 info; bump major"


def test_json_is_the_documented_document(old: Path, new: Path) -> None:
    """``--json`` names the operation, where it was, and both sides."""
    document = _document(old, new)
    assert (document["breaking"], document["bump"]) == (True, "major")
    assert document["old"] == {"name": str(old), "operations": 6}
    gone, added = document["changes"]
    assert (gone["operation"], gone["gone"]) == ("GET /f", True)
    assert (gone["operation_ids"], added["level"]) == (["f"], "info")


@pytest.mark.parametrize(
    ("limit", "code"), [("error", 1), ("warning", 1), ("info", 1), ("never", 0)]
)
def test_fail_on_sets_the_exit_code(old: Path, new: Path, limit: str, code: int) -> None:
    """Changes at the limit or above exit with 1."""
    assert run(old, new, "--fail-on", limit)[0] == code


def test_two_small_documents_load_no_library_for_large_ones(old: Path, new: Path) -> None:
    """A cold process compares them in the time that one of these takes to import."""
    code = (
        "import sys\n"
        "from specproof.cli.main import main\n"
        f"sys.argv = ['specproof', 'diff', {str(old)!r}, {str(new)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = {name.partition(".")[0] for name in done.stdout.splitlines()[-1].split()}
    heavy = {"pydantic", "rich", "jinja2", "yaml", "ruamel", "httpx", "jsonschema_rs", "griffe"}
    assert loaded & heavy == set()
    assert "specproof.cli.run" not in done.stdout


def test_information_alone_is_no_failure(old: Path, new: Path) -> None:
    """What was added fails only where somebody asks for it."""
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/z"] = document["paths"]["/a"]
    new = _written(new, document)
    assert run(old, new)[0] == 0
    assert run(old, new, "--fail-on", "info")[0] == 1


def test_perspective_and_policy_reach_the_engine(old: Path, new: Path) -> None:
    """Both are in the document, and the strict policy never finds less."""
    document = _document(old, new, "--perspective", "provider", "--policy", "strict")
    assert (document["perspective"], document["policy"]) == ("provider", "strict")
    assert document["breaking"]


def test_an_accepted_change_does_not_count_until_it_expires(
    old: Path, new: Path, tmp_path: Path
) -> None:
    """The day is injected; an acceptance that matches nothing is named."""
    mark = _document(old, new)["changes"][0]["fingerprint"]
    config = tmp_path / "changes.toml"
    config.write_text(
        f'[[accept]]\nfingerprint = "{mark}"\nreason = "we never call it"\nexpires = 2026-06-30\n'
        '[[accept]]\nfingerprint = "0000000000000000"\nreason = "old"\nexpires = 2026-06-30\n'
    )
    options = ("--config", str(config), "--today")
    result = CliRunner().invoke(app, ["diff", str(old), str(new), *options, "2026-06-30"])
    assert result.exit_code == 0
    assert "0 breaking, 0 warning, 1 info, 1 accepted" in result.stdout
    assert "the acceptance of 0000000000000000 matches no change" in result.stderr
    assert run(old, new, *options, "2026-07-01")[0] == 1


@pytest.mark.parametrize("form", DiffFormat)
def test_each_form_can_be_printed_and_written(
    old: Path, new: Path, tmp_path: Path, form: DiffFormat
) -> None:
    """A file holds what would be printed; then the summary is printed instead."""
    code, shown = run(old, new, "--format", form)
    assert code == 1
    assert ("operation-removed" if form is not DiffFormat.CHANGELOG else "GET /f") in shown
    output = tmp_path / "report"
    assert run(old, new, "-f", form, "-o", output) == (
        1,
        "1 breaking, 0 warning, 1 info; bump major\n",
    )
    assert output.read_text("utf-8") == shown


def test_annotations_name_the_line_of_the_new_file(old: Path, new: Path) -> None:
    """Lines are those of the file as it stands there."""
    line = new.read_text().splitlines().index('  "/z": {') + 2
    assert f"::notice file={new},line={line}," in run(old, new, "-f", "github")[1]


def test_yaml_and_swagger_are_read_as_well(old: Path, tmp_path: Path) -> None:
    """Another version of the same description holds."""
    paths = "".join(
        f"  /{name}: {{get: {{operationId: {name}, responses: {{'200': {{description: OK}}}}}}}}\n"
        for name in "abcdef"
    )
    new = tmp_path / "new.yaml"
    new.write_text(f"swagger: '2.0'\ninfo: {{title: Shop, version: '1'}}\npaths:\n{paths}")
    assert run(old, new) == (0, "no changes; bump none\n")


def test_a_document_that_lost_everything_is_an_accident(old: Path, tmp_path: Path) -> None:
    """Nothing is compared, which is neither a pass nor five hundred findings."""
    empty = _written(tmp_path / "new.json", {**DOCUMENT, "paths": {}})
    code, text = run(old, empty, "--fail-on", "never")
    assert code == 3
    assert text.splitlines()[-1].startswith("could not compare: ")
    assert _document(old, empty)["upstream"]


@pytest.mark.parametrize("form", DiffFormat)
def test_a_new_document_that_can_not_be_read_is_an_accident(
    old: Path, tmp_path: Path, form: DiffFormat
) -> None:
    """A page of HTML in place of the description is told in each form."""
    page = tmp_path / "new.json"
    page.write_text("<!DOCTYPE html><title>Down for maintenance</title>")
    code, text = run(old, page, "-f", form)
    assert code == 3
    assert "can not be read" in text


@pytest.mark.parametrize("swapped", [False, True])
def test_a_file_that_is_missing_is_bad_input(old: Path, swapped: bool) -> None:
    """Who names no file is told so, on either side."""
    names = ["missing.json", str(old)]
    result = CliRunner().invoke(app, ["diff", *(names[::-1] if swapped else names)])
    assert isinstance(result.exception, FileNotFoundError)


def test_an_old_document_that_can_not_be_read_is_bad_input(new: Path, tmp_path: Path) -> None:
    """What calls rest on is ours to provide."""
    old = tmp_path / "old.json"
    old.write_text("[]")
    with pytest.raises(InputError, match=r"old\.json"):
        run(old, new)


def test_a_new_document_beyond_our_limits_is_bad_input(old: Path, tmp_path: Path) -> None:
    """It may well be what the vendor means."""
    deep = tmp_path / "new.json"
    deep.write_text('{"openapi": ' + "[" * 200 + "]" * 200 + "}")
    with pytest.raises(LimitError):
        run(old, deep)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--today", "tomorrow"), "--today 'tomorrow' is no date; write it as YYYY-MM-DD"),
        (("--config", "no.toml"), "no.toml: there is no such file; correct --config"),
    ],
)
def test_wrong_options_are_bad_input(
    old: Path, new: Path, arguments: tuple[str, ...], message: str
) -> None:
    """Each is one sentence that says how to mend it."""
    with pytest.raises(InputError) as caught:
        run(old, new, *arguments)
    assert str(caught.value) == message
