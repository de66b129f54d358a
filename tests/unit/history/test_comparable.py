"""Streams read backwards, no further than somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from histories import Night, Shelf, broken_rule, nights

from specproof.history.comparable import Past, Since, decides, parts_of
from specproof.history.records import StoredRun, StoredVerdict, Stream
from specproof.model import VerdictKind

_NAME = "get/200/schema"
_ID = f"shop/{_NAME}"


class _Counting(Shelf):
    """Counts the runs that are read."""

    read = 0

    def timeline(
        self, stream: Stream, *, limit: int | None = None
    ) -> Iterator[tuple[StoredRun, Mapping[str, StoredVerdict]]]:
        for pair in super().timeline(stream, limit=limit):
            self.read += 1
            yield pair


def test_no_more_is_read_than_is_asked_for() -> None:
    """Runs are read once each, and only as far back as the question goes."""
    shelf = _Counting(nights(_NAME, "P" * 50))
    past, run = Past(shelf), shelf.find("last~3")
    [stream] = run.streams
    assert [step.run.run_id for step in past.steps(stream, run, 2)] == [
        run.run_id,
        shelf.find("last~4").run_id,
    ]
    assert shelf.read == 5
    assert past.before(stream, run) == shelf.find("last~4")
    assert shelf.read == 5
    assert len(past.steps(stream, run)) == 47
    assert len(past.steps(stream, shelf.find("last"))) == 50
    assert shelf.read == 50


def test_runs_of_other_places_are_other_streams() -> None:
    """Runs of another target, origin or API are not comparable."""
    shelf = Shelf(
        [
            Night({_NAME: "F"}, day=0, target="emulator", origin=None),
            Night({_NAME: "F"}, day=1, origin="https://other.test", run_id="other"),
            Night({_NAME: "P"}, day=2),
            Night({_NAME: "P"}, day=3, api="pets"),
            Night({_NAME: "P"}, day=4),
        ]
    )
    run = shelf.find("last")
    past = Past(shelf)
    assert [step.run.run_id for step in past.steps(run.streams[0], run)] == [
        run.run_id,
        shelf.find("last~2").run_id,
    ]
    pets = shelf.find("last~1")
    assert past.before(pets.streams[0], pets) is None
    assert past.steps(run.streams[0], pets) == ()


def test_since_counts_what_says_something() -> None:
    """A streak goes over runs that say nothing, and ends where one says otherwise."""
    shelf = Shelf(nights(_NAME, "FPFIF"))
    past, run = Past(shelf), shelf.find("last")
    [stream] = run.streams
    failing = decides(_ID, VerdictKind.FAIL)
    begun = shelf.find("last~2")
    assert past.since(stream, run, failing) == Since(begun.run_id, begun.started, 2, open=False)
    assert past.since(stream, run, decides(_ID, VerdictKind.PASS)) is None
    oldest = shelf.find("last~4")
    assert past.since(stream, oldest, failing) == Since(oldest.run_id, oldest.started, 1, open=True)


def test_last_decision() -> None:
    """Of each requirement it is known whether it failed when it was last decided."""
    shelf = Shelf(
        [
            Night({"a/200/x": "F", "b/200/x": "P", "c/200/x": "V"}, day=0),
            Night({"a/200/x": "I", "b/200/x": "F", "c/200/x": "I"}, day=1),
            Night({"a/200/x": "I", "b/200/x": "F", "c/200/x": "I"}, day=2),
        ]
    )
    past, run = Past(shelf), shelf.find("last")
    names = ["shop/a/200/x", "shop/b/200/x", "shop/c/200/x", "shop/d/200/x"]
    assert past.failed_last(run.streams[0], run, names) == {names[0]: True, names[1]: True}
    assert past.failed_last(run.streams[0], run, []) == {}


def test_accepted_is_what_deviations_cover_all_of() -> None:
    """One finding that none covers makes a requirement fail, whichever comes first."""
    for letter, accepted in (("F", ()), ("A", (_ID,))):
        for covered in (False, True):
            other = broken_rule(_ID, "odd", deviation="known" if covered else None)
            shelf = Shelf([Night({_NAME: letter}, extra=[other])])
            run = shelf.find("last")
            expected = accepted if covered else ()
            assert Past(shelf).accepted(run.run_id, "shop") == frozenset(expected)


def test_findings_are_read_once() -> None:
    """Findings of one run and API are kept."""
    shelf = Shelf(nights(_NAME, "F"))
    past, run = Past(shelf), shelf.find("last")
    first = past.findings(run.run_id, "shop")
    assert len(first) == 1
    assert past.findings(run.run_id, "shop") is first
    assert past.findings(run.run_id, "pets") == ()


def test_parts_of_a_requirement() -> None:
    """Operations may have slashes in their names."""
    assert parts_of("shop/get/404/schema") == ("get", "404", "schema")
    assert parts_of("shop/users/{id}/404/schema") == ("users/{id}", "404", "schema")
    assert parts_of("odd") == ("", "", "")
