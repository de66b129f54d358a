from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from generation_cases import describe, operation, source

from specproof.errors import InputError, LimitError
from specproof.generation import generator
from specproof.generation.generator import check_paths, run_generator


def _run(tmp_path: Path, document: dict[str, Any], **options: Any) -> Path:
    folder, work = tmp_path / "client", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    run_generator(source(document), folder, work, **options)
    return folder


def test_the_client_is_written_by_a_process_without_the_users_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The generator sees a few fixed variables and nothing that the user has exported."""
    seen: dict[str, Any] = {}
    run = subprocess.run

    def watch(*args: Any, **options: Any) -> Any:
        seen.update(options)
        return run(*args, **options)

    monkeypatch.setenv("A_SECRET", "hidden")
    monkeypatch.setattr(subprocess, "run", watch)
    folder = _run(tmp_path, describe())
    assert (folder / "small_client" / "api" / "default" / "get_thing.py").is_file()
    assert sorted(seen["env"]) == ["LC_ALL", "PYTHONHASHSEED", "PYTHONUTF8", "TMPDIR"]
    assert "hidden" not in seen["input"]


def test_the_hash_seed_changes_no_byte(tmp_path: Path) -> None:
    """Sets and dictionaries of the generator never show in its output."""
    document = describe(
        {
            f"/{word}/{{id}}": {
                "get": operation(
                    operationId=f"get_{word}",
                    responses={
                        status: {
                            "description": "A body.",
                            "content": {
                                "application/json": {
                                    "schema": {"$ref": f"#/components/schemas/{name}"}
                                }
                            },
                        }
                        for status, name in (("200", "Thing"), ("400", "Problem"), ("4XX", "Kind"))
                    },
                )
            }
            for word in ("alpha", "beta", "gamma")
        },
        components={
            "schemas": {
                "Kind": {"type": "string", "enum": ["a", "b", "c"]},
                "Thing": {
                    "type": "object",
                    "properties": {
                        "kind": {"$ref": "#/components/schemas/Kind"},
                        "when": {"type": "string", "format": "date-time"},
                        "who": {
                            "oneOf": [
                                {"$ref": "#/components/schemas/Problem"},
                                {"type": "string", "format": "uuid"},
                                {"$ref": "#/components/schemas/Kind"},
                            ]
                        },
                    },
                },
                "Problem": {"type": "object", "properties": {"title": {"type": "string"}}},
            }
        },
    )
    written = []
    for number, hash_seed in enumerate(("0", "4711")):
        place = tmp_path / str(number)
        place.mkdir()
        folder = _run(place, document, hash_seed=hash_seed)
        written.append(
            {
                str(path.relative_to(folder)): path.read_bytes()
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            }
        )
    assert written[0] == written[1]
    assert len(written[0]) > 15


@pytest.mark.parametrize(
    "path",
    [
        "things",
        "//evil.example/things",
        "https://evil.example/things",
        "/things#part",
        "/things\\other",
        "/a b",
        "/a/../b",
        "/a/.",
        "/things/{id",
        "/things/{id:>{width}}",
        "/things/id}",
        "/things\r\nX: 1",
    ],
)
def test_path_keys_that_could_send_a_call_elsewhere_are_refused(path: str) -> None:
    """A path key is a template of a path on the server and nothing else."""
    with pytest.raises(InputError, match="is not a path template") as caught:
        check_paths(source(describe({path: {"get": operation()}})))
    assert caught.value.file == "specs/small/effective.yaml"
    assert "\n" not in str(caught.value)


def test_odd_but_legal_path_keys_pass() -> None:
    """Query strings, dots in names and extensions beside the paths are let through."""
    check_paths(source(describe({"/a.b/{c-d}/..e?f={g}": {}, "x-note": {}, "/": {}})))
    check_paths(source({"paths": []}))


def test_a_format_specification_in_a_path_is_refused(tmp_path: Path) -> None:
    """``{id:>3000000000}`` is no parameter name, so no string of that width is ever made."""
    document = describe({"/things/{id:>3000000000}": {"get": operation()}})
    with pytest.raises(InputError, match="path parameter id"):
        _run(tmp_path, document)


def test_what_a_client_would_lack_is_an_error(tmp_path: Path) -> None:
    """Where all is wanted, gaps become one line that says where, what and how to mend it."""
    broken = {"oops": {"description": ""}, "also": {"description": ""}}
    document = describe(
        {
            f"/{name}/{{id}}": {"get": operation(operationId=name, responses=broken)}
            for name in ("a", "b", "c")
        }
    )
    with pytest.raises(InputError) as caught:
        _run(tmp_path, document)
    told = str(caught.value)
    assert "would lack 6 part(s): GET /a/{id}: response oops" in told
    assert "and 1 more" in told
    assert "['responses']['oops']" in told
    assert "\n" not in told


def test_what_is_left_out_elsewhere_is_told(tmp_path: Path) -> None:
    """Where not all is wanted, the rest is generated and the outcome names the gaps."""
    document = describe({"/a/{id}": {"get": operation()}, "//evil/x": {"get": operation()}})
    folder, work = tmp_path / "client", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    outcome = run_generator(replace(source(document), wants_all=False), folder, work)
    assert (outcome.operations, outcome.generated) == (2, 1)
    assert [part.what for part in outcome.left_out] == ["GET //evil/x"]


def test_what_is_ignored_refuses_nothing_and_paths_are_shown_as_published(tmp_path: Path) -> None:
    """A catalog's client is made, its README names what is ignored and each path as it is sent."""
    document = describe({"/t/{some.name}/{class}": {"get": operation(parameters=[])}})
    document["paths"]["/t/{some.name}/{class}"]["servers"] = [{"url": "https://up.example.com"}]
    folder, work = tmp_path / "client", tmp_path / "work"
    folder.mkdir()
    work.mkdir()
    outcome = run_generator(source(document), folder, work)
    (ignored,) = outcome.left_out
    assert "the server https://up.example.com is ignored: " in ignored.line()
    readme = (folder / "README.md").read_text()
    assert r"| GET /t/\{some.name\}/\{class\} | " in readme
    assert "the server https://up.example.com is ignored" in readme


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"operations": []}, "POST /a/{id}"),
        ({"statuses": []}, "POST /a/{id}: response 200"),
        ({"bodies": []}, "POST /a/{id}: request body as application/json"),
        ({"parameters": 0}, "POST /a/{id}: a parameter"),
        ({"classes": []}, "the model Model"),
    ],
)
def test_nothing_vanishes_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], told: str
) -> None:
    """What the generator forgets without a word is found by comparing, and what it says is kept."""
    made = {
        "name": "get_thing",
        "statuses": ["200"],
        "bodies": ["application/json"],
        "parameters": 1,
    }
    answer: dict[str, Any] = {
        "problems": [
            {
                "header": "WARNING parsing POST /a/{id} within default.",
                "detail": "At <a.b object at 0x1>",
            },
            {"header": "Unable to parse Other:", "detail": "Stray."},
        ],
        "operations": [{**made, **changed}],
        "classes": ["Model"],
    }
    answer.update({name: value for name, value in changed.items() if name in answer})
    monkeypatch.setattr(generator, "_run", lambda *_, **__: answer)
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Model"}}}}
    document = describe(
        {"/a/{id}": {"post": operation(requestBody=body)}},
        components={"schemas": {"Model": {"type": "object"}}},
    )
    (tmp_path / "small_client").mkdir()
    wanted = replace(source(document), wants_all=False)
    outcome = run_generator(wanted, tmp_path, tmp_path)
    parts = {part.what: part.why for part in outcome.left_out}
    assert told in parts
    assert parts["Unable to parse Other"] == "Stray."
    assert not any("0x" in why for why in parts.values())


def test_operations_that_collapse_into_one_module_are_told_apart(tmp_path: Path) -> None:
    """Two operation ids that give one module name are two modules."""
    document = describe(
        {
            "/a/{id}": {"get": operation(operationId="getThing")},
            "/b/{id}": {"get": operation(operationId="get_thing")},
        }
    )
    folder = _run(tmp_path, document) / "small_client" / "api" / "default"
    assert {path.name for path in folder.glob("get*.py")} == {"get_thing.py", "get_b_id.py"}


def test_a_path_item_that_is_a_reference_is_generated(tmp_path: Path) -> None:
    """The generator skips such a path item; it is followed before."""
    document = describe(
        {"/things/{id}": {"$ref": "#/components/pathItems/thing"}},
        components={"pathItems": {"thing": {"get": operation()}}},
    )
    folder = _run(tmp_path, document)
    assert (folder / "small_client" / "api" / "default" / "get_thing.py").is_file()


@pytest.mark.parametrize(
    ("limits", "told"),
    [({"memory": 40 << 20}, "more than 40 MiB"), ({"seconds": 1}, "1 s")],
    ids=["memory", "time"],
)
def test_the_generator_is_stopped_at_its_limits(
    tmp_path: Path, limits: dict[str, int], told: str
) -> None:
    """Too much memory or time is one clear sentence, whichever part of it gave up."""
    document = describe(
        {
            f"/t{number}/{{id}}": {
                "get": operation(operationId=f"t{number}", description=f"{number} " * 2_000)
            }
            for number in range(300)
        }
    )
    with pytest.raises(LimitError) as caught:
        _run(tmp_path, document, limits=limits)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("died", "error", "told"),
    [
        ((1, "Traceback\nKeyError: 'x'"), InputError, "stopped with KeyError: 'x'"),
        ((1, ""), InputError, "stopped with exit status 1"),
        ((1, "MemoryError"), LimitError, "more than 2048 MiB of memory"),
        ((-9, ""), LimitError, "exit status -9"),
    ],
)
def test_a_generator_that_dies_is_one_clear_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    died: tuple[int, str],
    error: type[InputError],
    told: str,
) -> None:
    """No traceback reaches the user."""

    def die(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], died[0], "", died[1])

    monkeypatch.setattr(subprocess, "run", die)
    with pytest.raises(error, match=re.escape(told)) as caught:
        _run(tmp_path, describe())
    assert type(caught.value) is error
