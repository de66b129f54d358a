from __future__ import annotations

from typing import Any

import pytest
from operation_pairs import between, documents, found, operations, rules

from specproof.regression.change import Site
from specproof.regression.media import content_of, match_media
from specproof.regression.modes import Mode
from specproof.regression.places import Document

Node = dict[str, Any]
JSON = "application/json"


def _body(content: Node | None, **more: Any) -> Node:
    return {} if content is None else {"requestBody": {"content": content, **more}}


def _answer(content: Node | None) -> Node:
    held = {"description": "fine"} if content is None else {"description": "", "content": content}
    return {"responses": {"200": held}}


STRING = {"schema": {"type": "string"}}


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (_body(None), _body({JSON: STRING}), "request-body-added"),
        (_body(None), _body({JSON: STRING}, required=True), "required-request-body-added"),
        (_body({JSON: STRING}), _body(None), "request-body-removed"),
        (
            _body({JSON: STRING}),
            _body({JSON: STRING}, required=True),
            "request-body-became-required",
        ),
        (
            _body({JSON: STRING}, required=True),
            _body({JSON: STRING}),
            "request-body-became-optional",
        ),
    ],
)
def test_body_comes_and_goes(old: Node, new: Node, rule: str) -> None:
    """A body that comes, goes or has to be there is found as that."""
    assert found(old, new) == {(rule, "request body of POST /pets")}


def test_body_without_content_is_a_body() -> None:
    """A body that has to be there counts even where nobody says what it is."""
    assert rules({}, {"requestBody": {"content": None, "required": True}}) == {
        "required-request-body-added"
    }


@pytest.mark.parametrize(
    ("old", "new", "request_rules", "response_rules"),
    [
        ([JSON, "a/b"], [JSON], {"request-media-type-removed"}, {"response-media-type-removed"}),
        ([JSON], [JSON, "a/b"], {"request-media-type-added"}, {"response-media-type-added"}),
        (
            [JSON],
            ["application/problem+json"],
            {"request-media-type-removed", "request-media-type-added"},
            {"response-media-type-specialized"},
        ),
        (
            ["application/problem+json"],
            [JSON],
            {"request-media-type-removed", "request-media-type-added"},
            {"response-media-type-generalized"},
        ),
        (
            [JSON],
            ["*/*"],
            {"request-media-type-generalized"},
            {"response-media-type-generalized"},
        ),
        (
            ["application/*"],
            [JSON],
            {"request-media-type-specialized"},
            {"response-media-type-specialized"},
        ),
        (
            ["application/*", JSON],
            ["application/*"],
            {"request-media-type-generalized"},
            {"response-media-type-generalized"},
        ),
        (
            [JSON],
            [f"{JSON}; charset=utf-8"],
            {"request-media-type-parameters-changed"},
            {"response-media-type-parameters-changed"},
        ),
        ([f"{JSON};charset=UTF-8;q=1"], ['Application/JSON; Q=1; charset="utf-8"'], set(), set()),
        ([JSON, JSON.upper()], [JSON], set(), set()),
    ],
)
def test_media_types(
    old: list[str], new: list[str], request_rules: set[str], response_rules: set[str]
) -> None:
    """Media types are compared by meaning; a server takes less than a reader understands."""
    before, after = dict.fromkeys(old, STRING), dict.fromkeys(new, STRING)
    assert rules(_body(before), _body(after)) == request_rules
    assert rules(_answer(before), _answer(after)) == response_rules


def test_facts_name_both_media_types() -> None:
    """What it was and what it is are facts, so that a further change is another change."""
    old, new = {"a/b;v=1": STRING}, {"a/b;v=2": STRING}
    (finding,) = between(_answer(old), _answer(new))
    assert finding.facts == {"media": "a/b; v=2", "old": "a/b; v=1"}
    assert finding.pointer == "/paths/~1pets/post/responses/200/content/a~1b;v=2"


def test_schema_that_comes_and_goes() -> None:
    """A schema where there was none narrows a request; its loss opens a response."""
    nothing: Node = {JSON: {}}
    some = {JSON: {"schema": {"type": "object"}}}
    assert rules(_body(nothing), _body(some)) == {"request-schema-added"}
    assert rules(_body(some), _body(nothing)) == {"request-schema-removed"}
    assert rules(_answer(nothing), _answer(some)) == {"response-schema-added"}
    assert rules(_answer(some), _answer({JSON: {"schema": {}}})) == {"response-schema-removed"}
    assert rules(_answer(nothing), _answer({JSON: {"schema": True}})) == set()


def test_bytes_need_no_schema() -> None:
    """3.0 says that bytes are a binary string, 3.1 says nothing, and means the same."""
    image = "image/png"
    old = {image: {"schema": {"type": "string", "format": "binary"}}}
    assert rules(_answer(old), _answer({image: {}})) == set()
    assert rules(_answer({JSON: old[image]}), _answer({JSON: {}})) == {"response-schema-removed"}


def test_schemas_are_compared_in_the_direction_of_the_body() -> None:
    """A value more is fine for writers and breaks readers."""
    old, new = {JSON: {"schema": {"enum": ["a"]}}}, {JSON: {"schema": {"enum": ["a", "b"]}}}
    ((asked, asked_at),) = operations(_body(old), _body(new))
    ((given, given_at),) = operations(_answer(old), _answer(new))
    assert (asked.rule, asked_at) == (
        "request-enum-value-added",
        (Site("POST /pets", "request body"),),
    )
    assert (given.rule, given_at) == (
        "response-enum-value-added",
        (Site("POST /pets", "response 200"),),
    )


def test_shared_body_is_reported_once() -> None:
    """A change of a Request Body component is one finding with all its operations."""

    def held(**more: Any) -> Node:
        use = {"requestBody": {"$ref": "#/components/requestBodies/Pet"}}
        return {
            "paths": {"/a": {"post": use}, "/b": {"put": use}},
            "components": {"requestBodies": {"Pet": {"content": {JSON: STRING}, **more}}},
        }

    ((finding, sites),) = documents(held(), held(required=True))
    assert finding.subject == "request body Pet"
    assert [site.operation for site in sites] == ["POST /a", "PUT /b"]
    inline = _body({JSON: STRING})
    assert documents(held(), {"paths": {"/a": {"post": inline}, "/b": {"put": inline}}}) == []


def test_bodies_of_webhooks_are_read() -> None:
    """The API writes them, so what widens them breaks, and their loss too."""
    held = {"webhook": True, "template": "new"}
    old, new = _body({JSON: {"schema": {"enum": ["a"]}}}), _body({JSON: {"schema": {}}})
    assert rules(old, new, **held) == {"response-schema-removed"}
    assert rules(old, {}, **held) == {"event-body-removed"}
    assert rules({}, old, **held) == {"event-body-added"}
    forced = {"requestBody": {**old["requestBody"], "required": True}}
    assert rules(forced, old, **held) == {"event-body-became-optional"}
    assert rules(old, forced, **held) == {"event-body-became-required"}


def _form(
    encoding: Node | None, kind: Node | None = None, media: str = "multipart/form-data"
) -> Node:
    part = {"type": "string"} if kind is None else kind
    held: Node = {"schema": {"type": "object", "properties": {"part": part}}}
    return {media: held if encoding is None else {**held, "encoding": {"part": encoding}}}


@pytest.mark.parametrize(
    ("kind", "default"),
    [
        ({"type": "string"}, "text/plain"),
        ({"type": ["integer", "null"]}, "text/plain"),
        ({"type": "string", "format": "binary"}, "application/octet-stream"),
        ({"type": "object"}, "application/json"),
        ({"properties": {}}, "application/json"),
        ({"type": "array", "items": {"type": "string"}}, "text/plain"),
        ({"type": "array", "items": {"type": "array"}}, "application/json"),
    ],
)
def test_default_encodings_written_out_are_no_change(kind: Node, default: str) -> None:
    """The media type that a part has anyway may be written down or not."""
    written = {"contentType": default.upper(), "style": "form", "explode": True}
    assert rules(_body(_form(None, kind)), _body(_form(written, kind))) == set()
    other = {"contentType": "x/y"}
    assert rules(_body(_form(None, kind)), _body(_form(other, kind))) == {
        "encoding-content-type-changed"
    }


def test_encodings_by_direction() -> None:
    """One media type more for a part is fine for its writer, one less for its reader."""
    one, two = _form({"contentType": "a/b"}), _form({"contentType": "c/d, a/b"})
    assert found(_body(one), _body(two)) == {
        (
            "encoding-content-type-extended",
            "part part of request body of POST /pets as multipart/form-data",
        )
    }
    assert rules(_body(two), _body(one)) == {"encoding-content-type-changed"}
    assert rules(_answer(two), _answer(one)) == {"encoding-content-type-extended"}
    assert rules(_answer(one), _answer(two)) == {"encoding-content-type-changed"}
    assert rules(_body(_form({}, {})), _body(_form({"contentType": "a/b"}, {}))) == set()


def test_style_of_a_part() -> None:
    """Style, explode and reserved characters change what a form looks like."""
    for more in ({"style": "deepObject"}, {"explode": False}, {"allowReserved": True}):
        (finding,) = between(_body(_form(None)), _body(_form(more)))
        assert finding.rule == "encoding-style-changed"
        assert finding.facts["old"] == "form, exploded"


def test_headers_of_a_part() -> None:
    """The headers of a part are written by whoever writes the body."""
    header = {"headers": {"X-Id": {"required": True, "schema": {"type": "string"}}}}
    assert rules(_body(_form({})), _body(_form(header))) == {"required-parameter-added"}
    assert rules(_answer(_form(header)), _answer(_form({}))) == {"required-response-header-removed"}


def test_encodings_of_json_mean_nothing() -> None:
    """Encodings apply to forms and multipart bodies only (OpenAPI 3.1.1, 4.8.14)."""
    other = {"contentType": "x/y"}
    assert rules(_body(_form({}, media=JSON)), _body(_form(other, media=JSON))) == set()


TEXTS: Node = {"text/json": {}, "text/event-stream": {}}


def test_modes() -> None:
    """Forms, XML and plain text are text on the wire; JSON and ranges are not."""
    document = Document(
        {
            "content": {"text/csv": {}, "a/b+xml": {}, JSON: {}, "*/*": {}, "x-note": {}, **TEXTS},
            "more": {"content": {JSON: {"$ref": "#/content/*~1*"}}},
        },
        "test",
    )
    held = {item.essence: item for item in content_of(document, document.place, "body")}
    assert held.keys() == {"text/csv", "a/b+xml", JSON, "*/*", *TEXTS}
    assert held["text/csv"].mode(writes=True) is Mode.REQUEST_TEXT
    assert held["a/b+xml"].mode(writes=False) is Mode.RESPONSE_TEXT
    assert held[JSON].mode(writes=False) is Mode.RESPONSE
    assert held["*/*"].mode(writes=True) is Mode.REQUEST
    assert held["text/json"].mode(writes=True) is Mode.REQUEST
    assert held["text/event-stream"].mode(writes=False) is Mode.RESPONSE
    assert held["text/csv"].place.name == "body as text/csv"
    assert held[JSON].place.name == "body"
    matches = match_media(held.values(), [held[JSON]], writes=True)
    assert JSON not in [item.essence for item in matches.removed]
    assert len(matches.removed) == 5
    assert [one.essence for one, _ in matches.pairs] == [JSON]
    (referring,) = content_of(document, document.place.child("more"), "other")
    assert (referring.place.pointer, referring.place.name) == ("/content/*~1*", "other")
    assert not held["*/*"].covers(held["*/*"])


def test_odd_bodies_have_nothing_to_compare() -> None:
    """Whatever stands where a body or a media type is due, there is an answer."""
    odd: Node = {"requestBody": {"content": {JSON: None, "*": [], "": {"schema": []}}}}
    assert rules(odd, odd) == set()
    assert rules({"requestBody": []}, {"requestBody": None}) == set()
    assert rules(_body({JSON: {"schema": False}}), _body({JSON: {}})) == {"request-schema-removed"}
