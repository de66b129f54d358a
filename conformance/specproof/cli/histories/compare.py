"""``specproof history compare``: what became of the requirements from one run to a later one."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from specproof.cli.histories.options import HistoryOption, Target
from specproof.errors import CouldNotCheckError, InputError
from specproof.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from specproof.history.comparison import Comparison, StreamComparison
    from specproof.history.records import StoredRun
    from specproof.history.store import History

    _Chosen = tuple[StoredRun, frozenset[str]]
    """A run, and the APIs of it to look at; without any all of them."""

__all__ = ["CompareFormat", "compare_command"]

_WINDOW = 20
_DAYS = 30
_PROVED_NOTHING = 3


class CompareFormat(StrEnum):
    """Forms of the comparison."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def compare_command(  # noqa: PLR0917 - Typer passes options by name
    old: Annotated[
        str | None,
        typer.Argument(
            metavar="[OLD]",
            help="Run to compare with: last, last~2, or how its id begins. Without it the last"
            " comparable run before NEW: the same API, target and origin.",
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="[NEW]", help="The later run; without it the last one, of each --api if named."
        ),
    ] = None,
    api: Annotated[
        list[str] | None,
        typer.Option("--api", metavar="NAME", help="Compare this API; all if none."),
    ] = None,
    target: Annotated[
        Target | None,
        typer.Option(help="Look at runs on this target: the last one is the last on it."),
    ] = None,
    batch: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Compare each run of this batch with the one before it."),
    ] = None,
    window: Annotated[
        int, typer.Option(min=2, max=1000, help="Runs in which flaky requirements are looked for.")
    ] = _WINDOW,
    days: Annotated[
        int,
        typer.Option(
            min=1, max=10_000, help="Days after which a response counts as not seen any more."
        ),
    ] = _DAYS,
    latency: Annotated[
        Literal["live", "any", "never"],
        typer.Option(help="Targets whose latencies are compared; only live ones are a vendor's."),
    ] = "live",
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"],
        typer.Option(
            help="Exit with 1 at what is worse by this severity or above: error is newly failing"
            " and not flaky."
        ),
    ] = "error",
    form: Annotated[
        CompareFormat, typer.Option("--format", "-f", help="Form of the report.")
    ] = CompareFormat.TEXT,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead.")
    ] = None,
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As --format json: specproof.history-compare/1.")
    ] = False,
) -> None:
    """Compare two runs that were kept: newly failing, fixed, still failing, flaky, since when.

    A requirement is flaky if its verdict flipped at least twice in the last runs since its spec
    changed; one outage that lasted is none, and what then fails for long is broken. Beside
    verdicts it tells of error codes never seen before, latencies that moved and documented
    responses that are not seen any more.

    Exits with 0 when nothing is worse, with 1 when something is, and with 3 when there is nothing
    to compare or the new run decided nothing of an API.

    Example: specproof history compare last~7 last --api onesignal
    """
    from specproof.files import write_atomic
    from specproof.history.store import open_history
    from specproof.report.streams import write_text

    if batch is not None and old is not None:
        raise InputError("--batch names the runs", remedy="leave out OLD and NEW, or --batch")
    with open_history(history, create=False) as opened:
        opened.spare(output)
        comparison = _compared(
            opened,
            _new_runs(opened, new, api or (), target, batch, one=old is not None),
            None if old is None else _found(opened, old, api or (), target),
            (window, days, latency),
        )
    chosen = CompareFormat.JSON if as_json else form
    if chosen is CompareFormat.TEXT and output is None:
        from specproof.report.comparison.text import show_text

        show_text(comparison, sys.stdout)
    elif output is None:
        write_text(_rendered(comparison, chosen))
    else:
        write_atomic(output, _rendered(comparison, chosen).encode())
    code = _exit_code(comparison, fail_on)
    if code:
        raise typer.Exit(code)


def _new_runs(
    history: History,
    reference: str | None,
    apis: Sequence[str],
    target: str | None,
    batch: str | None,
    *,
    one: bool,
) -> tuple[_Chosen, ...]:
    """Return the runs that were asked for, at least one, each with the APIs to look at.

    Args:
        one: whether one run alone can be meant, since its old run is named.

    Raises:
        CouldNotCheckError: the history has none, or none of one of the APIs.
    """
    if reference is not None:
        return ((_found(history, reference, apis, target), frozenset(apis)),)
    limit = 1 if batch is None else None
    chosen: dict[str, _Chosen] = {}
    for api in apis or (None,):
        found = history.runs(api=api, target=target, batch=batch, limit=limit)
        if not found:
            of = "" if api is None else f" of {one_line(api)}"
            raise CouldNotCheckError(
                f"there is nothing to compare: {history.shown} has no such run{of}"
            )
        for run in found:
            names = chosen[run.run_id][1] if run.run_id in chosen else frozenset()
            chosen[run.run_id] = run, names | ({api} if api else set())
    ordered = sorted(chosen.values(), key=_age)
    return ((ordered[-1][0], frozenset(apis)),) if one else tuple(ordered)


def _found(history: History, reference: str, apis: Sequence[str], target: str | None) -> StoredRun:
    """Return the run that was named; ``last`` counts runs of the one API and target asked for."""
    return history.find(reference, api=apis[0] if len(apis) == 1 else None, target=target)


def _age(chosen: _Chosen) -> tuple[str, str]:
    return chosen[0].started, chosen[0].run_id


def _compared(
    history: History,
    chosen: tuple[_Chosen, ...],
    old: StoredRun | None,
    looking: tuple[int, int, str],
) -> Comparison:
    """Return the comparison of the runs with what came before them.

    Raises:
        CouldNotCheckError: nothing did.
        InputError: a run was to be compared with itself or with a later one, or did not test an
            API that was asked for.
    """
    from specproof.history.behaviour import Looking
    from specproof.history.compare import Comparer
    from specproof.history.comparison import Comparison

    window, days, latency = looking
    targets = {"live": {"live"}, "any": {"emulator", "recorded", "live"}, "never": set[str]()}
    look = Looking(window=window, days=days, latency_of=frozenset(targets[latency]))
    comparer = Comparer(history, looking=look)
    streams: list[StreamComparison] = []
    for run, names in chosen:
        if old is not None and old.run_id == run.run_id:
            raise InputError(f"run {one_line(run.run_id)} can not be compared with itself")
        if old is not None and old.started > run.started:
            raise InputError(
                f"run {one_line(old.run_id)} is later than run {one_line(run.run_id)}",
                remedy="name the earlier one first",
            )
        if lacking := sorted(name for name in names if run.api(name) is None):
            raise InputError(
                f"run {one_line(run.run_id)} did not test {', '.join(map(one_line, lacking))}"
            )
        streams += comparer.run(run, old, names or None).streams
    if all(item.old is None for item in streams):
        raise CouldNotCheckError(_nothing(chosen[-1][0], old))
    return Comparison(tuple(streams), look)


def _nothing(run: StoredRun, old: StoredRun | None) -> str:
    if old is not None:
        return f"there is nothing to compare: run {one_line(old.run_id)} tested other APIs"
    return f"there is nothing to compare: no comparable run comes before {one_line(run.run_id)}"


def _rendered(comparison: Comparison, form: CompareFormat) -> str:
    if form is CompareFormat.JSON:
        from specproof.report.comparison.document import render_json

        return render_json(comparison)
    if form is CompareFormat.MARKDOWN:
        from specproof.report.comparison.markdown import render_markdown

        return render_markdown(comparison)
    from specproof.report.comparison.text import render_text

    return render_text(comparison)


def _exit_code(comparison: Comparison, fail_on: str) -> int:
    from specproof.model import Severity

    if fail_on != "never" and comparison.fails(Severity(fail_on)):
        return 1
    compared = [item for item in comparison.streams if item.old is not None]
    return 0 if all(item.checked for item in compared) else _PROVED_NOTHING
