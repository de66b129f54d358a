"""Which parts of a client a change touches, and which change explains a break of its interface."""

from __future__ import annotations

import pytest
from clients_changed import changed, clients, interface

from specproof.generation.interface import Entry
from specproof.generation.interface_changes import compare
from specproof.regression.change import Diff
from specproof.regression.client_impact import Explained, concerns_all, explained, with_client

_NAME = "/components/schemas/Pet/properties/name"


@pytest.mark.parametrize(
    ("pointer", "operations", "expected"),
    [
        (_NAME, ("GET /pets",), ("models.Pet.name",)),
        (
            "/components/schemas/Kind",
            ("GET /pets", "PUT /pets/{}"),
            ("api.pets.list_pets", "api.pets.replace_pet"),
        ),
        ("/paths/~1pets/get/parameters/0", ("GET /pets",), ("api.pets.list_pets",)),
        ("/paths/~1gone/get", ("GET /gone",), ()),
    ],
)
def test_a_change_touches_an_attribute_or_else_its_operations(
    pointer: str, operations: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    """Names are told from the documents where no package is at hand."""
    assert clients().touched(changed(pointer, operations)) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("security-required", ("AuthenticatedClient",)),
        ("server-changed", ("AuthenticatedClient", "Client")),
    ],
)
def test_what_every_call_feels_touches_the_client_itself(
    rule: str, expected: tuple[str, ...]
) -> None:
    """Security and servers are no business of single operations."""
    found = changed("/servers/0", rule=rule)
    assert concerns_all(found)
    assert clients().touched(found) == expected


def test_a_package_has_the_last_word() -> None:
    """Only names that it has are given; what is new in a class touches the class."""
    real = clients(interface(gone=("models.Pet.name",)))
    found = with_client(
        Diff((changed(_NAME), changed("/servers/0", rule="server-changed")), 1, 1), real
    )
    assert [change.affects_client for change in found.changes] == [
        ("models.Pet",),
        ("AuthenticatedClient",),
    ]
    assert clients({}).touched(changed(_NAME)) == ()
    assert clients(interface(gone=("models.Pet", "models.Pet.name"))).touched(changed(_NAME)) == (
        "api.pets.list_pets",
    )


def _explained(old: dict[str, Entry], new: dict[str, Entry], *changes: object) -> list[Explained]:
    both = {**new, **old}
    known = clients(both)
    listed = with_client(Diff(changes, 1, 1), known).changes  # type: ignore[arg-type]  # of Change
    return list(explained(compare(old, new), listed, known, both))


def test_a_lost_field_is_explained_by_the_change_of_its_property() -> None:
    """Its fingerprint is named, and breaks come first."""
    old = dict(interface())
    new = {**interface(gone=("models.Pet.name",)), "models.Pet.nick": Entry("field", default="...")}
    first, second = _explained(old, new, changed(_NAME, fingerprint="1" * 16))
    assert (first.subject, first.level, first.causes) == ("models.Pet.name", "major", ("1" * 16,))
    assert (second.subject, second.level) == ("models.Pet.nick", "minor")


def test_what_no_change_of_the_description_brought_about_says_so() -> None:
    """A component that is renamed changes no call, and yet the code that names it."""
    old, new = dict(interface()), dict(interface(returns="list[Animal]", gone=("models.Pet",)))
    found = _explained(old, new, changed("/components/schemas/Kind", ("PUT /pets/{}",)))
    assert [item.causes for item in found if item.subject.startswith("api.pets.list")] == [()]


def test_a_class_shares_the_causes_of_what_mentions_it() -> None:
    """A model that only a lost field used is gone with the field."""
    lost = ("models.Pet.tags", "models.PetTagsItem", "models.PetTagsItem.label")
    found = _explained(
        dict(interface()),
        dict(interface(gone=lost)),
        changed("/components/schemas/Pet/properties/tags", fingerprint="2" * 16),
    )
    assert {item.subject: item.causes for item in found} == {
        "models.Pet.tags": ("2" * 16,),
        "models.PetTagsItem": ("2" * 16,),
    }


def test_a_parameter_is_explained_by_its_own_change() -> None:
    """Another change of the same operation does not explain it."""
    old = dict(interface())
    function = old["api.pets.list_pets.sync"]
    new = {
        **old,
        "api.pets.list_pets.sync": Entry(
            "function", annotation=function.annotation, parameters=function.parameters[1:]
        ),
    }
    (found,) = _explained(
        old,
        new,
        changed("/x", rule="parameter-removed", part="query parameter limit", fingerprint="3" * 16),
        changed("/y", rule="operation-deprecated", part="", fingerprint="4" * 16),
    )
    assert found.causes == ("3" * 16,)


def test_the_argument_for_the_client_is_explained_by_security() -> None:
    """An operation that takes another client than before does so for its credentials."""
    old = dict(interface())
    function = old["api.pets.list_pets.sync"]
    new = {**old, "api.pets.list_pets.sync": Entry("function", annotation=function.annotation)}
    found = _explained(
        old, new, changed("/security", rule="security-required", fingerprint="5" * 16)
    )
    causes = {item.text.partition("`client`")[1]: item.causes for item in found}
    assert causes["`client`"] == ("5" * 16,)


def test_a_lost_operation_is_explained_by_its_removal() -> None:
    """Its models, called after it, go with it."""
    extra = {"models.ListPetsResponse200": Entry("class")}
    old = {**interface(), **extra}
    gone = ("api.pets.list_pets", "api.pets.list_pets.sync")
    found = _explained(
        old,
        dict(interface(gone=gone)),
        changed("/p", rule="operation-removed", part="", gone=True, fingerprint="6" * 16),
        changed("/q", fingerprint="7" * 16),
    )
    assert {item.subject: item.causes for item in found} == {
        "api.pets.list_pets": ("6" * 16,),
        "models.ListPetsResponse200": ("6" * 16,),
    }


def test_a_field_of_a_merged_class_is_explained_by_the_same_field_elsewhere() -> None:
    """A class made of several schemas has no schema of its own to point at."""
    old = {**interface(), "models.Cat": Entry("class"), "models.Cat.name": Entry("field", "str")}
    new = {**old, "models.Cat.name": Entry("field", "int")}
    (found,) = _explained(old, new, changed(_NAME, fingerprint="8" * 16))
    assert found.causes == ("8" * 16,)
