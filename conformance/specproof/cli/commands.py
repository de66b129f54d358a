"""Commands by name, each in a module of its own that is imported when somebody asks for it."""

from __future__ import annotations

import importlib
import keyword
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import typer
from typer.core import TyperGroup

__all__ = ["group_of"]


class _Commands(Mapping[str, Any]):
    """The commands of one package by name.

    Args:
        package: its module ``<name>`` holds ``<name>_command``: a function, or a `typer.Typer`
            where the command has commands of its own. A module can not be called like a word
            of Python, so that of ``import`` is ``import_``.
        names: of the commands, in order.
    """

    def __init__(self, package: str, names: Sequence[str]) -> None:
        self._package = package
        self._names = tuple(names)
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._made:
            module = f"{name}_" if keyword.iskeyword(name) else name
            found = getattr(importlib.import_module(f"{self._package}.{module}"), f"{name}_command")
            if isinstance(found, typer.Typer):
                self._made[name] = typer.main.get_command(found)
            else:
                alone = typer.Typer(
                    add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
                )
                alone.command(name)(found)
                self._made[name] = typer.main.get_command(alone)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def group_of(package: str, names: Sequence[str]) -> type[TyperGroup]:
    """Return a class of command groups that takes its commands from ``package``."""

    class Group(TyperGroup):
        """Takes commands from the table."""

        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = cast("Any", _Commands(package, names))

    return Group
