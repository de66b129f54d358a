"""Documents whose bytes are the attack: encodings, YAML, JSON, size and depth."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

from hostile_case import HostileCase, schema_spec, spec

__all__ = ["CASES"]

_FILES = Path(__file__).parents[1] / "hostile" / "documents" / "cases"
_WHOLE = json.dumps(spec())
_HEAD = """openapi: 3.1.0
info: {title: Hostile, version: '1'}
paths:
  /things:
    get:
      operationId: doIt
      responses: {'204': {description: Done.}}
"""
_LINES = "".join(f"  {line}\n" if line else "\n" for line in ("a: 1",))


def _yaml(name: str, attacks: str, tail: str, refused: str | None = None) -> HostileCase:
    """Return a valid description with ``tail`` at its end."""
    return HostileCase(name, attacks, (_HEAD + tail).encode(), refused)


def _raw(name: str, attacks: str, data: bytes, refused: str, suffix: str = ".yaml") -> HostileCase:
    return HostileCase(name, attacks, data, refused, suffix)


_LAUGHS = "x-0: &a0 [ha, ha]\n" + "".join(
    f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
_WIDE = "x-a: &a [" + "0, " * 20_000 + "]\nx-b: [" + "*a, " * 400 + "]\n"

_ENCODINGS = (
    HostileCase("byte-order-mark", "a byte order mark", codecs.BOM_UTF8 + _HEAD.encode()),
    HostileCase("crlf", "line ends of Windows", _HEAD.replace("\n", "\r\n").encode()),
    HostileCase("cr", "line ends of old machines", _HEAD.replace("\n", "\r").encode()),
    _raw("utf-16", "two bytes a character", _HEAD.encode("utf-16"), "is encoded as UTF-16"),
    _raw("utf-16-no-mark", "the same without a mark", _HEAD.encode("utf-16-le"), "UTF-16"),
    _raw("utf-32", "four bytes a character", _HEAD.encode("utf-32"), "UTF-32"),
    _raw("utf-7", "markup in seven bits", b"+ADw-script+AD4-: 1\n", "is no OpenAPI document"),
    _raw("not-utf-8", "bytes of another encoding", b"a: \xff\xfe\xfa\n", "not UTF-8"),
    _raw("overlong", "a slash in two bytes", b"a: \xc0\xaf\n", "not UTF-8"),
    _raw("surrogate-bytes", "half a pair in bytes", b"a: \xed\xa0\x80\n", "not UTF-8"),
    _raw("surrogate-json", "half a pair escaped", b'{"a": "\\ud800"}', "surrogate", ".json"),
    _raw("nul", "NUL within the text", b"a: b\n\x00: d\n", "control character"),
    _raw("escape", "a terminal escape", b"a: \x1b[2J\n", "control character"),
    _raw("empty", "nothing", b"", "is empty"),
    _raw("blank", "blanks alone", b" \n\t\n", "is empty"),
    _raw("zip", "an archive", b"PK\x03\x04" + b"\x00" * 100, "control character"),
)
_YAML = (
    _yaml("laughs", "a billion values by aliases", _LAUGHS, "more than"),
    _yaml("wide-aliases", "eight million values by aliases", _WIDE, "more than"),
    _yaml(
        "recursive-alias", "a value inside itself", "x-a: &a [*a]\n", "inside what it stands for"
    ),
    _yaml("alias-key", "an alias as a key", "x-a: &a b\n*a : c\n", "alias as a key"),
    _yaml(
        "python-object",
        "builds an object",
        "x-a: !!python/object/apply:os.mkdir [OWNED]\n",
        "uses the YAML tag",
    ),
    _yaml(
        "python-name", "loads a module", "x-a: !!python/name:os.system ''\n", "uses the YAML tag"
    ),
    _yaml("custom-tag", "a tag of its own", "x-a: !evil {}\n", "uses the YAML tag"),
    _yaml("binary-tag", "bytes", "x-a: !!binary aGk=\n", "uses the YAML tag"),
    _yaml("include-tag", "includes a file", "x-a: !include @FILE@\n", "uses the YAML tag"),
    _yaml("merge-key", "merges keys", "x-a: &a {b: 1}\nx-c:\n  <<: *a\n", "merge key"),
    _yaml(
        "duplicate-key", "two values for one key", "info: {title: Evil, version: '2'}\n", "twice"
    ),
    _yaml("complex-key", "an object as a key", "? {a: b}\n: c\n", "as a key"),
    _yaml("nameless-key", "a value without a key", ": c\n", "is not YAML"),
    _yaml("two-documents", "a second document", "---\nopenapi: 3.1.0\n", "more than one YAML"),
    _raw("directive", "a version of YAML", b"%YAML 1.1\n---\nopenapi: 3.1.0\n", "YAML 1.1"),
    _raw(
        "tag-directive",
        "tags by another name",
        b"%TAG ! tag:yaml.org,2002:\n--- {}\n",
        "declares YAML tags",
    ),
    _yaml("infinity", "a number without end", "x-a: .inf\n", "JSON does not know"),
    _yaml("not-a-number", "no number", "x-a: [-.inf, .nan]\n", "JSON does not know"),
    _yaml("exponent", "a number too large", "x-a: 1e999999999\n", "no reader can keep"),
    _yaml("digits", "an integer of a million digits", f"x-a: {'9' * 1_000_000}\n", "more than"),
    _yaml("hexadecimal", "the same in hexadecimal", f"x-a: 0x{'f' * 1_000_000}\n", "more than"),
    _yaml("old-words", "words and dates of YAML 1.1", "x-a: [no, on, 2001-01-01, 1:20, 0777, =]\n"),
    _yaml("tabs", "tabs for indentation", "x-a:\n\tb: 1\n", "is not YAML"),
    _yaml("unclosed", "a list that is never closed", "x-a: [" + "1, " * 1000, "is not YAML"),
    _yaml("deep-flow", "50,000 lists in one another", f"x-a: {'[' * 50_000}\n", "nested more than"),
    _yaml(
        "deep-flow-objects",
        "50,000 objects in one another",
        f"x-a: {'{a: ' * 50_000}\n",
        "nested more than",
    ),
    _yaml("deep-blocks", "50,000 dashes", f"x-a:\n  {'- ' * 50_000}1\n", "nested more than"),
    _yaml("long-key", "a key of 100 kB", f"? {'k' * 100_000}\n: 1\n"),
    _yaml("comment", "a comment of a megabyte", f"# {'c' * 1_000_000}\n"),
    _yaml(
        "many-anchors",
        "10,000 anchors",
        "x-a: [" + ", ".join(f"&a{number} 1" for number in range(10_000)) + "]\n",
    ),
    _raw("unclosed-quotes", "quotes without an end", b"{'a': '" + b"''" * 300_000, "is not YAML"),
)
_JSON = (
    _raw(
        "deep-json",
        "50,000 lists in JSON",
        b"[" * 50_000 + b"]" * 50_000,
        "nested more than",
        ".json",
    ),
    _raw(
        "deep-json-objects",
        "50,000 objects in JSON",
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        "nested more than",
        ".json",
    ),
    _raw("duplicate-json", "two values for one key", b'{"a": 1,\n"a": 2}', "twice", ".json"),
    _raw("constant-json", "NaN in JSON", b'{"a": NaN}', "JSON does not know", ".json"),
    _raw("comment-json", "a comment in JSON", b'{"a": 1 /* b */}', "is not JSON", ".json"),
    _raw(
        "digits-json", "a million digits", b'{"a": ' + b"9" * 1_000_000 + b"}", "more than", ".json"
    ),
    _raw("escapes-json", "a key twice by escapes", b'{"a": 1, "\\u0061": 2}', "twice", ".json"),
    _raw(
        "unclosed-json",
        "a string without an end",
        b'{"a": "' + b'\\"' * 300_000,
        "is not JSON",
        ".json",
    ),
    _raw("yaml-as-json", "YAML by the name of JSON", _HEAD.encode(), "is not JSON", ".json"),
    _raw("trailing-json", "more after the end", _WHOLE.encode() + b"{}", "is not JSON", ".json"),
)
_KINDS = (
    _raw("list", "a list at the top", b"- 1\n", "no object at the top"),
    _raw("text", "a text at the top", b"openapi\n", "no object at the top"),
    _raw("markup", "a page of markup", b"<html>\n<body>{}</body></html>\n", ""),
    _raw("program", "a program", b"import os\nos.mkdir('OWNED')\n", ""),
    _raw("no-openapi", "another kind of document", b"a: 1\n", "is no OpenAPI document"),
    _raw("swagger", "another version", b"swagger: '2.0'\n", "is Swagger"),
    _raw("version-number", "a version that is a number", b"openapi: 3.1\n", "is no string"),
    _raw("version-code", "code as the version", b'openapi: "3.1.0\';import os"\n', "only 3.0"),
    _raw("version-next", "a version to come", b"openapi: 3.2.0\n", "only 3.0 and 3.1"),
)


def _odd(name: str, attacks: str, refused: str | None = "is not", **fields: object) -> HostileCase:
    document = {key: value for key, value in (spec() | fields).items() if value is not ...}
    return HostileCase(f"odd-{name}", attacks, document, refused)


_SHAPES = (
    _odd("no-info", "no info", None, info=...),
    _odd("info-list", "a list where an object is due", info=[]),
    _odd("title-object", "an object where a text is due", None, info={"title": {}, "version": []}),
    _odd("paths-null", "no paths", paths=None),
    _odd("paths-list", "a list of paths", paths=[{}]),
    _odd("path-text", "a text where a path item is due", paths={"/things": "get"}),
    _odd("operation-list", "a list where an operation is due", paths={"/things": {"get": []}}),
    _odd("responses-list", "a list of responses", paths={"/a": {"get": {"responses": [1]}}}),
    _odd(
        "status",
        "a status that is none",
        refused="status code",
        paths={"/a": {"get": {"responses": {"9xx9": {}}}}},
    ),
    _odd(
        "parameters-object",
        "an object of parameters",
        paths={"/a": {"get": {"parameters": {}, "responses": {}}}},
    ),
    _odd("parameter-null", "no parameter", paths={"/a": {"get": {"parameters": [None]}}}),
    _odd("components-list", "a list of components", components=[1]),
    _odd("schema-number", "a number where a schema is due", components={"schemas": {"A": 7}}),
    _odd("servers-text", "a text where servers are due", servers="https://example.com"),
    _odd("server-url-list", "a list where an address is due", servers=[{"url": []}]),
    _odd("tags-text", "a text where tags are due", tags="a"),
    _odd(
        "operation-tags", "objects as tags", paths={"/a": {"get": {"tags": [{}], "responses": {}}}}
    ),
    _odd(
        "operation-id",
        "an object as a name",
        paths={"/a": {"get": {"operationId": {}, "responses": {}}}},
    ),
    _odd("security-text", "a text where requirements are due", security="key"),
    _odd(
        "scheme-list",
        "a list as a scheme",
        components={"securitySchemes": {"a": []}},
        security=[{"a": []}],
    ),
)


def _stored() -> list[HostileCase]:
    """Return the files whose first line says what refuses them."""
    found = []
    for path in sorted(_FILES.glob("*.yaml")):
        data = path.read_bytes()
        sentence = data.decode("utf-8", "replace").splitlines()[0].removeprefix("# ")
        found.append(HostileCase(f"stored-{path.stem}", "see its first line", data, sentence))
    return found


_BIG = HostileCase(
    "many-properties",
    "5,000 properties",
    schema_spec(
        {
            "type": "object",
            "properties": {f"p{number}": {"type": "string"} for number in range(800)},
        }
    ),
)

CASES = (*_ENCODINGS, *_YAML, *_JSON, *_KINDS, *_SHAPES, *_stored(), _BIG)
