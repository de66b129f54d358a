"""Every command of specproof, those of a group too, as it is typed."""

from __future__ import annotations

from typing import Any

import typer

from specproof.cli.history import COMMANDS as HISTORIES
from specproof.cli.main import COMMANDS, app

__all__ = ["EVERY_COMMAND", "command_named"]

EVERY_COMMAND: tuple[str, ...] = tuple(
    typed
    for name in COMMANDS
    for typed in ([f"history {each}" for each in HISTORIES] if name == "history" else [name])
)
"""Commands in order, such as ``run`` and ``history list``."""


def command_named(typed: str) -> Any:
    """Return the command that is typed so, as Typer runs it."""
    found: Any = typer.main.get_command(app)
    for name in typed.split():
        found = found.commands[name]
    return found
