"""An exchange as a curl command that shows nothing it must not.

Built by allow-list: a value is written out only if this run invented it or the contract
itself names it; credentials are names of environment variables, all else is a placeholder.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Container, Mapping, Sequence
from urllib.parse import quote, unquote, urlsplit

from specproof.model import Exchange, Json
from specproof.targets.credentials import Credentials

__all__ = ["curl"]

_METHOD = re.compile(r"[A-Z]{1,16}")
_SAFE = re.compile(r"[A-Za-z0-9_.~%-]*")


def curl(
    exchange: Exchange,
    template: str,
    credentials: Credentials,
    security: Sequence[Mapping[str, Json]],
    told: Container[str],
) -> str:
    """Return a shell command that repeats the request of ``exchange``.

    Args:
        template: path template of the operation, or the path where it has none.
        security: Security Requirement Objects of the operation.
        told: values that may be shown.
    """
    request = exchange.request
    method = request.method if _METHOD.fullmatch(request.method) else "GET"
    parts = ["curl", "--silent", "--show-error", "--include"]
    parts += [] if method == "GET" else ["--request", method]
    mode = exchange.facts.get("credentials", "own")
    parts += credentials.as_curl(security, mode)
    content_type = request.header("content-type")
    body = _body(request.body, told)
    if body is not None:
        if content_type is not None:
            parts += ["--header", shlex.quote("Content-Type: application/json")]
        parts += ["--data-raw", shlex.quote(body)]
    path = _path(urlsplit(request.url).path, template, credentials, told)
    query = _query(urlsplit(request.url).query, told)
    parts.append(f'"$BASE_URL{path}{query}"')
    return " ".join(parts)


def _path(path: str, template: str, credentials: Credentials, told: Container[str]) -> str:
    """Return the path with every value that may not be told as a placeholder."""
    names = template.split("/")
    values = path.split("/")[-len(names) :]
    if len(values) != len(names):
        return _inert(template)
    shown = []
    for name, value in zip(names, values, strict=True):
        if "{" not in name:
            shown.append(_inert(name))
            continue
        variable = credentials.variable_of(unquote(value))
        if variable is not None:
            shown.append(f"${variable}")
        elif unquote(value) in told and _SAFE.fullmatch(value):
            shown.append(value)
        else:
            shown.append(_inert(name))
    return "/".join(shown)


def _inert(template: str) -> str:
    """Return a piece of a path template, which a shell must not obey: it stands in quotes."""
    return quote(template, safe="/{}~%:@+,;=")


def _query(query: str, told: Container[str]) -> str:
    """Return the query string with every value that may not be told as a placeholder."""
    if not query:
        return ""
    shown = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        known = unquote(value.replace("+", " ")) in told and _SAFE.fullmatch(value)
        plain = name if _SAFE.fullmatch(name) and "%" not in name else "name"
        shown.append(f"{plain}={value if known else '{' + plain + '}'}")
    return "?" + "&".join(shown)


def _body(body: bytes, told: Container[str]) -> str | None:
    """Return a JSON body with every string that may not be told as a placeholder."""
    if not body:
        return None
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return f"({len(body)} bytes that are not JSON)"
    return json.dumps(_told(value, told), ensure_ascii=True)


def _named(key: str, told: Container[str]) -> str:
    plain = key.isascii() and key.isidentifier()
    return key if plain or key in told else "{name}"


def _told(value: Json, told: Container[str]) -> Json:
    match value:
        case dict():
            return {_named(key, told): _told(item, told) for key, item in value.items()}
        case list():
            return [_told(item, told) for item in value]
        case str():
            return value if value in told else "{text}"
        case int() | float() if not isinstance(value, bool):
            return value if str(value) in told else 0
        case _:
            return value
