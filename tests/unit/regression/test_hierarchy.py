"""Schemas that extend one with a discriminator, which nothing but their names leads to."""

from __future__ import annotations

from typing import Any

from schema_pairs import between, rules

from specproof.regression.modes import Mode

S = {"type": "string"}
PET = {"$ref": "#/components/schemas/Pet"}


def _pets(
    mapping: dict[str, Any] | None = None, tag: str = "kind", **kinds: dict[str, Any]
) -> dict[str, Any]:
    """Return a base and what extends it; ``mapping`` is written down where it is given."""
    told: dict[str, Any] = {"propertyName": tag}
    if mapping is not None:
        told["mapping"] = mapping
    found: dict[str, Any] = {
        "Pet": {"type": "object", "properties": {"kind": S}, "discriminator": told}
    }
    for name, properties in (kinds or {"Cat": {"claws": S}, "Dog": {"tail": S}}).items():
        own = {"type": "object", "properties": properties}
        found[name] = {"allOf": [PET, own]}
    return found


def _rules(old: dict[str, Any], new: dict[str, Any], mode: Mode = Mode.RESPONSE) -> set[str]:
    return rules(PET, PET, mode, old_components=old, new_components=new)


def test_a_change_of_what_extends_a_schema_is_felt_where_the_schema_is_used() -> None:
    """The base reads the same, letter by letter."""
    new = _pets(Cat={"claws": {"type": "integer"}}, Dog={"tail": S})
    assert _rules(_pets(), new) == {"response-type-changed"}
    deep = {**_pets(), "Tom": {"allOf": [{"$ref": "#/components/schemas/Cat"}]}}
    assert _rules(_pets(), deep) == {"response-discriminator-value-added"}


def test_values_come_and_go() -> None:
    """With a mapping and without."""
    more = _pets(Cat={"claws": S}, Dog={"tail": S}, Fish={"fins": S})
    assert _rules(_pets(), more) == {"response-discriminator-value-added"}
    assert _rules(more, _pets(), Mode.REQUEST) == {"request-discriminator-value-removed"}
    both = {"cat": "Cat", "dog": "Dog"}
    assert _rules(_pets({"cat": "Cat", "dog": "Dog", "pug": "Dog"}), _pets(both)) == {
        "response-discriminator-value-removed"
    }
    assert _rules(_pets(both), _pets({"cat": "Dog", "dog": "Cat"})) == {
        "response-discriminator-value-moved"
    }


def test_what_means_the_same_is_no_change() -> None:
    """Names written as references, values that follow from names, types of another name."""
    whole = {name: f"#/components/schemas/{name}" for name in ("Cat", "Dog")}
    assert _rules(_pets(), _pets(whole)) == set()
    assert _rules(_pets({"Cat": "Cat"}), _pets(whole)) == set()
    assert _rules(_pets(), _pets(Tom={"claws": S}, Dog={"tail": S})) == set()
    assert _rules(_pets({"Cat": 3}), _pets({"Cat": "nowhere.yaml#/Cat"}), Mode.REQUEST) != {""}


def test_the_name_of_a_type_gives_way_to_the_value_that_is_written_down() -> None:
    """One change is told once."""
    assert _rules(_pets(), _pets({"cat": "Cat", "Dog": "Dog"})) == {
        "response-discriminator-value-added"
    }


def test_another_property_tells_them_apart() -> None:
    """The base says so itself."""
    assert _rules(_pets(), _pets(tag="sort")) == {"response-discriminator-changed"}


def test_many_types_of_other_names_are_not_compared_with_each_other() -> None:
    """That is quadratic: they count as gone and new."""
    before: Any = {f"Old{number}": {f"p{number}": S} for number in range(50)}
    after: Any = {f"New{number}": {f"p{number}": S} for number in range(50)}
    old, new = _pets(**before), _pets(**after)
    assert len(between(PET, PET, Mode.REQUEST, old_components=old, new_components=new)) == 100


def test_a_value_of_a_union_that_stands_for_another_type_is_found() -> None:
    """Names that the alternatives have imply the mapping; a new name of a type is no move."""
    kinds = {"Cat": {"type": "object", "required": ["a"]}, "Dog": {"type": "object"}}
    union = [{"$ref": f"#/components/schemas/{name}"} for name in kinds]

    def told(mapping: dict[str, str]) -> dict[str, Any]:
        return {"oneOf": union, "discriminator": {"propertyName": "kind", "mapping": mapping}}

    old, new = told({}), told({"Cat": "Dog", "Dog": "Cat"})
    assert rules(old, new, Mode.RESPONSE, old_components=kinds) == {
        "response-discriminator-value-moved"
    }
    assert rules(old, told({"Cat": "Cat"}), Mode.RESPONSE, old_components=kinds) == set()
