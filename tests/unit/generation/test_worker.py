from __future__ import annotations

import ast
import gc
import io
import json
import os
import resource
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from generation_cases import describe
from openapi_python_client import strings
from openapi_python_client.parser import openapi, properties
from openapi_python_client.parser.properties import protocol, schemas
from openapi_python_client.schema.untrusted_string import UntrustedString

from specproof.generation import worker
from specproof.generation.generator import CONFIG, RUNTIME, TEMPLATES
from specproof.generation.transforms import transformed

HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
LIMITS = {"memory": 1 << 32, "file": 1 << 26, "seconds": 60}
AUTHENTICATION = {
    "kind": "token",
    "place": "header",
    "name": "Authorization",
    "prefix": "Key",
    "user": "username",
    "password": "password",
    "variables": ["KEY"],
}


def _job(folder: Path, description: Any) -> dict[str, Any]:
    document, draft, _ = transformed(description)
    described = folder / "document.json"
    described.write_text(json.dumps(document))
    output = folder / "output"
    output.mkdir()
    return {
        "document": str(described),
        "output": str(output),
        "package": "small_client",
        "project": "small-client",
        "version": "1.2.3",
        "templates": str(TEMPLATES),
        "runtime": str(RUNTIME),
        "context": {
            "operations": {
                entry.identifier: {
                    "template": entry.path,
                    "parts": entry.parts,
                    "wire": {f"{place} {name}": sent for (place, name), sent in entry.wire.items()},
                    "headers": [],
                }
                for entry in draft.entries
            },
            "left_out": [],
            "source": "specs/small",
            "title": "Small",
            "version": "1.2.3",
            "servers": [],
            "base_url": "https://api.example.com",
            "authentication": AUTHENTICATION,
        },
        "limits": LIMITS,
        "config": CONFIG,
    }


def test_a_project_is_written_and_its_operations_are_told(tmp_path: Path) -> None:
    """The answer names each operation and the module that calls it."""
    answer = worker.generate(_job(tmp_path, describe()))
    assert answer == {
        "problems": [],
        "operations": [
            {
                "name": "get_thing",
                "module": "api.default.get_thing",
                "statuses": ["200"],
                "bodies": [],
                "parameters": 1,
            }
        ],
        "classes": [],
    }
    written = tmp_path / "output"
    assert (written / "small_client" / "py.typed").is_file()
    assert 'name = "small-client"' in (written / "pyproject.toml").read_text()


def test_what_is_left_out_is_a_problem(tmp_path: Path) -> None:
    """A response that cannot be generated is told with where it stands."""
    job = _job(tmp_path, describe())
    described = Path(job["document"])
    document = json.loads(described.read_text())
    response = document["paths"]["/things/{id}"]["get"]["responses"]["200"]
    response["content"] = {"image/png": {}}
    described.write_text(json.dumps(document))
    (problem,) = worker.generate(job)["problems"]
    assert problem["level"] == "WARNING"
    assert "GET /things/{id}" in problem["header"]


def test_renamed_parameters_are_sent_under_their_own_names(tmp_path: Path) -> None:
    """``a`` and ``a[]`` are two arguments; each is sent as the description calls it."""
    document = describe()
    document["paths"]["/things/{id}"]["get"]["parameters"] += [
        {"name": name, "in": "query", "schema": {"type": "string"}} for name in ("a", "a[]")
    ]
    answer = worker.generate(_job(tmp_path, document))
    assert answer["operations"][0]["parameters"] == 3
    written = (tmp_path / "output/small_client/api/default/get_thing.py").read_text()
    assert "a_2: " in written
    assert "a[]" in written


@pytest.mark.parametrize(
    ("kind", "members"),
    [("A | B", ["A", "B"]), ("list[A | B] | C", ["list[A | B]", "C"]), ("A", ["A"])],
)
def test_unions_are_cut_outside_brackets(kind: str, members: list[str]) -> None:
    """A list of a union is one member of the union around it."""
    assert [*worker._members(kind)] == members


def test_time_is_saved_without_another_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the worker takes from the generator costs time and changes no byte."""
    written = []
    document = describe(components={"schemas": {"A": {"properties": {"b": {"enum": ["c"]}}}}})
    monkeypatch.setattr(gc, "disable", lambda: None)
    for name in ("safe_for_docstring", "sanitize", "split_words"):
        monkeypatch.setattr(strings, name, getattr(strings, name))
    monkeypatch.setitem(vars(protocol), "safe_for_docstring", strings.safe_for_docstring)
    monkeypatch.setattr(strings.PythonIdentifier, "__new__", strings.PythonIdentifier.__new__)
    monkeypatch.setitem(vars(schemas), "urlparse", vars(schemas)["urlparse"])
    for module, name in ((openapi, "deepcopy"), (properties, "update_schemas_with_data")):
        monkeypatch.setitem(vars(module), name, vars(module)[name])
    for name in ("slow", "fast"):
        place = tmp_path / name
        place.mkdir()
        worker.generate(_job(place, document))
        files = sorted(path for path in place.rglob("*.py") if path.is_file())
        written.append([path.read_bytes() for path in files])
        worker._save_time()
    assert written[0] == written[1]


def test_a_description_of_the_wrong_shape_is_a_problem(tmp_path: Path) -> None:
    """A document that the generator does not take gives one error and no operations."""
    job = _job(tmp_path, describe())
    Path(job["document"]).write_text('{"openapi": "3.1.0", "paths": {}}')
    answer = worker.generate(job)
    assert [problem["level"] for problem in answer["problems"]] == ["ERROR"]
    assert answer["operations"] == []


def test_the_job_is_read_and_answered_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Standard output carries the answer alone; limits and hook are in place before the work."""
    hooks: list[Any] = []
    limited: list[Any] = []
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(_job(tmp_path, describe()))))
    monkeypatch.setattr(sys, "addaudithook", hooks.append)
    monkeypatch.setattr(worker, "limit_resources", limited.append)
    monkeypatch.setattr(worker, "_save_time", lambda: None)
    worker.main()
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["operations"]) == 1
    assert limited == [LIMITS]
    (hook,) = hooks
    hook("open", (str(tmp_path / "output" / "a"), "w", 0))
    with pytest.raises(PermissionError, match="is not allowed"):
        hook("socket.connect", (None, ("127.0.0.1", 1)))


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.__new__", (None, 2, 1, 0)),
        ("subprocess.Popen", ("sh", [], None, None)),
        ("os.system", (b"true",)),
        ("os.posix_spawn", ("sh", [], {})),
        ("os.exec", ("sh", [], {})),
        ("open", ("/etc/passwd", "a", 0)),
        ("open", ("{inside}/../escaped", "w", 0)),
        ("open", ("/tmp/x", None, os.O_WRONLY)),  # noqa: S108 - nothing is opened
        ("os.remove", ("/etc/passwd", -1)),
        ("os.rename", ("/etc/passwd", "/etc/b", -1, -1)),
    ],
)
def test_the_generator_is_refused_what_it_does_not_need(
    tmp_path: Path, event: str, arguments: tuple[Any, ...]
) -> None:
    """No socket, no program, and no change outside the output folder."""
    shown = tuple(
        item.format(inside=tmp_path) if isinstance(item, str) else item for item in arguments
    )
    assert "is not allowed" in str(worker.refusal(event, shown, tmp_path))


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("open", ("/etc/passwd", "r", os.O_RDONLY)),
        ("open", (5, "w", 0)),
        ("open", ("{inside}/a/b.py", "w", os.O_WRONLY)),
        ("os.remove", ("{inside}/a", -1)),
        ("import", ("json", None, None, None, None)),
    ],
)
def test_the_generator_may_do_its_work(
    tmp_path: Path, event: str, arguments: tuple[Any, ...]
) -> None:
    """Reading, and writing inside the output folder, are allowed."""
    shown = tuple(
        item.format(inside=tmp_path) if isinstance(item, str) else item for item in arguments
    )
    assert worker.refusal(event, shown, tmp_path) is None


def test_links_lead_nowhere_else(tmp_path: Path) -> None:
    """A file or folder of the output that leads outside is not written to, known or not."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    folder = inside / "folder"
    for made in (folder, outside):
        made.mkdir(parents=True)
    assert worker.refusal("open", (str(folder / "a.py"), "w", 0), inside) is None
    (folder / "b.py").symlink_to(outside / "b.py")
    assert worker.refusal("open", (str(folder / "b.py"), "w", 0), inside) is not None
    assert worker.refusal("open", (f"{folder}/../../outside/a.py", "w", 0), inside) is not None
    assert worker.refusal("open", (f"{inside}/..", "w", 0), inside) is not None
    moved = (str(folder), str(inside / "other"), -1, -1)
    assert worker.refusal("os.rename", moved, inside) is None
    folder.rename(inside / "other")
    folder.symlink_to(outside)
    assert worker.refusal("open", (str(folder / "a.py"), "w", 0), inside) is not None


def test_limits_hold_in_a_real_process() -> None:
    """Memory, file size and processor time are lowered; a core is never written."""
    program = (
        "import json, resource; from specproof.generation.worker import limit_resources;"
        "limit_resources({'memory': 1 << 31, 'file': 1 << 20, 'seconds': 9});"
        "print(json.dumps([resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_AS,"
        "resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, resource.RLIMIT_CORE)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    assert json.loads(done.stdout) == [1 << 31, 1 << 20, 9, 0]


def test_a_platform_without_a_limit_keeps_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that is refused, or no limits at all, stop nothing."""
    tried = []

    def refuse(limit: int, values: tuple[int, int]) -> None:
        tried.append((limit, values))
        raise ValueError

    monkeypatch.setattr(resource, "setrlimit", refuse)
    worker.limit_resources(LIMITS)
    assert len(tried) == 4
    monkeypatch.setitem(sys.modules, "resource", None)
    worker.limit_resources(LIMITS)
    assert len(tried) == 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        (UntrustedString("a\n b\t\x1b[31m"), "a b \\[31m"),
        ("<b>`x`|y", "\\<b\\>\\`x\\`\\|y"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_text_of_strangers_is_one_inert_line_of_markdown(text: object, shown: str) -> None:
    """Nothing of it is interpreted, hidden or longer than a line."""
    assert worker.markdown_line(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        'a"b\\c',
        "line\nbreak\ttab\r\x00\x1b",
        "\u202e\u2066\u2028\u2029\u200b\ufeff",
        "\u00e9\U0001f600\U000e0041",
        "\ud800",
        '{brace} ${dollar} %percent \'quote\' """',
    ],
)
def test_a_literal_is_the_text_again(text: str) -> None:
    """In Python and in TOML, with no character that hides or reorders what stands in the file."""
    for value in (text, UntrustedString(text)):
        made = worker.literal(value)
        assert ast.literal_eval(f'"{made}"') == text
        assert not any(unicodedata.category(letter) in {*HIDDEN} for letter in made)
        if "\ud800" not in text:
            # TOML 1.0.0: escapes are Unicode scalar values, which surrogates are not.
            assert tomllib.loads(f'a = "{made}"') == {"a": text}
    assert eval(f'f"{worker.f_string_literal(text)}"') == text  # noqa: S307 - what the filter is for


def test_docstrings_hide_nothing() -> None:
    """Quotes and backslashes end no docstring; what would reorder or hide source is spelt out."""
    text = 'a\u202eb\u2066c\x1bd """ + evil() + """ \\'
    made = worker.docstring_text(text)
    assert "aU+202EbU+2066cU+001Bd" in made
    assert isinstance(ast.parse(f'"""{made}"""').body[0], ast.Expr)
    assert isinstance(ast.literal_eval(f'"""{made}"""'), str)
    assert worker.docstring_text("two\nlines\twith\u200djoiner") == "two\nlines\twith\u200djoiner"
