"""Documents that want a call, a credential, a read or a write to go where nobody sent it."""

from __future__ import annotations

from typing import Any

from hostile_case import FIFO, FILE, HOST, URL, HostileCase, operation, schema_spec, spec

__all__ = ["CASES"]


def _path(name: str, attacks: str, path: str, refused: str | None, *names: str) -> HostileCase:
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string"}} for one in names
    ]
    document = spec({path: {"get": operation(parameters=parameters)}})
    return HostileCase(f"path-{name}", attacks, document, refused)


_NO_PATH = "its path is no template"
_NO_PLACE = "the path has no placeholder"
_IGNORED = "is ignored: calls go to the base URL that the client is given"
_PATHS = (
    _path("absolute", "an absolute URL as a path key", f"{URL}/things", _NO_PATH),
    _path("protocol-relative", "a host of its own after two slashes", f"//{HOST}/things", _NO_PATH),
    _path("userinfo", "the base URL becomes userinfo", f"@{HOST}/things", _NO_PATH),
    _path("port", "the base URL gets another port", ":1/things", _NO_PATH),
    _path("suffix", "the base URL gets another domain", ".example.org/things", _NO_PATH),
    _path("backslashes", "backslashes that clients take for slashes", "/\\\\evil/x", _NO_PATH),
    _path("dots", "climbs out of the base path", "/things/../../admin", _NO_PATH),
    _path("dot-end", "a dot segment at the end", "/things/..", _NO_PATH),
    _path("fragment", "the rest of the path becomes a fragment", "/things#{id}", _NO_PLACE, "id"),
    _path("newline", "a header of its own", "/things HTTP/1.1\r\nX-Evil: 1", _NO_PATH),
    _path("nul", "NUL in the request line", "/things\x00", _NO_PATH),
    _path("tab", "a tab, which URL parsers drop", "/th\tings", _NO_PATH),
    _path("space", "a space in the request line", "/th ings", _NO_PATH),
    _path("format", "a width that takes gigabytes", "/things/{id:>3000000000}", _NO_PLACE, "id"),
    _path("conversion", "a conversion of str.format", "/things/{id!r}", _NO_PLACE, "id"),
    _path("attribute", "an attribute by str.format", "/things/{id.__class__}", _NO_PLACE, "id"),
    _path("index", "an item by str.format", "/things/{id[0]}", _NO_PLACE, "id"),
    _path("empty-name", "a placeholder without a name", "/things/{}", _NO_PLACE, "id"),
    _path("doubled-braces", "escaped braces of str.format", "/things/{{id}}", _NO_PATH, "id"),
    _path("unbalanced", "a brace that is never closed", "/things/{id", _NO_PATH, "id"),
    _path("undeclared", "a placeholder that no parameter declares", "/things/{id}", None),
    _path("twice", "one placeholder twice", "/things/{id}/{id}", None, "id"),
    _path("code", "Python in a placeholder", "/{__import__('os').mkdir('OWNED')}", _NO_PLACE, "id"),
    _path("encoded-dots", "dots, percent-encoded", "/things/%2e%2e/admin", _NO_PATH),
    _path("bidirectional", "text that reads backwards", "/things/\u202egnp", None),
    _path("long", "a path of 100 kB", "/" + "a" * 100_000, _NO_PATH),
)


def _reference(
    name: str, attacks: str, target: str, refused: str | None = "only references of the form"
) -> Any:
    return HostileCase(
        f"reference-{name}",
        attacks,
        schema_spec({"type": "object", "required": ["p"], "properties": {"p": {"$ref": target}}}),
        refused,
    )


_REFERENCES = (
    _reference("http", "fetches an address", f"{URL}/schema.yaml"),
    _reference("protocol-relative", "fetches from a host", f"//{HOST}/schema.yaml"),
    _reference("file-url", "reads a file by URL", f"file://{FILE}"),
    _reference("file-host", "reads a file of a host", f"file://{HOST}/share/schema.yaml"),
    _reference("absolute-file", "reads a file", FILE),
    _reference("relative-file", "reads a file beside the folder", "../secret.yaml"),
    _reference("file-pointer", "reads a part of a file", f"{FILE}#/components/schemas/A"),
    _reference("fifo", "waits for a FIFO for ever", FIFO),
    _reference("device", "reads a device for ever", "/dev/zero"),
    _reference("environment", "reads the environment", "file:///proc/self/environ"),
    _reference("data-url", "carries a document in an address", "data:application/json,{}"),
    _reference("code-url", "asks for code to be run", "javascript:alert(1)"),
    _reference("own-url", "an address of the document itself", "case.yaml#/components/schemas/A"),
    _reference("missing", "leads to nothing", "#/components/schemas/None", "leads to nothing"),
    _reference("anchor", "an anchor, which is no pointer", "#anchor"),
    _reference("empty", "the whole document", "", None),
    _reference("into-text", "goes on inside a text", "#/info/title/0", "leads to nothing"),
    _reference(
        "huge-index",
        "an index of 5,000 digits",
        f"#/components/schemas/Thing/required/{'9' * 5000}",
        "leads to nothing",
    ),
    HostileCase(
        "reference-circle",
        "a reference to itself by way of another",
        schema_spec({"$ref": "#/components/schemas/B"}, B={"$ref": "#/components/schemas/Thing"}),
        "leads in a circle",
    ),
    HostileCase(
        "reference-to-itself",
        "a reference to itself",
        schema_spec({"$ref": "#/components/schemas/Thing"}),
        "leads in a circle",
    ),
    HostileCase(
        "reference-number",
        "a reference that is no text",
        schema_spec({"$ref": 7}),
        "is no string",
    ),
    HostileCase(
        "reference-path-item",
        "fetches a path item",
        spec({"/things": {"$ref": f"{URL}/item.yaml"}}),
        "leaves the document",
    ),
    HostileCase(
        "reference-of-another-kind",
        "a schema that is a response",
        schema_spec({"$ref": "#/paths/~1things/post/responses/200"}),
    ),
    HostileCase(
        "dynamic-reference",
        "fetches an address by $dynamicRef",
        schema_spec({"type": "object", "properties": {"p": {"$dynamicRef": f"{URL}/x"}}}),
    ),
    HostileCase(
        "schema-dialect",
        "fetches a dialect and a base",
        schema_spec({"$schema": f"{URL}/dialect", "$id": f"{URL}/id", "type": "object"})
        | {"jsonSchemaDialect": f"{URL}/dialect"},
    ),
    HostileCase(
        "external-example",
        "fetches an example",
        spec(
            {
                "/things": {
                    "get": operation(
                        responses={
                            "200": {
                                "description": "Done.",
                                "content": {
                                    "application/json": {
                                        "schema": {"type": "string"},
                                        "examples": {"a": {"externalValue": f"file://{FILE}"}},
                                    }
                                },
                            }
                        }
                    )
                }
            }
        ),
    ),
    HostileCase(
        "discriminator-mapping",
        "fetches a schema by a mapping",
        schema_spec(
            {
                "oneOf": [{"$ref": "#/components/schemas/A"}],
                "discriminator": {"propertyName": "k", "mapping": {"a": f"{URL}/A"}},
            },
            A={"type": "object", "properties": {"k": {"type": "string"}}},
        ),
    ),
    HostileCase(
        "link-operation",
        "fetches an operation by a link",
        spec(
            {
                "/things": {
                    "get": operation(
                        responses={
                            "204": {
                                "description": "Done.",
                                "links": {"a": {"operationRef": f"{URL}/api.yaml#/paths"}},
                            }
                        }
                    )
                }
            }
        ),
    ),
    HostileCase(
        "discovery-address",
        "fetches from OpenID Connect, OAuth and documentation addresses",
        spec(
            externalDocs={"url": f"{URL}/docs"},
            components={
                "securitySchemes": {
                    "a": {"type": "openIdConnect", "openIdConnectUrl": f"{URL}/discovery"}
                }
            },
            security=[{"a": []}],
        ),
    ),
)


def _server(name: str, attacks: str, url: str) -> HostileCase:
    return HostileCase(f"server-{name}", attacks, spec(servers=[{"url": url}]))


_SERVERS = (
    _server("userinfo", "credentials in the address", f"https://user:secret@{HOST}/"),
    _server("file", "a file as a server", f"file://{FILE}"),
    _server("relative", "no server at all", "//"),
    _server("escapes", "a terminal escape in an address", "https://\x1b]8;;evil\x07.example.com"),
    HostileCase(
        "server-of-path",
        "sends the calls of one path elsewhere",
        spec({"/things": {"servers": [{"url": URL}], "get": operation()}}),
        _IGNORED,
    ),
    HostileCase(
        "server-of-operation",
        "sends one call elsewhere",
        spec({"/things": {"get": operation(servers=[{"url": URL}])}}),
        _IGNORED,
    ),
    HostileCase(
        "server-variables",
        "variables that make another host",
        spec(servers=[{"url": "{a}://{b}/", "variables": {"a": {"default": "http"}}}]),
    ),
)


def _scheme(name: str, attacks: str, scheme: dict[str, Any], refused: str | None) -> HostileCase:
    return HostileCase(
        f"credentials-{name}",
        attacks,
        spec(components={"securitySchemes": {"key": scheme}}, security=[{"key": []}]),
        refused,
    )


_NO_REQUEST = "no request can carry the credentials"
_CREDENTIALS = (
    _scheme(
        "newline",
        "a header of its own by the name of a key",
        {"type": "apiKey", "in": "header", "name": "X-Key\r\nX-Evil"},
        _NO_REQUEST,
    ),
    _scheme(
        "place",
        "credentials in a place that is none",
        {"type": "apiKey", "in": "body", "name": "key"},
        _NO_REQUEST,
    ),
    _scheme(
        "scheme",
        "code as the authentication scheme",
        {"type": "http", "scheme": "\"\"\" + __import__('os').mkdir('OWNED')"},
        _NO_REQUEST,
    ),
    _scheme(
        "host",
        "the key as the Host header",
        {"type": "apiKey", "in": "header", "name": "Host"},
        _NO_REQUEST,
    ),
    _scheme(
        "length",
        "the key as the length of the body",
        {"type": "apiKey", "in": "header", "name": "Content-Length"},
        _NO_REQUEST,
    ),
)

CASES = (*_PATHS, *_REFERENCES, *_SERVERS, *_CREDENTIALS)
