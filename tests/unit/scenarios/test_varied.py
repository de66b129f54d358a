"""Paths of their own: what is redrawn keeps its shape, and keeps or breaks the rule it did."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from contracts import contract_of
from hypothesis import given
from hypothesis import strategies as st

from specproof.model import Json
from specproof.scenarios.generated import Drawn
from specproof.scenarios.varied import VariedPaths, redrawn, stream

UUID = "e3e70682-c209-1cac-a29f-6fbed82c07cd"


def _paths(*schemas: Json, fixed: str = "", seed: str = "0") -> VariedPaths:
    parameters: Any = [
        {"in": "path", "name": f"p{number}", "required": True, "schema": schema}
        for number, schema in enumerate(schemas)
    ]
    operation = contract_of(parameters=parameters).operations["drop"]
    return VariedPaths(operation, frozenset({fixed}), seed)


def _drawn(*values: str, broken: tuple[tuple[str, str], ...] = ()) -> Drawn:
    path = {f"p{number}": value for number, value in enumerate(values)}
    return Drawn(path, {"q": "1"}, {"X": "y"}, {}, broken=frozenset(broken))


def test_a_first_path_stays_and_a_second_is_redrawn() -> None:
    """Only the path changes; the same seed redraws alike, another one otherwise."""
    found = []
    for seed in ("0", "0", "1"):
        paths = _paths({"type": "string", "format": "uuid"}, seed=seed)
        cases = [paths.fresh(_drawn(UUID)) for _ in range(50)]
        assert cases[0] == _drawn(UUID)
        assert len({case.path["p0"] for case in cases}) == 50
        assert {(repr(case.query), repr(case.headers)) for case in cases} == {
            ("{'q': '1'}", "{'X': 'y'}")
        }
        found.append([case.path["p0"] for case in cases])
    assert found[0] == found[1] != found[2]


@given(st.text(max_size=20), st.integers(0, 9))
def test_shape_is_kept(text: str, seed: int) -> None:
    """Length, digits, letters and their case; everything else is as it was."""
    made = "".join(map(redrawn, text, stream(str(seed))))
    assert len(made) == len(text)
    for old, new in zip(text, made, strict=True):
        if not (old.isascii() and old.isalnum()):
            assert old == new
        assert (old.isdigit(), old.isupper(), old.islower()) == (
            new.isdigit(),
            new.isupper(),
            new.islower(),
        )


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "format": "uuid"}, UUID.upper()),
        ({"type": "string", "pattern": "^[a-z]{3}-[0-9]{2}$"}, "abz-12"),
        ({"type": "string", "maxLength": 6}, "%C3%A9tude"),
        ({"type": "integer", "minimum": 10}, "47"),
        ({"type": "integer"}, "-47"),
    ],
)
def test_the_rule_is_kept(schema: Json, value: str) -> None:
    """Every variant of a valid value is valid, and percent-escapes stay whole."""
    operation = contract_of(
        parameters=[{"in": "path", "name": "p0", "required": True, "schema": schema}]
    ).operations["drop"]
    check = operation.compiler.compile(dict(schema), formats=True)  # type: ignore[arg-type]  # a mapping
    paths = VariedPaths(operation, frozenset(), "0")
    made = [paths.fresh(_drawn(value)).path["p0"] for _ in range(10)]
    assert len(set(made)) > 5
    for text in made:
        plain = unquote(text, errors="strict")
        assert check.valid(int(plain) if schema["type"] == "integer" else plain)  # type: ignore[call-overload, index]  # a mapping
        assert plain.startswith("\u00e9") == value.startswith("%C3%A9")


@pytest.mark.parametrize(
    ("schema", "value", "broken"),
    [
        ({"type": "string", "enum": ["a1", "b2"]}, "a1", ()),
        ({"type": "string"}, "%C3%A9-_", ()),
        ({"type": "boolean"}, "true", ()),
        ({"type": "string", "format": "uuid"}, UUID, (("path", ""),)),
        # Said to be broken in a way that the schema does not know of.
        ({"type": "string", "format": "uuid"}, UUID, (("path", "p0"),)),
        ({"type": "integer", "maximum": 9}, "07", ()),
        ({"type": "string", "pattern": "("}, "abc", ()),
    ],
)
def test_what_can_not_be_another_stays(
    schema: Json, value: str, broken: tuple[tuple[str, str], ...]
) -> None:
    """No variant is made up that might change what the case says of itself."""
    paths = _paths(schema)
    for _ in range(3):
        assert paths.fresh(_drawn(value, broken=broken)).path == {"p0": value}


def test_what_is_broken_stays_broken() -> None:
    """A wrong id is followed by other wrong ones, of which none is right by chance."""
    paths = _paths({"type": "string", "pattern": "^[0-8]$"})
    made = {paths.fresh(_drawn("9", broken=(("path", "p0"),))).path["p0"] for _ in range(9)}
    assert made == {"9"}
    paths = _paths({"type": "string", "maxLength": 3})
    made = {paths.fresh(_drawn("abcd", broken=(("path", "p0"),))).path["p0"] for _ in range(9)}
    assert len(made) == 9


def test_equal_parameters_stay_equal_and_credentials_stay() -> None:
    """A case in which two ids are one is about that; the part that logs in makes none new."""
    text: Json = {"type": "string"}
    paths = _paths(text, text, text, fixed="p2")
    first = paths.fresh(_drawn("abc", "abc", "app1"))
    second = paths.fresh(_drawn("abc", "abc", "app2"))
    assert first.path == {"p0": "abc", "p1": "abc", "p2": "app1"}
    assert second.path["p0"] == second.path["p1"] != "abc"
    assert second.path["p2"] == "app2"
