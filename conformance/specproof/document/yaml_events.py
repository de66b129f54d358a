"""YAML to JSON values, built from libyaml's events without recursion.

libyaml (through PyYAML) splits 300 kB of specification into events eighteen times faster than
ruamel.yaml's own scanner (0.03 s against 0.57 s), and what differs between YAML 1.1 and 1.2 is
decided here and in ``scalars``, not by it: the meaning of scalars, and the three characters
that 1.1 takes for line breaks and 1.2 does not. Where libyaml is missing, PyYAML's pure
parser gives the same events.
"""

from __future__ import annotations

import copy
from typing import Any, NoReturn, cast

import yaml  # type: ignore[import-untyped]  # PyYAML ships no types

from specproof.document.limits import Limits
from specproof.document.scalars import plain, quoted_name
from specproof.errors import InputError, LimitError
from specproof.json_types import Json
from specproof.text import one_line

__all__ = ["parse_yaml"]

_LOADER: type = getattr(yaml, "CLoader", yaml.Loader)
_OLD_BREAKS = "\x85\u2028\u2029"
_PREFIX = "tag:yaml.org,2002:"
_YAML_VERSION = (1, 2)


def parse_yaml(text: str, *, name: str, limits: Limits) -> Json:
    """Return the value of the one YAML document in ``text``.

    Raises:
        InputError: malformed, ambiguous between readers, or using tags and merge keys.
        LimitError: deeper, fuller or with more aliases than ``limits`` allow.
    """
    shielded, shield = _shield(text)
    builder = _Builder(name, limits, shield)
    try:
        for event in yaml.parse(shielded, Loader=_LOADER):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        line = shielded.count("\n", 0, error.position) + 1
        raise InputError(
            "holds a control character that YAML does not allow", file=name, line=line
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = one_line(error.problem or error.context or "malformed", 120)
        raise InputError(
            f"is not YAML: {what}", file=name, line=mark.line + 1 if mark else None
        ) from error
    return builder.value


def _shield(text: str) -> tuple[str, dict[int, int]]:
    """Stand private characters in for the breaks of YAML 1.1, and say how to undo it."""
    present = [character for character in _OLD_BREAKS if character in text]
    if not present:
        return text, {}
    free = (code for code in range(0xE000, 0xF900) if chr(code) not in text)
    forth = {ord(character): code for character, code in zip(present, free, strict=False)}
    return text.translate(forth), {code: character for character, code in forth.items()}


class _Open:
    """A collection that is not closed yet."""

    __slots__ = ("anchor", "deepest", "key", "line", "nodes_before", "value")

    def __init__(self, value: Any, anchor: str | None, line: int, nodes_before: int) -> None:
        self.value = value
        self.anchor = anchor
        self.line = line
        self.nodes_before = nodes_before
        self.key: str | None = None
        self.deepest = 0


class _Builder:
    """Takes events one by one and leaves the finished document in ``value``."""

    def __init__(self, name: str, limits: Limits, shield: dict[int, int]) -> None:
        self.value: Json = None
        self._name = name
        self._limits = limits
        self._shield = shield
        self._open: list[_Open] = []
        # Each anchor with its value, how many nodes it holds and how deep it is.
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._pending: set[str] = set()
        self._nodes = 0
        self._aliases = 0
        self._aliased = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._start(event, {}, "map")
        elif isinstance(event, yaml.SequenceStartEvent):
            self._start(event, [], "seq")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event)

    def _refuse(self, problem: str, line: int, remedy: str | None = None) -> NoReturn:
        raise InputError(problem, file=self._name, line=line, remedy=remedy)

    def _limit(self, problem: str, line: int) -> NoReturn:
        raise LimitError(problem, file=self._name, line=line)

    def _document(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._documents += 1
        if self._documents > 1:
            self._refuse("holds more than one YAML document", line, "keep one of them")
        if event.version not in (None, _YAML_VERSION):
            version = ".".join(str(part) for part in event.version)
            self._refuse(
                f"says it is YAML {version}", line, "only YAML 1.2 is read; remove the directive"
            )
        if event.tags:
            self._refuse("declares YAML tags", line, "remove the %TAG directive")

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > self._limits.max_nodes:
            self._limit(f"holds more than {self._limits.max_nodes} values", line)

    def _start(self, event: Any, value: Any, kind: str) -> None:
        line = event.start_mark.line + 1
        if event.tag not in (None, "!", _PREFIX + kind):
            self._refuse_tag(event.tag, line)
        if self._at_key():
            self._refuse("uses an object or array as a key", line, "a key is plain text")
        self._count(1, line)
        if len(self._open) >= self._limits.max_depth:
            self._limit(f"is nested more than {self._limits.max_depth} levels deep", line)
        if event.anchor is not None:
            self._pending.add(event.anchor)
        self._open.append(_Open(value, event.anchor, line, self._nodes))

    def _end(self) -> None:
        done = self._open.pop()
        depth = done.deepest + 1
        if done.anchor is not None:
            self._pending.discard(done.anchor)
            self._anchors[done.anchor] = (done.value, self._nodes - done.nodes_before + 1, depth)
        self._add(done.value, depth)

    def _scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._count(1, line)
        text = event.value.translate(self._shield) if self._shield else event.value
        if self._at_key():
            self._key(event, text, line)
            return
        value = self._scalar_value(event, text, line)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, 0)
        self._add(value, 0)

    def _scalar_value(self, event: Any, text: str, line: int) -> Json:
        tag = event.tag
        if tag is None:
            if not event.implicit[0]:
                return text
            return plain(text, name=self._name, line=line, max_digits=self._limits.max_digits)
        if tag in ("!", f"{_PREFIX}str"):
            return text
        value = plain(text, name=self._name, line=line, max_digits=self._limits.max_digits)
        kind = {bool: "bool", int: "int", float: "float", type(None): "null"}.get(type(value))
        if kind is None or tag != _PREFIX + kind:
            self._refuse_tag(tag, line)
        return value

    def _key(self, event: Any, text: str, line: int) -> None:
        if event.tag not in (None, "!", f"{_PREFIX}str"):
            self._refuse_tag(event.tag, line)
        if event.anchor is not None:
            self._anchors[event.anchor] = (text, 1, 0)
        unquoted = event.implicit[0] and event.tag is None
        if unquoted and text == "<<":
            self._refuse(
                "uses the merge key <<, which YAML 1.2 does not know", line, "write the keys out"
            )
        if unquoted and not text:
            self._refuse("has an entry without a key", line)
        top = self._open[-1]
        if text in top.value:
            self._refuse(
                f"has the key {quoted_name(text)} twice in one object", line, "keep one of the two"
            )
        top.key = text

    def _alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self._aliases += 1
        if self._aliases > self._limits.max_aliases:
            self._limit(f"follows more than {self._limits.max_aliases} aliases", line)
        if event.anchor in self._pending:
            self._refuse(f"has an alias inside what it stands for: *{event.anchor}", line)
        if event.anchor not in self._anchors:
            self._refuse(f"has an alias for an anchor that is not there: *{event.anchor}", line)
        if self._at_key():
            self._refuse("uses an alias as a key", line, "write the key out")
        value, nodes, depth = self._anchors[event.anchor]
        self._aliased += nodes
        if self._aliased > self._limits.max_aliased:
            self._limit(f"adds more than {self._limits.max_aliased} values by aliases", line)
        self._count(nodes, line)
        if len(self._open) + depth > self._limits.max_depth:
            self._limit(f"is nested more than {self._limits.max_depth} levels deep", line)
        # A copy, so that whoever changes one place does not change the other.
        self._add(copy.deepcopy(value), depth)

    def _at_key(self) -> bool:
        return bool(self._open) and (
            isinstance(self._open[-1].value, dict) and self._open[-1].key is None
        )

    def _add(self, value: Json, depth: int) -> None:
        if not self._open:
            self.value = value
            return
        top = self._open[-1]
        top.deepest = max(top.deepest, depth)
        if isinstance(top.value, dict):
            top.value[cast(str, top.key)] = value
            top.key = None
        else:
            top.value.append(value)

    def _refuse_tag(self, tag: str, line: int) -> NoReturn:
        self._refuse(f"uses the YAML tag {quoted_name(tag)}", line, "remove the tag")
