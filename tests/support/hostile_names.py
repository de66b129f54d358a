"""Documents whose names are words of Python or of the client, collide, climb or hide."""

from __future__ import annotations

from typing import Any

from hostile_case import HostileCase, operation, schema_case, schema_spec, spec

__all__ = ["CASES"]

_TEXT = {"type": "string"}


def _named(kind: str, name: str, attacks: str, refused: str | None = None) -> list[HostileCase]:
    """Return one case with ``name`` as operationId, tag, schema, property and parameter."""
    schema = {"type": "object", "properties": {name: _TEXT}, "required": [name]}
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Holder"}}}
    document = spec(
        {
            "/things": {
                "post": operation(
                    operationId=name,
                    tags=[name],
                    parameters=[{"name": "limit", "in": "query", "schema": _TEXT}],
                    requestBody={"content": body},
                    responses={"200": {"description": "Done.", "content": body}},
                )
            }
        },
        components={
            "schemas": {
                name: schema,
                "Holder": {
                    "type": "object",
                    "properties": {"p": {"$ref": f"#/components/schemas/{_escaped(name)}"}},
                },
            }
        },
    )
    return [HostileCase(f"name-{kind}", attacks, document, refused)]


def _escaped(name: str) -> str:
    pointer = name.replace("~", "~0").replace("/", "~1")
    return "".join(
        character
        if (character.isalnum() and character.isascii()) or character in "~_-."
        else "".join(f"%{byte:02X}" for byte in character.encode())
        for character in pointer
    )


_NAMES = [
    *_named("climbs", "../../../evil", "climbs out of the output folder"),
    *_named("absolute", "/tmp/evil", "an absolute path"),  # noqa: S108 - never written
    *_named("backslashes", "..\\..\\evil", "climbs out on Windows"),
    *_named("dots", "..", "the folder above"),
    *_named("device", "CON", "a device on Windows"),
    *_named("long", "n" * 300, "longer than a file name may be"),
    *_named("long-wide", "\u00fc" * 200, "longer than a file name may be, in bytes"),
    *_named("empty", "", "no name at all"),
    *_named("blank", " ", "a blank"),
    *_named("digits", "123", "begins with a digit"),
    *_named("symbols", "+-*/", "nothing that a Python name may hold"),
    *_named("keyword", "class", "a keyword"),
    *_named("soft-keyword", "match", "a soft keyword"),
    *_named("constant", "None", "a constant of Python"),
    *_named("initialiser", "__init__", "the file of the package"),
    *_named("main", "__main__", "the program of the package"),
    *_named("builtin", "__builtins__", "the builtins"),
    *_named("standard-library", "typing", "a module of the standard library"),
    *_named("runtime", "client", "a module of the client"),
    *_named("runtime-types", "types", "a module that models import"),
    *_named("annotations", "annotations", "the name that __future__ gives"),
    *_named("response", "Response", "a class of the client"),
    *_named("unset", "Unset", "the class for what is absent"),
    *_named("any", "Any", "a name that every module imports"),
    *_named("mapping", "Mapping", "another name that every module imports"),
    *_named("dict", "dict", "a builtin that models use"),
    *_named("str", "str", "another builtin that models use"),
    *_named("isinstance", "isinstance", "a builtin that models call"),
    *_named("workflow", "::error::evil", "a command of the build service"),
    *_named("workflow-azure", "##vso[task.complete]", "a command of another build service"),
    *_named("escapes", "\x1b[2J\x1b]0;evil\x07", "terminal escapes"),
    *_named("bidirectional", "a\u202eevil\u202c", "text that reads backwards"),
    *_named("invisible", "a\u200b\u2060b", "characters that nobody sees"),
    *_named("tag-characters", "a\U000e0061\U000e0062", "text that only machines read"),
    *_named("look-alike", "\u0430dmin", "a letter that looks like another"),
    *_named("compatibility", "\ufb01eld", "a letter that Python reads as two"),
    *_named("combining", "e\u0301", "a letter in two characters"),
    *_named("line-separators", "a\u2028b\u2029c\x85d", "line breaks of other standards"),
    *_named("private", "\ue000\U000f0000", "characters without a meaning"),
    *_named("newlines", "a\r\nb", "line breaks"),
    *_named("markup", "<script>alert(1)</script>", "markup"),
    *_named("markdown", "[a](javascript:b) `c` ![d](http://e)", "links and code of a README"),
]

_MEMBERS = (
    "d",
    "cls",
    "self",
    "src_dict",
    "to_dict",
    "from_dict",
    "to_multipart",
    "additional_properties",
    "additional_keys",
    "__class__",
    "__init__",
    "__slots__",
    "__attrs_attrs__",
    "field_dict",
    "_field_dict",
    "_fields",
    "_result",
    "_make",
    "prop_name",
    "prop",
    "files",
    "types",
    "json",
    "UNSET",
    "cast",
    "datetime",
    "T",
    "isoparse",
)
_ARGUMENTS = (
    "body",
    "quote",
    "client",
    "url",
    "params",
    "headers",
    "cookies",
    "kwargs",
    "_kwargs",
    "segment",
    "partial",
    "build",
    "response",
    "Response",
    "UNSET",
    "Any",
    "cast",
    "self",
    "print",
    "sync",
    "asyncio",
    "datetime",
    "isinstance",
    "str",
)


def _arguments(place: str) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}
        for name in _ARGUMENTS
    ]
    path = "/things" + ("".join(f"/{{{name}}}" for name in _ARGUMENTS) if place == "path" else "")
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    return spec({path: {"post": operation(parameters=parameters, requestBody=body)}})


def _collide(*identifiers: str) -> dict[str, Any]:
    return spec(
        {f"/things/{n}": {"get": operation(operationId=i)} for n, i in enumerate(identifiers)}
    )


_COLLISIONS = [
    HostileCase(
        "operations-collapse",
        "five operationIds that make one module",
        _collide("getThing", "get_thing", "get-thing", "GetThing", "get thing"),
    ),
    HostileCase("operations-same", "one operationId three times", _collide("a", "a", "a")),
    HostileCase(
        "operations-nameless", "operationIds of symbols alone", _collide("!", "?", "*", "\u2603")
    ),
    HostileCase(
        "operations-without-names",
        "paths that differ in punctuation alone",
        spec(
            {
                path: {"get": {"responses": {"204": {"description": "Done."}}}}
                for path in ("/a/b", "/a-b", "/a_b", "/a.b", "/A/B")
            }
        ),
    ),
    HostileCase(
        "tags-collapse",
        "tags that make one folder",
        spec(
            {
                f"/things/{number}": {"get": operation(operationId="same", tags=[tag])}
                for number, tag in enumerate(("a b", "a-b", "A B", "a_b"))
            }
        ),
    ),
    HostileCase(
        "schemas-collapse",
        "schemas that make one class",
        schema_spec(
            {
                "type": "object",
                "properties": {
                    "p": {"$ref": "#/components/schemas/a_b"},
                    "q": {"$ref": "#/components/schemas/aB"},
                },
            },
            a_b={"type": "object", "properties": {"x": _TEXT}},
            aB={"type": "object", "properties": {"y": {"type": "integer"}}},
        ),
    ),
    schema_case(
        "properties-collapse",
        "properties that make one attribute",
        {"type": "object", "properties": dict.fromkeys(("aB", "a_b", "a-b", "a b"), _TEXT)},
    ),
    schema_case(
        "enum-collapses",
        "values that make one member",
        {"type": "string", "enum": ["a b", "a-b", "a_b", "A B", "", " ", "+", "-", "1", "_1"]},
    ),
    schema_case(
        "enum-members",
        "values that are members of every enum",
        {
            "type": "string",
            "enum": ["mro", "name", "value", "_missing_", "__class__", "__str__", "self", "None"],
        },
    ),
    schema_case(
        "members",
        "properties named like parts of a model",
        {"type": "object", "properties": dict.fromkeys(_MEMBERS, _TEXT)},
    ),
    schema_case(
        "members-required",
        "required properties named like parts of a model",
        {
            "type": "object",
            "properties": dict.fromkeys(_MEMBERS, _TEXT),
            "required": list(_MEMBERS),
        },
    ),
    *(
        HostileCase(
            f"arguments-{place}",
            f"{place} parameters named like parts of a call",
            _arguments(place),
        )
        for place in ("query", "header", "cookie", "path")
    ),
    HostileCase(
        "parameters-in-every-place",
        "one name in four places",
        spec(
            {
                "/things/{id}": {
                    "get": operation(
                        parameters=[
                            {
                                "name": "id",
                                "in": place,
                                "required": place == "path",
                                "schema": {"type": "string"},
                            }
                            for place in ("path", "query", "header", "cookie")
                        ]
                    )
                }
            }
        ),
    ),
]

CASES = (*_NAMES, *_COLLISIONS)
