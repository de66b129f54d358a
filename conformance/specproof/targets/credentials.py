"""Credentials: from a spec's security schemes and the environment onto a request."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from specproof.model import Json, JsonObject
from specproof.targets.near_credentials import NEAR, near_pieces

__all__ = [
    "MODES",
    "OTHER_TENANT",
    "Credential",
    "Credentials",
    "is_telling",
    "references",
    "variables",
]

ENVIRONMENT_EXTENSION = "x-specproof-env"
"""Extension of a Security Scheme or Parameter Object: the variables that carry its value."""

MODES = ("own", "none", "malformed", "wrong", "other", *NEAR)
"""Ways to authenticate: as ourselves, not at all, garbled, unknown, as another tenant, and as
ourselves but for one detail."""

OTHER_TENANT = "SPECPROOF_OTHER_"
"""Before the name of a variable: the same of another tenant."""

_WORD = re.compile(r"[^A-Za-z0-9_]")
_OBEYED = re.compile(r'["$`\\!]')
"""What a shell obeys inside double quotes (POSIX 2.2.3; ``!`` where it has a history)."""

_REFERENCE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", re.ASCII)
_TELLING = re.compile(
    r"auth|cookie|credential|key|passw|secret|session|signature|token", re.IGNORECASE
)
"""What names of headers that log somebody in have in common."""

_WRONG = "specproof-unknown-credential"
_MALFORMED = "specproof-malformed"
_TELLTALE = 8
"""Shorter secrets may stand in a text by chance."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One security scheme and where its value comes from.

    Attributes:
        place: ``header``, ``query`` or ``cookie``.
        prefix: text before the value, such as ``Bearer``.
        variables: environment variables; two of them make ``user:password``.
    """

    scheme: str
    place: str
    name: str
    prefix: str
    variables: tuple[str, ...]
    basic: bool = False

    def render(self, values: Sequence[str]) -> str:
        """Return the field value for ``values``, one per variable."""
        if self.basic:
            # RFC 7617 2: user-id and password joined by a colon, UTF-8, base64.
            token = base64.b64encode(":".join(values).encode()).decode("ascii")
        else:
            token = values[0]
        return f"{self.prefix} {token}" if self.prefix else token


def variables(api: str, scheme: str, node: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the environment variables of a security scheme.

    The spec's own choice (``x-specproof-env``) or ``SPECPROOF_<API>_<SCHEME>``, for HTTP
    Basic ``..._USERNAME`` and ``..._PASSWORD``.
    """
    chosen = node.get(ENVIRONMENT_EXTENSION)
    if isinstance(chosen, str):
        return (chosen,)
    if isinstance(chosen, Sequence) and chosen:
        return tuple(str(item) for item in chosen)
    stem = f"SPECPROOF_{_upper(api)}_{_upper(scheme)}"
    if _is_basic(node):
        return (f"{stem}_USERNAME", f"{stem}_PASSWORD")
    return (stem,)


def references(text: str) -> tuple[str, ...]:
    """Return the environment variables that a header's text names as ``$NAME`` or ``${NAME}``."""
    return tuple(first or second for first, second in _REFERENCE.findall(text))


def is_telling(name: str) -> bool:
    """Return whether a header of this name most likely carries a credential."""
    return _TELLING.search(name) is not None


class Credentials:
    """Puts the credentials of one API on requests; never shows them.

    Args:
        api: name of the API.
        schemes: ``components.securitySchemes``, references resolved.
        own: variable -> value, for ourselves.
        other: the same for another tenant, empty where there is none.
        headers: further headers, name -> text with ``$NAME`` for the value of a variable; those
            that log in follow the mode, the rest is on every request.
    """

    def __init__(
        self,
        api: str,
        schemes: Mapping[str, JsonObject],
        own: Mapping[str, str],
        other: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._schemes = {
            name: credential
            for name, node in schemes.items()
            if (credential := _credential(api, name, node)) is not None
        }
        self._own = dict(own)
        self._other = dict(other or {})
        self._headers = dict(headers or {})

    def __repr__(self) -> str:
        """Name the schemes alone."""
        return f"Credentials({', '.join(sorted(self._schemes))})"

    @property
    def has_other(self) -> bool:
        """Whether another tenant's credentials are at hand."""
        return bool(self._other)

    def other_value(self, variable: str) -> str:
        """Return the other tenant's value of ``variable``, or an empty string."""
        return self._other.get(variable, "")

    def secrets(self) -> tuple[str, ...]:
        """Return what no answer may repeat: secret values, and how they go on the wire."""
        found: set[str] = set()
        for source in (self._own, self._other):
            for credential in self._schemes.values():
                values = [source.get(name, "") for name in credential.variables]
                if all(values):
                    found |= {values[-1], credential.render(values).rpartition(" ")[2]}
        return tuple(sorted(text for text in found if len(text) >= _TELLTALE))

    def refusable(self, security: Sequence[Mapping[str, Json]]) -> tuple[str, ...]:
        """Return the modes that have to be refused and that differ from our own credentials."""
        own = self.apply(security, "own")
        return tuple(
            mode
            for mode in MODES[1:]
            if (mode != "other" or self.has_other) and self.apply(security, mode) != own
        )

    def missing(self) -> tuple[str, ...]:
        """Return the variables that some scheme needs and that have no value."""
        needed = {name for item in self._schemes.values() for name in item.variables}
        return tuple(sorted(name for name in needed if not self._own.get(name)))

    def value(self, variable: str) -> str:
        """Return our own value of ``variable``, or an empty string."""
        return self._own.get(variable, "")

    @property
    def own_values(self) -> frozenset[str]:
        """Every value that ``variable_of`` knows."""
        return frozenset(value for value in self._own.values() if value)

    def variable_of(self, value: str) -> str | None:
        """Return the name of our variable that holds ``value``, or None."""
        return next((name for name, own in self._own.items() if own and own == value), None)

    def source_of(self, value: str) -> str | None:
        """Return the variable that holds ``value``, ours or the other tenant's, or None."""
        own = self.variable_of(value)
        if own is not None:
            return own
        found = (name for name, other in self._other.items() if other and other == value)
        name = next(found, None)
        return None if name is None else f"{OTHER_TENANT}{name}"

    def as_fields(self, security: Sequence[Mapping[str, Json]], mode: str) -> list[JsonObject]:
        """Return the fields that authenticate, their values as pieces without any secret.

        A piece is a text, ``{"env": NAME}`` for the value of a variable (``form`` says how it is
        changed), or ``{"base64": pieces}``.
        """
        fields = self._headers_as_fields(mode)
        for name in () if mode == "none" else self._chosen(security):
            credential = self._schemes[name]
            fields.append(
                {
                    "place": credential.place,
                    "name": credential.name,
                    "value": _in_pieces(credential, mode),
                }
            )
        return fields

    def as_curl(self, security: Sequence[Mapping[str, Json]], mode: str) -> list[str]:
        """Return curl's arguments that authenticate, with variables in place of values."""
        arguments = self._headers_as_curl(mode)
        if mode == "none":
            return arguments
        for name in self._chosen(security):
            credential = self._schemes[name]
            stem = f"${OTHER_TENANT}" if mode == "other" else "$"
            values = [f"{stem}{_WORD.sub('_', item)}" for item in credential.variables]
            field = _quotable(credential.name)
            if mode == "malformed":
                text = _MALFORMED
            elif mode == "wrong":
                text = _quotable(credential.render([_WRONG] * len(credential.variables)))
            elif mode in NEAR:
                text = _near_in_shell(credential, mode)
            elif credential.basic:
                arguments += ["--user", f'"{":".join(values)}"']
                continue
            else:
                text = f"{_quotable(credential.prefix)} {values[0]}".strip()
            if credential.place == "query":
                arguments += ["--get", "--data-urlencode", f'"{field}={text}"']
            elif credential.place == "cookie":
                arguments += ["--cookie", f'"{field}={text}"']
            else:
                # curl takes a name with a colon and nothing behind it for a header to leave out.
                arguments += ["--header", f'"{field}: {text}"' if text else f'"{field};"']
        return arguments

    def apply(
        self, security: Sequence[Mapping[str, Json]], mode: str
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the headers and query parameters that authenticate one request.

        Args:
            security: Security Requirement Objects; the first that we can meet is used.
            mode: one of ``MODES``.
        """
        headers = self._further(mode)
        query: dict[str, str] = {}
        if mode == "none":
            return headers, query
        for name in self._chosen(security):
            credential = self._schemes[name]
            text = self._text(credential, mode)
            match credential.place:
                case "query":
                    query[credential.name] = text
                case "cookie":
                    pair = f"{credential.name}={text}"
                    headers["Cookie"] = (
                        f"{headers['Cookie']}; {pair}" if "Cookie" in headers else pair
                    )
                case _:
                    headers[credential.name] = text
        return headers, query

    def _further(self, mode: str) -> dict[str, str]:
        """Return the headers that the user adds to every request."""
        found: dict[str, str] = {}
        source = self._other if mode == "other" else self._own
        for name, text in self._headers.items():
            if not is_telling(name) or mode in {"own", "other"}:
                found[name] = _REFERENCE.sub(lambda hit: _looked_up(source, hit), text)
            elif mode != "none":
                found[name] = _MALFORMED if mode == "malformed" else _WRONG
        return found

    def _headers_as_fields(self, mode: str) -> list[JsonObject]:
        fields: list[JsonObject] = []
        stem = OTHER_TENANT if mode == "other" else ""
        for name, text in self._headers.items():
            value: list[Json] = [
                {"env": f"{stem}{hit}"} if number % 2 else hit
                for number, hit in enumerate(_pieces(text))
            ]
            if is_telling(name) and mode not in {"own", "other"}:
                value = [_MALFORMED if mode == "malformed" else _WRONG]
            if not is_telling(name) or mode != "none":
                fields.append({"place": "header", "name": name, "value": value})
        return fields

    def _headers_as_curl(self, mode: str) -> list[str]:
        arguments: list[str] = []
        for name, text in self._headers.items():
            stem = f"${OTHER_TENANT}" if mode == "other" else "$"
            pieces = [
                f"{stem}{hit}" if number % 2 else _OBEYED.sub(r"\\\g<0>", hit)
                for number, hit in enumerate(_pieces(text))
            ]
            value = "".join(pieces)
            if is_telling(name) and mode not in {"own", "other"}:
                value = _MALFORMED if mode == "malformed" else _WRONG
            if not is_telling(name) or mode != "none":
                arguments += ["--header", f'"{_quotable(name)}: {value}"']
        return arguments

    def _chosen(self, security: Sequence[Mapping[str, Json]]) -> tuple[str, ...]:
        for requirement in security:
            names = tuple(requirement)
            if names and all(
                name in self._schemes
                and all(self._own.get(item) for item in self._schemes[name].variables)
                for name in names
            ):
                return names
        return ()

    def _text(self, credential: Credential, mode: str) -> str:
        if mode == "malformed":
            # Neither a known scheme nor base64 (RFC 9110 11.4: scheme, space, credentials).
            return _MALFORMED
        if mode == "wrong":
            return credential.render([_WRONG] * len(credential.variables))
        near = NEAR.get(mode)
        if near is not None:
            own = [self._own.get(item, "") for item in credential.variables]
            if len(own) < near.least or (near.prefix is not None and not credential.prefix):
                return credential.render(own)
            if near.whole is not None:
                return near.whole.format(prefix=credential.prefix)
            prefix = credential.prefix if near.prefix is None else near.prefix
            # A scheme with nothing behind it ends without a blank (RFC 9110 5.5).
            return replace(credential, prefix=prefix).render(near.values(own)).strip()
        source = self._other if mode == "other" else self._own
        return credential.render([source.get(item, "") for item in credential.variables])


def _credential(api: str, scheme: str, node: Mapping[str, Json]) -> Credential | None:
    names = variables(api, scheme, node)
    match node.get("type"):
        case "apiKey":
            return Credential(scheme, str(node.get("in")), str(node.get("name")), "", names)
        case "http":
            basic = _is_basic(node)
            kind = str(node.get("scheme", "bearer"))
            prefix = kind.capitalize() if kind.lower() in {"basic", "bearer"} else kind
            return Credential(scheme, "header", "Authorization", prefix, names, basic)
        case "oauth2" | "openIdConnect":
            return Credential(scheme, "header", "Authorization", "Bearer", names)
        case _:
            # Mutual TLS happens below HTTP; there is nothing to put on a request.
            return None


def _looked_up(source: Mapping[str, str], hit: re.Match[str]) -> str:
    return source.get(hit[1] or hit[2], "")


def _pieces(text: str) -> list[str]:
    """Return plain text and names of variables in turn, plain text first and last."""
    pieces: list[str] = []
    end = 0
    for hit in _REFERENCE.finditer(text):
        pieces += [text[end : hit.start()], hit[1] or hit[2]]
        end = hit.end()
    return [*pieces, text[end:]]


def _in_pieces(credential: Credential, mode: str) -> list[Json]:
    """Return the value of a field in pieces, see `Credentials.as_fields`."""
    if mode == "malformed":
        return [_MALFORMED]
    stem = OTHER_TENANT if mode == "other" else ""
    names = [f"{stem}{name}" for name in credential.variables]
    near, prefix = NEAR.get(mode), credential.prefix
    values: list[list[Json]] = [[{"env": name}] for name in names]
    if mode == "wrong":
        values = [[_WRONG] for _ in names]
    elif near is not None and len(names) >= near.least and not (near.prefix and not prefix):
        if near.whole is not None:
            return [near.whole.format(prefix=prefix)]
        values = near_pieces(mode, names)
        prefix = prefix if near.prefix is None else near.prefix
    pieces: list[Json] = []
    if credential.basic:
        for number, value in enumerate(values):
            pieces += [":", *value] if number else value
        pieces = [{"base64": pieces}]
    else:
        pieces = values[0]
    return [f"{prefix} ", *pieces] if prefix else pieces


def _near_in_shell(credential: Credential, mode: str) -> str:
    near = NEAR[mode]
    if near.whole is not None:
        return near.whole.format(prefix=_quotable(credential.prefix))
    values = near.shell([_WORD.sub("_", item) for item in credential.variables])
    text = f'$(printf %s "{":".join(values)}" | base64)' if credential.basic else values[0]
    prefix = _quotable(credential.prefix) if near.prefix is None else near.prefix
    return f"{prefix} {text}".strip()


def _is_basic(node: Mapping[str, Json]) -> bool:
    return node.get("type") == "http" and str(node.get("scheme", "")).lower() == "basic"


def _quotable(text: str) -> str:
    """Return ``text`` fit for a shell's double quotes: names come from specs of strangers."""
    return _OBEYED.sub(r"\\\g<0>", " ".join(text.split()))


def _upper(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in name).upper()
