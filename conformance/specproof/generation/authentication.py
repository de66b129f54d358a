"""Which credentials a client sends, read from the security schemes of its description."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from specproof.document.openapi import operations
from specproof.document.references import resolve
from specproof.errors import InputError
from specproof.model import JsonObject
from specproof.text import one_line

__all__ = ["Authentication", "authentication"]

_PLACES = frozenset({"header", "query", "cookie"})
_TOKEN = re.compile(r"[!#$%&'*+.^_|~0-9A-Za-z-]+")  # RFC 9110 5.6.2, without the backtick
# RFC 9110 7.2 and RFC 9112 6: these say where a request goes and where it ends.
_NO_CREDENTIALS = frozenset(
    {"connection", "content-length", "content-type", "expect", "host", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)
_SPELLINGS = {"basic": "Basic", "bearer": "Bearer", "digest": "Digest", "hoba": "HOBA"}


@dataclass(frozen=True, slots=True)
class Authentication:
    """How a client authenticates.

    Attributes:
        kind: ``token`` (one secret), ``basic`` (two, RFC 7617) or ``none``.
        place: where it travels: ``header``, ``query`` or ``cookie``.
        name: name of the header, query parameter or cookie.
        prefix: the scheme before the token, empty where there is none (RFC 9110 11.4).
        user: name of the argument for the first of two secrets.
        password: name of the argument for the second.
        variables: environment variables that examples read the secrets from.
        scheme: key of the security scheme in the description, or empty.
    """

    kind: str
    place: str = "header"
    name: str = "Authorization"
    prefix: str = "Bearer"
    user: str = "username"
    password: str = "password"  # noqa: S105 - the name of an argument
    variables: tuple[str, ...] = ("API_TOKEN",)
    scheme: str = ""


def authentication(document: JsonObject, *, api: str, file: str) -> Authentication:
    """Return how clients of ``document`` authenticate.

    Where operations ask for different schemes, the client is made for the one that most of
    them ask for (the first of them, on a tie); callers of the others override ``prefix``.

    Args:
        api: name of the API, for the names of arguments and variables.
        file: name of the description, for errors.

    Raises:
        InputError: a scheme names a place, header or prefix that no request can carry.
    """
    schemes = _schemes(document)
    wanted = Counter(
        name
        for operation in operations(document)
        for name in _required(operation.node.get("security", document.get("security")))
        if name in schemes
    )
    if not wanted:
        return Authentication("none")
    name = wanted.most_common(1)[0][0]
    found = _from_scheme(name, schemes[name], api)
    if (
        found.place not in _PLACES
        or not _TOKEN.fullmatch(found.name + found.prefix)
        or (found.place == "header" and found.name.lower() in _NO_CREDENTIALS)
    ):
        raise InputError(
            f"no request can carry the credentials of the security scheme {one_line(name, 60)!r}",
            file=file,
            remedy="correct its in, name or scheme with an overlay action",
        )
    return found


def _schemes(document: JsonObject) -> dict[str, dict[str, Any]]:
    components = document.get("components")
    found = components.get("securitySchemes") if isinstance(components, dict) else None
    resolved = {
        name: resolve(document, scheme)
        for name, scheme in (found.items() if isinstance(found, dict) else ())
    }
    return {name: scheme for name, scheme in resolved.items() if isinstance(scheme, dict)}


def _required(security: Any) -> Iterator[str]:
    """Yield the schemes of the first alternative that asks for any."""
    for alternative in security if isinstance(security, list) else ():
        if isinstance(alternative, dict) and alternative:
            yield from alternative
            return


def _from_scheme(name: str, scheme: dict[str, Any], api: str) -> Authentication:
    variables = _variables(scheme)
    kind = scheme.get("type")
    if kind == "apiKey":
        return Authentication(
            "token",
            place=str(scheme.get("in")),
            name=str(scheme.get("name")),
            prefix="",
            variables=variables or (_variable(api, name),),
            scheme=name,
        )
    spelled = str(scheme.get("scheme", "bearer")) if kind == "http" else "bearer"
    prefix = _SPELLINGS.get(spelled.lower(), spelled)
    if prefix == "Basic":
        user, password = _pair(variables, api)
        return Authentication(
            "basic",
            prefix=prefix,
            user=user,
            password=password,
            variables=variables
            if len(variables) == _PAIR
            else (_variable(api, "username"), _variable(api, "password")),
            scheme=name,
        )
    return Authentication(
        "token", prefix=prefix, variables=variables or (_variable(api, name),), scheme=name
    )


_PAIR = 2
_DEFAULT_PAIR = ("username", "password")
_TAKEN = frozenset(
    {
        "base_url",
        "cookies",
        "follow_redirects",
        "headers",
        "httpx_args",
        "raise_on_unexpected_status",
        "self",
        "timeout",
        "verify_ssl",
    }
)


def _pair(variables: tuple[str, ...], api: str) -> tuple[str, str]:
    """Name the two arguments after the variables, where that gives two names of their own."""
    names = [_argument(variable, api) for variable in variables]
    if len(set(names)) != _PAIR or any(
        name in _TAKEN or keyword.iskeyword(name) or name.startswith("_") or not name.isidentifier()
        for name in names
    ):
        return _DEFAULT_PAIR
    return names[0], names[1]


def _variables(scheme: dict[str, Any]) -> tuple[str, ...]:
    """Read ``x-specproof-env``, the environment variables that hold the credentials."""
    named = scheme.get("x-specproof-env")
    names = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    return tuple(
        name for name in names if isinstance(name, str) and name.isidentifier() and name.isascii()
    )


def _argument(variable: str, api: str) -> str:
    """``SEQUENCE_CLIENT_ID`` of the API ``sequence`` is the argument ``client_id``."""
    return variable.lower().removeprefix(f"{api.replace('-', '_')}_")


def _variable(api: str, scheme: str) -> str:
    text = f"SPECPROOF_{api}_{scheme}".upper()
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text)
