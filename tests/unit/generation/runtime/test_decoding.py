from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.generation.runtime import decoding
from specproof.generation.runtime.calling import Call, NoHeaders, Undocumented
from specproof.generation.runtime.connection import Connection
from specproof.generation.runtime.credentials import Credentials
from specproof.generation.runtime.decoding import Answer, BodyProblem, Collector, decoded
from specproof.generation.runtime.errors import (
    StatusError,
    UndecodableResponseError,
    UndocumentedSuccessError,
)
from specproof.generation.runtime.settings import Settings
from specproof.generation.runtime.types import Response

SCHEMAS = {
    "definitions": {"Id": {"type": "string"}},
    "operations": {
        "GET /x": {
            "200": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": {"$ref": "urn:api#/$defs/Id"},
                    "n": {},
                    "many": {"items": {"type": "object"}},
                },
            }
        }
    },
}


@pytest.fixture(autouse=True)
def _described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the runtime the schemas that a client has beside it."""
    (tmp_path / "schemas.json").write_text(json.dumps(SCHEMAS))
    monkeypatch.setattr(decoding, "files", lambda _: tmp_path)
    for cached in (decoding._schemas, decoding._registry, decoding._validator):
        cached.cache_clear()


def _answer(content: bytes, status: int = 200, **headers: str) -> Answer:
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer("GET /x", status, named, content).documented_as(str(status))


def test_a_body_is_checked_against_its_schema() -> None:
    """What is documented passes; what is not is named by place and rule, never by value."""
    assert _answer(b'{"id": "a", "more": 1}').json() == {"id": "a", "more": 1}
    with pytest.raises(BodyProblem, match=r"^/id is not what the API documents \(type\)$"):
        _answer(b'{"id": 5}').json()
    with pytest.raises(BodyProblem, match=r"^/ is not what the API documents \(type\)$"):
        _answer(b"[]").json()
    with pytest.raises(BodyProblem, match=r"\(required\)$"):
        _answer(b"{}").json()
    assert _answer(b"[]", 404).json() == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"{", r"it is no JSON \(line 1\)"),
        (b"NaN", "NaN is no JSON"),
        (b"-Infinity", "-Infinity is no JSON"),
        (b"1e999", "too large"),
        (b"9" * 5000, "it is no JSON"),
        (b"\xff", "not in the charset"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": [{"b": 1, "c": 2, "b": 1}]}', "names a member twice"),
    ],
)
def test_what_is_no_json_says_why(content: bytes, why: str) -> None:
    """Empty, cut, not finite, too long, too deep, not UTF-8."""
    with pytest.raises(BodyProblem, match=why):
        decoded(content, {})


def test_what_no_validator_takes_is_a_problem() -> None:
    """Nesting beyond the validator's limit; half a surrogate pair is text like any other."""
    deep = b'{"id": "a", "n": ' + b"[" * 600 + b"]" * 600 + b"}"
    assert _answer(b'{"id": "\\ud800"}').json() == {"id": "\ud800"}
    with pytest.raises(BodyProblem, match="nested too deeply"):
        decoding._check(_Refusing(), {})
    assert _answer(deep).json()["id"] == "a"


class _Refusing:
    """A validator that can not go as deep as what it is given."""

    def validate(self, data: Any) -> None:
        """Give up."""
        del data
        raise ValueError("recursion limit")


def test_a_body_that_is_wrong_everywhere_is_refused_at_once() -> None:
    """The first thing that is wrong is told; the others are not looked for."""
    content = json.dumps({"id": "a", "many": ["x"] * 100_000}).encode()
    started = time.process_time()
    with pytest.raises(BodyProblem, match=r"^/many/0 is not what the API documents \(type\)$"):
        _answer(content).json()
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"Service Unavailable\r\n\tTry again later\n", "Service Unavailable Try again later"),
        (b"\n <html>\nno</html>", None),
        (b"a\x1b[31m\nb", None),
        (b" \n", ""),
    ],
)
def test_plain_text_says_what_went_wrong(content: bytes, said: str | None) -> None:
    """Its lines become one; markup and control characters are no text."""
    assert _answer(content, 503).said() == said


def test_a_body_of_several_gzip_members_is_whole() -> None:
    """RFC 1952 2.2; what is no member is no part of the body, and an unfinished one cuts it off."""
    members = gzip.compress(b"hel") + gzip.compress(b"") + gzip.compress(b"lo")

    def collected(raw: bytes, size: int) -> tuple[bytes, str | None]:
        collector = Collector({"content-encoding": "gzip"}, 100)
        for start in range(0, len(raw), size):
            collector.add(raw[start : start + size])
        return collector.finish(), collector.problem

    for size in (1, 7, 1000):
        assert collected(members, size) == (b"hello", None)
        assert collected(members + b"\0\0", size) == (b"hello", None)
        assert collected(members[:-3], size) == (b"hello", "it was cut off")


def test_an_empty_coding_ends() -> None:
    """A coding that goes on and holds nothing is as bounded as one that holds much."""
    collector = Collector({"content-encoding": "gzip"}, 1000)
    member = gzip.compress(b"") * 1000
    sent = 0
    while collector.add(member):
        sent += len(member)
        assert sent < 1_000_000
    assert (collector.finish(), collector.problem) == (b"", "it is larger than 1000 bytes")


def test_charsets_that_are_labelled_are_read() -> None:
    """ISO 8859-1 and UTF-16 as labelled; a codec that is no charset is not run."""
    label = "text/plain; charset={}"
    assert _answer(b"\xe9", content_type=label.format('"ISO-8859-1"')).text == "\u00e9"
    assert _answer("é".encode("utf-16"), content_type=label.format("utf-16")).text == "\u00e9"
    assert _answer(b"x", content_type=label.format("zlib")).text == "x"
    assert _answer(b"x", content_type="text/plain; format=flowed").text == "x"
    with pytest.raises(BodyProblem, match="charset"):
        _answer(b"\xe9").text  # noqa: B018 - a property that raises


@given(st.binary(max_size=300), st.integers(1, 50), st.sampled_from(["gzip", "deflate", "", "br"]))
def test_no_bytes_break_the_collector(content: bytes, size: int, coding: str) -> None:
    """Whatever arrives, and in whatever pieces: bytes within the limit, or a problem."""
    collector = Collector({"content-encoding": coding}, 100)
    for start in range(0, len(content), size):
        if not collector.add(content[start : start + size]):
            break
    found = collector.finish()
    assert len(found) <= 100
    if coding == "":
        assert found == content[:100]
        assert (collector.problem is None) == (len(content) <= 100)


@given(st.binary(max_size=5000), st.integers(1, 999))
def test_compressed_pieces_come_back_whole(content: bytes, size: int) -> None:
    """Pieces of any size make the same bytes."""
    raw = gzip.compress(content)
    collector = Collector({"content-encoding": " GZIP "}, 1 << 20)
    for start in range(0, len(raw), size):
        collector.add(raw[start : start + size])
    assert (collector.finish(), collector.problem) == (content, None)


def test_a_body_of_exactly_the_limit_is_whole() -> None:
    """The limit itself is allowed, one byte more is not."""
    for length, problem in ((10, None), (11, "it is larger than 10 bytes")):
        collector = Collector({}, 10)
        collector.add(b"x" * length)
        assert (collector.finish(), collector.problem) == (b"x" * 10, problem)


def test_an_answer_is_scrubbed_for_showing() -> None:
    """Header and body lose the secret; an answer without it stays the same object."""
    answer = _answer(b"a secret", x="the secret")
    take = ("secret", "?")
    shown = answer.scrubbed(
        lambda text: text.replace(*take), lambda raw: raw.replace(b"secret", b"?")
    )
    assert (shown.content, shown.headers["X"]) == (b"a ?", "the ?")
    assert answer.scrubbed(str, bytes) is answer


def _respond(parse: Any, response: httpx.Response) -> Response[Any, Any, Any]:
    connection = Connection(
        Settings(base_url="http://a.example", transport=httpx.MockTransport(lambda _: response)),
        Credentials({"X-Key": "a-secret"}),
    )
    call: Call[Any, Any, Any] = Call("GET", "/x", parse, NoHeaders.read)
    return call.send(connection, lambda: {"url": "/x"})


def test_a_parser_that_breaks_is_a_problem() -> None:
    """Whatever a model raises, the answer is kept and the error is one of the tree."""

    def breaks(_: Answer) -> None:
        raise ZeroDivisionError("a-secret")

    response = _respond(breaks, httpx.Response(200, content=b"x"))
    assert response.problem == "it is not what the API documents (ZeroDivisionError)"
    assert isinstance(response.error, UndecodableResponseError)
    with pytest.raises(UndecodableResponseError, match="do not repeat the call"):
        response.result()


def test_an_undocumented_status_keeps_the_answer() -> None:
    """Nothing is parsed; the envelope, the bytes and the reason are there."""

    def undocumented(_: Answer) -> None:
        raise Undocumented

    success = _respond(undocumented, httpx.Response(202, content=b"a-secret"))
    assert isinstance(success.error, UndocumentedSuccessError)
    assert (success.error.content, success.content) == (b"[secret]", b"a-secret")
    assert success.error.took_effect is True
    response = _respond(undocumented, httpx.Response(418, content=b"a-secret \x1b[31m tea"))
    assert (response.parsed, response.problem) == (None, "its status is not documented")
    assert isinstance(response.error, StatusError)
    assert response.content == b"a-secret \x1b[31m tea"
    assert response.error.content == b"[secret] \x1b[31m tea"
    assert "\x1b" not in str(response.error)
    assert response.documented_headers == NoHeaders()
    assert not response.is_success


def test_a_success_is_returned() -> None:
    """The success is the result, and there is no error."""
    response = _respond(lambda answer: answer.whole(), httpx.Response(200, content=b"x"))
    assert (response.result(), response.error, response.is_success) == (b"x", None, True)


def test_messages_are_short_and_printable() -> None:
    """The API's own words are shown without control characters, and not for ever."""
    body = json.dumps({"errors": [{"code": "c\n", "title": "t\x1b" * 500}] * 9}).encode()
    response = _respond(lambda answer: answer.json(), httpx.Response(400, content=body))
    assert str(response.error).startswith("GET /x answered 400 (c: t t")
    assert len(str(response.error)) < 300
    assert str(response.error).isprintable()
