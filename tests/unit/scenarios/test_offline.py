from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loopback import Site, serve

from specproof.scenarios import offline
from specproof.scenarios.explore import explore
from specproof.scenarios.generated import CaseSource, taken_apart

_OPENED: set[str] = set()
_WATCHED: set[str] = set()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _WATCHED and str(arguments[0]) in _WATCHED:
        _OPENED.add(str(arguments[0]))


sys.addaudithook(_watch)


def _document(**media: Any) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Strange", "version": "1"},
        "paths": {
            "/things": {
                "post": {
                    "requestBody": {"content": {"application/json": media}},
                    "responses": {"204": {"description": "Done."}},
                }
            }
        },
    }


def _schema(**keywords: Any) -> dict[str, Any]:
    return _document(schema={"type": "object", **keywords})


CASES: dict[str, Callable[[str], dict[str, Any]]] = {
    "dialect-of-the-document": lambda to: {"$schema": to, **_schema()},
    "name-of-the-document": lambda to: {"$self": to, "$id": to, **_schema()},
    "dialect-of-a-schema": lambda to: _schema(**{"$schema": to}),
    "reference-in-an-example": lambda to: _schema(example={"$ref": to}),
    "reference-in-a-default": lambda to: _schema(properties={"a": {"default": {"$ref": to}}}),
    "reference-in-a-value": lambda to: _schema(properties={"a": {"enum": [{"$ref": to}]}}),
    "reference-in-an-extension": lambda to: _schema(**{"x-a": {"$ref": to}}),
    "value-of-an-example": lambda to: _document(
        schema={"type": "object"}, examples={"a": {"externalValue": to}}
    ),
}


def _draw_all(document: dict[str, Any]) -> None:
    source = CaseSource(document, name="strange.yaml")
    for operation in source._operations.values():
        for strategy in (*operation.get_strategies_from_examples(), operation.as_strategy()):
            try:
                explore(strategy, 1, 0, lambda case: [taken_apart(case)].clear())
            except Exception as error:  # noqa: BLE001 - what can not be drawn is told elsewhere
                assert not isinstance(error, AssertionError)  # noqa: PT017 - any other will do


@pytest.fixture(scope="module")
def site() -> Any:
    """A server that tells who came."""
    with serve() as running:
        yield running


@pytest.mark.parametrize("case", CASES)
def test_no_address_of_a_stranger_is_asked(case: str, site: Site) -> None:
    """Drawing requests fetches nothing, whatever the description names."""
    _draw_all(CASES[case](f"{site.url}/{case}"))
    assert site.requests == []


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_no_file_of_the_user_is_read(case: str, form: str, tmp_path: Path) -> None:
    """Drawing requests reads no file, whatever the description names."""
    secret = tmp_path / f"{case}.json"
    secret.write_text('{"token": "canary"}')
    _WATCHED.add(str(secret))
    secret.read_bytes()
    assert str(secret) in _OPENED, "the watch does not see who reads"
    _OPENED.clear()
    _draw_all(CASES[case](form.format(secret)))
    assert not _OPENED


def test_another_schemathesis_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version that loads in another way is an error, not an open door."""
    monkeypatch.setattr(offline, "_LOADERS", ("load_what_nobody_has",))
    with pytest.raises(AttributeError, match="load_what_nobody_has"):
        offline.stay_offline()
