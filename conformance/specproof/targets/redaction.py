"""Exchanges without secrets and personal data: what is not known to be harmless is replaced.

Built by allow-list. A text stays if the contract names it or if this run chose it as a plain
word; every other one becomes a stand-in of the same format, the same text the same stand-in
within one exchange, so that what an answer says of its request can still be checked.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from specproof.model import Exchange, Json, Request, Response
from specproof.requirements.contract import Contract, OperationContract
from specproof.targets.session import expand

__all__ = ["BASE_URL", "Redactor", "contract_words"]

BASE_URL = "https://recorded.invalid"
"""RFC 2606 2: names no host."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://\S*")
_DIGITS = re.compile(r"[0-9]+")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9!#$&^_.+-]{0,60}")
_MEDIA = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}(; ?charset=[a-z0-9-]{1,20})?")
_SMALL = 1000
"""Numbers below are counts and prices; those above may be ids and telephone numbers."""

_NAMING = frozenset({"enum", "examples", "required"})
_NAMED = frozenset({"const", "default", "example", "name"})
_FACTS = ("because", "breaks", "cause", "condition", "credentials", "due", "tenant")
_START = dt.date(2000, 1, 1)


def contract_words(contract: Contract) -> frozenset[str]:
    """Return every text that the contract itself gives as a name or a value."""
    found: set[str] = set()
    pending: list[Json] = [contract.document]
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            found.update(node)
            found.update(
                item for key, item in node.items() if key in _NAMED and isinstance(item, str)
            )
            for key in _NAMING & set(node):
                listed = node[key]
                if isinstance(listed, list):
                    found.update(item for item in listed if isinstance(item, str))
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return frozenset(found)


@dataclass
class Redactor:
    """Redacts one exchange.

    Args:
        words: texts that the contract names.
        told: texts that this run chose and that say nothing of anybody.
    """

    words: Container[str]
    told: Container[str]
    _known: dict[str, str] = field(default_factory=dict)
    _numbers: dict[int | float, int] = field(default_factory=dict)

    def request(self, exchange: Exchange, operation: OperationContract) -> Request:
        """Return the request: documented parameters and a JSON body, no credentials."""
        request = exchange.request
        parts = urlsplit(request.url)
        template = operation.operation.path
        names = template.split("/")
        segments = parts.path.split("/")[-len(names) :]
        values = {
            name[1:-1]: self.text(unquote(segment))
            for name, segment in zip(names, segments, strict=False)
            if name.startswith("{") and name.endswith("}")
        }
        documented = {
            (str(item.get("in")), str(item.get("name")).lower()) for item in operation.parameters
        }
        query = [
            (name, self.text(value))
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if ("query", name.lower()) in documented
        ]
        headers = [
            (name, value if name.lower() == "accept" else self.text(value))
            for name, value in request.headers
            if ("header", name.lower()) in documented or name.lower() == "accept"
        ]
        media = request.header("content-type")
        if media is not None and request.body:
            headers.append(("Content-Type", _media(media)))
        url = f"{BASE_URL}{expand(template, values)}{'?' if query else ''}{urlencode(query)}"
        return Request(request.method, url, tuple(headers), self.body(request.body))

    def response(self, response: Response, documented: Container[str]) -> Response:
        """Return the response: documented and framing headers, the body's shape.

        Args:
            documented: names of documented headers, lower case.
        """
        body = self.body(response.body)
        headers: list[tuple[str, str]] = []
        for name, value in response.headers:
            shown = self._header(name.lower(), value, documented)
            if shown is not None:
                headers.append((name, shown))
        return Response(response.status, tuple(headers), body, body)

    def facts(self, facts: Mapping[str, str]) -> dict[str, str]:
        """Return what checks may rely on when the exchange is replayed."""
        kept = {name: facts[name] for name in _FACTS if name in facts}
        if "answer" in facts:
            kept["answer"] = self._json(facts["answer"], keys=False)
        return kept

    def body(self, body: bytes) -> bytes:
        """Return a JSON body with stand-ins, or one short text for any other."""
        if not body:
            return b""
        try:
            return self._json(body.decode("utf-8"), keys=True).encode()
        except (ValueError, RecursionError):
            return b"recorded text"

    def text(self, value: str) -> str:
        """Return ``value`` if it is harmless, or its stand-in."""
        if not value.strip() or value in self.words or value in self.told:
            return value
        if value not in self._known:
            self._known[value] = _stand_in(value, len(self._known) + 1)
        return self._known[value]

    def _json(self, text: str, *, keys: bool) -> str:
        return json.dumps(self._value(json.loads(text), keys=keys), ensure_ascii=True)

    def _value(self, value: Json, *, keys: bool) -> Json:
        match value:
            case Mapping():
                return {
                    self.text(key) if keys else key: self._value(item, keys=keys)
                    for key, item in value.items()
                }
            case list():
                return [self._value(item, keys=keys) for item in value]
            case str():
                return self.text(value)
            case int() | float() if not isinstance(value, bool) and not -_SMALL < value < _SMALL:
                number = self._numbers.setdefault(value, len(self._numbers) + 1)
                return type(value)(_SMALL + number)
            case _:
                return value

    def _header(self, name: str, value: str, documented: Container[str]) -> str | None:
        if name == "content-type":
            return _media(value)
        if name == "retry-after":
            return value if value.isascii() and value.isdigit() else self.text(value)
        if name == "www-authenticate":
            scheme = _TOKEN.match(value)
            return scheme[0] if scheme else "recorded-scheme"
        if name == "location" or name in documented:
            return self.text(value)
        return None


def _media(value: str) -> str:
    return value if _MEDIA.fullmatch(value.lower()) else "application/octet-stream"


def _stand_in(value: str, number: int) -> str:
    """Return a text of the same format as ``value``."""
    day = _START + dt.timedelta(days=number)
    formats = (
        (_UUID, f"00000000-0000-4000-8000-{number:012d}"),
        (_DATE, day.isoformat()),
        (_TIME, f"{day.isoformat()}T00:00:00Z"),
        (_EMAIL, f"user-{number}@example.invalid"),
        (_URL, f"https://example.invalid/{number}"),
        (_DIGITS, str(number).zfill(len(value))),
    )
    found = (text for pattern, text in formats if pattern.fullmatch(value))
    return next(found, f"recorded-{number}")
