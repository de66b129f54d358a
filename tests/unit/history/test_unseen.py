"""Error codes never seen before, and documented responses that are not seen any more."""

from __future__ import annotations

from histories import Night, Shelf

from specproof.history.comparable import Past
from specproof.history.records import SeenResponse, StoredRun
from specproof.history.unseen import (
    Documented,
    documented,
    never_seen,
    new_codes,
    unseen_responses,
)

_KEYS = ("get/200/status", "get/404/status", "get/5XX/status", "get/default/status")


def _run(day: float = 100) -> StoredRun:
    return Shelf([Night({"get/200/status": "P"}, day=day)]).find("last")


def _seen(status: int, last: str, operation: str = "get") -> SeenResponse:
    return SeenResponse(operation, status, "2026-01-01T03:00:00+00:00", last, f"run-{last[:10]}")


def _day(day: int) -> str:
    return Shelf([Night({}, day=day)]).find("last").started


def test_documented_responses_come_from_requirements() -> None:
    """A response is documented where its status is required; prose and others are none."""
    names = [
        *_KEYS,
        "get/404/schema",
        "get/prose/status",
        "get/http/body-whole",
        "users/by id/204/status",
    ]
    run = Shelf([Night(dict.fromkeys(names, "P"))])
    [(_, verdicts)] = run.timeline(run.find("last").streams[0])
    assert documented(verdicts) == (
        Documented("get", "200"),
        Documented("get", "404"),
        Documented("get", "5XX"),
        Documented("get", "default"),
        Documented("users/by id", "204"),
    )


def test_response_is_missed_after_the_days() -> None:
    """A response that was seen, and not for as many days, is missed; a day less is not enough."""
    responses = (Documented("get", "200"), Documented("get", "404"))
    seen = [_seen(200, _day(100)), _seen(404, _day(70))]
    [found] = unseen_responses(responses, seen, _run(100), days=30)
    assert found.response == Documented("get", "404")
    assert (found.days, found.last_seen, found.exercised) == (30, _day(70), _day(100))
    assert found.last_run == "run-" + _day(70)[:10]
    assert unseen_responses(responses, seen, _run(100), days=31) == ()
    assert unseen_responses(responses, seen, _run(99.99), days=30) == ()


def test_operation_has_to_be_exercised_since() -> None:
    """Where the operation answered nothing since, nothing is missed."""
    responses = (Documented("get", "404"), Documented("put", "404"))
    seen = [_seen(404, _day(10)), _seen(200, _day(100), "put")]
    assert unseen_responses(responses, seen, _run(100)) == ()
    assert never_seen(responses, seen) == (Documented("put", "404"),)


def test_never_seen_is_another_thing() -> None:
    """A response that was never seen is not missed; one of an operation never called is neither."""
    responses = (Documented("get", "200"), Documented("get", "404"), Documented("put", "200"))
    seen = [_seen(200, _day(100))]
    assert unseen_responses(responses, seen, _run(200)) == ()
    assert never_seen(responses, seen) == (Documented("get", "404"),)


def test_ranges_and_default_take_what_nothing_else_does() -> None:
    """A status counts for the key that governs it, see the Responses Object."""
    responses = tuple(Documented("get", key) for key in ("200", "404", "4XX", "default"))
    seen = [_seen(200, _day(100)), _seen(404, _day(10)), _seen(422, _day(20)), _seen(503, _day(5))]
    found = unseen_responses(responses, seen, _run(100))
    assert [(item.response.key, item.last_seen) for item in found] == [
        ("404", _day(10)),
        ("4XX", _day(20)),
        ("default", _day(5)),
    ]
    again = [*seen, _seen(429, _day(100))]
    keys = [item.response.key for item in unseen_responses(responses, again, _run(100))]
    assert keys == ["404", "default"]


def test_what_a_later_run_saw_is_not_missed() -> None:
    """Of an earlier run nothing is missed that was seen after it."""
    responses = (Documented("get", "404"),)
    seen = [_seen(404, _day(150)), _seen(200, _day(160))]
    assert unseen_responses(responses, seen, _run(100)) == ()


def test_new_codes_are_those_that_the_run_saw_first() -> None:
    """A code is new in the run that saw it first, and in no other."""
    shelf = Shelf(
        [
            Night({}, day=0, codes=[("get", 404, "gone")]),
            Night({}, day=1, codes=[("get", 404, "gone"), ("get", 400, "b"), ("get", 400, "a")]),
            Night({}, day=2, codes=[("get", 400, "a")]),
        ]
    )
    past = Past(shelf)
    stream = shelf.find("last").streams[0]
    told = {
        back: [item.code for item in new_codes(past.history.codes(stream), shelf.find(back))]
        for back in ("last", "last~1", "last~2")
    }
    assert told == {"last": [], "last~1": ["a", "b"], "last~2": ["gone"]}
