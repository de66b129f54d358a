"""The Python interface of a client: what callers may rely on, read without running any of it.

Public are the names that the package exports, those that its modules ``errors``, ``models`` and
``types`` export, and the operations under ``api``. Everything else may change in any version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import griffe

__all__ = ["COMPUTED", "Entry", "Interface", "Parameter", "read_interface"]

_EXPORTING = frozenset({"errors.py", "types.py"})
_ENUMS = frozenset({"Enum", "IntEnum", "StrEnum"})
_CONSTRUCTOR = "__init__"
_FIELDS = ("field(", "_attrs_field(")  # of attrs
_WITH_DEFAULT = ("default=", "factory=", "init=False")

COMPUTED = "..."
"""Default of a field that the class fills in by itself."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function.

    Attributes:
        kind: as ``inspect`` names it, ``keyword-only``.
        annotation: the type as it is written, or an empty string.
        default: as it is written, or None for a required parameter.
    """

    name: str
    kind: str
    annotation: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One public object.

    Attributes:
        kind: ``module``, ``class``, ``function``, ``field`` (of a class), ``member`` (of an
            enumeration), ``value``, or ``name`` of what is described elsewhere.
        annotation: type of a field or value, return type of a function.
        parameters: of a function.
        default: of a field, as it is written; value of a member.
        bases: of a class.
        calls: method and path template of an operation's module, in a sentence.
    """

    kind: str
    annotation: str = ""
    parameters: tuple[Parameter, ...] = ()
    default: str | None = None
    bases: tuple[str, ...] = ()
    calls: str = ""


Interface = Mapping[str, Entry]
"""Public objects, by dotted path without the package's name."""


def read_interface(folder: Path, package: str, names: Collection[str]) -> Interface | None:
    """Return what the files ``names`` of a project add to the interface of its package.

    The code is parsed, never imported.

    Args:
        folder: of the project.
        names: relative to it; what does not exist or is no Python adds nothing.

    Returns:
        The objects, sorted, or None where a file can not be read.
    """
    entries: dict[str, Entry] = {}
    try:
        root = _module(folder, package, "__init__.py")
        exported: dict[str, set[str]] = {}
        for name in root.exports or () if root is not None else ():
            target = root.members.get(str(name)) if root is not None else None
            if target is not None and target.is_alias:
                place = cast("griffe.Alias", target).target_path.split(".")
                exported.setdefault(f"{'/'.join(place[1:-1])}.py", set()).add(place[-1])
            if f"{package}/__init__.py" in names:
                entries[str(name)] = Entry("name")
        for name in names:
            inside = name.removeprefix(f"{package}/")
            module = _module(folder, package, inside) if inside != name else None
            if module is not None:
                entries.update(_of_module(module, inside, exported.get(inside, set())))
    except (LookupError, OSError, RecursionError, SyntaxError, ValueError):
        return None
    return dict(sorted(entries.items()))


def _module(folder: Path, package: str, inside: str) -> griffe.Module | None:
    import griffe  # noqa: PLC0415 - costs a tenth of a second, and few generations need it

    path = folder / package / inside
    if path.suffix != ".py" or not path.is_file():
        return None
    name = ".".join([package, *inside.removesuffix(".py").split("/")]).removesuffix(".__init__")
    # A module by itself: what it imports is not looked at, so its size is all that counts.
    return griffe.visit(name, path, path.read_text(encoding="utf-8"), docstring_parser=None)


def _of_module(
    module: griffe.Module, inside: str, exported: Collection[str]
) -> Iterator[tuple[str, Entry]]:
    """Yield the public objects that ``module`` defines itself.

    Args:
        inside: its file, relative to the package.
        exported: names that the package exports of it.
    """
    parts = inside.removesuffix(".py").split("/")
    own = {
        name: cast("griffe.Object", member)
        for name, member in module.members.items()
        if not member.is_alias and not name.startswith("_")
    }
    if parts[-1] == "__init__":
        return
    if parts[0] == "api":
        text = module.docstring.value if module.docstring is not None else ""
        yield ".".join(parts), Entry("module", calls=" ".join(text.split()))
        prefix, public = ".".join(parts), set(own)
    elif parts[0] == "models":
        prefix, public = "models", {name for name in own if own[name].is_class}
    elif inside in _EXPORTING:
        prefix, public = parts[0], {str(name) for name in module.exports or ()}
    else:
        prefix, public = "", set(exported)
    for name in sorted(public & own.keys()):
        yield from _object(own[name], f"{prefix}.{name}" if prefix else name)


def _object(found: griffe.Object, path: str) -> Iterator[tuple[str, Entry]]:
    if found.is_function:
        yield path, _function(cast("griffe.Function", found))
    elif found.is_class:
        yield from _class(cast("griffe.Class", found), path)
    else:
        attribute = cast("griffe.Attribute", found)
        yield path, Entry("value", annotation=_text(attribute.annotation))


def _class(found: griffe.Class, path: str) -> Iterator[tuple[str, Entry]]:
    bases = tuple(_text(base) for base in found.bases)
    yield path, Entry("class", bases=bases)
    is_enum = not _ENUMS.isdisjoint(base.rsplit(".", 1)[-1] for base in bases)
    for name, member in found.members.items():
        if member.is_alias or (name.startswith("_") and name != _CONSTRUCTOR):
            continue
        place = f"{path}.{name}"
        if member.is_function:
            yield place, _function(cast("griffe.Function", member), method=True)
        elif member.is_attribute:
            attribute = cast("griffe.Attribute", member)
            kind = "member" if is_enum else "field"
            yield place, Entry(kind, _text(attribute.annotation), default=_default(attribute))


def _default(attribute: griffe.Attribute) -> str | None:
    """Return the default of a field, or None where the constructor needs a value for it."""
    if "property" in attribute.labels:
        return COMPUTED
    if attribute.value is None:
        return None
    value = str(attribute.value)
    if value.startswith(_FIELDS):
        return COMPUTED if any(word in value for word in _WITH_DEFAULT) else None
    # What a method assigns to self is no argument.
    return value if "class-attribute" in attribute.labels else COMPUTED


def _function(found: griffe.Function, *, method: bool = False) -> Entry:
    parameters = tuple(
        Parameter(
            parameter.name,
            parameter.kind.value if parameter.kind is not None else "",
            _text(parameter.annotation),
            None if parameter.default is None else str(parameter.default),
        )
        for parameter in list(found.parameters)[
            1 if method and "staticmethod" not in found.labels else 0 :
        ]
    )
    return Entry("function", annotation=_text(found.returns), parameters=parameters)


def _text(expression: object) -> str:
    return "" if expression is None else str(expression)
