from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.document.references import check_references, escape, lookup, resolve
from specproof.errors import InputError, LimitError
from specproof.model import Json, JsonObject

# The document and the pointers of RFC 6901, section 5 and 6.
RFC: JsonObject = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6,
    " ": 7, "m~n": 8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2),
        ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8),
        ("#/foo/0", "bar"), ("#/", 0), ("#/a~1b", 1), ("#/c%25d", 2), ("#/%20", 7), ("#/m~0n", 8),
    ],
)  # fmt: skip
def test_pointers_of_the_rfc(pointer: str, value: Json) -> None:
    """The examples of RFC 6901 lead where it says."""
    assert lookup(RFC, pointer) == value


@pytest.mark.parametrize("pointer", ["", "#"])
def test_the_empty_pointer_is_the_whole_document(pointer: str) -> None:
    """RFC 6901, section 5: the empty string names the document."""
    assert lookup(RFC, pointer) is RFC


@pytest.mark.parametrize(
    "pointer", ["/foo/2", "/foo/-", "/foo/01", "/foo/\u0660", "/bar", "/foo/0/x"]
)
def test_a_dangling_pointer_is_refused(pointer: str) -> None:
    """Where nothing is, there is no value."""
    with pytest.raises(InputError, match="leads to nothing"):
        lookup(RFC, pointer)


@pytest.mark.parametrize(
    "reference",
    ["other.yaml", "other.yaml#/a", "https://example.com/a#/b", "file:///etc/passwd", "#anchor"],
)
def test_a_reference_never_leaves_the_document(reference: str) -> None:
    """Files, URLs and anchors are refused, before anything is opened."""
    with pytest.raises(InputError, match="leaves the document or is no JSON Pointer"):
        lookup(RFC, reference)
    with pytest.raises(InputError, match=r"leaves the document.*, at #/x/\$ref"):
        check_references({"x": {"$ref": reference}}, name="spec")


@given(tokens=st.lists(st.text(), max_size=4))
def test_escaped_tokens_lead_back(tokens: list[str]) -> None:
    """A pointer built with ``escape`` leads to the value, whatever the keys are."""
    document: Json = "end"
    for token in reversed(tokens):
        document = {token: document}
    assert lookup(document, "".join(f"/{escape(token)}" for token in tokens)) == "end"


def test_resolve_follows_chains() -> None:
    """A reference to a reference gives the last value; other values stay."""
    document: JsonObject = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"d": 1}}
    assert resolve(document, document["a"]) == {"d": 1}
    assert resolve(document, 5) == 5


@pytest.mark.parametrize("document", [{"a": {"$ref": "#/a"}},
                                      {"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}])  # fmt: skip
def test_a_circle_of_references_is_refused(document: JsonObject) -> None:
    """A chain that never ends is an error; a schema that contains itself is none."""
    with pytest.raises(InputError, match="leads in a circle"):
        resolve(document, document["a"])
    with pytest.raises(InputError, match=r"spec: .* leads in a circle"):
        check_references(document, name="spec")
    check_references({"a": {"properties": {"x": {"$ref": "#/a"}}}}, name="spec")


@pytest.mark.parametrize(
    "node",
    [
        {"properties": {"$ref": {"type": "string"}}},
        {"example": {"$ref": "nowhere"}},
        {"default": {"$ref": 1}},
        {"enum": [{"$ref": "nowhere"}]},
        {"const": {"$ref": "nowhere"}},
        {"examples": {"one": {"value": {"$ref": "nowhere"}}}},
        {"examples": [{"$ref": "nowhere"}]},
    ],
)
def test_data_that_looks_like_a_reference_is_none(node: JsonObject) -> None:
    """A property named $ref and the vendor's examples are left alone."""
    check_references({"schema": node}, name="spec")


@pytest.mark.parametrize(
    ("node", "pointer"),
    [
        ({"items": {"$ref": "#/no"}}, "#/schema/items/$ref"),
        ({"allOf": [{}, {"$ref": "#/no"}]}, "#/schema/allOf/1/$ref"),
        ({"properties": {"example": {"$ref": "#/no"}}}, "#/schema/properties/example/$ref"),
        ({"properties": {"properties": {"$ref": "#/no"}}}, "#/schema/properties/properties/$ref"),
        ({"properties": {"a/b": {"$ref": "#/no"}}}, "#/schema/properties/a~1b/$ref"),
        ({"examples": {"one": {"$ref": "#/no"}}}, "#/schema/examples/one/$ref"),
    ],
)
def test_a_dangling_reference_names_its_place(node: JsonObject, pointer: str) -> None:
    """Wherever a reference counts, one that leads to nothing is found."""
    with pytest.raises(InputError) as caught:
        check_references({"schema": node}, name="spec")
    assert str(caught.value) == f'spec: the reference "#/no" leads to nothing, at {pointer}'


def test_a_reference_is_a_string() -> None:
    """Any other value is refused."""
    with pytest.raises(InputError, match=r"spec: the \$ref at #/a/\$ref is no string"):
        check_references({"a": {"$ref": 5}}, name="spec")


def test_references_in_extensions_are_data() -> None:
    """Vendors name their own files in extensions; that is nothing that anyone follows here."""
    inside: JsonObject = {"$ref": "./snippets/node.ts"}
    schema: JsonObject = {"x-fern": {"code": inside}, "properties": {"a": {"x-own": [inside]}}}
    check_references({"x-a": inside, "components": {"schemas": {"A": schema}}}, name="spec")


@pytest.mark.parametrize(
    "document",
    [
        {"paths": {"/a": {"$ref": "#/x-defs/a"}}, "x-defs": {"a": {"b": {"$ref": "c.yaml"}}}},
        {"paths": {"/a": {"$ref": "#/%78-defs/a"}}, "x-defs": {"a": {"b": {"$ref": "c.yaml"}}}},
        {"components": {"schemas": {"x-a": {"items": {"$ref": "c.yaml"}}}}},
        {"components": {"headers": {"x-rate": {"schema": {"$ref": "c.yaml"}}}}},
        {"components": {"schemas": {"A": {"properties": {"x-a": {"$ref": "c.yaml"}}}}}},
    ],
)
def test_what_is_reached_is_no_extension(document: JsonObject) -> None:
    """What a reference leads to, and a component or property whose name begins so, is checked."""
    with pytest.raises(InputError, match=r"leaves the document.*, at #/"):
        check_references(document, name="spec")


@pytest.mark.parametrize("order", [1, -1])
def test_a_chain_of_references_has_an_end(order: int) -> None:
    """What leads through thousands of references is refused, wherever it is entered."""
    links: JsonObject = {f"C{n}": {"$ref": f"#/c/C{n + 1}"} for n in range(3000)}
    links["C3000"] = {"type": "string"}
    with pytest.raises(LimitError, match=r"leads through more than 100, at #/c/"):
        check_references({"c": dict([*links.items()][::order])}, name="spec")
