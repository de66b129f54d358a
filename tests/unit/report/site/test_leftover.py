"""What a page has no room for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from histories_of_verdicts import night_run

from specproof.report.site.leftover import command

_WHOLE = "specproof history show 'x; rm -rf ~' --output run.jsonl && specproof report run.jsonl"


@pytest.mark.parametrize(
    ("complete", "verbose", "expected"),
    [
        (False, True, "specproof history show 'x; rm -rf ~'"),
        (
            True,
            False,
            "specproof history show 'x; rm -rf ~' --output run.jsonl && specproof report run.jsonl",
        ),
        (
            True,
            True,
            f"{_WHOLE} --verbose",
        ),
    ],
)
def test_the_command_quotes_the_name_of_the_run(
    complete: bool, verbose: bool, expected: str
) -> None:
    """Whoever wrote the run file chose it; of a pruned run there is the summary only."""
    run = replace(night_run(1, {}), run_id="x; rm -rf ~", complete=complete)
    assert command(run, verbose=verbose) == expected
