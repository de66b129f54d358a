from __future__ import annotations

import copy
import datetime as dt
import importlib
import json
import pickle
import subprocess  # mypy is a program
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from model_cases import HARD

PLAIN: dict[str, Any] = {
    "text": "a",
    "whole": 1,
    "number": 1.5,
    "flag": True,
    "nothing": None,
    "day": "2024-01-02",
    "moment": "2024-01-02T03:04:05.123Z",
    "uid": "123e4567-e89b-42d3-a456-426614174000",
    "fixed": "on",
    "color": "red",
    "size": 100,
    "tint": None,
    "list": [1, 2],
    "maybe": None,
    "anything": {"a": [None]},
}
WRONG: dict[str, Any] = {
    "text": 5,
    "whole": "1",
    "number": True,
    "flag": 0,
    "nothing": False,
    "day": "2024-1-2",
    "moment": "yesterday",
    "uid": "123e4567",
    "fixed": "off",
    "color": 5,
    "size": "100",
    "tint": 5,
    "list": [1, "2"],
    "maybe": [],
}


@pytest.fixture
def models(hard: tuple[Path, ModuleType]) -> Any:
    """Return the models of ``HARD``."""
    return importlib.import_module(f"{hard[1].__name__}.models")


def test_every_model_is_there(models: Any) -> None:
    """No schema is left out for its names."""
    # A name that attrs would mistake for `typing.ClassVar`.
    assert {*models.__all__, "ClassVariant"} >= set(HARD)
    variants = {"a": {"a": "x"}, "b": {"a": "y"}}
    assert models.Variants.from_dict(variants).to_dict() == variants


@pytest.mark.parametrize("name", ["Plain", "Needed"])
def test_every_kind_of_value_survives_a_round_trip(models: Any, name: str) -> None:
    """JSON becomes Python types, and these the same JSON; models compare by value."""
    model = getattr(models, name)
    read = model.from_dict(PLAIN)
    assert read.day == dt.date(2024, 1, 2)
    assert read.moment == dt.datetime(2024, 1, 2, 3, 4, 5, 123000, dt.UTC)
    assert read.uid == UUID(PLAIN["uid"])
    assert read.color is models.Color.RED
    assert json.loads(json.dumps(read.to_dict())) == PLAIN
    again = model.from_dict(read.to_dict())
    assert again == read == copy.deepcopy(read) == pickle.loads(pickle.dumps(read))  # noqa: S301 - our own bytes
    again.text = "b"
    assert again != read


def test_fields_that_are_not_there_stay_away(models: Any) -> None:
    """An optional field is left out, ``null`` is not the same, a required one is missed."""
    assert models.Plain().to_dict() == models.Plain.from_dict({}).to_dict() == {}
    assert models.Plain.from_dict({"maybe": None}).to_dict() == {"maybe": None}
    with pytest.raises(ValueError, match="/text is missing"):
        models.Needed.from_dict({})


@pytest.mark.parametrize("name", sorted(WRONG))
def test_a_wrong_type_is_never_accepted_in_silence(models: Any, name: str) -> None:
    """It raises a ValueError that names the field."""
    for model in (models.Plain, models.Needed):
        with pytest.raises(ValueError, match=f"^/{name}(/1)? "):
            model.from_dict({**PLAIN, name: WRONG[name]})
    with pytest.raises(ValueError, match=f"^/children/0/other is none|^/children/0/other/{name}"):
        models.Tree.from_dict(
            {"name": "", "children": [{"name": "", "other": {name: WRONG[name]}}]}
        )


@pytest.mark.parametrize("data", [None, [], "", 5, [("text", "a")]])
def test_an_object_is_an_object(models: Any, data: Any) -> None:
    """Nothing else is read as a model."""
    for name in ("Plain", "Free", "Closed", "Numbers"):
        with pytest.raises(ValueError, match="must be an object"):
            getattr(models, name).from_dict(data)


def test_a_field_may_have_any_name(models: Any) -> None:
    """Each has an attribute of its own and keeps its name in JSON; none hides a method."""
    names = HARD["Named"]["properties"]
    document = {name: f"value of {name}" for name in names}
    read = models.Named.from_dict(document)
    assert read.to_dict() == document
    assert read.additional_properties == {}
    attributes = [attribute.name for attribute in models.Named.__attrs_attrs__]
    assert len(attributes) == len(names) + 1
    held = {
        getattr(read, attribute) for attribute in attributes if attribute != "additional_properties"
    }
    assert held == set(document.values())
    made = models.Named(**{name: "x" for name in attributes if name != "additional_properties"})
    assert made.to_dict() == dict.fromkeys(names, "x")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Closed", {"a": "b", "new": {"c": [1]}}),
        ("Free", {"a": None, "b": [{}]}),
        ("Plain", {"unknown": {"deep": [1.5]}}),
        ("Numbers", {"a": 1, "b": -5}),
        ("Nullables", {"a": None, "b": 2}),
        ("Days", {"a": "2024-01-02"}),
        ("Lists", {"a": "b", "c": [{"name": "x", "more": 1}], "d": []}),
    ],
)
def test_unknown_fields_survive_a_round_trip(models: Any, name: str, data: Any) -> None:
    """They are kept with their types, also where the API documents that there are none."""
    read = getattr(models, name).from_dict(data)
    assert read.to_dict() == data
    assert set(read.additional_keys) == set(data) - {"a"} or "a" in read
    for key in read.additional_keys:
        assert read[key] == read.additional_properties[key]
    assert getattr(models, name).from_dict(read.to_dict()) == read


def test_additional_fields_are_typed(models: Any) -> None:
    """They are read as the documented type, can be given, changed and taken away."""
    assert models.Days.from_dict({"x": "2024-01-02"})["x"] == dt.date(2024, 1, 2)
    with pytest.raises(ValueError, match="/x must be an integer, not a string"):
        models.Numbers.from_dict({"x": "1"})
    made = models.Days(additional_properties={"x": dt.date(2024, 1, 2)})
    made["y"] = dt.date(2024, 1, 3)
    del made["x"]
    assert ("x" in made, made.to_dict()) == (False, {"y": "2024-01-03"})


@pytest.mark.parametrize(
    ("field", "data", "name"),
    [
        ("pet", {"pet": "canis", "lives": 9}, "Dog"),
        ("pet", {"pet": "felis", "owner": {"name": "x"}}, "Cat"),
        ("pet", {"pet": "Dog"}, "Dog"),
        ("pet", {"pet": "bird", "lives": 1}, "Cat"),
        ("pet", {"pet": "bird", "owner": {"name": "x"}}, "Dog"),
        ("shape", {"kind": "circle", "r": 1.5, "a": 1, "b": 2}, "Circle"),
        ("shape", {"kind": "square", "r": 1}, "Square"),
        ("best", {"name": "x"}, "Tree"),
        ("best", {"text": "x"}, "Plain"),
        ("best", {}, "Plain"),
        ("best", [{"name": "x"}], "list"),
        ("best", "2024-01-02", "date"),
        ("best", "soon", "str"),
        ("best", True, "bool"),
        ("best", 1, "int"),
        ("best", None, "NoneType"),
    ],
)
def test_a_union_picks_the_right_member(models: Any, field: str, data: Any, name: str) -> None:
    """Discriminator, constants and required fields decide, then what documents most of it."""
    read = models.Unions.from_dict({field: data})
    assert type(getattr(read, field)).__name__ == name
    assert read.to_dict() == {field: data}
    assert models.Unions.from_dict(read.to_dict()) == read


@pytest.mark.parametrize(
    ("field", "data"),
    [("shape", {"kind": "line", "r": 1}), ("shape", 5), ("best", 1.5), ("pet", {"pet": 5})],
)
def test_a_union_refuses_what_no_member_is(models: Any, field: str, data: Any) -> None:
    """There is no last resort that takes anything."""
    with pytest.raises(ValueError, match=f"^/{field} is none of what is documented"):
        models.Unions.from_dict({field: data})


def test_enumerations_are_open(models: Any) -> None:
    """Members keep odd values; an unknown value survives; ``null`` is its own."""
    color = models.Color
    assert {member.value for member in color} == {"red", "light blue", "", "1", 'qu"ote'}
    read = models.Plain.from_dict({"color": "mauve", "size": 7})
    assert (read.color, read.size) == ("mauve", 7)
    assert isinstance(read.color, color)
    assert not read.color.is_documented
    assert read.to_dict() == {"color": "mauve", "size": 7}
    assert models.Plain.from_dict({"tint": None}).tint is None
    assert models.Plain.from_dict({"tint": "dim"}).to_dict() == {"tint": "dim"}


def test_models_may_refer_to_themselves(models: Any) -> None:
    """A tree is read to its leaves; one deeper than Python's stack is an error, not a crash."""
    tree: dict[str, Any] = {"name": "leaf"}
    for depth in range(50):
        tree = {"name": str(depth), "parent": tree, "children": [{"name": "x"}]}
    assert models.Tree.from_dict(tree).to_dict() == tree


def test_defaults_are_those_of_the_description(models: Any) -> None:
    """They are of the type of their field, and not made up for an answer."""
    made = models.Defaults()
    assert made.to_dict() == {
        "always": 'a"b',
        "text": "x",
        "whole": 3,
        "flag": False,
        "day": "2024-01-02",
        "size": 2,
    }
    assert models.Defaults.from_dict({"always": "y"}).to_dict() == {"always": "y"}


def test_what_is_written_is_not_what_is_held(models: Any) -> None:
    """Changing the JSON of a model does not change the model."""
    read = models.Plain.from_dict(PLAIN)
    read.to_dict()["list"].append(3)
    assert read.list_ == [1, 2]


def test_what_json_can_not_hold_is_refused(models: Any) -> None:
    """It is told when it is written, not sent as its ``repr``."""
    with pytest.raises(ValueError, match="object has no form in JSON"):
        models.Plain(anything=object()).to_dict()


def test_generated_models_and_calls_are_typed(
    hard: tuple[Path, ModuleType], tmp_path: Path
) -> None:
    """``mypy --strict`` finds nothing in them, whatever the names of fields and arguments."""
    # What the runtime stands on is checked elsewhere, and is most of the work.
    (tmp_path / "mypy.ini").write_text(
        "[mypy]\nstrict = true\n"
        "[mypy-httpx.*,httpx_retries.*,jsonschema_rs.*]\nfollow_imports = skip\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--follow-imports=silent"),
            *("--config-file", str(tmp_path / "mypy.ini"), "--cache-dir", str(tmp_path)),
            *("-p", "hard_client.models", "-p", "hard_client.api"),
        ],
        cwd=hard[0],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
