"""JSON values as YAML that every reader understands alike.

Written here and not by a library's emitter because these bytes are committed and hashed: they
must not change with a library's version, nor with whether libyaml is there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

from specproof.json_types import Json

__all__ = ["to_yaml"]

# Words and numbers of YAML 1.1 and 1.2 that an unquoted string could be mistaken for.
_WORD = re.compile(
    r"(?:y|n|yes|no|on|off|true|false|null|~|=|<<|[-+]?\.(?:inf|nan))", re.IGNORECASE
)
_NUMBER = re.compile(r"[-+]?\.?[0-9][0-9a-fA-FoOxX_:.+\-tTzZ \t]*")
_PLAIN_START = re.compile(r"[^\W_]|[_/$(]")
_UNSAFE_INSIDE = re.compile(r":\s|\s#|:\Z|\s\Z|[\t\n]")
# YAML 1.2.2, 5.1: c-printable, less what YAML 1.1 takes for a line break, and the BOM.
_NOT_PRINTABLE = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SIMPLE_KEY = 1000  # YAML 1.2.2, 7.4.2: an implicit key has at most 1024 characters
_STEP = "  "


def to_yaml(value: Json) -> bytes:
    """Return ``value`` as block-style UTF-8 YAML: order kept, no anchors, no tags, no folding.

    Strings that a reader of YAML 1.1 or 1.2 could take for something else are quoted, and
    ``parse_value(to_yaml(value))`` gives ``value`` back.
    """
    return "".join(_document(value)).encode()


def _document(value: Json) -> Iterator[str]:
    if isinstance(value, dict | list) and value:
        yield from _collection(value, "")
    else:
        yield _inline(value, "")
        yield "\n"


def _collection(value: Json, indent: str) -> Iterator[str]:
    """Yield lines for a non-empty object or array; the first one is indented too."""
    if isinstance(value, dict):
        for key, item in value.items():
            name = _string(key)
            explicit = len(name) > _SIMPLE_KEY
            yield f"{indent}? {name}\n{indent}:" if explicit else f"{indent}{name}:"
            yield from _value(item, indent)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list) and item and not _has_long_key(item):
                yield f"{indent}- "
                lines = _collection(item, indent + _STEP)
                yield next(lines)[len(indent) + len(_STEP) :]
                yield from lines
            else:
                yield f"{indent}-"
                yield from _value(item, indent)


def _has_long_key(item: Json) -> bool:
    return isinstance(item, dict) and len(_string(next(iter(item)))) > _SIMPLE_KEY


def _value(item: Json, indent: str) -> Iterator[str]:
    if isinstance(item, dict | list) and item:
        yield "\n"
        yield from _collection(item, indent + _STEP)
    else:
        yield f" {_inline(item, indent + _STEP)}\n"


def _inline(value: Json, indent: str) -> str:
    if isinstance(value, str):
        return _literal(value, indent or _STEP) if _may_be_literal(value) else _string(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    return "{}" if isinstance(value, dict) else "[]"


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("JSON knows no infinities and no not-a-number")
    text = repr(value)
    # YAML 1.1 takes a number for a float only when it has a point.
    return text if "." in text else text.replace("e", ".0e")


def _string(text: str) -> str:
    if _NOT_PRINTABLE.search(text) or "\n" in text or "\t" in text:
        return _double(text)
    if (
        not _PLAIN_START.match(text)
        or _UNSAFE_INSIDE.search(text)
        or _WORD.fullmatch(text)
        or _NUMBER.fullmatch(text)
    ):
        return "'" + text.replace("'", "''") + "'"
    return text


def _double(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _NOT_PRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def _may_be_literal(text: str) -> bool:
    body = text.rstrip("\n")
    return (
        "\n" in body
        and not body.startswith((" ", "\t", "\n"))
        and not _NOT_PRINTABLE.search(body)
        and bool(body[body.rfind("\n") + 1 :].strip())
    )


def _literal(text: str, indent: str) -> str:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    chomp = "-" if ends == 0 else "" if ends == 1 else "+"
    lines = (f"{indent}{line}" if line else "" for line in body.split("\n"))
    return f"|{chomp}\n" + "\n".join(lines) + "\n" * max(ends - 1, 0)
