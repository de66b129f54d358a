"""What the commands that compare documents share: values of their options, the comparison."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from specproof.errors import InputError, LimitError
from specproof.regression.change import Level, Perspective, Policy

if TYPE_CHECKING:
    from datetime import date

    from specproof.cli.impact import Looking
    from specproof.cli.sources import Source
    from specproof.regression.acceptance import Overrides
    from specproof.regression.change import Diff
    from specproof.regression.places import Document
    from specproof.report.changes.view import Comparison

__all__ = ["UPSTREAM", "DiffFormat", "Eyes", "FailOn", "compared", "day", "fails", "rendered"]

UPSTREAM = 3
"""Exit code for a new document that looks like an accident of its publisher."""


class DiffFormat(StrEnum):
    """Forms of the report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"
    CHANGELOG = "changelog"


class FailOn(StrEnum):
    """The least level of a change that makes the command exit with 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


_MODULES = {form: form.value for form in DiffFormat} | {DiffFormat.JSON: "document"}
"""Where ``render_<form>`` is."""

_WITH_LINES = {DiffFormat.GITHUB, DiffFormat.SARIF}
"""Forms that name lines of the new document, so that they need its text."""


class Eyes(NamedTuple):
    """Who judges changes, how, and on which day."""

    perspective: Perspective
    policy: Policy
    today: date


def day(today: str | None) -> date:
    """Return the day that ``--today`` names, or the one it is (UTC).

    Raises:
        InputError: it is no date.
    """
    from datetime import UTC, date, datetime

    if today is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(today)
    except ValueError:
        raise InputError(f"--today {today!r} is no date", remedy="write it as YYYY-MM-DD") from None


def compared(
    old: Source,
    new: Source,
    eyes: Eyes,
    overrides: Overrides,
    looking: Looking | None = None,
) -> Comparison:
    """Return what changed; a new document that can not be read is a fault of its publisher.

    Args:
        old: what calls were written for.
        new: what takes its place.
        eyes: who judges.
        overrides: levels and acceptances of the user.
        looking: where to look for who is hurt.

    Raises:
        InputError: the old document can not be read, or the new one is beyond what is allowed;
            or ``looking`` names a folder that holds nothing of its kind.
    """
    from specproof.cli.impact import Impact, Looking, assess
    from specproof.regression.bump import forced
    from specproof.regression.engine import diff, diff_unreadable
    from specproof.regression.loading import load_bytes
    from specproof.report.changes.view import Comparison

    before = load_bytes(old.data, old.name)
    after: Document | None = None
    try:
        after = load_bytes(new.data, new.name)
    except LimitError:
        # Ours, and no sign of an accident of the vendor's.
        raise
    except InputError as error:
        found = diff_unreadable(before, error, today=eyes.today, overrides=overrides)
        impact = Impact(found)
    else:
        found = diff(
            before,
            after,
            today=eyes.today,
            perspective=eyes.perspective,
            policy=eyes.policy,
            overrides=overrides,
        )
        impact = assess(found, before, after, looking or Looking(), eyes.policy)
    bump = forced(impact.diff, impact.interface or ())
    return Comparison(
        impact.diff,
        bump.bump,
        old.name,
        new.name,
        eyes.perspective,
        eyes.policy,
        impact.calls,
        bump,
        impact.interface,
        impact.recordings,
        impact.remarks,
        old_root=before.root,
        new_root=None if after is None else after.root,
    )


def rendered(form: DiffFormat, comparison: Comparison, new: bytes) -> str:
    """Return the report in one form.

    Args:
        form: any but text for a terminal, which ``show_text`` writes.
        comparison: what to write.
        new: the new document as it stands in its file.
    """
    module = import_module(f"specproof.report.changes.{_MODULES[form]}")
    render = getattr(module, f"render_{form}")
    text: str = render(comparison, new) if form in _WITH_LINES else render(comparison)
    return text


def fails(diff: Diff, fail_on: FailOn) -> bool:
    """Return whether some change that nobody accepted has this level or a worse one."""
    if fail_on is FailOn.NEVER:
        return False
    limit = Level(fail_on).weight
    return any(change.level.weight >= limit and not change.accepted for change in diff.changes)
