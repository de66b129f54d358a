"""The emulator as a target."""

from __future__ import annotations

import pytest
from contracts import contract_of

from specproof.errors import CouldNotCheckError, InputError
from specproof.suites.plan import subject
from specproof.targets.emulated import emulator_target
from specproof.targets.session import TargetSession


def test_each_target_is_a_fresh_emulator() -> None:
    """What one item does, another never sees."""
    contract = subject("sequence", None, None).effective
    one, two = (emulator_target("sequence", contract) for _ in range(2))
    one.close()
    two.close()
    assert one.emulator is not two.emulator
    assert one.emulator is not None
    assert one.resources == one.emulator.resources()
    assert one.credentials.missing() == ()
    assert one.credentials.has_other


def test_conditions_hold_and_end() -> None:
    """The server misbehaves inside the block and nowhere else."""
    contract = subject("onesignal", None, None).effective
    target = emulator_target("onesignal", contract)
    session = TargetSession(target, contract, scenario="s", seed=0, record=lambda _: None)
    held = session.condition("unavailable-empty")
    assert held is not None
    statuses = []
    with held:
        statuses.append(session.send("delete-alias", "GET", "/x").response)
    statuses.append(session.send("delete-alias", "GET", "/x").response)
    target.close()
    assert [item.status for item in statuses if item is not None] == [503, 404]


def test_settings_reach_the_emulator() -> None:
    """A setting that does not exist is an error, not ignored."""
    with pytest.raises(InputError):
        emulator_target("onesignal", contract_of(), {"no_such": 1})


def test_an_api_without_an_emulator_can_not_be_checked_that_way() -> None:
    """The message says what to do instead."""
    with pytest.raises(CouldNotCheckError, match="--target live --base-url"):
        emulator_target("shop", contract_of())
