"""``specproof history issues``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from specproof.cli.histories.options import ApisOption, HistoryOption, TargetsOption

if TYPE_CHECKING:
    from specproof.scheduling.issues.sync import Action, Done

__all__ = ["issues_command"]


def issues_command(  # noqa: PLR0917 - Typer passes options by name
    tracker: Annotated[
        Literal["github", "gitlab"], typer.Option(help="Spoken to with gh or glab, logged in.")
    ],
    repository: Annotated[
        str, typer.Option(metavar="OWNER/NAME", help="Repository whose issues they are.")
    ],
    link: Annotated[
        str | None, typer.Option(metavar="URL", help="Where the site of the report is published.")
    ] = None,
    severity: Annotated[
        Literal["error", "warning", "info"],
        typer.Option(help="Severity from which on a finding gets an issue."),
    ] = "warning",
    flaky: Annotated[
        Literal["quiet", "tell"], typer.Option(help="What to do with findings that come and go.")
    ] = "quiet",
    limit: Annotated[
        int, typer.Option(min=1, max=500, help="Most issues to touch in one call.")
    ] = 20,
    api: ApisOption = None,
    target: TargetsOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; read alone.")
    ] = False,
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-issues/1.")
    ] = False,
) -> None:
    """Keep one issue for each finding: open, update, close and reopen it.

    An issue carries the label specproof and is known by a hidden marker with the finding's
    fingerprint. It is closed once a later comparable run saw the requirement hold, not when no
    run looked. One that a person closed stays closed while its finding lasts.

    Exit codes: 0 the issues are in line (up to --limit), 2 wrong usage or bad input, 3 the
    tracker or the history is out of reach.

    Example: specproof history issues --tracker github --repository acme/contracts
    """
    import datetime as dt
    import json

    from specproof.history.store import open_history
    from specproof.model import Severity
    from specproof.report.text import write_text
    from specproof.scheduling.issues.sync import Asked, synchronise
    from specproof.scheduling.issues.tracker import open_tracker
    from specproof.scheduling.links import read_link

    asked = Asked(
        least=Severity(severity),
        flaky=flaky == "tell",
        limit=limit,
        link=read_link(link),
        apis=frozenset(api or ()),
        targets=frozenset(target or ()),
    )
    opened = open_tracker(tracker, repository)
    with open_history(history, create=False) as found:
        done = synchronise(
            found,
            opened,
            f"{tracker}:{repository}",
            asked,
            now=dt.datetime.now(dt.UTC),
            dry_run=dry_run,
        )
    if as_json:
        document = {
            "schema": "specproof.history-issues/1",
            "dry_run": dry_run,
            "actions": [_action(action) for action in done.actions],
            "left": done.left,
        }
        write_text(json.dumps(document, indent=2) + "\n")
    else:
        write_text(_text(done, dry_run=dry_run))


def _text(done: Done, *, dry_run: bool) -> str:
    from specproof.text import one_line

    lines = [
        one_line(f"{'would ' if dry_run else ''}{action.verb}{_number(action)}: {action.title}")
        for action in done.actions
    ]
    if done.left:
        lines.append(f"left for the next call: {done.left}")
    return "".join(f"{line}\n" for line in lines or ["nothing to do"])


def _number(action: Action) -> str:
    return "" if action.number is None else f" {action.number}"


def _action(action: Action) -> dict[str, Any]:
    from specproof.text import printable

    subject = action.subject
    return {
        "action": str(action.verb),
        "number": action.number,
        "title": printable(action.title),
        "severity": None if action.severity is None else str(action.severity),
        "api": printable(subject.api),
        "target": printable(subject.target),
        "origin": None if subject.origin is None else printable(subject.origin),
        "fingerprint": printable(subject.fingerprint),
        "requirement": printable(subject.requirement),
        "rule": printable(subject.rule),
    }
