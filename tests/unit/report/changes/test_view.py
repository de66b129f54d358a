"""What all forms of a diff share."""

from __future__ import annotations

import pytest
from diffs import awkward_diff, change, compared

from specproof.regression.change import Change, Level, Site
from specproof.report.changes.view import calls_sentence, counts, grouped, named, summary_line


def test_the_summary_counts_what_nobody_accepted() -> None:
    """An accepted change counts under no level."""
    comparison = awkward_diff()
    assert counts(comparison.diff) == {"error": 2, "warning": 1, "info": 2, "accepted": 1}
    assert summary_line(comparison) == "2 breaking, 1 warning, 2 info, 1 accepted; bump major"


def test_the_summary_of_nothing_says_so() -> None:
    """Two documents that mean the same need no new version."""
    assert summary_line(compared()) == "no changes; bump none"


def test_an_accident_of_the_publisher_is_the_summary() -> None:
    """What can not be compared is not counted."""
    assert summary_line(compared(change(), upstream="it lost 9 of 9")) == (
        "could not compare: it lost 9 of 9"
    )


def test_the_worst_group_comes_first_and_the_accepted_last() -> None:
    """Groups are operations, components, sets of operations, and the rest."""
    groups = grouped(awkward_diff().diff)
    assert [group.title for group in groups] == [
        "DELETE /pets/{}",
        "GET /pets",
        "schema Pet",
        "document",
        "2 operations",
    ]
    assert [item.level for item in groups[2].changes] == [Level.WARNING, Level.INFO]
    assert [len(group.users) for group in groups] == [0, 0, 7, 0, 2]


def test_other_operations_are_another_group() -> None:
    """Two changes that two operations feel each are not thrown together for it."""
    sites = [(Site("GET /a"), Site("GET /b")), (Site("GET /a"), Site("GET /c"))]
    groups = grouped(compared(*(change(sites=each) for each in sites)).diff)
    assert [group.users for group in groups] == [("GET /a", "GET /b"), ("GET /a", "GET /c")]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("requestBodies", "request body"), ("securitySchemes", "security scheme")],
)
def test_components_are_called_by_their_kind(kind: str, shown: str) -> None:
    """The kind of a component is told in words."""
    (group,) = grouped(compared(change(pointer=f"/components/{kind}/a~1b/x")).diff)
    assert (group.title, group.users) == (f"{shown} a/b", ())


def _called(*sites: str, level: Level = Level.ERROR) -> Change:
    return change(level=level, call_sites=sites)


@pytest.mark.parametrize(
    ("given", "calls", "shown"),
    [
        (change(), 14, ""),
        (_called("a:1", "b:2", "c:3"), 14, "breaks 3 of your 14 calls"),
        (_called("a:1"), 14, "breaks 1 of your 14 calls"),
        (_called("a:1"), 1, "breaks 1 of your 1 call"),
        (_called(), 14, "breaks none of your 14 calls"),
        (_called(), None, "breaks none of your calls"),
        (_called(), 0, "breaks nothing known: no call of yours was found"),
        (_called("a:1"), None, "breaks 1 call of yours"),
        (_called("a:1", "b:2", level=Level.INFO), None, "concerns 2 calls of yours"),
    ],
)
def test_calls_are_counted(given: Change, calls: int | None, shown: str) -> None:
    """A change says how many of the user's calls it concerns, if anybody looked."""
    assert calls_sentence(given, calls) == shown


def test_names_beyond_the_limit_are_counted() -> None:
    """One more than the limit is named: the count would be no shorter."""
    assert named(["a", "b", "c"], 2) == "a, b, c"
    assert named(["a", "b", "c", "d"], 2) == "a, b, and 2 more"
