"""What a finding is as of a run; `test_cases` has the catalogue."""

from __future__ import annotations

import pytest
from histories import Night, Shelf, nights

from specproof.errors import InputError
from specproof.history.comparable import Past
from specproof.history.records import Stream
from specproof.history.standings import Standings
from specproof.suites.records import Confirmation

_NAME = "get/200/schema"


def test_lasting_and_repeated_findings_are_confirmed() -> None:
    """A finding is confirmed by the run before or by repeats, not by itself."""
    shelf = Shelf(nights(_NAME, "PFF"))
    for back, repeats, sure in (
        (0, None, True),
        (1, None, False),
        (1, Confirmation(1, 1), True),
        (1, Confirmation(0, 1), False),
    ):
        run = shelf.find(f"last~{back}")
        [finding] = shelf.findings(run.run_id)
        found = Standings(Past(shelf), run.streams[0], run).of(finding, repeats)
        assert found.confirmed is sure
        assert found.confirmation == repeats


def test_absent_finding_since_when() -> None:
    """Of a finding that is gone it is told since when."""
    shelf = Shelf(nights(_NAME, "FFPP"))
    [finding] = shelf.findings(shelf.find("last~3").run_id)
    run = shelf.find("last")
    found = Standings(Past(shelf), run.streams[0], run).of(finding)
    assert found.since is not None
    assert (found.since.run_id, found.since.runs) == (shelf.find("last~1").run_id, 2)
    assert not found.present


def test_finding_that_changed_is_not_fixed() -> None:
    """A finding whose rule breaks the requirement in another way now has changed."""
    told = nights(_NAME, "FF")
    shelf = Shelf([told[0], Night({_NAME: "F"}, day=1, messages={_NAME: "another"})])
    [before] = shelf.findings(shelf.find("last~1").run_id)
    run = shelf.find("last")
    found = Standings(Past(shelf), run.streams[0], run).of(before)
    assert (found.kind, found.present, found.since) == ("changed", False, None)


def test_run_of_another_stream_is_refused() -> None:
    """A run that is not in the stream has no standings."""
    shelf = Shelf(nights(_NAME, "P"))
    with pytest.raises(InputError, match="run shop-000000-live did not test other there"):
        Standings(Past(shelf), Stream("other", "live"), shelf.find("last"))
