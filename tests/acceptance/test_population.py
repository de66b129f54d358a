"""A live run never hurts the account it tests, however it ends."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from population import Town

from specproof.targets.ledger import open_entries


@pytest.mark.parametrize("api", ["onesignal", "sequence"])
def test_nothing_of_anybodys_is_lost_and_nothing_of_ours_is_left(api: str, tmp_path: Path) -> None:
    """Every scenario, machine and many cases over real HTTP: run, killed twice, cleaned up."""
    dice = random.Random(api)
    town = Town(api, tmp_path)
    with town.open() as url:
        for creating in (True, False):
            most = 6 if creating else 60
            seed = str(dice.randint(1, 999))
            code, output = town.run(
                url,
                *("--cases", "4", "--seed", seed),
                kill_at=dice.randint(1, most),
                creating=creating,
            )
            assert code == -9, output
        # Control: killed after a create it does leave something, and the ledger lists it.
        assert town.people() != town.before
        assert open_entries(town.ledger)
        code, output = town.run(url, "--cases", "30")
        assert code in {0, 1}, output
        assert town.requests > 150
        code, output = town.cleanup(url)
        assert (code, town.people() == town.before) == (0, True), output
        assert open_entries(town.ledger) == ()
        assert town.cleanup(url) == (0, "nothing is left\n")


def test_cleanup_waits_for_the_server(tmp_path: Path) -> None:
    """Out of reach is exit code 3, and the ledger keeps what it holds."""
    town = Town("onesignal", tmp_path)
    with town.open() as url:
        town.run(url, "--cases", "1", kill_at=2, creating=True)
    left = open_entries(town.ledger)
    code, output = town.cleanup(url)
    assert (code, left) == (3, open_entries(town.ledger)), output
    assert "no answer" in output
