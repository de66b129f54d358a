"""Moves what a generated request names into this run's own namespace, its shape kept.

What Schemathesis draws, and what a spec's examples show, are the ids that people really use:
``0``, ``null``, ``alice``. On a server that is not ours such a request would change or
delete somebody's data.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from specproof.document.schemas import Validator
from specproof.errors import InputError
from specproof.model import Json
from specproof.requirements.contract import OperationContract
from specproof.scenarios.generated import Drawn
from specproof.scenarios.varied import redrawn, stream
from specproof.targets.guard import UNGUESSABLE
from specproof.targets.session import TargetSession

__all__ = ["Namespacer"]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d([Tt ].*)?|\d\d:\d\d(:\d\d.*)?|P[0-9YMWDTHS.]+")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://.*", re.DOTALL)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_ID_NAME = re.compile(r"(^|_|-)(id|ids|number|no|key|ref)$|I[dD]s?$|Number$|Key$|Ref$")
_BOUNDARY = re.compile(r'boundary="?([^";,]{1,70})"?', re.IGNORECASE)
"""RFC 2046 5.1.1: at most 70 characters."""

_UNWRITABLE = re.compile(r"[/\\;%\x00-\x1f\x7f\ud800-\udfff]")
_FAR = 8_000_000_000_000_000
"""Beyond counters that start at one, and within the 53 bits of a double."""


class Namespacer:
    """Rewrites drawn requests of one operation for one session.

    Args:
        session: invents values, and notes them as ours.
        operation: whose enumerated words stay as they are.
    """

    def __init__(self, session: TargetSession, operation: OperationContract) -> None:
        self._session = session
        self._operation = operation
        node = operation.operation.node.get("requestBody")
        self._words = frozenset(_words(operation, node))
        self._parameter_words = {
            (str(item.get("in")), str(item.get("name")).lower()): frozenset(_words(operation, item))
            for item in operation.parameters
        }
        self._body: Validator | None = None
        self._compiled = False

    def drawn(self, drawn: Drawn) -> Drawn | None:
        """Return ``drawn`` with everything that could name somebody's resource replaced.

        None where no such request keeps, or breaks, the contract as ``drawn`` does.
        """
        kinds = [text for name, text in drawn.headers.items() if name.lower() == "content-type"]
        content = self._content(drawn.content, kinds[0].lower() if kinds else "")
        if content is None:
            return None
        return replace(
            drawn,
            path={
                name: quote(self._parameter("path", name, unquote(value)), safe="")
                for name, value in drawn.path.items()
            },
            query={name: self._query(name, value) for name, value in drawn.query.items()},
            headers={
                name: value
                if name.lower() in {"content-type", "cookie"}
                else self._parameter("header", name, value)
                for name, value in drawn.headers.items()
            },
            content=content,
        )

    def text(self, value: str, words: frozenset[str] | None = None) -> str:
        """Return a fresh value of ours in the shape of ``value``.

        Args:
            words: values that stay as they are; by default those that a body may have.
        """
        if (
            value in (self._words if words is None else words)
            or _TIME.fullmatch(value)
            or _is_address(value)
        ):
            return value
        fresh = self._session.unique("fuzz")
        if _UUID.fullmatch(value):
            return self._session.claim(str(uuid.uuid5(uuid.NAMESPACE_URL, fresh)))
        if _EMAIL.fullmatch(value):
            return self._session.claim(f"{fresh}@example.invalid")
        if _URL.fullmatch(value):
            return self._session.claim(f"https://example.invalid/{fresh}")
        # The tail keeps length and characters; ours stands first, since some servers cut.
        tail = value[len(fresh) :] or "".join(c for c in value if not c.isascii())
        return self._session.claim(fresh + _UNWRITABLE.sub("", tail))

    def same_length(self, value: str, words: frozenset[str] | None = None) -> str:
        """Return ``value`` with every letter and digit drawn anew, for lengths and patterns."""
        if (
            value in (self._words if words is None else words)
            or _TIME.fullmatch(value)
            or _is_address(value)
        ):
            return value
        numbers = stream(self._session.unique("fuzz"))
        made = "".join(redrawn(character, next(numbers)) for character in value)
        drawn = sum(old.isascii() and old.isalnum() for old in value)
        return self._session.claim(made) if drawn >= UNGUESSABLE else self._session.tell(made)

    def number(self) -> int:
        """Return a number that nobody has come to yet."""
        fresh = hashlib.sha256(self._session.unique("number").encode()).digest()
        number = _FAR + int.from_bytes(fresh[:6], "big")
        self._session.claim(str(number))
        return number

    def _parameter(self, place: str, name: str, value: Any) -> str:
        text = str(value)
        schema = self._schema(place, name)
        kind = schema.get("type")
        words = self._parameter_words.get((place, name.lower()), frozenset())
        if place == "path" and kind in {"integer", "number"} and _NUMBER.fullmatch(text):
            return self._fitting(schema, int(float(text)), text)
        if place != "path" and (kind not in {None, "string"} or not text):
            return text
        if not schema.keys() & {"pattern", "maxLength", "minLength", "format"}:
            return self.text(text, words)
        check = self._checked(schema)
        kept = check is None or check.valid(text)
        for candidate in (self.text(text, words), self.same_length(text, words)):
            if check is None or check.valid(candidate) == kept:
                return candidate
        return self.same_length(text, words)

    def _query(self, name: str, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._query(name, item) for item in value]
        return self._parameter("query", name, value) if isinstance(value, str) else value

    def _fitting(self, schema: Mapping[str, Json], drawn: int, text: str) -> str:
        check = self._checked(schema)
        number = self.number()
        if check is None or check.valid(number) == check.valid(drawn):
            return str(number)
        # Such a small number may be anybody's; the guard decides what may be done with it.
        return text

    def _content(self, content: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
        if "json" in content:
            found = self._document(content["json"])
            return None if found is None else {**content, "json": found[0]}
        raw = content.get("content")
        if raw is None:
            return content
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
        if kind.startswith("application/x-www-form-urlencoded"):
            pairs = [(name, self.text(value)) for name, value in parse_qsl(text)]
            return {**content, "content": urlencode(pairs).encode()}
        if kind.startswith("multipart/"):
            moved = self._multipart(text.encode("utf-8") if isinstance(raw, str) else raw, kind)
            return None if moved is None else {**content, "content": moved}
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return {**content, "content": self.text(text).encode("utf-8", "replace")}
        found = self._document(document)
        return None if found is None else {**content, "content": json.dumps(found[0]).encode()}

    def _multipart(self, body: bytes, kind: str) -> bytes | None:
        """Return a form (RFC 7578) with the text of each part moved; None for what is no form.

        Parts that are no text name nothing and stay as they are.
        """
        found = _BOUNDARY.search(kind)
        if found is None or not kind.startswith("multipart/form-data"):
            return None
        mark = b"--" + found[1].encode()
        first, *parts = body.split(mark)
        if first.strip() or not parts or not parts[-1].startswith(b"--"):
            return None
        moved = [self._part(part) for part in parts[:-1]]
        return mark.join([first, *moved, parts[-1]])

    def _part(self, part: bytes) -> bytes:
        head, gap, value = part.partition(b"\r\n\r\n")
        try:
            text = value.removesuffix(b"\r\n").decode("utf-8")
        except UnicodeDecodeError:
            return part
        if not gap or not text:
            return part
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return head + gap + self.text(text).encode("utf-8", "replace") + b"\r\n"
        if _NUMBER.fullmatch(text) or not isinstance(document, dict | list | str):
            # Numbers and truth values keep their type, as members of a JSON body do.
            return part
        made = json.dumps(self._rewritten(document, "", long=True))
        return head + gap + made.encode() + b"\r\n"

    def _document(self, document: Json) -> tuple[Json] | None:
        check = self._body_check()
        if check is None:
            return (self._rewritten(document, "", long=True),)
        kept = check.valid(document)
        for long in (True, False):
            made = self._rewritten(document, "", long=long)
            if check.valid(made) == kept:
                return (made,)
        return None

    def _rewritten(self, node: Any, name: str, *, long: bool) -> Any:
        match node:
            case dict():
                return {
                    key: self._rewritten(item, str(key), long=long) for key, item in node.items()
                }
            case list():
                return [self._rewritten(item, name, long=long) for item in node]
            case str():
                return self.text(node) if long else self.same_length(node)
            case int() if not isinstance(node, bool) and long and _ID_NAME.search(name):
                return self.number()
            case _:
                return node

    def _schema(self, place: str, name: str) -> Mapping[str, Json]:
        for item in self._operation.parameters:
            if item.get("in") == place and str(item.get("name")).lower() == name.lower():
                schema = self._operation.compiler.resolve(item.get("schema"))
                return schema if isinstance(schema, Mapping) else {}
        return {}

    def _checked(self, schema: Mapping[str, Json]) -> Validator | None:
        try:
            return self._operation.compiler.compile(dict(schema), formats=True)
        except InputError:
            return None

    def _body_check(self) -> Validator | None:
        if not self._compiled:
            self._compiled = True
            body = self._operation.compiler.resolve(
                self._operation.operation.node.get("requestBody")
            )
            content = body.get("content") if isinstance(body, Mapping) else None
            for media, node in content.items() if isinstance(content, Mapping) else ():
                if "json" in media and isinstance(node, Mapping) and "schema" in node:
                    schema = self._operation.compiler.resolve(node["schema"])
                    self._body = self._checked(schema) if isinstance(schema, Mapping) else None
        return self._body


def _words(operation: OperationContract, node: Json) -> Iterator[str]:
    """Yield every string that ``node`` lists as a value, in ``enum`` and ``const``."""
    pending: list[Json] = [node]
    seen: set[str] = set()
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(current)
        if not isinstance(current, Mapping):
            continue
        reference = current.get("$ref")
        if isinstance(reference, str) and reference not in seen:
            seen.add(reference)
            pending.append(operation.compiler.resolve(dict(current)))
        values = current.get("enum")
        for value in (*(values if isinstance(values, list) else ()), current.get("const")):
            if isinstance(value, str):
                yield value
        pending.extend(current.values())


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
