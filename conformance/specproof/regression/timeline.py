"""The history of one description: what each kept revision changed, and what was undone later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from specproof.document import digest
from specproof.errors import InputError, LimitError
from specproof.regression.acceptance import Overrides
from specproof.regression.bump import Bump, bump
from specproof.regression.change import Change, Diff, Perspective, Policy
from specproof.regression.engine import diff
from specproof.regression.entries import Entry, History, Kept, Outcome, Undone
from specproof.regression.loading import load_bytes
from specproof.regression.pairing import operations_of, unnamed
from specproof.regression.places import Document

__all__ = ["Settings", "history"]

_REMEMBERED = 16 * 1024 * 1024
"""Bytes of documents that are held parsed; the others are read again when they are needed."""

_FEWEST = 2
"""Documents that are held whatever their size: a comparison needs both."""

_LOOKED_BACK = 30
"""States with which a new one is compared to see whether it is one of them again."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How changes of a history are judged.

    Attributes:
        today: the day that stands in for one that is not known. Each revision is judged by its
            own: whether an announced end had come depends on it.
        overrides: only levels count; what is accepted today tells nothing about the past.
    """

    today: date
    perspective: Perspective
    policy: Policy
    overrides: Overrides


def history(
    revisions: Sequence[Kept],
    settings: Settings,
    progress: Callable[[int, int], None] | None = None,
) -> History:
    """Return what each revision changed beside the one before it.

    A revision that can not be read, or that lost most of its operations, is an accident of its
    publisher: the next one is compared with the last sound one. One that stays as it collapsed
    was meant, and the revision after it is compared with it.

    Args:
        revisions: the oldest first.
        settings: how changes are judged.
        progress: told after each revision how many are done, of how many.

    Raises:
        LimitError: a revision is bigger than a document may be.
    """
    walk = _Walk(revisions, settings)
    for number in range(len(revisions)):
        walk.step(number)
        if progress is not None:
            progress(number + 1, len(revisions))
    return History(tuple(walk.entries), tuple(walk.undone()))


class _Walk:
    """The entries so far, and what is needed to make the next."""

    def __init__(self, revisions: Sequence[Kept], settings: Settings) -> None:
        self.entries: list[Entry] = []
        self._revisions = revisions
        self._settings = replace(settings, overrides=settings.overrides._replace(acceptances=()))
        self._documents: dict[str, Document] = {}
        self._sizes: dict[str, int] = {}
        self._digests: dict[int, str] = {}
        self._diffs: dict[tuple[str, str, date], Diff] = {}
        self._operations: dict[int, frozenset[tuple[str, str]]] = {}
        self._states: list[int] = []
        self._state: int | None = None
        self._base: int | None = None

    def step(self, number: int) -> None:
        """Add the entry of the next revision."""
        kept = self._revisions[number]
        try:
            data = kept.read()
            if data is None:
                self.entries.append(Entry(kept, Outcome.REMOVED, self._base))
                return
            self._remember(number, data)
        except LimitError:
            raise
        except InputError as error:
            self.entries.append(Entry(kept, Outcome.UNREADABLE, self._base, problem=error.problem))
            return
        self.entries.append(self._compared(number, kept))

    def _compared(self, number: int, kept: Kept) -> Entry:
        operations = len(self._operations[number])
        if self._base is None:
            self._base = self._state = number
            self._states.append(number)
            return Entry(kept, Outcome.FIRST, operations=operations)
        base = self._base
        found = self._diff(base, number)
        before = self.entries[-1]
        if found.upstream and before.outcome is Outcome.COLLAPSED:
            # Twice in a row is no accident.
            base = number - 1
            found = self._diff(base, number)
        if found.upstream:
            return Entry(
                kept, Outcome.COLLAPSED, base, found, Bump.MAJOR, operations, found.upstream
            )
        self._base = number
        again = self._again(number, changed=bool(found.changes))
        if found.changes:
            self._states.append(number)
            self._state = number
            outcome = Outcome.CHANGED
        else:
            self._state = self._state if again is None else again
            outcome = Outcome.SAME
        return Entry(kept, outcome, base, found, bump(found), operations, again=again)

    def _again(self, number: int, *, changed: bool) -> int | None:
        """Return the latest earlier state that this one is again.

        Where nothing changed since the revision before, only the same bytes tell: some changes,
        such as an end that is put off again, hurt nobody on the way back.
        """
        for state in reversed(self._states[-_LOOKED_BACK:]):
            if state == self._state:
                continue
            if self._digests[state] == self._digests[number]:
                return state
            if (
                changed
                and self._operations[state] == self._operations[number]
                and not self._diff(state, number).changes
            ):
                return state
        return None

    def undone(self) -> Iterable[Undone]:
        """Yield the changes that a later revision took back, once each."""
        steps = [
            (number, entry.base, entry.diff)
            for number, entry in enumerate(self.entries)
            if entry.outcome is Outcome.CHANGED
            and entry.base is not None
            and entry.diff is not None
        ]
        for place, (made, base, found) in enumerate(steps):
            waiting = {change.fingerprint: change for change in found.changes}
            backwards: Diff | None = None
            for later, _, after in steps[place + 1 :]:
                subjects = {change.subject for change in waiting.values()}
                candidates = [change for change in after.changes if change.subject in subjects]
                if not candidates:
                    continue
                backwards = backwards or self._diff(made, base)
                inverse = {change.fingerprint for change in backwards.changes}
                takers = {
                    change.subject: change
                    for change in reversed(candidates)
                    if change.fingerprint in inverse
                }
                if not takers:
                    continue
                left = {change.fingerprint: change for change in self._diff(base, later).changes}
                for mark, change in tuple(waiting.items()):
                    by = takers.get(change.subject)
                    if by is None or (back := _taken_back(change, by, left.get(mark))) is None:
                        continue
                    del waiting[mark]
                    yield Undone(back, made, later, by)

    def _diff(self, old: int, new: int) -> Diff:
        """Return what changed; the same bytes on the same day are compared once."""
        settings = self._settings
        today = self._revisions[new].day or settings.today
        key = (self._digests[old], self._digests[new], today)
        if key not in self._diffs:
            self._diffs[key] = diff(
                self._document(old),
                self._document(new),
                today=today,
                perspective=settings.perspective,
                policy=settings.policy,
                overrides=settings.overrides,
            )
        return self._diffs[key]

    def _document(self, number: int) -> Document:
        mark = self._digests[number]
        if mark not in self._documents:
            self._remember(number, self._revisions[number].read() or b"")
        # Put last: what was not asked for longest is forgotten first.
        self._documents[mark] = self._documents.pop(mark)
        return self._documents[mark]

    def _remember(self, number: int, data: bytes) -> None:
        mark = self._digests[number] = digest(data)
        if mark not in self._documents:
            self._documents[mark] = load_bytes(data, self._revisions[number].label)
            self._sizes[mark] = len(data)
        if number not in self._operations:
            document = self._documents[mark]
            found = operations_of(document, document.place.child("paths"))
            self._operations[number] = frozenset(
                (each.method, unnamed(each.template)) for each in found
            )
        while len(held := self._documents) > _FEWEST and (
            sum(self._sizes[each] for each in held) > _REMEMBERED
        ):
            del held[next(iter(held))]


def _taken_back(change: Change, by: Change, left: Change | None) -> Change | None:
    """Return the change with the sites where ``by`` took it back, None where there is none.

    Args:
        left: what is left of it in the end.
    """
    if not change.sites:
        return change if left is None else None
    still = frozenset(left.sites) if left is not None else frozenset()
    operations = set(by.operations)
    sites = tuple(
        site for site in change.sites if site.operation in operations and site not in still
    )
    return change._replace(sites=sites) if sites else None
