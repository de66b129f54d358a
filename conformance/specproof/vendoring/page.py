"""A documentation page to the OpenAPI document in it (CommonMark 0.31, fenced code blocks)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import dedent

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block

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
# What docs tools add to an info string: title="Pets", theme={null}.
_ATTRIBUTE = re.compile(r"""(?<=\s)[\w-]+=(?:\{[^{}]*\}|"[^"]*"|'[^']*'|[^\s{}"'/]+)(?=\s|\Z)""")
_MAX_INFO = 2000
_FIELD = r"""["']?(?:openapi|swagger)["']?\s*:"""
_BLOCK_STYLE = re.compile(rf"^(?:---[ ]+)?{_FIELD}", re.MULTILINE)
_FLOW_STYLE = re.compile(_FIELD)
_BLOCK_PATHS = re.compile(r"""^["']?paths["']?\s*:""", re.MULTILINE)
_FLOW_PATHS = re.compile(r"""["']?paths["']?\s*:""")
# HTML blocks of which MDX too takes the content for text (CommonMark 0.31, 4.6, types 1 to 5).
_NO_COMPONENT = re.compile(r"<(?:[!?]|(?:script|pre|style|textarea)\b)", re.IGNORECASE)
_TAG = re.compile(r"^[ \t]*</?[A-Za-z]", re.MULTILINE)
_COMPONENT = re.compile(r"^[ \t]*<[A-Z]", re.MULTILINE)


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
    The same document in two fences, such as YAML and JSON side by side, counts as one.

    Raises:
        InputError: no such fence or several, a page cut short, no usable OpenAPI document.
    """
    if whole:
        parsed = document.parse(data, name=name)
        _check_usable(parsed, name=name)
        return Extracted(name=name, document=parsed)
    fence, found = _the_fence(_fences(_decode(data, name)), name)
    with _located(fence, name):
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
    if "\0" in text:
        # CommonMark would put another character in its place, and nobody would know.
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError("holds a NUL character", file=name, line=line)
    return text


def _fences(text: str) -> list[_Fence]:
    """Return the fences that CommonMark sees, or MDX where none of those holds a document."""
    found = _blocks(text, MarkdownIt("commonmark"))
    if not any(_looks_like_openapi(fence) for fence in found) and _TAG.search(text):
        return _blocks(text, _mdx_parser(text)) or found
    return found


def _mdx_parser(text: str) -> MarkdownIt:
    """Return a parser that sees into HTML elements, and into indented components (mdxjs.com)."""
    parser = MarkdownIt("commonmark")
    parser.block.ruler.at(
        "html_block", _html_but_elements, {"alt": ["paragraph", "reference", "blockquote"]}
    )
    if _COMPONENT.search(text):
        parser.disable("code")
    return parser


def _html_but_elements(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    start = state.bMarks[first] + state.tShift[first]
    return _NO_COMPONENT.match(state.src, start) is not None and html_block(
        state, first, end, silent
    )


def _blocks(text: str, parser: MarkdownIt) -> list[_Fence]:
    # Block structure is all that is needed; inline parsing of a stranger's text costs time.
    parser.core.ruler.enableOnly(["normalize", "block"])
    tokens = parser.parse(text)
    lines = re.split(r"\r\n|\r|\n", text)
    found: list[_Fence] = []
    for token in tokens:
        if token.type != "fence" or token.map is None or len(token.info) > _MAX_INFO:
            continue
        matched = _INFO.fullmatch(_ATTRIBUTE.sub("", token.info).strip())
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


def _looks_like_openapi(fence: _Fence, block: re.Pattern[str] = _BLOCK_STYLE) -> bool:
    flow = fence.json or fence.content.lstrip().startswith("{")
    if flow:
        return (_FLOW_STYLE if block is _BLOCK_STYLE else _FLOW_PATHS).search(
            fence.content
        ) is not None
    return block.search(dedent(fence.content)) is not None


def _the_fence(fences: list[_Fence], name: str) -> tuple[_Fence, JsonObject]:
    candidates = [fence for fence in fences if _looks_like_openapi(fence)]
    # A response or a setting with a field "openapi" is no document while a whole one is there.
    candidates = [
        fence for fence in candidates if _looks_like_openapi(fence, _BLOCK_PATHS)
    ] or candidates
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
    if len({document.canonical_json(value) for _, value in matching}) > 1:
        lines = " and ".join(str(fence.line) for fence, _ in matching)
        raise InputError(
            f"holds more than one OpenAPI document, in the fences on lines {lines}",
            file=name,
            line=matching[1][0].line,
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
    with _located(fence, name):
        return document.parse(fence.content.encode(), name=inside)


@contextmanager
def _located(fence: _Fence, name: str) -> Iterator[None]:
    """Give errors about the content of ``fence`` their line in the page."""
    try:
        yield
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
