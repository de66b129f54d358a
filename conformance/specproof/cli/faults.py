"""``specproof faults``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from specproof.text import one_line

if TYPE_CHECKING:
    from specproof.suites.faults import Matrix, Outcome

__all__ = ["faults_command"]


def faults_command(
    apis: Annotated[
        list[str] | None, typer.Argument(metavar="[API]...", help="APIs; all where none is named.")
    ] = None,
    *,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="Try this fault or legal variation alone; repeatable."),
    ] = None,
    seeds: Annotated[
        int, typer.Option(min=0, max=10_000, help="Seeds for the emulators without a fault.")
    ] = 20,
    workers: Annotated[
        int, typer.Option("--workers", "-n", min=0, max=256, help="Worker processes; 0: none.")
    ] = 2,
    root: Annotated[Path | None, typer.Option(help="Folder with specs/ in it.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one document, specproof.faults/1.")
    ] = False,
) -> None:
    """Break the emulators in one way after the other and see whether the run finds it.

    Legal variations and emulators without a fault must not be spoken of. Exit code: 0 every
    fault was found and nothing else; 1 a fault was missed or something legal was flagged;
    2 wrong usage.

    Example: specproof faults onesignal --seeds 3
    """
    from specproof.suites.faults import measure

    matrix = measure(
        apis or [],
        only=fault or [],
        seeds=seeds,
        workers=workers,
        root=None if root is None else str(root.resolve()),
        progress=_progress if sys.stderr.isatty() else None,
    )
    if as_json:
        typer.echo(json.dumps(_document(matrix, seeds), indent=2))
    else:
        _show(matrix, seeds)
    raise typer.Exit(0 if matrix.holds else 1)


def _progress(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    sys.stderr.write(f"\r{done} of {total} emulators{end}")
    sys.stderr.flush()


def _families() -> dict[str, str]:
    from specproof.targets.faults.catalog import all_faults

    return {item.id: item.family for item in all_faults()}


def _document(matrix: Matrix, seeds: int) -> dict[str, Any]:
    families = _families()
    return {
        "schema": "specproof.faults/1",
        "faults": [
            {
                "id": item.id,
                "api": item.api,
                "family": families[item.id],
                "found": bool(item.rules),
                "rules": list(item.rules),
            }
            for item in matrix.faults
        ],
        "legal_variations": [
            {
                "id": item.id,
                "api": item.api,
                "flagged": bool(item.rules),
                "rules": list(item.rules),
            }
            for item in matrix.legal
        ],
        "seeds": seeds,
        "false_alarms": matrix.false_alarms,
    }


def _show(matrix: Matrix, seeds: int) -> None:
    from specproof.targets.faults.catalog import FAMILIES

    families = _families()
    for family in FAMILIES:
        members = [item for item in matrix.faults if families[item.id] == family]
        if members:
            typer.echo(f"{family}: {_score(members)} found")
            for item in members:
                _row("+" if item.rules else "-", item, "not found")
    if matrix.legal:
        quiet = sum(not item.rules for item in matrix.legal)
        typer.echo(f"legal variations: {quiet} of {len(matrix.legal)} left alone")
    if matrix.sound:
        typer.echo(f"without a fault: {matrix.false_alarms} findings over {seeds} seeds")
    for item in (*matrix.legal, *matrix.sound):
        for message in item.messages:
            typer.echo(f"  ! {item.id or item.api} (seed {item.seed}): {one_line(message)}")
    if matrix.faults:
        typer.echo(f"score: {_score(matrix.faults)}")


def _score(outcomes: tuple[Outcome, ...] | list[Outcome]) -> str:
    return f"{sum(bool(item.rules) for item in outcomes)} of {len(outcomes)}"


def _row(mark: str, item: Outcome, otherwise: str) -> None:
    typer.echo(f"  {mark} {item.id:<48} {', '.join(item.rules) or otherwise}")
