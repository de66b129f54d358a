"""What a real server puts off is asked again, and what it limits is asked no more than it must."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from contracts import session_on

from specproof.model import Exchange
from specproof.suites.patience import PatientSession, patient
from specproof.targets.budget import Budget, Limits
from specproof.targets.session import TargetSession

BUSY = httpx.Response(429, headers={"Retry-After": "2"})


def _live(*answers: httpx.Response, then: int = 200) -> tuple[TargetSession, list[Exchange]]:
    waiting = list(answers)

    def answer(_: httpx.Request) -> httpx.Response:
        return waiting.pop(0) if waiting else httpx.Response(then)

    session, kept = session_on(answer)
    session.target.budget = Budget(Limits(1000), sleep=lambda _: None)
    return session, kept


def _statuses(kept: list[Exchange]) -> list[int]:
    return [item.response.status for item in kept if item.response is not None]


def test_what_was_put_off_is_sent_again() -> None:
    """Each answer is recorded, the last one is returned, and the wait is known by operation."""
    session, kept = _live(BUSY, httpx.Response(503, headers={"Retry-After": "1"}))
    made = session.send("+look", "GET", "/things/1")
    assert made.response is not None
    assert (made.response.status, _statuses(kept)) == (200, [429, 503, 200])
    assert session.waits == {"+look": 1.0}


@pytest.mark.parametrize(
    ("answer", "method"),
    [
        (httpx.Response(429), "GET"),
        (httpx.Response(429, headers={"Retry-After": "soon"}), "GET"),
        (httpx.Response(503, headers={"Retry-After": "1"}), "POST"),
        (httpx.Response(500, headers={"Retry-After": "1"}), "GET"),
    ],
)
def test_other_answers_are_final(answer: httpx.Response, method: str) -> None:
    """Without a time that can be read, and where a create may have been done."""
    session, kept = _live(answer)
    session.send("+look", method, "/things/1")
    assert len(kept) == 1


def test_patience_ends() -> None:
    """After three more attempts, at once where nobody has any, and where the run is stopped."""
    for patience, stop, sent in ((3, False, 4), (0, False, 1), (3, True, 1)):
        session, kept = _live(*[BUSY] * 9, then=200)
        session.patience = patience
        if stop and session.target.budget is not None:
            session.target.budget.heed(1e9)
        session.send("+look", "GET", "/things/1")
        assert len(kept) == sent


def _patient(
    session: TargetSession, spent: Callable[[], bool] = bool
) -> tuple[PatientSession, list[float]]:
    now = [0.0]
    return PatientSession(session, spent, clock=lambda: now[0]), now


def test_a_look_that_is_limited_is_left_out_until_it_is_due() -> None:
    """The first of each resource is always answered; a server that limits nothing sees all."""
    session, kept = _live()
    spared, now = _patient(session)
    for _ in range(2):
        spared.send("+look", "GET", "/things/1")
    assert len(kept) == 2
    session.waits["+look"] = 2.0
    spared.send("+look", "GET", "/things/1")
    left_out = spared.send("+look", "GET", "/things/1")
    assert (left_out.response, left_out.failure, left_out.sent) == (
        None,
        "not sent: the server limits how often this is asked",
        False,
    )
    spared.send("+look", "GET", "/things/2")
    now[0] = 2.0
    spared.send("+look", "GET", "/things/1")
    assert [item.request.url[-1] for item in kept] == ["1", "1", "1", "2", "1"]


def test_a_refusal_is_not_asked_for_again_while_nothing_changed() -> None:
    """A success of anything brings it back; what arranges and removes is never left out."""
    session, kept = _live(*[httpx.Response(404)] * 2, then=200)
    spared, _ = _patient(session)
    session.waits.update({"drop": 1.0, "+remove": 1.0})
    spared.send("drop", "DELETE", "/things/1")
    spared.send("+remove", "DELETE", "/things/9")
    assert spared.send("drop", "DELETE", "/things/1").response is None
    spared.send("drop", "DELETE", "/things/2")
    spared.send("drop", "DELETE", "/things/1")
    spared.send("+remove", "DELETE", "/things/9")
    assert _statuses(kept) == [404, 404, 200, 200, 200]


def test_once_the_waiting_is_used_up_nothing_is_asked_that_waits() -> None:
    """But for what was never limited, and what arranges and removes."""
    session, kept = _live()
    spared, _ = _patient(session, lambda: True)
    spared.send("drop", "DELETE", "/things/1")
    spared.send("drop", "DELETE", "/things/2")
    session.waits.update({"drop": 1.0, "+remove": 1.0})
    assert spared.send("drop", "DELETE", "/things/3").response is None
    spared.send("+remove", "DELETE", "/things/4")
    assert [item.request.url[-1] for item in kept] == ["1", "2", "4"]
    assert spared.unique("a") != spared.unique("a")


def test_only_real_servers_are_spared() -> None:
    """On an emulator the session stays what it is."""
    session, _ = session_on(lambda _: httpx.Response(200))
    assert patient(session) is session
    session.target.budget = Budget(Limits(1))
    assert isinstance(patient(session), PatientSession)
