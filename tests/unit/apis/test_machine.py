"""The base of state machines: it sends through the session and says which promise broke."""

from __future__ import annotations

from typing import Any, ClassVar
from unittest import mock

import pytest

from specproof.apis.contract import Session
from specproof.apis.machine import BrokenPromiseError, PromiseMachine
from specproof.model import Exchange, Request, Response


def _exchange(number: int, status: int | None = 200) -> Exchange:
    return Exchange(
        id=f"s#{number}",
        api="shop",
        operation="drop",
        scenario="s",
        request=Request("DELETE", "http://shop.invalid/things/1"),
        response=None if status is None else Response(status),
        target="emulator",
    )


def _machine(muted: frozenset[str] = frozenset()) -> tuple[PromiseMachine, Any, Any, Any]:
    session = mock.create_autospec(Session, instance=True)
    # Hypothesis asks every attribute of a machine for marks of its own; a function has none.
    keep, broke = mock.Mock(spec=_exchange), mock.Mock(spec=_exchange)

    class Machine(PromiseMachine):
        NAME: ClassVar[str] = "shop"
        PROMISES: ClassVar[tuple[str, ...]] = ("gone-is-gone",)

    Machine.session = session
    Machine.keep = keep
    Machine.broke = broke
    Machine.muted = muted
    return Machine(), session, keep, broke


def test_what_is_sent_is_remembered() -> None:
    """Arguments are handed on, and the exchange becomes part of the sequence."""
    machine, session, _, _ = _machine()
    session.send.return_value = _exchange(1)
    assert machine.send("drop", "DELETE", "/things/1", expects="200") == _exchange(1)
    session.send.assert_called_once_with("drop", "DELETE", "/things/1", expects="200")
    assert machine.exchanges == [_exchange(1)]


def test_a_promise_that_holds_is_kept() -> None:
    """The suite hears of it with the exchange that shows it."""
    machine, _, keep, broke = _machine()
    machine.expect("gone-is-gone", holds=True, message="still there", exchange=_exchange(1))
    keep.assert_called_once_with("gone-is-gone", _exchange(1))
    broke.assert_not_called()


@pytest.mark.parametrize("status", [None, 429, 503])
@pytest.mark.parametrize("holds", [True, False])
def test_no_answer_proves_nothing(status: int | None, *, holds: bool) -> None:
    """Neither does one that puts the matter off."""
    machine, _, keep, broke = _machine()
    machine.expect("gone-is-gone", holds, "still there", _exchange(1, status))
    keep.assert_not_called()
    broke.assert_not_called()


def test_a_broken_promise_carries_what_came_before() -> None:
    """The error names promise and message, its exchange, and the ones that led to it."""
    machine, session, keep, broke = _machine()
    session.send.side_effect = [_exchange(1), _exchange(2)]
    for _ in range(2):
        machine.send("drop", "DELETE", "/things/1")
    with pytest.raises(BrokenPromiseError, match="gone-is-gone: still there") as caught:
        machine.expect("gone-is-gone", holds=False, message="still there", exchange=_exchange(2))
    broke.assert_called_once_with(caught.value)
    keep.assert_not_called()
    assert caught.value.promise == "gone-is-gone"
    assert caught.value.message == "still there"
    assert caught.value.exchange == _exchange(2)
    assert caught.value.sequence == (_exchange(1),)


def test_a_promise_known_to_be_broken_is_passed_over() -> None:
    """The rest of the machine can still be looked at."""
    machine, _, keep, broke = _machine(frozenset({"gone-is-gone"}))
    machine.expect("gone-is-gone", holds=False, message="still there", exchange=_exchange(1))
    keep.assert_not_called()
    broke.assert_not_called()


def test_a_machine_is_busy_unless_it_says_otherwise() -> None:
    """Standing by does nothing; Hypothesis picks it only where nothing else is left."""
    machine, session, _, _ = _machine()
    assert not machine.idle()
    machine.stand_by()
    assert session.mock_calls == []
    assert machine.exchanges == []


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("credential", ("V",)),
        ("other_credential", ("V",)),
        ("resource", ("r",)),
        ("other_resource", ("r",)),
        ("unique", ("p",)),
        ("claim", ("c",)),
        ("tell", ("t",)),
        ("adopt", (_exchange(1), "i")),
        ("removed", ("i",)),
        ("condition", ("n",)),
    ],
)
def test_a_machine_is_a_session(name: str, arguments: tuple[Any, ...]) -> None:
    """A world can be given the machine, so that what it sends belongs to the sequence."""
    machine, session, _, _ = _machine()
    method = getattr(session, name)
    method.return_value = None if name == "removed" else mock.sentinel.answer
    assert getattr(machine, name)(*arguments) is method.return_value
    method.assert_called_once_with(*arguments)
