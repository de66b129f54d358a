"""The body of a response: read within limits, decoded, and checked against the API's schema."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from attrs import define, evolve, field

__all__ = ["Answer", "BodyProblem", "Collector"]

_PIECE = 1 << 16  # bytes decompressed at once
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_MEMBER = b"\x1f\x8b"  # RFC 1952 2.3.1


class BodyProblem(ValueError):  # noqa: N818 - a part of the way, never seen by callers
    """The body is not what the API documents; says why without quoting it."""


class Collector:
    """Collects a body as it arrives, content coding removed, up to a limit.

    Args:
        headers: of the response; ``Content-Encoding`` says how the body is coded.
        limit: bytes of decoded body to keep.

    Attributes:
        problem: why the body is not whole, or None.
    """

    def __init__(self, headers: Mapping[str, str], limit: int) -> None:
        self.problem: str | None = None
        self._pieces: list[bytes] = []
        self._left = limit
        self._limit = limit
        self._coded_left = limit + limit // 8 + _PIECE
        coding = headers.get("content-encoding", "").strip().lower()
        self._decoder: Any = None
        if coding in {"gzip", "x-gzip", "deflate"}:
            self._decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
        elif coding not in {"", "identity"}:
            self.problem = "its content coding is none that was asked for"
        self._is_deflate = coding == "deflate"
        self._is_gzip = coding in {"gzip", "x-gzip"}

    def add(self, raw: bytes) -> bool:
        """Take the next bytes as they came; return whether more are wanted."""
        if self._decoder is None:
            self._keep(raw)
            return self._left > 0 or self.problem is None
        self._coded_left -= len(raw)
        if self._coded_left < 0:
            # No coding makes a body that much longer: it holds nothing, and never ends.
            self.problem = f"it is larger than {self._limit} bytes"
            return False
        try:
            self._decompress(raw)
        except zlib.error:
            self.problem = "its content coding can not be decoded"
            return False
        return self.problem is None

    def finish(self) -> bytes:
        """Return what was collected."""
        if self._decoder is not None and self.problem is None and not self._decoder.eof:
            self.problem = "it was cut off"
        return b"".join(self._pieces)

    def _decompress(self, raw: bytes) -> None:
        waiting = raw
        if self._is_deflate and not self._pieces and raw:
            # RFC 9110 8.4.1.2: some servers send deflate without its zlib wrapper.
            self._is_deflate = False
            if (raw[0] & 0x0F) != zlib.DEFLATED:
                self._decoder = zlib.decompressobj(-zlib.MAX_WBITS)
        while waiting and self.problem is None:
            if self._decoder.eof:
                # RFC 1952 2.2: one member may follow the other; anything else is no part of it.
                if not self._is_gzip or not waiting.startswith(_MEMBER[: len(waiting)]):
                    return
                self._decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
            self._keep(self._decoder.decompress(waiting, _PIECE))
            waiting = self._decoder.unconsumed_tail or self._decoder.unused_data

    def _keep(self, piece: bytes) -> None:
        if len(piece) > self._left:
            self.problem = f"it is larger than {self._limit} bytes"
        kept = piece[: self._left]
        self._left -= len(kept)
        if kept:
            self._pieces.append(kept)


@define
class Answer:
    """A response on its way to the types that the API documents.

    Attributes:
        operation: method and path template, the key of its schemas.
        status_code: HTTP status, 100 to 999.
        headers: header fields; names are case-insensitive.
        content: body, content coding removed.
        problem: why the body is not whole, or None.
    """

    operation: str
    status_code: int
    headers: Any
    content: bytes
    problem: str | None = None
    _documented: str = field(default="", init=False)

    def documented_as(self, status: str) -> Answer:
        """Remember which documented status (``200``, ``4XX``, ``default``) this one is."""
        self._documented = status
        return self

    def scrubbed(
        self, scrub: Callable[[str], str], scrub_bytes: Callable[[bytes], bytes]
    ) -> Answer:
        """Return the answer as it may be shown: without what ``scrub`` takes out."""
        content = scrub_bytes(self.content)
        values = [(name, scrub(value)) for name, value in self.headers.items()]
        if content == self.content and values == list(self.headers.items()):
            return self
        # Whoever calls has httpx at hand; its headers are the mapping that callers know.
        return evolve(self, content=content, headers=type(self.headers)(values))

    def whole(self) -> bytes:
        """Return the body.

        Raises:
            BodyProblem: it is not whole.
        """
        if self.problem is not None:
            raise BodyProblem(self.problem)
        return self.content

    @property
    def text(self) -> str:
        """The body as text, in the charset that it is labelled with (UTF-8 unless stated)."""
        try:
            return self.whole().decode(_charset(self.headers))
        except (LookupError, UnicodeDecodeError):
            raise BodyProblem("its bytes are not in the charset that it states") from None

    def json(self) -> Any:
        """Return the decoded body, checked against the schema that the API documents.

        Raises:
            BodyProblem: it is empty, no JSON, or of another shape.
        """
        data = decoded(self.whole(), self.headers)
        validator = _validator(self.operation, self._documented)
        if validator is not None:
            _check(validator, data)
        return data

    def said(self) -> Any:
        """Return what the body says, for the reader of errors: JSON, text, or None."""
        try:
            return decoded(self.content, self.headers)
        except BodyProblem:
            pass
        lines = self.content[:_PIECE].decode("utf-8", "replace").split()
        shown = " ".join(lines)
        is_markup = shown.startswith("<") or "html" in self.headers.get("content-type", "").lower()
        return None if is_markup or not shown.isprintable() else shown


def decoded(content: bytes, headers: Mapping[str, str]) -> Any:
    """Return the JSON text ``content`` decoded (RFC 8259).

    Raises:
        BodyProblem: it is none, or holds what no reader agrees on.
    """
    if not content.strip():
        raise BodyProblem("it is empty")
    try:
        return json.loads(
            content.decode(_charset(headers)).removeprefix("\ufeff"),
            object_pairs_hook=_once_each,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except (LookupError, UnicodeDecodeError):
        raise BodyProblem("its bytes are not in the charset that it states") from None
    except RecursionError:
        raise BodyProblem("it is nested too deeply") from None
    except BodyProblem:
        raise
    except ValueError as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise BodyProblem(f"it is no JSON{place}") from None


def _charset(headers: Mapping[str, str]) -> str:
    for parameter in headers.get("content-type", "").split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            stated = value.strip().strip('"').lower()
            # Only codecs of text: Python knows others by such names, for instance `zlib`.
            return stated if stated in _CHARSETS else "utf-8"
    return "utf-8"


_CHARSETS = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "windows-1252", "utf-16"}
)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # RFC 8259 4: readers differ in which of them they take.
        raise BodyProblem("an object in it names a member twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise BodyProblem(f"{name} is no JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise BodyProblem("it holds a number that is too large")
    return value


def _check(validator: Any, data: Any) -> None:
    import jsonschema_rs  # noqa: PLC0415 - a call needs it, an import does not

    try:
        # Only the first thing that is wrong: to find them all takes seconds of a large body.
        validator.validate(data)
    except jsonschema_rs.ValidationError as error:
        first = error
    except (RecursionError, ValueError, OverflowError, TypeError):
        raise BodyProblem(
            "it is nested too deeply, or holds a number that is too large or half a surrogate pair"
        ) from None
    else:
        return
    path = "/".join(str(part) for part in first.instance_path)
    shown = "".join(letter if letter.isprintable() else "?" for letter in path)[:200]
    rule = str(first.schema_path[-1]) if first.schema_path else "schema"
    # The value itself is not quoted: it is the API's, and may be a secret.
    raise BodyProblem(f"/{shown} is not what the API documents ({rule})")


@cache
def _schemas() -> dict[str, Any]:
    found = files(__package__).joinpath("schemas.json")
    loaded: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
    return loaded


@cache
def _registry() -> Any:
    import jsonschema_rs  # noqa: PLC0415 - a call needs it, an import does not

    return jsonschema_rs.Registry(
        [("urn:api", {"$defs": _schemas()["definitions"]})],
        draft=jsonschema_rs.Draft202012,
    )


@cache
def _validator(operation: str, status: str) -> Any:
    schema = _schemas()["operations"].get(operation, {}).get(status)
    if schema is None:
        return None
    import jsonschema_rs  # noqa: PLC0415 - see above

    return jsonschema_rs.Draft202012Validator(
        schema, registry=_registry(), validate_formats=False, offline=True
    )
