"""``specproof history``: runs that were kept; its commands are in ``cli/histories``."""

from __future__ import annotations

import typer

from specproof.cli.commands import group_of

__all__ = ["COMMANDS", "history_command"]

COMMANDS: tuple[str, ...] = (
    "alert",
    "compare",
    "export",
    "import",
    "issues",
    "list",
    "merge",
    "prune",
    "show",
    "store",
)
"""Names of the commands; ``specproof.cli.histories.<name>`` holds ``<name>_command``."""

history_command = typer.Typer(
    name="history",
    cls=group_of("specproof.cli.histories", COMMANDS),
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@history_command.callback()
def _root() -> None:
    """Keep runs and compare them: what broke, what was mended, since when.

    Where the runs are kept: --history FILE-OR-URL, else $SPECPROOF_HISTORY, else a file in the
    state folder of the user.

    Example: specproof history list
    """
