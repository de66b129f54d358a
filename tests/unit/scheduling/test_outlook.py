"""What the last run of a stream says is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from histories import Night, night_run, nights
from history_files import history_of

from specproof.errors import InputError
from specproof.history.comparable import Past
from specproof.history.records import StoredRun, Stream
from specproof.history.store import History
from specproof.model import Severity
from specproof.scheduling.outlook import UNCHECKED, Outlook, Runs, outlook_of
from specproof.suites.records import Run

BODY = "list/200/body"
SHOP = Stream("shop", "live", "https://api.shop.test")


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """An empty history."""
    with history_of(tmp_path / "h.db") as found:
        yield found


def _outlook(history: History, run: StoredRun | None = None) -> Outlook:
    past = Past(history)
    return outlook_of(past, Runs(past), SHOP, run or history.runs(limit=1)[0])


def test_of_several_findings_the_gravest_tells(history: History) -> None:
    """One trouble per requirement; what is accepted does not count."""
    run = night_run(nights(BODY, "F")[0])
    (finding,) = run.findings
    found = (
        replace(finding, severity=Severity.WARNING, fingerprint="1" * 16, rule="a-rule"),
        replace(finding, fingerprint="2" * 16, deviation="known"),
        replace(finding, severity=Severity.INFO, fingerprint="3" * 16),
        replace(finding, requirement="shop/other/200/body", fingerprint="4" * 16),
    )
    summary = replace(run.footer.summary, errors=2, warnings=1, infos=1, accepted=1)
    history.store_run(replace(run, findings=found, footer=replace(run.footer, summary=summary)))
    troubles = _outlook(history).troubles
    assert [(key, each.severity, each.fingerprint) for key, each in troubles.items()] == [
        ("requirement:shop/list/200/body", Severity.WARNING, "1" * 16)
    ]


def test_a_title_names_the_operation_once(history: History) -> None:
    """What the words of a requirement leave out is put before them, nothing else."""
    run = night_run(nights(BODY, "F")[0])
    (finding,) = run.findings
    history.store_run(replace(run, findings=(replace(finding, operation="remove"),)))
    (trouble,) = _outlook(history).troubles.values()
    assert trouble.title == "remove: list 200 keeps its body"
    history.store_run(night_run(nights(BODY, "FF")[1]))
    (trouble,) = _outlook(history).troubles.values()
    assert trouble.title == "list 200 keeps its body"


class _Pruned:
    """A history whose runs were pruned after they were listed."""

    def __init__(self, history: History) -> None:
        self._history = history

    def __getattr__(self, name: str) -> object:
        return getattr(self._history, name)

    def run(self, _: str) -> Run:
        raise InputError("the run is not kept any more")


def test_a_pruned_run_tells_what_its_summary_knows(history: History) -> None:
    """Without the requirement's words and the command."""
    history.store_run(night_run(nights(BODY, "F")[0]))
    (run,) = history.runs()
    listed = _outlook(history, replace(run, complete=False))
    past = Past(_Pruned(history))  # type: ignore[arg-type]  # it is one
    gone = outlook_of(past, Runs(past), SHOP, run)
    for (trouble,) in (listed.troubles.values(), gone.troubles.values()):
        assert (trouble.title, trouble.reproduce) == ("shop/list/200/body", "")
        assert trouble.what == "list/200/body is broken (body-schema)"


def test_an_api_without_requirements_is_no_trouble(history: History) -> None:
    """Nor does such a run end any."""
    history.store_run(night_run(Night({})))
    outlook = _outlook(history)
    assert outlook.troubles == {}
    assert outlook.over("requirement:shop/list/200/body") is None


def test_refusals_alone_check_nothing(history: History) -> None:
    """A run that ended without one success is told, however many refusals were in order."""
    good = night_run(nights(BODY, "PP")[0])
    history.store_run(good)
    assert _outlook(history).troubles == {}
    last = night_run(nights(BODY, "PP")[1])
    history.store_run(replace(last, footer=replace(last.footer, exit_code=3)))
    (trouble,) = _outlook(history).troubles.values()
    assert (trouble.subject, trouble.runs) == (UNCHECKED, 1)


def test_that_nothing_could_be_checked_has_a_beginning(history: History) -> None:
    """It lasts from the first such run, and is over with the next one that can."""
    for night in nights(BODY, "PIII"):
        history.store_run(night_run(night))
    trouble = _outlook(history).troubles[UNCHECKED]
    assert (trouble.since_run, trouble.runs) == ("shop-000100-live", 3)
    history.store_run(night_run(nights(BODY, "PIIIP")[4]))
    outlook = _outlook(history)
    assert outlook.over(UNCHECKED) == "the last run could check the API"


def test_a_run_of_another_place_is_refused(history: History) -> None:
    """Its verdicts say nothing of the stream."""
    history.store_run(night_run(nights(BODY, "P", target="emulator")[0]))
    with pytest.raises(InputError, match="did not test shop"):
        _outlook(history)
