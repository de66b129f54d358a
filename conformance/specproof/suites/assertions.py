"""What a script asserts of an answer; the source of these functions goes into pytest files.

Each takes an answer and says in one sentence what is wrong with it, or None. They use the
standard library alone and nothing of specproof, since a file that is handed to somebody else
has to run without it. A text of the server's is never repeated in what they say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

__all__ = ["ASSERTIONS", "CONSTANTS", "HELPERS", "Answer", "at", "parsed"]

SUCCESS = range(200, 300)
REDIRECT = range(300, 400)
REFUSED = 400
FORMATS = {
    "uuid": r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "date": r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    "date-time": (
        r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
    ),
    "email": r"[^@\s]+@[^@\s]+",
    "uri": r"[a-zA-Z][a-zA-Z0-9+.-]*:\S+",
}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    url: str

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value.strip() for key, value in self.headers if key.lower() == name.lower()]

    @property
    def media(self) -> str:
        """The media type, lower case and without parameters."""
        return ("".join(self.all("Content-Type")[:1])).partition(";")[0].strip().lower()


def parsed(answer: Answer) -> Any:
    """Return the JSON body, or None where there is none."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def at(value: Any, path: Sequence[Any]) -> Any:
    """Return what stands at a path, or None; a pair picks the item that has a member."""
    for part in path:
        if isinstance(part, tuple):
            items = value if isinstance(value, list) else []
            fits = [x for x in items if isinstance(x, dict) and x.get(part[0]) == part[1]]
            value = fits[0] if fits else None
        elif isinstance(part, int):
            value = value[part] if isinstance(value, list) and part < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def named(path: Sequence[Any]) -> str:
    """Return a path for people."""
    return "/".join(str(part[0] if isinstance(part, tuple) else part) for part in path) or "body"


def status(answer: Answer, ranges: Sequence[Sequence[int]]) -> str | None:
    """The status lies in one of the ranges, ends included."""
    if any(least <= answer.status <= most for least, most in ranges):
        return None
    wanted = " or ".join(str(a) if a == b else f"{a} to {b}" for a, b in ranges)
    return f"the answer is {answer.status}, not {wanted}"


def equals(answer: Answer, path: Sequence[Any], value: Any) -> str | None:
    """A member has a value."""
    return None if at(parsed(answer), path) == value else f"{named(path)} is not what is promised"


def absent(answer: Answer, path: Sequence[Any]) -> str | None:
    """There is no such member, or it is null or empty."""
    found = at(parsed(answer), path)
    return None if found in (None, "", [], {}) else f"{named(path)} is there and must not be"


def missing(answer: Answer, path: Sequence[Any], marks: Sequence[str]) -> str | None:
    """There is no such member, unless it is marked."""
    found = at(parsed(answer), path)
    marked = isinstance(found, dict) and any(found.get(mark) for mark in marks)
    return None if found is None or marked else f"{named(path)} is there and must not be"


def entries(
    answer: Answer, path: Sequence[Any], value: Mapping[str, Any], but: Sequence[str]
) -> str | None:
    """An object has exactly these entries, some names aside."""
    found = at(parsed(answer), path)
    seen = {k: v for k, v in found.items() if k not in but} if isinstance(found, dict) else {}
    return None if seen == value else f"the entries of {named(path)} are not what is promised"


def unchanged(answer: Answer, path: Sequence[Any], since: Answer) -> str | None:
    """A member is what it was in an earlier answer."""
    same = at(parsed(answer), path) == at(parsed(since), path)
    return None if same else f"{named(path)} is not what it was before"


def media(answer: Answer, ranges: Sequence[str]) -> str | None:
    """The media type is one of those promised."""
    kind = answer.media.partition("/")[0]
    fits = {answer.media, f"{kind}/*", "*/*"} & set(ranges)
    return None if fits else f"Content-Type is none of {', '.join(ranges)}"


def strict(answer: Answer) -> str | None:
    """The body is JSON as RFC 8259 has it: UTF-8, no name twice, no NaN."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def refuse(_constant: str) -> Any:
        raise ValueError("no number")

    try:
        text = answer.body.decode("utf-8")
        value = json.loads(text, object_pairs_hook=unique, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except (ValueError, RecursionError):
        return "the body is not JSON as RFC 8259 has it"
    return None


def labelled(answer: Answer) -> str | None:
    """The body is what Content-Type says."""
    value = parsed(answer)
    says_json = answer.media == "application/json" or answer.media.endswith("+json")
    if answer.body and says_json and value is None and answer.body.strip() != b"null":
        return "Content-Type says JSON and the body is not JSON"
    charset = re.search(r"(?i)charset=\"?([^\s;\"]+)", "".join(answer.all("Content-Type")))
    if says_json and charset and charset[1].lower() not in {"utf-8", "utf8", "us-ascii"}:
        return "Content-Type gives JSON a charset other than UTF-8"
    if answer.media.startswith("text/") and isinstance(value, dict | list):
        return "the body is JSON and Content-Type says it is text"
    return None


def empty(answer: Answer) -> str | None:
    """There is no body."""
    return "the answer has a body" if answer.body else None


def header(
    answer: Answer,
    name: str,
    required: bool,
    schema: Any,
) -> str | None:
    """A header is there if it must be, and keeps its schema."""
    values = answer.all(name)
    if required and not values:
        return f"the header {name} is missing"
    for value in values:
        number = int(value) if re.fullmatch(r"-?[0-9]{1,18}", value) else value
        kinds = {"true": True, "false": False}
        if all(broken(item, schema, "") for item in (value, number, kinds.get(value, value))):
            return f"the header {name} does not keep its schema"
    return None


def echoed(answer: Answer, name: str, value: str) -> str | None:
    """A header has one value, and this one."""
    return None if answer.all(name) == [value] else f"the header {name} is not what was asked for"


def once(answer: Answer, names: Sequence[str]) -> str | None:
    """None of these headers comes twice."""
    twice = [name for name in names if len(answer.all(name)) > 1]
    return f"{', '.join(twice)} came more than once" if twice else None


def formed(answer: Answer, forms: Mapping[str, str]) -> str | None:
    """Headers have the form that HTTP defines."""
    wrong = [
        name
        for name, form in forms.items()
        if not all(re.fullmatch(form, value, re.ASCII) for value in answer.all(name))
    ]
    return f"{', '.join(wrong)} is not what HTTP defines" if wrong else None


def schema(answer: Answer, schema: Any) -> str | None:
    """The body keeps a schema."""
    problem = broken(parsed(answer), schema, "")
    return None if problem is None else f"the body breaks its schema{problem}"


def broken(value: Any, schema: Any, place: str) -> str | None:
    """Return where and how a value breaks a schema, as far as common keywords say."""
    if not isinstance(schema, dict):
        return place if schema is False else None
    if value is None and schema.get("nullable") is True:
        return None
    word = misfit(value, schema)
    if word is not None:
        return f"{place} ({word})"
    for name, most in (("anyOf", 99), ("oneOf", 1)):
        fits = sum(broken(value, each, place) is None for each in schema.get(name, ()))
        if name in schema and not 1 <= fits <= most:
            return f"{place} ({name})"
    parts = [(value, each, place) for each in schema.get("allOf", ())]
    if isinstance(value, list):
        parts += [(x, schema.get("items"), f"{place}/{n}") for n, x in enumerate(value)]
    if isinstance(value, dict):
        names = schema.get("properties", {})
        parts += [(value[n], each, f"{place}/{n}") for n, each in names.items() if n in value]
    return next((found for part in parts if (found := broken(*part)) is not None), None)


def misfit(value: Any, schema: Mapping[str, Any]) -> str | None:
    """Return the first keyword of a schema that a value itself breaks."""
    kinds = schema.get("type", [])
    wanted = [kinds] if isinstance(kinds, str) else kinds
    size = len(value) if isinstance(value, str | list) else 0
    least, most = (
        ("minItems", "maxItems") if isinstance(value, list) else ("minLength", "maxLength")
    )
    text = value if isinstance(value, str) else ""
    form = FORMATS.get(str(schema.get("format")))
    number = value if is_a(value, "number") else None
    members = value if isinstance(value, dict) else {}
    closed = schema.get("additionalProperties") is False
    broken_words = {
        "type": bool(wanted) and not any(is_a(value, kind) for kind in wanted),
        "enum": "enum" in schema and value not in schema["enum"],
        "const": "const" in schema and value != schema["const"],
        "pattern": isinstance(value, str) and not re.search(schema.get("pattern", ""), text),
        "format": isinstance(value, str) and bool(form) and not re.fullmatch(form or "", text),
        least: isinstance(value, str | list) and size < schema.get(least, 0),
        most: isinstance(value, str | list) and size > schema.get(most, size),
        "minimum": number is not None and number < schema.get("minimum", number),
        "maximum": number is not None and number > schema.get("maximum", number),
        "required": isinstance(value, dict)
        and bool(set(schema.get("required", ())) - set(members)),
        "additionalProperties": closed and bool(set(members) - set(schema.get("properties", {}))),
    }
    return next((word for word, breaks in broken_words.items() if breaks), None)


def is_a(value: Any, kind: str) -> bool:
    """Return whether a value is of a JSON Schema type."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        "null": value is None,
        "boolean": isinstance(value, bool),
        "integer": number and value == int(value),
        "number": number,
        "string": isinstance(value, str),
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
    }.get(kind, True)


def agrees(answer: Answer, expected: Mapping[str, Any]) -> str | None:
    """What the answer names is what was asked for; what it leaves out contradicts nothing."""
    body = parsed(answer)
    for pointer, value in expected.items():
        found = at(body, pointer.split("/"))
        said = str(found) if isinstance(found, int) and not isinstance(found, bool) else found
        if found is not None and str(said).lower() != str(value).lower():
            return f"{pointer} in the answer is not what was asked for"
    return None


def explained(answer: Answer) -> str | None:
    """An error says what went wrong: each has a code or a title, and none is blank."""
    body = parsed(answer)
    held = body.get("errors", body.get("error")) if isinstance(body, dict) else None
    items = held if isinstance(held, list) else [held] if held else []
    if not items:
        return "the answer holds no error"
    for item in items:
        said = [item]
        if isinstance(item, dict):
            names = ("code", "type", "title", "message", "detail")
            said = [item[name] for name in names if name in item]
        if not said or not all(each is not None and str(each).strip() for each in said):
            return "an error lacks its code or title, or it is blank"
    return None


def coded(answer: Answer) -> str | None:
    """Every error has a code that is a text and not blank."""
    body = parsed(answer)
    errors = body.get("errors") if isinstance(body, dict) else None
    for item in errors if isinstance(errors, list) else ():
        code = item.get("code") if isinstance(item, dict) else None
        if not isinstance(code, str) or not code.strip():
            return "an error code is missing, blank or no string"
    return None


def honest(answer: Answer) -> str | None:
    """A success is no error in disguise, and an error no success."""
    body = parsed(answer)
    wrong = isinstance(body, dict) and bool(body.get("errors") or body.get("error"))
    if answer.status in SUCCESS and wrong:
        return "a success comes with an error in its body"
    if answer.status >= REFUSED and isinstance(body, dict) and body and not wrong:
        return "an error comes with the body of a success"
    return None


def stays(answer: Answer) -> str | None:
    """A redirect stays where it was asked."""
    for location in answer.all("Location") if answer.status in REDIRECT else ():
        there, here = urlsplit(urljoin(answer.url, location)), urlsplit(answer.url)
        if (there.scheme, there.netloc) != (here.scheme, here.netloc):
            return "the answer redirects to another origin"
    return None


def whole(answer: Answer) -> str | None:
    """The body arrived; that it did is said by the request itself, which fails otherwise."""
    return None if answer.status else "the server closed the connection without an answer"


ASSERTIONS: Mapping[str, Callable[..., str | None]] = {
    each.__name__: each
    for each in (
        *(absent, agrees, coded, echoed, empty, entries, equals, explained, formed, header),
        *(honest, labelled, media, missing, once, schema, status, stays, strict),
        *(unchanged, whole),
    )
}
"""Name of an assertion -> what asserts it."""

HELPERS: tuple[Callable[..., Any], ...] = (parsed, at, named, is_a, misfit, broken)
"""What assertions call, in the order in which it is written."""

CONSTANTS: Mapping[str, Any] = {
    "SUCCESS": SUCCESS,
    "REDIRECT": REDIRECT,
    "REFUSED": REFUSED,
    "FORMATS": FORMATS,
}
"""What assertions and helpers look up by name."""
