"""History of a description -> text for people, and its part of ``specproof.regress/1``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from specproof.regression.change import Change, Diff, Level
from specproof.regression.entries import Entry, History, Outcome, Undone
from specproof.report.changes.view import WORDS, counts, named
from specproof.text import one_line, printable

__all__ = ["history_document", "render_history"]

_WORST: Final = 6
"""Rules that hurt of which a change is shown, for each revision."""

_NOTED: Final = 3
"""Rules that hurt nobody of which a change is shown."""

_UNDONE: Final = 5
"""Changes that one revision took back of another, shown at most."""

_WHOLE: Final = {"", "security", "server"}
"""Parts of an operation without which no call of it succeeds."""

_INDENT: Final = " " * 12


def render_history(name: str, history: History) -> str:
    """Return the timeline with a final line feed, the oldest revision first.

    Args:
        name: what the description is called.
        history: what to write.
    """
    return "".join(f"{line}\n" for line in _lines(name, history))


def history_document(history: History) -> dict[str, Any]:
    """Return the timeline as JSON; each text in it is printable."""
    return {
        "revisions": [_entry(entry) for entry in history.entries],
        "undone": [_undone(item) for item in history.undone],
    }


def _lines(name: str, history: History) -> Iterator[str]:
    entries = history.entries
    yield f"{one_line(name)}: {_number(len(entries), 'revision')}"
    for entry in entries:
        yield ""
        yield f"{_title(entry)}  {_headline(entry, entries)}"
        if entry.kept.subject:
            yield f"{_INDENT}{one_line(entry.kept.subject, 100)}"
        if entry.outcome is Outcome.CHANGED and entry.diff is not None:
            yield from _worst(entry.diff)
    flaps = [line for entry in entries for line in _flap(entry, entries)]
    flaps += list(_taken_back(history))
    if flaps:
        yield ""
        yield "flapping:"
        yield from (f"  {line}" for line in flaps)
    yield ""
    yield _summary(entries)


def _day(entry: Entry) -> str:
    return "-" if entry.kept.day is None else entry.kept.day.isoformat()


def _title(entry: Entry) -> str:
    label, day = one_line(entry.kept.label, 80), _day(entry)
    return label if label.startswith(day) else f"{day:<12}{label}"


def _named(entry: Entry) -> str:
    """Return the day and the label, without saying the day twice."""
    label = one_line(entry.kept.label, 80)
    day = _day(entry)
    return label if entry.kept.day is None or label.startswith(day) else f"{day} ({label})"


def _headline(entry: Entry, entries: Sequence[Entry]) -> str:
    match entry.outcome:
        case Outcome.FIRST:
            return f"first revision, {_number(entry.operations or 0, 'operation')}"
        case Outcome.SAME:
            since = "" if entry.base is None else f" since {_named(entries[entry.base])}"
            return f"no change{since}"
        case Outcome.REMOVED:
            return "the description is gone"
        case Outcome.UNREADABLE:
            return f"can not be read: {one_line(entry.problem)}"
        case Outcome.COLLAPSED:
            return f"fault of its publisher: {one_line(entry.problem)}"
    told = ", ".join(f"{number} {word}" for word, number in _counted(entry.diff) if number)
    return f"{told}; bump {entry.bump}"


def _counted(diff: Diff | None) -> list[tuple[str, int]]:
    number = counts(diff) if diff is not None else {}
    return [(word, number.get(level, 0)) for level, word in WORDS.items()]


def _worst(diff: Diff) -> Iterator[str]:
    """Yield a line for each rule that hurts, the worst first; the others are counted."""
    found: dict[tuple[Level, str], list[Change]] = {}
    for change in sorted(diff.changes, key=lambda change: -len(change.operations)):
        found.setdefault((change.level, change.rule), []).append(change)
    groups = sorted(
        ((level, rule, changes) for (level, rule), changes in found.items()),
        key=lambda group: (-group[0].weight, not _stops(group[2]), -_reach(group[2])),
    )
    hurting = [group for group in groups if group[0] is not Level.INFO]
    others = groups[len(hurting) :]
    for shown, left in ((hurting, _WORST), (others, _NOTED)):
        for level, rule, (first, *rest) in shown[:left]:
            felt = f" [{len(first.operations)} operations]" if len(first.operations) > 1 else ""
            more = f" (and {len(rest)} more of {rule})" if rest else ""
            yield f"{_INDENT}{level:<9}{one_line(first.message, 200)}{felt}{more}"
        if told := [f"{len(changes)} {rule}" for _, rule, changes in shown[left:]]:
            yield f"{_INDENT}{'':<9}and {named(told, _WORST)}"


def _stops(changes: Sequence[Change]) -> bool:
    """Return whether one of the changes makes every call of some operation fail."""
    return any(site.part in _WHOLE for change in changes for site in change.sites)


def _reach(changes: Sequence[Change]) -> int:
    return len({operation for change in changes for operation in change.operations})


def _flap(entry: Entry, entries: Sequence[Entry]) -> Iterator[str]:
    if entry.again is not None:
        between = [
            _named(other)
            for other in entries[entry.again + 1 : entries.index(entry)]
            if other.outcome is Outcome.CHANGED
        ]
        yield (
            f"{_named(entry)} means the same as {_named(entries[entry.again])} again,"
            f" after {named(between)}"
        )


def _taken_back(history: History) -> Iterator[str]:
    """Yield what one revision took back of another, unless it took back all of it."""
    entries = history.entries
    found: dict[tuple[int, int], list[Change]] = {}
    for item in history.undone:
        again = entries[item.undone].again
        if again is None or again != entries[item.made].base:
            found.setdefault((item.made, item.undone), []).append(item.change)
    for (made, undone), changes in sorted(found.items()):
        names = f"{_named(entries[made])}, undone by {_named(entries[undone])}"
        yield f"{_number(len(changes), 'change')} of {names}:"
        for change in changes[:_UNDONE]:
            felt = f" [{len(change.operations)} operations]" if len(change.operations) > 1 else ""
            yield f"  {change.level:<9}{one_line(change.message, 200)}{felt}"
        if len(changes) > _UNDONE:
            yield f"  and {len(changes) - _UNDONE} more"


def _summary(entries: Sequence[Entry]) -> str:
    changed = [entry for entry in entries if entry.outcome is Outcome.CHANGED]
    words = dict.fromkeys(WORDS.values(), 0)
    for entry in changed:
        for word, number in _counted(entry.diff):
            words[word] += number
    told = ", ".join(f"{number} {word}" for word, number in words.items())
    faults = sum(
        entry.outcome in {Outcome.COLLAPSED, Outcome.UNREADABLE, Outcome.REMOVED}
        for entry in entries
    )
    more = f"; {_number(faults, 'fault')} of the publisher" if faults else ""
    return f"{len(changed)} of {_number(len(entries), 'revision')} changed something: {told}{more}"


def _number(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _entry(entry: Entry) -> dict[str, Any]:
    kept, diff = entry.kept, entry.diff
    return {
        "label": printable(kept.label),
        "commit": kept.commit or None,
        "date": None if kept.day is None else kept.day.isoformat(),
        "subject": printable(kept.subject) or None,
        "outcome": entry.outcome.value,
        "base": entry.base,
        "again": entry.again,
        "operations": entry.operations,
        "problem": printable(entry.problem) or None,
        "bump": entry.bump.value,
        "summary": None if diff is None else {level.value: counts(diff)[level] for level in Level},
        "changes": [] if diff is None else [_change(change) for change in diff.changes],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "rule": change.rule,
        "level": change.level.value,
        "subject": printable(change.subject),
        "message": printable(change.message),
        "fingerprint": change.fingerprint,
        "operations": [printable(operation) for operation in change.operations],
    }


def _undone(item: Undone) -> dict[str, Any]:
    return {
        "made": item.made,
        "undone": item.undone,
        "change": _change(item.change),
        "by": _change(item.by),
    }
