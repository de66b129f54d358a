"""Reading an OpenAPI Overlay document, versions 1.0 and 1.1, strictly.

Fields and their meaning: Overlay Specification 1.1.0, "Overlay Object", "Info Object" and
"Action Object". In an overlay of the catalog every action also carries
``x-specproof-reason`` (one sentence) and ``x-specproof-evidence`` (a list of texts: a URL, a
quotation, an observation).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, SequenceNode

from specproof.document import canonical_json, parse
from specproof.errors import InputError
from specproof.model import Json
from specproof.text import one_line

__all__ = ["Action", "Kind", "Overlay", "parse_overlay"]


class Kind(StrEnum):
    """What an action does to the nodes that its target selects."""

    UPDATE = "update"
    REMOVE = "remove"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Action:
    """One correction.

    Attributes:
        number: 1-based position in the overlay.
        target: RFC 9535 query of the nodes to change.
        update: value to merge, for ``Kind.UPDATE``.
        source: RFC 9535 query of the one node to copy, for ``Kind.COPY``.
        reason: why we differ from what the vendor published.
        evidence: what the reason rests on.
        line: 1-based line in the overlay's file, where known.
    """

    number: int
    kind: Kind
    target: str
    update: Json = None
    source: str = ""
    description: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """An overlay as it was read.

    Attributes:
        minor: minor version, which alone decides the features (section "Versions").
        extends: the document it was written for, a URI reference, or None.
        file: name of the file for messages.
    """

    minor: int
    title: str
    version: str
    extends: str | None
    actions: tuple[Action, ...]
    file: str


def parse_overlay(data: bytes, *, name: str, documented: bool = False) -> Overlay:
    """Return the overlay that ``data`` holds, YAML or JSON.

    Args:
        data: bytes of the file.
        name: name of the file for messages.
        documented: whether every action must carry a reason and evidence, as it must in the
            catalog.

    Raises:
        InputError: not an overlay; the sentence names file, line, action and field.
    """
    value = parse(data, name=name)
    lines = _action_lines(data)
    try:
        read = _Overlay.model_validate(value)
    except ValidationError as error:
        raise _described(error, name, lines) from None
    seen: dict[bytes, int] = {}
    for number, action in enumerate(read.actions, start=1):
        # The schema of the specification: "uniqueItems: true".
        first = seen.setdefault(canonical_json(action.model_dump(by_alias=True)), number)
        if first != number:
            raise InputError(
                f"action {number} repeats action {first}",
                file=name,
                line=_line(lines, number),
                remedy="delete one of the two",
            )
    actions = tuple(
        _action(action, number, name, _line(lines, number), documented=documented)
        for number, action in enumerate(read.actions, start=1)
    )
    minor = int(read.overlay.split(".")[1])
    return Overlay(minor, read.info.title, read.info.version, read.extends, actions, name)


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Query = Annotated[str, StringConstraints(pattern=r"^\$", max_length=4096)]


class _Strict(BaseModel):
    """Fields as they are written, no coercion; unknown ones only as ``x-`` extensions."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    def model_post_init(self, _context: Any, /) -> None:
        unknown = [name for name in self.model_extra or {} if not name.startswith("x-")]
        if unknown:
            raise ValueError(f"the field {unknown[0]!r} is not part of the specification")


class _Info(_Strict):
    title: Words
    version: str
    description: str | None = None


class _Action(_Strict):
    target: Query
    description: str = ""
    update: Any = None
    source: Query | None = Field(default=None, alias="copy")
    remove: bool = False
    reason: Words | None = Field(default=None, alias="x-specproof-reason")
    evidence: list[Words] | None = Field(default=None, alias="x-specproof-evidence", min_length=1)


class _Overlay(_Strict):
    overlay: Annotated[str, StringConstraints(pattern=r"^1\.[01]\.\d+$")]
    info: _Info
    extends: str | None = None
    actions: list[_Action] = Field(min_length=1, max_length=1000)


def _action(read: _Action, number: int, file: str, line: int | None, *, documented: bool) -> Action:
    def wrong(problem: str, remedy: str) -> InputError:
        return InputError(f"action {number}: {problem}", file=file, line=line, remedy=remedy)

    updates = "update" in read.model_fields_set
    if documented and not (read.reason and read.evidence):
        missing = "x-specproof-evidence" if read.reason else "x-specproof-reason"
        raise wrong(f"{missing} is missing", "say why the vendor's text is wrong and who says so")
    if read.remove:
        # Action Object: update and copy have "no impact if the remove field ... is true".
        kind = Kind.REMOVE
    elif updates and read.source is not None:
        raise wrong("update and copy cancel each other", "keep one of the two")
    elif updates:
        kind = Kind.UPDATE
    elif read.source is not None:
        kind = Kind.COPY
    else:
        raise wrong("it does nothing", "give it update, copy or remove: true")
    return Action(
        number=number,
        kind=kind,
        target=read.target,
        update=read.update if kind is Kind.UPDATE else None,
        source=(read.source or "") if kind is Kind.COPY else "",
        description=read.description,
        reason=read.reason or "",
        evidence=tuple(read.evidence or ()),
        line=line,
    )


def _described(error: ValidationError, file: str, lines: tuple[int, ...]) -> InputError:
    first = error.errors(include_url=False, include_input=False)[0]
    where = first["loc"]
    line = None
    if len(where) > 1 and where[0] == "actions" and isinstance(where[1], int):
        line = _line(lines, where[1] + 1)
        where = (f"action {where[1] + 1}", *where[2:])
    place = " ".join(str(step) for step in where) or "the document"
    message = str(first["msg"]).removeprefix("Value error, ")
    return InputError(
        f"{place}: {one_line(message)}",
        file=file,
        line=line,
        remedy="see the Overlay Specification 1.1, https://spec.openapis.org/overlay/v1.1.0.html",
    )


def _action_lines(data: bytes) -> tuple[int, ...]:
    """Return the line of each action, or nothing where the text is JSON that is no YAML.

    The text has been parsed strictly before.
    """
    try:
        root = YAML(typ="rt", pure=True).compose(io.BytesIO(data))
    except YAMLError:
        return ()
    if isinstance(root, MappingNode):
        for key, value in root.value:
            if key.value == "actions" and isinstance(value, SequenceNode):
                return tuple(item.start_mark.line + 1 for item in value.value)
    return ()


def _line(lines: tuple[int, ...], number: int) -> int | None:
    return lines[number - 1] if number <= len(lines) else None
