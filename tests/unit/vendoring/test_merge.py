from __future__ import annotations

import copy
from typing import cast

import pytest
from pages import spec

from specproof.document import openapi, parse
from specproof.errors import InputError
from specproof.model import JsonObject
from specproof.vendoring.merge import merge
from specproof.vendoring.page import Extracted


def _part(name: str, text: str) -> Extracted:
    return Extracted(name=name, document=parse(text.encode(), name=name))


def _merged(*texts: str) -> JsonObject:
    parts = [_part(f"page{number}", text) for number, text in enumerate(texts, 1)]
    before = copy.deepcopy(parts)
    result = merge(parts)
    assert parts == before
    return result


def _refused(*texts: str) -> str:
    with pytest.raises(InputError) as caught:
        _merged(*texts)
    return str(caught.value)


def _schemas(name: str, schema: str) -> str:
    return f"components: {{schemas: {{{name}: {schema}}}}}"


def test_one_page_stays_as_it_is() -> None:
    """Nothing is merged, nothing changes."""
    part = _part("page", spec("GET /a"))
    assert merge([part]) == part.document


def test_operations_and_components_are_united_in_order() -> None:
    """Paths, methods of one path, and components follow the order of the pages."""
    merged = _merged(
        spec("GET /b", "GET /a", extra=_schemas("B", "{type: object}")),
        spec("PUT /a", "GET /c", extra=_schemas("A", "{type: string}")),
        spec("GET /a", extra=_schemas("B", "{type: object}")),
        spec("GET /d"),
    )
    assert [(item.method, item.path) for item in openapi.operations(merged)] == [
        ("GET", "/b"),
        ("GET", "/a"),
        ("PUT", "/a"),
        ("GET", "/c"),
        ("GET", "/d"),
    ]
    assert merged["components"] == {"schemas": {"B": {"type": "object"}, "A": {"type": "string"}}}


def test_components_of_a_later_page_alone_are_kept() -> None:
    """The first page needs none itself."""
    merged = _merged(spec("GET /a"), spec("GET /b", extra=_schemas("A", "{}")))
    assert merged["components"] == {"schemas": {"A": {}}}


def test_the_order_of_keys_is_no_difference() -> None:
    """A component that is written in another order is identical."""
    _merged(
        spec("GET /a", extra=_schemas("A", "{type: string, maxLength: 1}")),
        spec("GET /b", extra=_schemas("A", "{maxLength: 1, type: string}")),
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "problem"),
    [
        ("{type: string}", "{type: object}", '/components/schemas/A/type: "object" here, "string"'),
        ("{enum: [1]}", "{enum: [true]}", "/components/schemas/A/enum/0: true here, 1 there"),
        ("{enum: [1]}", "{enum: [1, 2]}", "/components/schemas/A/enum: [1,2] here, [1] there"),
        ("{}", "{x: 1}", '/components/schemas/A/x: 1 here, "nothing" there'),
        ("{a~/b: 1}", "{a~/b: 1.0}", "/components/schemas/A/a~0~1b: 1.0 here, 1 there"),
    ],
)
def test_a_different_component_shows_both(mine: str, theirs: str, problem: str) -> None:
    """Both pages, the place and both values are named."""
    text = _refused(
        spec("GET /z"),
        spec("GET /a", extra=_schemas("A", mine)),
        spec("GET /b", extra=_schemas("A", theirs)),
    )
    assert text.startswith("page3: contradicts page2 at ")
    assert problem in text


def test_a_different_operation_shows_both() -> None:
    """One operation on two pages must be the same."""
    text = _refused(spec("GET /a"), spec("PUT /a"), spec("PUT /a").replace("ok", "fine"))
    assert text.startswith("page3: contradicts page2 at /paths/~1a/put/responses/200/description")


def test_different_versions_are_refused() -> None:
    """OpenAPI 3.0 and 3.1 do not mix, and neither do two versions of the API."""
    assert _refused(spec("GET /a"), spec("GET /b", version="3.1.0")) == (
        "page2: follows OpenAPI 3.1 but page1 follows 3.0"
    )
    assert _refused(spec("GET /a"), spec("GET /b").replace("'1'", "'2'")) == (
        'page2: has info.version "2" but page1 has "1"'
    )
    assert _merged(spec("GET /a"), spec("GET /b", version="3.0.0"))["openapi"] == "3.0.3"


def test_the_title_of_the_first_page_stands() -> None:
    """Titles, descriptions and external documentation may differ."""
    merged = _merged(
        spec("GET /a", extra="externalDocs: {url: a}"),
        spec("GET /b", extra="externalDocs: {url: b}").replace("Pets", "Cats"),
    )
    assert cast(JsonObject, merged["info"])["title"] == "Pets"
    assert merged["externalDocs"] == {"url": "a"}


def test_shared_servers_and_security_stay_at_the_root() -> None:
    """What all pages say stays where they say it."""
    root = "servers: [{url: https://a}]\nsecurity: [{key: []}]"
    merged = _merged(spec("GET /a", extra=root), spec("GET /b", extra=root))
    assert merged["servers"] == [{"url": "https://a"}]
    assert merged["security"] == [{"key": []}]
    assert all("security" not in item.node for item in openapi.operations(merged))


def test_different_servers_and_security_go_to_the_operations() -> None:
    """Each operation keeps what it inherited; absent means none and the server /."""
    merged = _merged(
        spec(
            "GET /a", "PUT /a", extra="servers: [{url: https://a}]\nsecurity: [{key: []}]"
        ).replace("put: {", "put: {security: [{own: []}], servers: [], "),
        spec("GET /b").replace("get:", "servers: [{url: https://item}]\n    get:"),
        spec("GET /c"),
    )
    assert "servers" not in merged
    assert "security" not in merged
    found = {
        f"{item.method} {item.path}": (item.node.get("servers"), item.node.get("security"))
        for item in openapi.operations(merged)
    }
    assert found == {
        "GET /a": ([{"url": "https://a"}], [{"key": []}]),
        "PUT /a": ([], [{"own": []}]),
        "GET /b": (None, []),
        "GET /c": ([{"url": "/"}], []),
    }


def test_fields_of_a_path_must_agree() -> None:
    """They hold for each of its operations; only summaries and descriptions may differ."""
    shared = "summary: one\n    x-a: 1\n    parameters: []\n    get:"
    other = "summary: two\n    x-b: 2\n    parameters: []\n    put:"
    merged = _merged(spec("GET /a").replace("get:", shared), spec("PUT /a").replace("put:", other))
    item = cast("dict[str, JsonObject]", merged["paths"])["/a"]
    assert (item["summary"], item["x-a"], item["x-b"]) == ("one", 1, 2)
    text = _refused(spec("GET /a").replace("get:", shared), spec("PUT /a"))
    assert text.startswith("page2: contradicts page1 at /paths/~1a/parameters")
    assert "contradicts page1 at /paths/~1a" in _refused(
        spec("GET /a"), spec("GET /b", extra="").replace("paths:", "paths:\n  /a: null")
    )


def test_tags_are_united_by_name() -> None:
    """The same tag once, a different one is a contradiction."""
    merged = _merged(
        spec("GET /a", extra="tags: [{name: a}]"),
        spec("GET /b", extra="tags: [{name: a}, {name: b}]"),
        spec("GET /c", extra="tags: 1"),
    )
    assert merged["tags"] == [{"name": "a"}, {"name": "b"}]
    assert "at /tags (" in _refused(
        spec("GET /a", extra="tags: [{name: a}]"),
        spec("GET /b", extra="tags: [{name: a, description: x}]"),
    )


def test_webhooks_and_extensions_are_united() -> None:
    """New ones are added, and the same name must mean the same."""
    merged = _merged(
        spec("GET /a", extra="webhooks: {w: {}}\nx-a: 1", version="3.1.0"),
        spec("GET /b", extra="webhooks: {v: {}}\nx-a: 1\nx-b: 2", version="3.1.0"),
    )
    assert merged["webhooks"] == {"w": {}, "v": {}}
    assert (merged["x-a"], merged["x-b"]) == (1, 2)
    assert "page2: contradicts page1 at /x-a: 2 here, 1 there" in _refused(
        spec("GET /a", extra="x-a: 1"), spec("GET /b", extra="x-a: 2")
    )
    assert "contradicts page1 at /webhooks" in _refused(
        spec("GET /a", extra="webhooks: {}"), spec("GET /b", extra="webhooks: []")
    )
