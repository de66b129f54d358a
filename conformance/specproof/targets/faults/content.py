"""Faults of media types, charsets and JSON texts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from specproof.apis.faults import Alter, Answer
from specproof.targets.faults.rows import Row, simply

__all__ = ["ROWS"]

_HTML = b"<!doctype html><html><body><h1>It works</h1></body></html>"
_DEEP = 60_000


def _typed(*values: str) -> Alter:
    return lambda answer: answer.having("content-type", *values) if answer.body else answer


def _bytes(change: Callable[[bytes], bytes]) -> Alter:
    return lambda answer: replace(answer, body=change(answer.body)) if answer.body else answer


def _with_member(member: bytes) -> Alter:
    """Return an alteration that puts one more member, as text, first into the top object."""
    return _bytes(lambda body: b"{" + member + b"," + body[1:])


def _doubled(answer: Answer) -> Answer:
    """Repeat the first member of the top object with another value."""
    try:
        name = next(iter(json.loads(answer.body)))
    except (ValueError, TypeError, StopIteration):
        return answer
    return _with_member(f"{json.dumps(name)}:null".encode())(answer)


def _doubled_inside(answer: Answer) -> Answer:
    """Repeat the first member of every object that has another object around it."""
    text = answer.body
    try:
        value = json.loads(text)
    except ValueError:
        return answer
    inner = next(iter(value.values())) if isinstance(value, dict) and value else None
    inner = inner[0] if isinstance(inner, list) and inner else inner
    if not isinstance(inner, dict) or not inner:
        return _doubled(answer)
    name = json.dumps(next(iter(inner))).encode()
    return replace(answer, body=text.replace(b"{" + name, b"{" + name + b':"x",' + name, 1))


def _html(status_type: str) -> Alter:
    return lambda answer: replace(answer.having("content-type", status_type), body=_HTML)


def _latin(answer: Answer) -> Answer:
    text = answer.body.replace(b"{", '{"note":"Größe",'.encode("latin-1"), 1)
    return replace(answer, body=text)


ROWS: tuple[Row, ...] = (
    Row(
        "html-as-json",
        "content",
        "success",
        "an HTML page is labelled as JSON",
        "Clients raise a decoding error in place of an answer.",
        simply(_html("application/json")),
    ),
    Row(
        "html-success",
        "content",
        "success",
        "a success is an HTML page",
        "Clients can not read it.",
        simply(_html("text/html")),
    ),
    Row(
        "html-refusal",
        "content",
        "refusal",
        "a refusal is an HTML page",
        "Nobody's program can read what was wrong.",
        simply(_html("text/html; charset=utf-8")),
    ),
    Row(
        "json-as-html",
        "content",
        "success",
        "JSON is labelled as HTML",
        "Clients do not parse it; browsers run it.",
        simply(_typed("text/html; charset=utf-8")),
    ),
    Row(
        "json-as-text",
        "content",
        "refusal",
        "JSON of an error is labelled as plain text",
        "Clients drop the reason of the error.",
        simply(_typed("text/plain")),
    ),
    Row(
        "json-as-octets",
        "content",
        "success",
        "JSON is labelled as bytes of no type",
        "Clients store it as a file.",
        simply(_typed("application/octet-stream")),
    ),
    Row(
        "problem-json",
        "content",
        "refusal",
        "an error has the media type of problem details, which nobody documented",
        "Clients choose their parser by it and drop the error.",
        simply(_typed("application/problem+json")),
    ),
    Row(
        "no-content-type",
        "content",
        "success",
        "a body has no Content-Type",
        "Clients have to guess.",
        simply(lambda answer: answer.without("content-type")),
    ),
    Row(
        "no-content-type-on-refusal",
        "content",
        "refusal",
        "an error body has no Content-Type",
        "Clients have to guess.",
        simply(lambda answer: answer.without("content-type")),
    ),
    Row(
        "two-content-types",
        "content",
        "success",
        "there are two Content-Types",
        "Which of them counts depends on the library.",
        simply(_typed("application/json", "text/html")),
    ),
    Row(
        "content-type-garbled",
        "content",
        "success",
        "Content-Type is no media type",
        "Clients have to guess.",
        simply(_typed("json")),
    ),
    Row(
        "charset-latin",
        "content",
        "success",
        "JSON is said to be in ISO 8859-1",
        "Clients that believe it garble every letter beyond ASCII.",
        simply(_typed("application/json; charset=iso-8859-1")),
    ),
    Row(
        "charset-utf-16",
        "content",
        "success",
        "JSON is in UTF-16",
        "RFC 8259 wants UTF-8; most parsers raise.",
        simply(
            lambda answer: replace(
                answer.having("content-type", "application/json; charset=utf-16"),
                body=answer.body.decode().encode("utf-16"),
            )
        ),
    ),
    Row(
        "silent-utf-16",
        "content",
        "success",
        "JSON is in UTF-16 and says nothing of it",
        "Some parsers detect it, most raise.",
        simply(_bytes(lambda body: body.decode().encode("utf-16-le"))),
    ),
    Row(
        "latin-bytes",
        "content",
        "refusal",
        "JSON holds bytes that are no UTF-8",
        "Strict parsers raise, others put in replacement characters.",
        simply(_latin),
    ),
    Row(
        "byte-order-mark",
        "content",
        "success",
        "JSON begins with a byte order mark",
        "RFC 8259 forbids it to senders; many parsers raise.",
        simply(_bytes(lambda body: b"\xef\xbb\xbf" + body)),
    ),
    Row(
        "byte-order-mark-on-refusal",
        "content",
        "refusal",
        "JSON of an error begins with a byte order mark",
        "RFC 8259 forbids it to senders; many parsers raise.",
        simply(_bytes(lambda body: b"\xef\xbb\xbf" + body)),
    ),
    Row(
        "duplicate-name",
        "content",
        "success",
        "an object has the same name twice, with different values",
        "Parsers disagree about which of the two counts.",
        simply(_doubled),
    ),
    Row(
        "duplicate-name-inside",
        "content",
        "refusal",
        "an object inside an error has the same name twice",
        "Parsers disagree about which of the two counts.",
        simply(_doubled_inside),
    ),
    Row(
        "not-a-number",
        "content",
        "success",
        "JSON holds NaN",
        "It is no JSON; strict parsers raise, others hand on a value that equals nothing.",
        simply(_with_member(b'"score":NaN')),
    ),
    Row(
        "infinity",
        "content",
        "refusal",
        "JSON holds -Infinity",
        "It is no JSON; strict parsers raise.",
        simply(_with_member(b'"score":-Infinity')),
    ),
    Row(
        "number-out-of-range",
        "content",
        "success",
        "JSON holds a number beyond every double",
        "Parsers make infinity of it, or raise.",
        simply(_with_member(b'"score":1e999')),
    ),
    Row(
        "lone-surrogate",
        "content",
        "refusal",
        "a string holds half a surrogate pair",
        "It can not be written as UTF-8: storing or logging it raises.",
        simply(_with_member(b'"note":"\\ud83d"')),
    ),
    Row(
        "trailing-comma",
        "content",
        "success",
        "JSON has a comma too many",
        "Only lenient parsers read it.",
        simply(_bytes(lambda body: body[:-1] + b",}")),
    ),
    Row(
        "single-quotes",
        "content",
        "success",
        "strings have single quotes, as a dictionary printed by a program",
        "No JSON parser reads it.",
        simply(_bytes(lambda body: body.replace(b'"', b"'"))),
    ),
    Row(
        "two-documents",
        "content",
        "success",
        "two JSON texts follow each other in one body",
        "Parsers raise or drop the second.",
        simply(_bytes(lambda body: body + b"\n" + body)),
    ),
    Row(
        "hijacking-prefix",
        "content",
        "success",
        "a prefix against script inclusion stands before the JSON",
        "No client that was not told can parse it.",
        simply(_bytes(lambda body: b")]}',\n" + body)),
    ),
    Row(
        "callback",
        "content",
        "success",
        "JSON is wrapped into a function call",
        "No client parses it.",
        simply(_bytes(lambda body: b"callback(" + body + b");")),
    ),
    Row(
        "json-in-a-string",
        "content",
        "success",
        "the JSON text is a string that holds JSON",
        "Clients get text where they expect an object.",
        simply(_bytes(lambda body: json.dumps(body.decode()).encode())),
    ),
    Row(
        "half-a-json",
        "content",
        "refusal",
        "the JSON text stops in the middle, with the length to match",
        "Nothing on the transport shows it; parsers raise.",
        simply(_bytes(lambda body: body[: len(body) // 2])),
    ),
    Row(
        "padding",
        "content",
        "success",
        "zero bytes follow the JSON text",
        "Parsers raise.",
        simply(_bytes(lambda body: body + bytes(16))),
    ),
    Row(
        "nested-too-deeply",
        "content",
        "refusal",
        "JSON is nested tens of thousands of levels deep",
        "Parsers run out of stack and take their process along.",
        simply(_bytes(lambda body: b'{"errors":' + b"[" * _DEEP + b"]" * _DEEP + b"}")),  # noqa: ARG005 - the body is replaced
    ),
)
"""Faults of what a body is and how it is written, over any API."""
