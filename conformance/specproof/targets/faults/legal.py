"""Legal variations of any API over HTTP and JSON: no check may speak of them."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from specproof.apis.faults import Alter, Answer, LegalVariation, Profile, edited

__all__ = ["variations_of"]

_LONG = "The alias can not be deleted. " * 60


def _json(write: Callable[[Any], str]) -> Alter:
    """Return an alteration that writes the same JSON value in another way."""

    def alter(answer: Answer) -> Answer:
        try:
            return replace(answer, body=write(json.loads(answer.body)).encode())
        except ValueError:
            return answer

    return alter


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(part) for name, part in reversed(value.items())}
    return [_reversed(part) for part in value] if isinstance(value, list) else value


def _titled(text: str) -> Alter:
    def change(body: Any) -> Any:
        error = body["errors"][0] if "errors" in body else body["error"]
        name = next(each for each in ("title", "message") if each in error)
        error[name] = text
        return body

    return edited(change)


def _extended(body: Any) -> Any:
    """Add fields that nobody documented, at the top and in the first error."""
    error = body["errors"][0] if "errors" in body else None
    if isinstance(error, dict):
        error["documentation"] = "https://docs.invalid/errors"
    return {**body, "request_id": "req-1"}


def _coded(coding: str, encode: Callable[[bytes], bytes]) -> Alter:
    def alter(answer: Answer) -> Answer:
        if not answer.body:
            return answer
        return replace(answer.having("content-encoding", coding), body=encode(answer.body))

    return alter


def _typed(text: str) -> Alter:
    def alter(answer: Answer) -> Answer:
        json_labelled = (answer.header("content-type") or "").startswith("application/json")
        return answer.having("content-type", text) if json_labelled else answer

    return alter


def _cased(answer: Answer) -> Answer:
    return replace(answer, headers=tuple((name.upper(), text) for name, text in answer.headers))


def _deflated(body: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-15)
    return squeezer.compress(body) + squeezer.flush()


_ROWS: tuple[tuple[str, str, Alter], ...] = (
    ("extra-fields", "bodies have fields that nobody documented", edited(_extended)),
    ("header-names-in-capitals", "names of headers are in capital letters", _cased),
    (
        "indented",
        "JSON is indented and ends with a line feed",
        _json(lambda value: json.dumps(value, indent=2) + "\n"),
    ),
    (
        "keys-reversed",
        "the names of objects come in another order",
        _json(lambda value: json.dumps(_reversed(value))),
    ),
    (
        "escaped",
        "letters of JSON strings are escaped",
        _json(lambda value: json.dumps(value).replace("-", "\\u002d")),
    ),
    ("charset-named", "Content-Type names utf-8", _typed("application/json; charset=utf-8")),
    (
        "charset-quoted",
        "Content-Type names UTF-8 in quotes",
        _typed('Application/JSON;charset="UTF-8"'),
    ),
    ("charset-absent", "Content-Type names no charset", _typed("application/json")),
    (
        "gzip",
        "bodies are compressed with gzip",
        _coded("gzip", lambda b: gzip.compress(b, mtime=0)),
    ),
    ("deflate", "bodies are compressed with deflate", _coded("deflate", zlib.compress)),
    (
        "deflate-bare",
        "bodies are compressed with deflate, without its frame",
        _coded("deflate", _deflated),
    ),
    ("chunked", "bodies come in chunks", lambda answer: replace(answer, chunks=3)),
    ("title-long", "titles are long", _titled(_LONG)),
    (
        "title-unicode",
        "titles are in other scripts",
        _titled("Nicht gefunden: Größe, 見つかりません, 🙈"),
    ),
    ("title-with-path", "a title names the path of the API", _titled("No route for /apps/users")),
    (
        "more-headers",
        "answers have headers of proxies",
        lambda answer: replace(
            answer,
            headers=(
                *answer.headers,
                ("x-request-id", "4f1c"),
                ("via", "1.1 a"),
                ("via", "1.1 b"),
                ("vary", "Accept"),
                ("set-cookie", "a=1"),
                ("set-cookie", "b=2"),
                ("cache-control", "no-store"),
                ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ),
        ),
    ),
    ("etag-weak", "answers have a weak ETag", lambda answer: answer.having("etag", 'W/"71"')),
    ("slow-within-reason", "answers take a second", lambda answer: replace(answer, delay=1.0)),
)


def variations_of(api: str, profile: Profile) -> tuple[LegalVariation, ...]:
    """Return the variations that are legal for any API."""
    common = tuple(
        LegalVariation(f"{api}-{name}", api, title, alter=alter) for name, title, alter in _ROWS
    )
    soon = LegalVariation(
        f"{api}-retry-after-zero",
        api,
        "Retry-After of a 429 is 0",
        statuses=profile.occasions["throttled"],
        alter=lambda answer: answer.having("retry-after", "0"),
    )
    return (*common, soon)
