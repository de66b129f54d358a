"""Uses of a client, found in the syntax tree of one file."""

from __future__ import annotations

import ast

import pytest

from specproof.regression.usage_code import Known, Use, uses_in

KNOWN = Known(
    ("shop_client",), {"api.pets.list_pets", "api.pets.replace_pet"}, {"Pet", "PetTagsItem"}
)
ANY = Known((), KNOWN.modules, KNOWN.models)
LIST = "api.pets.list_pets"


def _uses(code: str, known: Known = KNOWN) -> list[Use]:
    return list(uses_in(ast.parse(code), known))


@pytest.mark.parametrize(
    "code",
    [
        "from shop_client.api.pets import list_pets\nlist_pets.sync(limit=1, client=c)",
        "from shop_client.api.pets import list_pets as op\nop.asyncio(limit=1, client=c)",
        "from shop_client.api.pets.list_pets import sync\nsync(limit=1, client=c)",
        "from shop_client.api.pets.list_pets import sync as go\ngo(limit=1, client=c)",
        "from shop_client.api.pets.list_pets import *\nsync_detailed(limit=1, client=c)",
        "from shop_client.api import pets\npets.list_pets.sync(limit=1, client=c)",
        "from shop_client import api\napi.pets.list_pets.sync(limit=1, client=c)",
        "import shop_client.api.pets.list_pets as op\nop.sync(limit=1, client=c)",
        "import shop_client\nshop_client.api.pets.list_pets.sync(limit=1, client=c)",
        "from vendored.shop_client.api.pets import list_pets\nlist_pets.sync(limit=1, client=c)",
        "from .shop_client.api.pets import list_pets\nlist_pets.sync(limit=1, client=c)",
    ],
)
def test_a_call_is_found_however_it_is_imported(code: str) -> None:
    """Modules, functions, aliases, attribute chains and relative imports."""
    assert _uses(code) == [Use(2, LIST, "", ("client", "limit"), opaque=False, is_call=True)]


@pytest.mark.parametrize(
    "code",
    [
        "list_pets.sync(1)",
        "list_pets.sync(**options)",
        "partial(list_pets.sync, limit=1)",
        "getattr(list_pets, name)(limit=1)",
        "import_module('shop_client.api.pets.list_pets')",
        "patch('shop_client.api.pets.list_pets.sync')",
    ],
)
def test_arguments_that_can_not_be_told_may_be_any(code: str) -> None:
    """A function that is handed on, and a name in a text, count as calls as well."""
    (found,) = _uses(f"from shop_client.api.pets import list_pets\n{code}")
    assert (found.path, found.opaque, found.is_call) == (LIST, True, True)


@pytest.mark.parametrize(
    "code",
    [
        "list_pets = 1\nlist_pets.sync()",
        "from other.api.pets import list_pets\nlist_pets.sync()",
        "from shop_client.api.pets import gone\ngone.sync()",
        "from shop_client.models import Dog\nDog()",
        "import shop_client\nshop_client.errors.ApiError",
        "text = 'see shop_client.api.pets.list_pets in the docs'",
        "from shop_client.api.pets import list_pets",
        "from shop_client import *",
    ],
)
def test_other_code_uses_nothing(code: str) -> None:
    """Names that are alike, and imports alone, are no use."""
    assert _uses(code) == []


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("getattr(pets, name).sync()", "api.pets"),
        ("vars(api)", "api"),
        ("import_module(f'shop_client.api.pets.{name}')", "api.pets"),
        ("import_module(f'shop_client.api.{name}')", "api"),
    ],
)
def test_a_folder_that_is_handed_on_may_be_any_operation_in_it(code: str, path: str) -> None:
    """It can not be told which."""
    head = "from shop_client import api\nfrom shop_client.api import pets\n"
    (found,) = _uses(head + code)
    assert (found.path, found.opaque, found.is_call) == (path, True, True)
    assert _uses(f"x = 'api'\n{code}".replace("shop_client", "other"), ANY) == []


def test_any_package_may_be_the_client_where_its_name_is_not_known() -> None:
    """What it has tells it from others."""
    code = "from x.api.pets import list_pets as a\na.sync()\n"
    code += "from y.models import Pet, Dog\nPet()\nDog()"
    assert [(use.line, use.path) for use in _uses(code, ANY)] == [(2, LIST), (4, "models.Pet")]


@pytest.mark.parametrize(
    ("code", "line", "path"),
    [
        ("pets = list_pets.sync(client=c)\nfor pet in pets:\n    print(pet.name)", 5, LIST),
        ("pet: Pet = get()\nprint(pet.name)", 4, "models.Pet"),
        ("pets: list[Pet]\nfor pet in pets:\n    pet.name", 5, "models.Pet"),
        ("def show(pet: Pet | None):\n    return pet.name", 4, "models.Pet"),
        ("async def go():\n    r = await list_pets.asyncio_detailed()\n    r.parsed.name", 5, LIST),
        ("r = list_pets.sync_detailed()\nr.result().name", 4, LIST),
        ("(list_pets.sync())[0].name", 3, LIST),
        ("list_pets.sync().owner.name", 3, LIST),
        ("for key, value in x: pass\nowner = list_pets.sync().get(1).owner\nowner.name", 5, LIST),
        (f"list_pets.sync(){'.x' * 20}.name", 3, None),
        ("names = [pet.name for pet in list_pets.sync()]", 3, LIST),
        ("if pet := Pet.from_dict(data):\n    pet.name", 4, "models.Pet"),
        ("pet = Pet(tags=1)\ndef show():\n    return pet.name", 5, "models.Pet"),
        ("x = list_pets.sync()\ny = x\nz = y[0]\nz.name", 6, LIST),
        ("show = lambda pet=Pet(): pet.name", 3, None),
    ],
)
def test_an_attribute_that_is_read_is_found(code: str, line: int, path: str | None) -> None:
    """Of results, of their elements, and of whatever is annotated or made as a model."""
    head = "from shop_client.api.pets import list_pets\nfrom shop_client.models import Pet\n"
    read = [(use.line, use.path) for use in _uses(head + code) if use.attribute == "name"]
    assert read == ([] if path is None else [(line, path)])


def test_a_model_that_is_made_tells_its_fields() -> None:
    """And one that is only named tells none."""
    code = (
        "from shop_client.models.pet import Pet\nPet(name=1)\nPet(**data)\nisinstance(x, Pet)\n"
        "Pet.name\nsome.call().name"
    )
    assert _uses(code) == [
        Use(2, "models.Pet", "", ("name",)),
        Use(3, "models.Pet", "", (), opaque=True),
        Use(4, "models.Pet"),
        Use(5, "models.Pet", "name"),
    ]


def test_what_a_decorator_and_a_default_use_is_found() -> None:
    """They are evaluated where the function is defined."""
    code = (
        "from shop_client.api.pets import list_pets\n"
        "@cache(list_pets.sync)\n"
        "def f(x: object = list_pets.sync()) -> None: ...\n"
        "class A:\n    def g(self): return list_pets.sync_detailed()\n"
    )
    assert [use.line for use in _uses(code)] == [2, 3, 5]
