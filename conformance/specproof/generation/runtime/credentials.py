"""Secrets of a client: added to a request at the last moment, and shown nowhere."""

from __future__ import annotations

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import quote, quote_plus, urlencode

from .errors import InvalidRequestError

__all__ = ["Credentials", "basic", "in_cookie", "in_header", "in_query", "require_secret"]

_SHORTEST = 4  # characters; taking out shorter ones would tear every text apart
_HIDDEN = "[secret]"


class Credentials:
    """Header fields, query parameters and cookies that authenticate.

    They are added below everything that could log them or raise with them, so that neither
    messages nor the requests of exceptions hold them.
    """

    __slots__ = ("_plain", "_secrets", "cookies", "headers", "query", "query_string")

    def __init__(
        self,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        cookies: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.headers = dict(headers or {})
        self.query = dict(query or {})
        self.cookies = dict(cookies or {})
        self.query_string = urlencode(self.query, quote_via=quote).encode()
        self._plain = {
            *secrets,
            *self.headers.values(),
            *self.query.values(),
            *self.cookies.values(),
        }
        found = {form for secret in self._plain for form in _forms(secret)}
        # The longest first: a secret may hold another.
        self._secrets = sorted(
            (secret for secret in found if len(secret) >= _SHORTEST),
            key=lambda secret: (-len(secret), secret),
        )

    def with_settings(
        self, headers: Mapping[str, object], cookies: Mapping[str, object]
    ) -> Credentials:
        """Return the same credentials, which also know the secrets among other settings."""
        more = [value for name, value in headers.items() if _names_secret(name)]
        more += cookies.values()
        if not more:
            return self
        # The scheme before a token is none: "Bearer x" may come back without it.
        texts = [text for value in more for text in (str(value), str(value).rpartition(" ")[2])]
        return Credentials(self.headers, self.query, self.cookies, (*self._plain, *texts))

    def scrub(self, text: str) -> str:
        """Return ``text`` without any of the secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, _HIDDEN)
        return text

    def scrub_bytes(self, content: bytes) -> bytes:
        """Return ``content`` without any of the secrets."""
        for secret in self._secrets:
            raw = secret.encode("utf-8", "surrogateescape")
            if raw in content:
                content = content.replace(raw, _HIDDEN.encode())
        return content

    def __repr__(self) -> str:
        """Show nothing of what it holds."""
        return "Credentials(...)"

    def __reduce__(self) -> str:
        """Refuse to be written anywhere."""
        raise TypeError("credentials are not pickled")


def _names_secret(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in ("auth", "key", "token", "secret", "password"))


def _forms(secret: str) -> set[str]:
    """Return what a server may turn ``secret`` into when it says it back."""
    raw = secret.encode("utf-8", "surrogateescape")
    encoded = b64encode(raw).decode()
    escaped = json.dumps(secret)[1:-1]
    return {
        secret,
        encoded,
        encoded.rstrip("="),
        urlsafe_b64encode(raw).decode().rstrip("="),
        quote(secret, safe=""),
        quote(secret, safe="").lower() if "%" in quote(secret, safe="") else secret,
        quote_plus(secret),
        escaped,
        escaped.replace("/", "\\/"),
        html.escape(secret),
    }


def require_secret(name: str, value: object) -> str:
    """Return ``value`` where a header can carry it.

    Raises:
        InvalidRequestError: it is no text, empty, or holds what no header may carry; the value
            is not shown.
    """
    __tracebackhide__ = True
    if (
        isinstance(value, str)
        and value
        and value == value.strip()
        and value.isascii()
        and value.isprintable()
    ):
        return value
    raise InvalidRequestError(
        f"{name} must be printable ASCII, not empty, without space around it; "
        "its value is not shown"
    )


def in_header(name: str, prefix: str, token: str) -> Credentials:
    """Return a token in the header ``name``, after ``prefix`` where there is one."""
    __tracebackhide__ = True
    return Credentials({name: f"{prefix} {token}" if prefix else token}, secrets=(token,))


def in_query(name: str, token: str) -> Credentials:
    """Return a token in the query parameter ``name``."""
    __tracebackhide__ = True
    return Credentials(query={name: token})


def in_cookie(name: str, token: str) -> Credentials:
    """Return a token in the cookie ``name``."""
    __tracebackhide__ = True
    return Credentials(cookies={name: token})


def basic(user_name: str, user: str, password: str) -> Credentials:
    """Return HTTP Basic authentication (RFC 7617).

    Raises:
        InvalidRequestError: the user holds a colon (RFC 7617 2).
    """
    __tracebackhide__ = True
    if ":" in user:
        raise InvalidRequestError(f"{user_name} must not hold a colon (RFC 7617 2)")
    pair = b64encode(f"{user}:{password}".encode()).decode()
    return Credentials({"Authorization": f"Basic {pair}"}, secrets=(user, password, pair))
