"""What a stream has never seen before, and what it does not see any more.

Both need a past: nothing is told of a stream that has fewer than `LEAST_RUNS` runs before the one
in question. Days are counted between runs, never to the present day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from specproof.history.comparable import parts_of
from specproof.history.records import SeenCode, SeenResponse, StoredRun, StoredVerdict
from specproof.requirements.statuses import match_status

__all__ = [
    "DAYS",
    "LEAST_RUNS",
    "Documented",
    "Unseen",
    "documented",
    "never_seen",
    "new_codes",
    "unseen_responses",
]

DAYS: Final = 30
"""Days after which a response that was seen before counts as not seen any more."""

LEAST_RUNS: Final = 5
"""Earlier comparable runs without which nothing is called new."""


@dataclass(frozen=True, slots=True, order=True)
class Documented:
    """A documented response; ``key`` is that of the Responses Object, such as ``4XX``."""

    operation: str
    key: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """A documented response that was last seen ``days`` days before a run.

    Attributes:
        exercised: when the operation last answered anything, after ``last_seen``.
    """

    response: Documented
    last_seen: str
    last_run: str
    days: int
    exercised: str


def documented(verdicts: Mapping[str, StoredVerdict]) -> tuple[Documented, ...]:
    """Return the documented responses of an API, sorted, from the requirements of a run.

    Each has a requirement ``<api>/<operation>/<key>/status``, see ``requirements.derive``.
    """
    found = set()
    for requirement in verdicts:
        operation, key, what = parts_of(requirement)
        if what == "status" and key != "prose":
            found.add(Documented(operation, key))
    return tuple(sorted(found))


def new_codes(codes: Iterable[SeenCode], run: StoredRun) -> tuple[SeenCode, ...]:
    """Return the codes that ``run`` was the first to see, sorted."""
    found = [item for item in codes if item.first_run == run.run_id]
    return tuple(sorted(found, key=lambda item: (item.operation, item.status, item.code)))


def unseen_responses(
    responses: Sequence[Documented],
    seen: Sequence[SeenResponse],
    run: StoredRun,
    days: int = DAYS,
) -> tuple[Unseen, ...]:
    """Return the responses that were seen, but not for ``days`` days up to ``run``.

    Only where their operation answered since: one that nobody called says nothing.
    """
    found = []
    for response, answers in _matched(responses, seen):
        if not answers:
            continue
        last = max(answers, key=lambda item: (item.last_seen, item.status))
        exercised = max(item.last_seen for item in seen if item.operation == response.operation)
        since = _time(run.started) - _time(last.last_seen)
        if exercised > last.last_seen and since >= dt.timedelta(days=max(days, 1)):
            found.append(Unseen(response, last.last_seen, last.last_run, since.days, exercised))
    return tuple(found)


def never_seen(
    responses: Sequence[Documented], seen: Sequence[SeenResponse]
) -> tuple[Documented, ...]:
    """Return the responses that no run has seen although their operation answered."""
    answering = {item.operation for item in seen}
    return tuple(
        response
        for response, answers in _matched(responses, seen)
        if not answers and response.operation in answering
    )


def _matched(
    responses: Sequence[Documented], seen: Sequence[SeenResponse]
) -> Iterator[tuple[Documented, list[SeenResponse]]]:
    """Yield each response and the statuses seen that it governs."""
    keys: dict[str, list[str]] = {}
    for response in responses:
        keys.setdefault(response.operation, []).append(response.key)
    for response in responses:
        governed = tuple(keys[response.operation])
        yield (
            response,
            [
                item
                for item in seen
                if item.operation == response.operation
                and match_status(governed, item.status) == response.key
            ],
        )


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
