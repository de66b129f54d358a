"""A documentation page to the OpenAPI document in it (CommonMark 0.31, fenced code blocks)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

from specproof import document
from specproof.document import openapi, references
from specproof.errors import InputError
from specproof.model import JsonObject
from specproof.text import one_line

__all__ = ["SPEC_SUFFIXES", "Extracted", "extract"]

SPEC_SUFFIXES = (".yaml", ".yml", ".json")
"""File names under ``pages/`` that end like this hold a whole document and no page."""

_INFO = re.compile(
    r"(?P<language>ya?ml|json)(?![^\s{])"
    r"(?P<spec_name>.*?)"
    r"(?:(?:\A|\s)(?P<method>GET|PUT|POST|DELETE|OPTIONS|HEAD|PATCH|TRACE)\s+(?P<path>/\S*))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_MAX_INFO = 2000
_FIELD = r"""["']?(?:openapi|swagger)["']?\s*:"""
_BLOCK_STYLE = re.compile(rf"^(?:---[ ]+)?{_FIELD}", re.MULTILINE)
_FLOW_STYLE = re.compile(_FIELD)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one page or one whole document gave.

    Attributes:
        spec_name: vendor's name of the spec file, stated by the fence, or None.
        operation: ``METHOD /path`` that the fence names, or None.
    """

    name: str
    document: JsonObject
    spec_name: str | None = None
    operation: str | None = None


@dataclass(frozen=True, slots=True)
class _Fence:
    content: str
    line: int
    closed: bool
    json: bool
    spec_name: str | None
    operation: tuple[str, str] | None


def extract(data: bytes, *, name: str, whole: bool) -> Extracted:
    """Return the OpenAPI document in ``data``, a Markdown page or a ``whole`` document.

    A page holds it in the one fence whose info string starts with ``yaml`` or ``json`` and whose
    content is an OpenAPI document; other fences, and fences in HTML comments, are passed over.

    Raises:
        InputError: no such fence or several, a page cut short, no usable OpenAPI document.
    """
    if whole:
        parsed = document.parse(data, name=name)
        _check_usable(parsed, name=name)
        return Extracted(name=name, document=parsed)
    fence, found = _the_fence(_fences(_decode(data, name)), name)
    _check_usable(found, name=name)
    operation = None
    if fence.operation is not None:
        method, path = fence.operation
        operation = f"{method} {path}"
        known = {(item.method, item.path) for item in openapi.operations(found)}
        if fence.operation not in known:
            raise InputError(
                f"the fence names {one_line(operation, 120)}, which its document does not hold",
                file=name,
                line=fence.line,
            )
    return Extracted(name=name, document=found, spec_name=fence.spec_name, operation=operation)


def _decode(data: bytes, name: str) -> str:
    limit = document.Limits().max_bytes
    if len(data) > limit:
        raise InputError(f"is larger than {limit} bytes", file=name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("holds bytes that are not UTF-8", file=name, line=line) from error
    if not text.strip():
        raise InputError("is empty", file=name, line=1)
    return text


def _fences(text: str) -> list[_Fence]:
    parser = MarkdownIt("commonmark")
    # Block structure is all that is needed; inline parsing of a stranger's text costs time.
    parser.core.ruler.enableOnly(["normalize", "block"])
    tokens = parser.parse(text)
    lines = re.split(r"\r\n|\r|\n", text)
    found: list[_Fence] = []
    for token in tokens:
        if token.type != "fence" or token.map is None or len(token.info) > _MAX_INFO:
            continue
        matched = _INFO.fullmatch(token.info.strip())
        if matched is None:
            continue
        first, after = token.map
        last = lines[after - 1].strip().lstrip("> \t")
        closed = after - 1 > first and bool(last) and not last.strip(token.markup[0])
        method, path = matched["method"], matched["path"]
        found.append(
            _Fence(
                content=token.content,
                line=first + 1,
                closed=closed and len(last) >= len(token.markup),
                json=matched["language"].lower() == "json",
                spec_name=matched["spec_name"].strip() or None,
                operation=(method.upper(), path) if method else None,
            )
        )
    return found


def _looks_like_openapi(content: str) -> bool:
    flow = content.lstrip().startswith("{")
    return (_FLOW_STYLE if flow else _BLOCK_STYLE).search(content) is not None


def _the_fence(fences: list[_Fence], name: str) -> tuple[_Fence, JsonObject]:
    candidates = [fence for fence in fences if _looks_like_openapi(fence.content)]
    for fence in candidates or fences:
        if not fence.closed:
            raise InputError(
                "the fence that opens here is never closed: the page seems to be cut short",
                file=name,
                line=fence.line,
            )
    matching: list[tuple[_Fence, JsonObject]] = []
    for fence in candidates:
        value = _parse_fence(fence, name)
        if "openapi" in value or "swagger" in value:
            matching.append((fence, value))
    if len(matching) > 1:
        lines = " and ".join(str(fence.line) for fence, _ in matching)
        raise InputError(
            f"holds more than one OpenAPI document, in the fences on lines {lines}", file=name
        )
    if not matching:
        raise InputError(
            "holds no fence that starts with yaml or json and contains an OpenAPI document",
            file=name,
            line=next((fence.line for fence in fences if fence.operation), None),
        )
    return matching[0]


def _parse_fence(fence: _Fence, name: str) -> JsonObject:
    inside = f"{name}.json" if fence.json else name
    try:
        return document.parse(fence.content.encode(), name=inside)
    except InputError as error:
        line = fence.line if error.line is None else fence.line + error.line
        raise type(error)(error.problem, file=name, line=line, remedy=error.remedy) from error


def _check_usable(found: JsonObject, *, name: str) -> None:
    openapi.version(found, name=name)
    for field in ("info", "paths"):
        if not isinstance(found.get(field), dict):
            raise InputError(f"the field {field} is missing or no object", file=name)
    references.check_references(found, name=name)
    if next(openapi.operations(found), None) is None:
        raise InputError("describes no operation: its paths are empty", file=name)
