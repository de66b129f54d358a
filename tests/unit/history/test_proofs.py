"""Proofs: what only the whole run knows, and what is left where it is not kept."""

from __future__ import annotations

import pytest
from histories import Night, Shelf

from specproof.history.comparable import Past
from specproof.history.proofs import Proofs
from specproof.suites.records import Confirmation

_NAME = "get/200/schema"


def _shelf(runs: int = 1) -> Shelf:
    return Shelf(Night({_NAME: "F"}, day=day, confirmations={_NAME: (1, 2)}) for day in range(runs))


def test_whole_run_is_read_once() -> None:
    """Command, repeats and words come from the whole run, which is read once."""
    shelf = _shelf()
    run = shelf.find("last")
    proofs = Proofs(Past(shelf))
    [finding] = shelf.findings(run.run_id)
    [proof] = proofs.of(run, [finding], before={finding.fingerprint})
    assert proof.reproduce == 'curl "$BASE_URL/get"'
    assert proof.confirmation == Confirmation(1, 2)
    assert not proof.fresh
    requirement = proofs.requirement(run, finding.requirement)
    assert requirement is not None
    assert requirement.statement == "get 200 keeps its schema"
    assert shelf.asked == [run.run_id]


@pytest.mark.parametrize("listed", [True, False])
def test_pruned_run_leaves_the_finding(listed: bool) -> None:
    """Without the whole run the finding remains, also if it went while somebody looked."""
    shelf = _shelf()
    shelf.prune(shelf.find("last").run_id, listed=listed)
    run = shelf.find("last")
    proofs = Proofs(Past(shelf))
    [proof] = proofs.of(run, shelf.findings(run.run_id), before=())
    assert (proof.reproduce, proof.confirmation, proof.fresh) == (None, None, True)
    assert proofs.requirement(run, f"shop/{_NAME}") is None
    assert shelf.asked == ([] if listed else [run.run_id])


def test_whole_runs_can_be_left_alone() -> None:
    """Whoever wants no details has no whole run read."""
    shelf = _shelf()
    run = shelf.find("last")
    [proof] = Proofs(Past(shelf), whole=False).of(run, shelf.findings(run.run_id), before=())
    assert proof.reproduce is None
    assert shelf.asked == []


def test_few_runs_are_kept_in_memory() -> None:
    """Requirements are kept in words of the last runs, the one asked for again among them."""
    shelf = _shelf(6)
    proofs = Proofs(Past(shelf))
    oldest = shelf.find("last~5")
    for back in (5, 4, 3, 2, 5, 1, 0, 5):
        proofs.requirement(shelf.find(f"last~{back}"), "any")
    assert shelf.asked.count(oldest.run_id) == 1
    proofs.requirement(shelf.find("last~4"), "any")
    assert shelf.asked.count(shelf.find("last~4").run_id) == 2


def test_commands_of_a_window_are_kept() -> None:
    """Commands are kept of more runs than requirements in words, and not of all."""
    shelf = _shelf(33)
    proofs = Proofs(Past(shelf))
    runs = [shelf.find(f"last~{back}") for back in range(33)]
    for run in (*runs[:32], *runs[:32]):
        proofs.confirmation(run, "any")
    assert len(shelf.asked) == 32
    proofs.confirmation(runs[32], "any")
    proofs.confirmation(runs[0], "any")
    assert shelf.asked[32:] == [runs[32].run_id, runs[0].run_id]
