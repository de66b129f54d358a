from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from generation_cases import describe, operation, source
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import openapi, properties

from specproof.errors import InputError
from specproof.generation import generator, worker
from specproof.generation.crash_site import crash_site
from specproof.generation.transforms import transformed


def _broken(*_: Any, **__: Any) -> Any:
    raise KeyError("x")


def _crash(tmp_path: Path, document: dict[str, Any]) -> dict[str, str]:
    described, _, _ = transformed(document)
    (tmp_path / "document.json").write_text(json.dumps(described))
    config = Config.from_sources(
        ConfigFile(), MetaType.NONE, tmp_path / "document.json", "utf-8", False, None
    )
    try:
        openapi.GeneratorData.from_dict(described, config=config)
    except KeyError as error:
        return crash_site(error.__traceback__)
    raise AssertionError


def test_the_operation_at_work_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Path and method of the one that it broke down at, not of the first."""
    monkeypatch.setattr(openapi, "body_from_data", _broken)
    document = describe({"/a/{id}": {"get": operation(), "put": operation(operationId="p")}})
    assert _crash(tmp_path, document) == {"path": "/a/{id}", "method": "get"}


def test_the_schema_at_work_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While components are read, and while models are put together from them."""
    model = {"type": "object", "properties": {"a": {"type": "string"}}}
    document = describe(components={"schemas": {"Model": model}})
    with monkeypatch.context() as patch:
        patch.setattr(properties, "update_schemas_with_data", _broken)
        assert _crash(tmp_path, document) == {"schema": "Model"}
    with monkeypatch.context() as patch:
        patch.setattr(properties, "process_model", _broken)
        assert _crash(tmp_path, document) == {"schema": "Model"}
    with monkeypatch.context() as patch:
        patch.setattr(openapi, "build_schemas", _broken)
        assert _crash(tmp_path, document) == {}


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({"at": {"path": "/things/{id}", "method": "get"}}, "['paths']['/things/{id}']['get']"),
        ({"at": {"schema": "SomePet"}}, "['components']['schemas']['some_pet']"),
        ({"at": {"schema": "SomePetInnerKind"}}, "['components']['schemas']['some_pet']"),
        ({"at": {"schema": "Other"}}, None),
        ({"at": {}}, None),
        ("nothing", None),
    ],
)
def test_the_message_names_the_place_and_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Any, place: str | None
) -> None:
    """A place of the description as published, or how to find one."""

    def die(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, json.dumps(answer), "KeyError: 'x'")

    monkeypatch.setattr(subprocess, "run", die)
    document = describe(components={"schemas": {"some_pet": {"type": "object"}}})
    with pytest.raises(InputError) as caught:
        generator.run_generator(source(document), tmp_path, tmp_path)
    told = str(caught.value)
    assert "openapi-python-client stopped with KeyError: 'x', at " in told
    if place is None:
        assert "at no place it names; remove parts of the description with overlay" in told
    else:
        assert f"with an overlay action: target ${place}" in told


def test_the_worker_tells_where_it_broke_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer is the place, and the exception goes on; without memory nothing is looked for."""
    job = {"limits": {}, "output": str(tmp_path)}
    monkeypatch.setattr(json, "load", lambda _: job)
    monkeypatch.setattr(worker, "limit_resources", lambda _: None)
    monkeypatch.setattr(worker, "_save_time", lambda: None)
    monkeypatch.setattr(sys, "addaudithook", lambda _: None)
    monkeypatch.setattr(worker, "generate", _broken)
    with pytest.raises(KeyError):
        worker.main()
    assert capsys.readouterr().out == '{"at": {}}'

    def exhausted(_: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(worker, "generate", exhausted)
    with pytest.raises(MemoryError):
        worker.main()
    assert capsys.readouterr().out == ""
