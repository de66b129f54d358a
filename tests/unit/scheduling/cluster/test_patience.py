from __future__ import annotations

import pytest

from specproof.errors import CouldNotCheckError, InputError
from specproof.scheduling.cluster.patience import patiently


def test_it_tries_again_while_nothing_can_be_said() -> None:
    """An action that fails twice succeeds the third time, after the pauses."""
    slept: list[float] = []
    left = [CouldNotCheckError("away"), CouldNotCheckError("away")]

    def act() -> str:
        if left:
            raise left.pop()
        return "done"

    assert patiently(act, pauses=(0.5, 1.0, 2.0), sleep=slept.append) == "done"
    assert slept == [0.5, 1.0]


def test_it_gives_up_in_the_end() -> None:
    """The last failure is told."""
    tried: list[int] = []

    def act() -> None:
        tried.append(1)
        raise CouldNotCheckError(f"away {len(tried)}")

    with pytest.raises(CouldNotCheckError, match="away 3"):
        patiently(act, pauses=(0.0, 0.0), sleep=lambda _: None)


def test_what_would_fail_again_is_not_tried_again() -> None:
    """Wrong input is told at once."""
    tried: list[int] = []

    def act() -> None:
        tried.append(1)
        raise InputError("wrong")

    with pytest.raises(InputError, match="wrong"):
        patiently(act)
    assert tried == [1]
