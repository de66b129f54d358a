from __future__ import annotations

import copy
from typing import Any

import pytest
from generation_cases import describe, operation

from specproof.errors import LimitError
from specproof.generation.normalisation import draft as drafts
from specproof.generation.normalisation.draft import Draft
from specproof.generation.transforms import READING, TRANSFORMS, transformed

PATH = "/things/{id}"
POINTER = "/paths/~1things~1{id}/get"


def _operation(document: Any) -> dict[str, Any]:
    (item,) = document["paths"].values()
    found: dict[str, Any] = item["get"]
    return found


def _read(document: dict[str, Any]) -> tuple[Any, Draft, list[str]]:
    result, draft, applied = transformed(document)
    return result, draft, [entry.name for entry in applied]


def _schema(schema: Any, **components: Any) -> tuple[Any, dict[str, Any]]:
    """Return the normalised schema of one property, and all component schemas."""
    outer = {"type": "object", "properties": {"p": schema}}
    document = describe(components={"schemas": {"Outer": outer, **components}})
    result, _, _ = _read(document)
    schemas = result["components"]["schemas"]
    return schemas["Outer"]["properties"]["p"], schemas


def test_the_original_is_never_changed() -> None:
    """Transforms work on a copy of their own."""
    document = describe(
        security=[{"key": []}],
        components={
            "schemas": {
                "A": {"allOf": [{"$ref": "#/components/schemas/B"}, {"required": ["b"]}]},
                "B": {"properties": {"b": {"enum": ["x", "X", None]}}, "nullable": True},
            }
        },
    )
    before = copy.deepcopy(document)
    transformed(document)
    assert document == before


def test_transforms_are_described() -> None:
    """Each has a unique name, a reason and a source."""
    names = [*READING, *(transform.name for transform in TRANSFORMS)]
    assert len(set(names)) == len(names)
    assert all(transform.reason and transform.issue for transform in TRANSFORMS)


@pytest.mark.parametrize(
    ("root", "stated", "wanted"),
    [
        ([{"key": []}], None, True),
        ([{"key": []}], [], False),
        ([{"key": []}], [{"other": []}], True),
        ([{"key": []}, {}], None, False),
        (None, [{"key": []}, {}], False),
        (None, [{"key": []}], True),
        ("nonsense", None, False),
    ],
)
def test_each_operation_states_whether_it_needs_credentials(
    root: Any, stated: Any, *, wanted: bool
) -> None:
    """Root security reaches operations without their own; an empty alternative means none."""
    document = describe()
    if root is not None:
        document["security"] = root
    if stated is not None:
        _operation(document)["security"] = stated
    result, _, _ = _read(document)
    assert bool(_operation(result)["security"]) is wanted


def test_header_parameters_that_openapi_ignores_are_dropped() -> None:
    """Accept, Content-Type and Authorization are no arguments, whatever their case or place."""
    ignored: list[dict[str, Any]] = [
        {"name": name, "in": "header", "schema": {}}
        for name in ("authorization", "Accept", "CONTENT-TYPE")
    ]
    document = describe(components={"parameters": {"auth": ignored[0]}})
    document["paths"][PATH]["parameters"] = [
        {"$ref": "#/components/parameters/auth"},
        {"name": "Accept", "in": "query", "schema": {}},
    ]
    _operation(document)["parameters"] += ignored
    result, _, names = _read(document)
    assert [entry["name"] for entry in _operation(result)["parameters"]] == ["id", "Accept"]
    assert {"component-references", "ignored-header-parameters"} <= set(names)


@pytest.mark.parametrize(
    ("parameters", "path", "wanted"),
    [
        (
            [{"name": "a", "in": "query"}, {"name": "a[]", "in": "query"}],
            "/x",
            [("query", "a"), ("query", "a_2")],
        ),
        (
            [{"name": "a", "in": "query"}, {"name": "a", "in": "header"}],
            "/x",
            [("query", "a_query"), ("header", "a_header")],
        ),
        ([{"name": "body", "in": "query"}], "/x", [("query", "body_query")]),
        ([{"name": "user.id", "in": "path"}], "/x/{user.id}", [("path", "user_id")]),
        ([], "/x/{id}", [("path", "id")]),
        ([], "/x/{id}/{id}", [("path", "id"), ("path", "id_2")]),
        ([{"name": "q", "in": "query"}], "/x?q={q}", [("query", "q")]),
        ([{"name": "gone", "in": "path"}], "/x", []),
    ],
    ids=["like", "places", "taken", "dot", "undeclared", "twice", "query", "superfluous"],
)
def test_parameters_become_arguments_of_their_own(
    parameters: list[dict[str, Any]], path: str, wanted: list[tuple[str, str]]
) -> None:
    """Whatever they are called, no operation is dropped for the names of its parameters."""
    document = describe({path: {"get": operation(parameters=parameters)}})
    result, draft, _ = _read(document)
    found = [(entry["in"], entry["name"]) for entry in _operation(result)["parameters"]]
    assert found == wanted
    sent = [draft.entries[0].wire.get(pair, pair[1]) for pair in found]
    assert all(name in {"a", "a[]", "body", "user_id", "id", "id_2", "q"} for name in sent)
    assert [part.what for part in draft.left_out] == (
        ["GET /x: path parameter gone"] if path == "/x" and not wanted else []
    )


def test_a_literal_query_and_a_fragment_leave_the_path() -> None:
    """``?a=b`` is sent as a query parameter; ``#c`` is never sent and only tells apart."""
    document = describe({"/x?a=b": {"get": operation(parameters=[])}})
    result, draft, _ = _read(document)
    (parameter,) = _operation(result)["parameters"]
    assert parameter["schema"] == {"type": "string", "const": "b", "default": "b"}
    assert draft.entries[0].parts == ["/x"]
    both = {f"/x#{name}": {"get": operation(operationId=name, parameters=[])} for name in "ab"}
    _, draft, _ = _read(describe(both))
    assert [entry.key for entry in draft.entries] == ["/x", "/x?1"]
    assert [entry.parts for entry in draft.entries] == [["/x"], ["/x"]]


def test_operations_are_modules_of_their_own() -> None:
    """Ids that collapse, lack, are very long or hold nothing still give different names."""
    document = describe(
        {
            f"/{number}": {"get": {"operationId": name, "responses": {}}}
            for number, name in enumerate(("getIt", "get_it", "GET-IT", "", "😀", "n" * 300))
        }
    )
    del document["paths"]["/3"]["get"]["operationId"]
    _, draft, _ = _read(document)
    found = [entry.identifier for entry in draft.entries]
    assert found[:5] == ["get_it", "get_1", "get_2", "get_3", "get_4"]
    assert len(set(found)) == len(found)
    assert all(name.isidentifier() and len(name) <= 100 for name in found)


def test_tags_become_folders() -> None:
    """A tag that is no name of a folder is written as one."""
    document = describe()
    _operation(document)["tags"] = ["t" * 300, "second"]
    result, _, names = _read(document)
    (tag,) = _operation(result)["tags"]
    assert len(tag) <= 100
    assert "tag-names" in names


def test_hostile_paths_are_left_out() -> None:
    """An absolute URL as a path key is no operation of the client, and is named."""
    document = describe({"https://evil.example/{id}": {"get": operation()}, "x-a": {"get": {}}})
    result, draft, _ = _read(document)
    assert result["paths"] == {}
    (part,) = draft.left_out
    assert part.what == "GET https://evil.example/{id}"
    assert "$['paths']['https://evil.example/{id}']['get']" in part.line()


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ({"application/xml": {}, "application/json; v=1": {"schema": {}}}, "application/json"),
        ({"image/png": {"schema": {"type": "object"}}}, "application/octet-stream"),
        ({"text/csv": {"schema": {"type": "array"}}}, "text/plain"),
        ({"*/*": {"schema": {"type": "object"}}}, "application/json"),
        ({"*/*": {"schema": {"type": "string"}}}, "text/plain"),
        ({"*/*": {"schema": {"type": "string", "format": "binary"}}}, "application/octet-stream"),
        ({"image/*": {}}, "application/octet-stream"),
        ({"Application/VND.x+JSON": {}}, "application/json"),
        ({"nonsense": {}}, None),
    ],
)
def test_responses_have_one_media_type_that_is_read(
    content: dict[str, Any], wanted: str | None
) -> None:
    """JSON before text before bytes; none is dropped for its media type."""
    document = describe()
    _operation(document)["responses"] = {"2xx": {"description": "", "content": content}}
    result, draft, names = _read(document)
    assert [*_operation(result)["responses"]["2XX"]["content"]] == ([wanted] if wanted else [])
    assert draft.left_out == []
    assert "status-codes" in names


def test_keys_that_are_no_status_are_named() -> None:
    """A response that can not be reached is left out with a line."""
    document = describe()
    _operation(document)["responses"] = {"oops": {"description": ""}, "200": 5, "x-a": {}}
    _, draft, _ = _read(document)
    assert sorted(part.what for part in draft.left_out) == [
        "GET /things/{id}: response 200",
        "GET /things/{id}: response oops",
    ]


@pytest.mark.parametrize(
    ("content", "wanted", "lost"),
    [
        ({"application/json": {}, "text/json": {}}, ["application/json"], 0),
        ({"image/png": {}}, ["image/png"], 0),
        (
            {"multipart/form-data": {}, "application/json": {"schema": {"type": "array"}}},
            ["application/json", "multipart/form-data"],
            0,
        ),
        (
            {
                name: {"schema": {"$ref": "#/components/schemas/A"}}
                for name in ("application/x-www-form-urlencoded", "application/json")
            },
            ["application/json"],
            1,
        ),
    ],
)
def test_request_bodies_are_told_apart_by_type(
    content: dict[str, Any], wanted: list[str], lost: int
) -> None:
    """One media type of each kind of argument is kept, and what is lost is named."""
    document = describe(components={"schemas": {"A": {"type": "object"}}})
    _operation(document)["requestBody"] = {"content": content}
    result, draft, _ = _read(document)
    assert [*_operation(result)["requestBody"]["content"]] == wanted
    assert len(draft.left_out) == lost


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        (True, {}),
        ({"type": "file"}, {}),
        ({"type": ["string"]}, {"type": "string"}),
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "string", "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"items": {}}, {"type": "array", "items": {}}),
        ({"enum": [1, "a"]}, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ({"enum": [True, False]}, {"type": "boolean"}),
        ({"enum": [1, 1.5]}, {"type": "number"}),
        ({"enum": [None]}, {"type": "null"}),
        ({"enum": [[]]}, {}),
        ({"enum": ["a\u200b"]}, {"type": "string"}),
        ({"const": 1.5}, {"type": "number"}),
        ({"const": None}, {"type": "null"}),
        ({"const": {}}, {}),
        ({"const": "a", "format": "uuid"}, {"const": "a"}),
        ({"type": "integer", "default": "x"}, {"type": "integer"}),
        ({"type": "integer", "default": 1}, {"type": "integer", "default": 1}),
        ({"type": "string", "default": ["x"]}, {"type": "string"}),
        ({"type": "string", "format": "binary"}, {"type": "string"}),
        ({"allOf": [{"type": "string"}, {"format": "uuid"}]}, {"type": "string", "format": "uuid"}),
        ({"allOf": [{"type": "string"}, {"type": "array"}]}, {}),
        ({"oneOf": [{"type": "string"}]}, {"type": "string"}),
    ],
)
def test_schemas_are_written_as_the_generator_reads_them(schema: Any, wanted: Any) -> None:
    """Each form keeps its meaning, or becomes looser where Python has no such type."""
    assert _schema(schema)[0] == wanted


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (["a", "b"], None),
        (["a", "A"], ["A", "A_2"]),
        (["a-b", "a_b", ""], ["A_B", "A_B_2", "VALUE_2"]),
        (["é", "1"], None),
        (["mro"], ["VALUE_0"]),
        ([1, -1], None),
    ],
)
def test_members_of_enumerations_have_names_of_their_own(
    values: list[Any], names: list[str] | None
) -> None:
    """Values whose names would collapse are told apart."""
    found, schemas = _schema({"enum": values})
    made = schemas[found["$ref"].rsplit("/", 1)[-1]]
    assert made["enum"] == values
    assert made.get("x-enum-varnames") == names


def test_all_of_is_one_object() -> None:
    """Members, siblings and what is required come together; one reference stays itself."""
    base = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    reference = {"$ref": "#/components/schemas/Base"}
    found, schemas = _schema(
        {"allOf": [reference, {"properties": {"b": {}}}], "required": ["b"]}, Base=base
    )
    made = schemas[found["$ref"].rsplit("/", 1)[-1]]
    assert [*made["properties"]] == ["a", "b"]
    assert made["required"] == ["a", "b"]
    assert _schema({"allOf": [reference], "description": "A base."}, Base=base)[0] == reference
    kinds = {"enum": ["x"]}
    wanted = {"allOf": [{"$ref": "#/components/schemas/Kind"}], "default": "x"}
    found, _ = _schema(
        {"allOf": [{"$ref": "#/components/schemas/Kind"}], "default": "x"}, Kind=kinds
    )
    assert found == wanted


def test_all_of_recursive_schemas_ends() -> None:
    """Two schemas that hold themselves are joined once and not for ever."""
    loop = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/A"}}}
    other = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/B"}}}
    members = [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]
    found, schemas = _schema({"allOf": members}, A=loop, B=other)
    made = schemas[found["$ref"].rsplit("/", 1)[-1]]
    assert made["properties"]["next"]["$ref"].rsplit("/", 1)[-1] in schemas


def test_alternatives_beside_properties_become_optional() -> None:
    """A class holds what it and any of its alternatives have."""
    found, schemas = _schema(
        {
            "properties": {"a": {}},
            "oneOf": [{"properties": {"b": {"type": "string"}}}, {"required": ["a"]}],
        }
    )
    made = schemas[found["$ref"].rsplit("/", 1)[-1]]
    assert [*made["properties"]] == ["a", "b"]
    assert "required" not in made


def test_classes_have_names_of_their_own() -> None:
    """Keys, titles and inline objects that give one class or file name are told apart."""
    inline = {"type": "object", "title": "Same", "properties": {}}
    schemas = {
        "foo_bar": {"type": "object"},
        "FooBar": {"type": "object", "properties": {"a": inline}},
        "FooBarSame": {"type": "object"},
        "Response": {"type": "object"},
        "x/y": {"type": "object", "title": "t" * 300},
        "Alias": {"$ref": "#/components/schemas/FooBar"},
    }
    result, draft, _ = _read(describe(components={"schemas": schemas}))
    names = [*result["components"]["schemas"]]
    assert len({name.lower() for name in names}) == 6
    assert {"FooBar", "FooBar2", "FooBarSame", "ResponseModel"} <= set(names)
    assert draft.models["Alias"] == draft.models["FooBar"]
    assert all(len(name) <= 100 for name in names)


def test_references_to_anywhere_become_components() -> None:
    """A reference into another schema, or beside keywords in 3.1, is followed."""
    other = {"type": "object", "properties": {"in": {"type": "string"}}}
    found, schemas = _schema({"$ref": "#/components/schemas/Other/properties/in"}, Other=other)
    assert schemas[found["$ref"].rsplit("/", 1)[-1]] == {"type": "string"}
    found, schemas = _schema(
        {"$ref": "#/components/schemas/Other", "required": ["in"]}, Other=other
    )
    assert schemas[found["$ref"].rsplit("/", 1)[-1]]["required"] == ["in"]


def test_arrays_that_hold_themselves_are_cut() -> None:
    """A type without a class that would have no end takes any value, and a line says so."""
    document = describe(
        components={
            "schemas": {"A": {"type": "array", "items": {"$ref": "#/components/schemas/A"}}}
        }
    )
    result, draft, _ = _read(document)
    assert result["components"]["schemas"]["A"] == {"type": "array", "items": {}}
    assert [part.what for part in draft.left_out] == ["the type of A inside itself"]


def test_references_in_a_circle_hold_anything() -> None:
    """Components that only refer to one another mean nothing."""
    schemas = {name: {"$ref": f"#/components/schemas/{other}"} for name, other in ("AB", "BA")}
    result, _, _ = _read(describe(components={"schemas": schemas}))
    assert [*result["components"]["schemas"].values()] == [{}]


def test_discriminators_name_the_classes() -> None:
    """Values that are names of components are written out, since components are renamed."""
    cat = {"type": "object"}
    members = [{"$ref": f"#/components/schemas/{name}"} for name in ("my_cat", "my_dog")]
    schema = {
        "oneOf": members,
        "discriminator": {"propertyName": "k", "mapping": {"d": "my_dog", "z": "gone"}},
    }
    found, _ = _schema(schema, my_cat=cat, my_dog=dict(cat))
    assert found["discriminator"]["mapping"] == {
        "my_cat": "#/components/schemas/MyCat",
        "my_dog": "#/components/schemas/MyDog",
        "d": "#/components/schemas/MyDog",
    }


def test_parameters_have_schemas_that_fit_their_place() -> None:
    """What has no form there, ``content`` and missing schemas become text."""
    document = describe()
    _operation(document)["parameters"] = [
        {"name": "id", "in": "path", "schema": {"type": ["array", "null"], "default": []}},
        {"name": "c", "in": "query", "content": {"application/json": {}}},
        {"name": "n", "in": "query"},
        {
            "name": "h",
            "in": "header",
            "description": "H.",
            "schema": {"anyOf": [{"type": "array", "items": {"type": "array"}}]},
        },
        {"name": "o", "in": "header", "schema": {"properties": {"o": {"type": "object"}}}},
        {"name": "b", "in": "header", "schema": {"type": "string", "format": "binary"}},
        {"name": "k", "in": "cookie", "schema": {"type": "array"}},
        {"name": "q", "in": "query", "style": "deepObject", "explode": True, "schema": {}},
        {"name": 5},
    ]
    result, draft, _ = _read(document)
    schemas = {item["name"]: item["schema"] for item in _operation(result)["parameters"]}
    assert {name: schema.get("type") for name, schema in schemas.items()} == {
        **dict.fromkeys(("id", "c", "n", "h", "o", "b", "k"), "string"),
        "q": None,
    }
    assert schemas["h"]["description"] == "H."
    assert "format" not in schemas["b"]
    assert len(draft.left_out) == 1


@pytest.mark.parametrize("where", ["header", "path"])
@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "array"}, "array"),
        ({"items": {"enum": ["a", None]}}, "array"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Self"}}, "array"),
        ({"type": "string", "format": "date-time"}, "string"),
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, None),
        ({"type": "object", "additionalProperties": {"type": "string"}}, None),
        ({"anyOf": [{"type": "string"}, {"type": "array"}]}, None),
        ({}, None),
    ],
)
def test_arrays_objects_and_dates_keep_their_type_in_paths_and_headers(
    schema: dict[str, Any], kind: str | None, where: str
) -> None:
    """The client writes them itself, style simple (OpenAPI 3.1.1, 4.8.12.6)."""
    loop = {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Self"}]}
    document = describe(components={"schemas": {"Self": loop}})
    _operation(document)["parameters"] = [{"name": "id", "in": where, "schema": schema}]
    result, _, names = _read(document)
    made = next(item for item in _operation(result)["parameters"] if item["in"] == where)
    assert made["schema"].get("type") == kind
    assert made["schema"].get("format") == schema.get("format")
    assert "parameters-as-text" not in names


def test_what_goes_one_way_is_not_required_of_the_other() -> None:
    """OpenAPI 3.0.3, Schema Object; what goes both ways holds what every answer holds."""
    secret = {"type": "string", "writeOnly": True}
    given = {"type": "string", "readOnly": True}
    user = {"required": ["id", "key"], "properties": {"id": given, "key": secret}}
    inner = {"required": ["key"], "properties": {"key": {"$ref": "#/components/schemas/Secret"}}}
    sent = {"required": ["id", "key"], "properties": {"id": given, "key": secret}}
    document = describe(
        components={"schemas": {"Secret": secret, "User": user, "Inner": inner, "Sent": sent}}
    )
    content = {
        name: {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
        for name in ("User", "Sent")
    }
    user["properties"]["more"] = {"items": {"$ref": "#/components/schemas/Inner"}}  # type: ignore[index] # it is a dict
    _operation(document).update(
        responses={"200": {"content": content["User"]}, "404": {"content": {"a/b": 5}}, "500": 5},
        requestBody={"content": content["Sent"]},
    )
    result, _, names = _read(document)
    schemas = result["components"]["schemas"]
    assert [schemas[name]["required"] for name in ("User", "Inner", "Sent")] == [
        ["id"],
        [],
        ["key"],
    ]
    assert "one-way-properties" in names


def test_fields_that_match_a_pattern_have_its_type_too() -> None:
    """Nothing else says what they are, and ``additionalProperties`` is not about them."""
    other, matching = {"type": "integer"}, {"type": "string"}
    found, _ = _schema({"additionalProperties": other, "patternProperties": {"^x-": matching}})
    assert found == {"$ref": "#/components/schemas/OuterP"}
    document = describe(
        components={
            "schemas": {"A": {"additionalProperties": other, "patternProperties": {"x": matching}}}
        }
    )
    result, _, names = _read(document)
    schema = result["components"]["schemas"]["A"]
    assert schema["additionalProperties"] == {"anyOf": [other, matching]}
    assert names == ["pattern-properties", "implicit-types"]


@pytest.mark.parametrize("paths", [{"/a": "nonsense"}, {"/a": {"get": 5, "parameters": 7}}, []])
def test_nonsense_is_read_as_nothing(paths: Any) -> None:
    """A transform never fails on a description of the wrong shape."""
    document = describe(components={"parameters": {"x": 1}})
    document["paths"] = paths
    assert transformed(document)[2] == ()


def test_a_description_that_unfolds_without_measure_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The walk over schemas has an end."""
    monkeypatch.setattr(drafts, "_MOST_SCHEMAS", 2)
    with pytest.raises(LimitError, match="unfolds to more than 2 schemas"):
        _schema({"type": "string"})
