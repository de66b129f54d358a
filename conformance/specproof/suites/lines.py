"""JSON that is written inert and read strictly: run files and parts of runs."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from specproof.errors import InputError
from specproof.text import one_line

if TYPE_CHECKING:
    import jsonschema_rs

__all__ = ["decoded", "encoded"]

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_SURROGATES: Final = range(0xD800, 0xE000)
_BEYOND_BMP: Final = 0x10000
_SHOWN: Final = 200


def encoded(record: Mapping[str, Any]) -> bytes:
    """Return ``record`` as one line of printable ASCII."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNPRINTABLE.sub(_escaped, text).encode("ascii") + b"\n"


def decoded(raw: bytes, schema: str, *, what: str, file: str, line: int | None) -> dict[str, Any]:
    """Return the object in ``raw``, held against ``cli/schemas/<schema>.schema.json``.

    Args:
        what: what it ought to be, for messages: ``a line of a run file``.

    Raises:
        InputError: it is something else; says what is wrong with it.
    """
    try:
        record = json.loads(raw, object_pairs_hook=_unique, parse_constant=_refused)
        problem = next(iter(_validator(schema).iter_errors(record)), None)
    except RecursionError:
        raise InputError("nested too deeply", file=file, line=line) from None
    except ValueError as error:
        raise InputError(
            f"not {what}: {one_line(str(error), _SHOWN)}", file=file, line=line
        ) from None
    if problem is not None:
        pointer = "/".join(str(part) for part in problem.instance_path) or "the line"
        raise InputError(
            f"not {what}: {one_line(f'{pointer}: {problem.message}', _SHOWN)}",
            file=file,
            line=line,
        )
    return dict(record)


def _escaped(match: re.Match[str]) -> str:
    """Return a JSON escape, so that a run file on a terminal is inert."""
    code = ord(match[0])
    if code in _SURROGATES:
        return "\\ufffd"
    if code < _BEYOND_BMP:
        return f"\\u{code:04x}"
    code -= _BEYOND_BMP
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


@functools.cache
def _validator(name: str) -> jsonschema_rs.Draft202012Validator:
    import jsonschema_rs  # noqa: PLC0415 - reading the types alone needs no validator

    folder = resources.files("specproof").joinpath("cli", "schemas")
    texts = [
        folder.joinpath(f"{item}.schema.json").read_text("utf-8") for item in (name, "run-file")
    ]
    schema, shared = map(json.loads, texts)
    registry = jsonschema_rs.Registry([(shared["$id"], shared)])
    return jsonschema_rs.Draft202012Validator(schema, registry=registry)
