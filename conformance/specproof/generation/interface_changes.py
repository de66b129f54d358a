"""What changed between two versions of a client's Python interface, and how much that matters.

The rules are those of Semantic Versioning 2.0.0 (8: what is not backward compatible is major,
7: what is added is minor) and, for parameters, those of griffe's ``find_breaking_changes``.
A parameter may take more types and a result fewer; a field is read and written, so neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from specproof.generation.interface import COMPUTED, Entry, Interface, Parameter
from specproof.text import one_line

__all__ = ["LEVELS", "Change", "Level", "compare"]

Level = Literal["none", "patch", "minor", "major"]
Section = Literal["Added", "Changed", "Removed"]

LEVELS: tuple[Level, ...] = ("none", "patch", "minor", "major")
"""How much a change matters, least first."""

_LONGEST = 160  # characters of an expression in a line


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One change of the interface.

    Attributes:
        section: of the changelog.
        subject: dotted path of what changed, without the package's name.
        text: one line of Markdown that says what.
        level: ``major`` where code that worked may fail.
    """

    section: Section
    subject: str
    text: str
    level: Level


def compare(old: Interface, new: Interface) -> tuple[Change, ...]:
    """Return what changed from ``old`` to ``new``, sorted; nothing is told twice."""
    found = [*_gone(old, new), *_come(old, new)]
    for path in sorted(old.keys() & new.keys()):
        found += _changed(path, old[path], new[path])
    return tuple(sorted(_merged(found)))


def _gone(old: Interface, new: Interface) -> Iterator[Change]:
    for path in old.keys() - new.keys():
        if _parent(path) not in old or _parent(path) in new:
            yield Change("Removed", path, f"{_code(path)} ({_noun(old[path])})", "major")


def _come(old: Interface, new: Interface) -> Iterator[Change]:
    for path in new.keys() - old.keys():
        entry, parent = new[path], _parent(path)
        if parent in new and parent not in old:
            continue
        needed = entry.kind == "field" and entry.default is None
        text = f"{_code(path)} ({_noun(entry)}{', required' if needed else ''})"
        yield Change("Added", path, text, "major" if needed else "minor")


def _changed(path: str, old: Entry, new: Entry) -> Iterator[Change]:
    def change(text: str, level: Level) -> Change:
        return Change("Changed", path, f"{_code(path)}: {text}", level)

    if old.kind != new.kind:
        if "name" not in {old.kind, new.kind}:
            yield change(f"was a {_noun(old)}, is a {_noun(new)}", "major")
        return
    if old.calls != new.calls:
        yield change(f"{_plain(new.calls)} It was: {_plain(old.calls)}", "patch")
    for base in sorted({*old.bases} - {*new.bases}):
        yield change(f"no longer derives from {_code(base)}", "major")
    for base in sorted({*new.bases} - {*old.bases}):
        yield change(f"derives from {_code(base)}", "minor")
    for text, level in _parameters(old.parameters, new.parameters):
        yield change(text, level)
    if old.annotation != new.annotation:
        what = "returns" if old.kind == "function" else "is"
        narrowed = old.kind == "function" and _types(new.annotation) <= _types(old.annotation)
        text = f"{what} {_code(new.annotation)}, was {_code(old.annotation)}"
        yield change(text, "minor" if narrowed else "major")
    if old.default != new.default:
        yield change(*_default(old, new))


def _default(old: Entry, new: Entry) -> tuple[str, Level]:
    if old.kind == "field" and new.default is None:
        return "is required", "major"
    if old.kind == "field" and old.default is None:
        return "is no longer required", "minor"
    if COMPUTED in {old.default, new.default}:
        return "is filled in another way", "minor"
    what = "its value is" if old.kind == "member" else "its default is"
    return f"{what} {_code(new.default or '')}, was {_code(old.default or '')}", "major"


def _parameters(
    old: tuple[Parameter, ...], new: tuple[Parameter, ...]
) -> Iterator[tuple[str, Level]]:
    before = {parameter.name: parameter for parameter in old}
    after = {parameter.name: parameter for parameter in new}
    for name in sorted(before.keys() - after.keys()):
        yield f"parameter {_code(name)} was removed", "major"
    for name in sorted(after.keys() - before.keys()):
        needed = after[name].default is None and not after[name].kind.startswith("variadic")
        text = f"parameter {_code(name)} was added{', required' if needed else ''}"
        yield text, "major" if needed else "minor"
    common = before.keys() & after.keys()
    places = [[p.name for p in listed if p.kind.startswith("pos")] for listed in (old, new)]
    for name in sorted(common):
        for text, level in _parameter(before[name], after[name]):
            yield f"parameter {_code(name)} {text}", level
        if all(name in names for names in places) and (
            places[0].index(name) != places[1].index(name)
        ):
            yield f"parameter {_code(name)} moved to another position", "major"


def _parameter(old: Parameter, new: Parameter) -> Iterator[tuple[str, Level]]:
    if old.kind != new.kind:
        wider = new.kind == "positional or keyword"
        yield f"is {new.kind}, was {old.kind}", "minor" if wider else "major"
    if old.annotation != new.annotation:
        wider = _types(old.annotation) <= _types(new.annotation)
        text = f"takes {_code(new.annotation)}, was {_code(old.annotation)}"
        yield text, "minor" if wider else "major"
    if old.default == new.default:
        return
    if new.default is None:
        yield "is required", "major"
    elif old.default is None:
        yield "is no longer required", "minor"
    else:
        yield f"defaults to {_code(new.default)}, was {_code(old.default)}", "major"


def _merged(changes: list[Change]) -> Iterator[Change]:
    """Tell once what is the same for the functions of one operation."""
    groups: dict[tuple[str, str, str, Level], list[Change]] = {}
    for change in changes:
        parent = _parent(change.subject)
        told = change.text.removeprefix(_code(change.subject))
        if change.subject.startswith("api.") and change.section == "Changed" and told[:1] == ":":
            groups.setdefault((change.section, parent, told, change.level), []).append(change)
        else:
            groups[change.section, change.subject, told, change.level] = [change]
    for (_, parent, told, level), group in groups.items():
        if len(group) == 1:
            yield group[0]
            continue
        names = ", ".join(sorted(change.subject.rpartition(".")[2] for change in group))
        yield Change(group[0].section, parent, f"{_code(parent)} ({names}){told}", level)


def _types(annotation: str) -> set[str]:
    """Return the members of a union, an alternative inside brackets being no member."""
    members, depth, start = set(), 0, 0
    for index, letter in enumerate(annotation):
        if letter in "[(":
            depth += 1
        elif letter in "])":
            depth -= 1
        elif letter == "|" and depth == 0:
            members.add(annotation[start:index].strip())
            start = index + 1
    return {*members, annotation[start:].strip()}


def _noun(entry: Entry) -> str:
    return "operation" if entry.calls else "exported name" if entry.kind == "name" else entry.kind


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _code(text: str) -> str:
    """Return ``text`` as a code span of CommonMark (6.1), whatever backticks it holds."""
    shown = one_line(text, _LONGEST)
    fence = "`"
    while fence in shown:
        fence += "`"
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _plain(sentence: str) -> str:
    """Return a module's sentence, its path as a code span."""
    words = sentence.rstrip(".").split(" ", 1)
    return f"{words[0]} {_code(words[1])}." if len(words) > 1 else _code(sentence)
