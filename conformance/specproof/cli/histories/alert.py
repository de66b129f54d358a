"""``specproof history alert``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from specproof.cli.histories.options import ApisOption, HistoryOption, TargetsOption

if TYPE_CHECKING:
    from specproof.scheduling.alerts.call import Letter, Told
    from specproof.scheduling.alerts.wording import News

__all__ = ["alert_command"]


def alert_command(  # noqa: PLR0917 - Typer passes options by name
    to: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'$VARIABLE'",
            help="Variable with service URLs of Apprise; without it $SPECPROOF_ALERT_URLS.",
        ),
    ] = None,
    link: Annotated[
        str | None, typer.Option(metavar="URL", help="Where the site of the report is published.")
    ] = None,
    quiet_hours: Annotated[
        str | None,
        typer.Option(metavar="HH:MM-HH:MM", help="Hours in which only --wake-on is told."),
    ] = None,
    time_zone: Annotated[str, typer.Option(help="Time zone of the quiet hours.")] = "UTC",
    wake_on: Annotated[
        Literal["error", "warning", "info", "never"],
        typer.Option(help="Severity from which on a new failure, not flaky, does not wait."),
    ] = "error",
    severity: Annotated[
        Literal["error", "warning", "info"],
        typer.Option(help="Severity from which on something is told."),
    ] = "warning",
    after: Annotated[
        int,
        typer.Option(
            min=1, max=1000, help="Runs in a row that have to fail, or to hold, before it is told."
        ),
    ] = 1,
    flaky: Annotated[
        Literal["quiet", "tell"], typer.Option(help="What to do with failures that come and go.")
    ] = "quiet",
    upstream: Annotated[
        list[str] | None,
        typer.Option(
            metavar="API:broken|ok",
            help="Say that the vendor's description can not be used (vendor ended with 2), or can.",
        ),
    ] = None,
    api: ApisOption = None,
    target: TargetsOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the messages; send and note nothing.")
    ] = False,
    history: HistoryOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print specproof.history-alert/1.")
    ] = False,
) -> None:
    """Tell people of what changed since they were told last: new, worse, fixed.

    Each change is told once to each service, however often and by however many jobs this is
    called; what could not be delivered is told by the next call. Quiet hours keep messages until
    a call after their end. Service URLs hold tokens, so they come from variables.

    Exit codes: 0 everybody was told what there is, 2 wrong usage or bad input, 3 a message could
    not be delivered or the history is out of reach.

    Example: specproof history alert --to '$CHAT_URL' --quiet-hours 22:00-07:00
    """
    import datetime as dt
    import json
    import os

    from specproof.errors import CouldNotCheckError, InputError
    from specproof.history.store import open_history
    from specproof.model import Severity
    from specproof.report.text import write_text
    from specproof.scheduling.alerts.book import Policy
    from specproof.scheduling.alerts.call import Asked, tell
    from specproof.scheduling.alerts.quiet import read_quiet_hours
    from specproof.scheduling.alerts.services import VARIABLE, Service, read_services
    from specproof.scheduling.happened import read_upstream
    from specproof.scheduling.links import read_link

    now = dt.datetime.now(dt.UTC)
    services = read_services(to or [], os.environ)
    if not services:
        if not dry_run:
            raise InputError(
                "there is no service to tell", remedy=f"set ${VARIABLE}, or name one with --to"
            )
        services = (Service("nobody", ""),)
    asked = Asked(
        policy=Policy(
            least=Severity(severity),
            after=after,
            flaky=flaky == "tell",
            wake_on=None if wake_on == "never" else Severity(wake_on),
        ),
        quiet=read_quiet_hours(quiet_hours, time_zone),
        link=read_link(link),
        upstream=read_upstream(upstream or [], now),
        apis=frozenset(api or ()),
        targets=frozenset(target or ()),
    )
    with open_history(history, create=bool(upstream) and not dry_run) as opened:
        told = tell(opened, services, asked, now=now, dry_run=dry_run)
    if as_json:
        write_text(json.dumps(_document(told, dry_run=dry_run, link=asked.link), indent=2) + "\n")
    else:
        write_text(_text(told, dry_run=dry_run))
    if told.failed:
        raise CouldNotCheckError(
            f"{told.failed} of {len(told.letters)} messages could not be delivered; "
            f"the next call tries again"
        )


def _text(told: Told, *, dry_run: bool) -> str:
    lines: list[str] = []
    for letter in told.letters:
        if dry_run:
            lines += [f"to {letter.service}: {letter.title}", "", letter.body, ""]
        elif letter.sent:
            lines.append(f"told {letter.service}: {letter.title}")
        else:
            lines.append(f"not told {letter.service} ({letter.reason}): {letter.title}")
    if told.held and told.until is not None:
        lines.append(f"held back until {told.until:%Y-%m-%d %H:%M} UTC: {told.held}")
    if told.elsewhere:
        lines.append(f"being told by another job: {told.elsewhere}")
    return "".join(f"{line}\n" for line in lines or ["nothing to tell"])


def _document(told: Told, *, dry_run: bool, link: str | None) -> dict[str, Any]:
    return {
        "schema": "specproof.history-alert/1",
        "dry_run": dry_run,
        "messages": [_letter(letter, link) for letter in told.letters],
        "failed": told.failed,
        "held": told.held,
        "until": None if told.until is None else told.until.isoformat(timespec="seconds"),
        "elsewhere": told.elsewhere,
    }


def _letter(letter: Letter, link: str | None) -> dict[str, Any]:
    return {
        "service": letter.service,
        "title": letter.title,
        "body": letter.body,
        "sent": letter.sent,
        "reason": letter.reason or None,
        "news": [_news(item, link) for item in letter.news],
    }


def _news(news: News, link: str | None) -> dict[str, Any]:
    from specproof.scheduling.alerts.wording import Sort
    from specproof.scheduling.links import page_of
    from specproof.text import printable

    trouble = news.trouble
    return {
        "sort": str(news.sort),
        "kind": str(trouble.kind),
        "api": printable(trouble.stream.api),
        "target": printable(trouble.stream.target),
        "origin": trouble.stream.origin,
        "subject": printable(trouble.subject),
        "severity": str(trouble.severity),
        "before": None if news.before is None else str(news.before),
        "title": printable(trouble.title),
        "what": printable(trouble.what),
        "how": news.how or None,
        "since": trouble.since,
        "since_run": trouble.since_run or None,
        "runs": trouble.runs,
        "blame": None if trouble.blame is None else str(trouble.blame),
        "flaky": printable(trouble.flaky) or None,
        "link": page_of(link, trouble, over=news.sort is Sort.FIXED),
        "reproduce": printable(trouble.reproduce) or None,
    }
