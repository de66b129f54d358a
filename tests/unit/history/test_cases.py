"""The catalogue of histories: what each sequence of runs makes of a requirement."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # PyYAML ships no types
from histories import Night, Shelf

from specproof.history.comparable import Past
from specproof.history.compare import compare
from specproof.history.comparison import Difference
from specproof.history.records import StoredFinding
from specproof.history.standings import StandingKind, Standings
from specproof.history.transitions import Transition
from specproof.suites.records import Confirmation

_CASES = Path(__file__).parent / "cases"
_NAME = "get/200/schema"
_OTHER = "get/200/status"
"""Is in each run and passes, so that none is empty."""


@functools.cache
def _load() -> dict[str, dict[str, Any]]:
    found = {}
    for path in sorted(_CASES.glob("*.yaml")):
        document = yaml.safe_load(path.read_text("utf-8"))
        found[path.stem] = {"class": path.stem, **document}
    return found


def _every() -> list[Any]:
    found = []
    for stem, document in _load().items():
        for group in ("positive", "near_miss"):
            for case in document[group]:
                told = {"transition": document["class"], **case}
                found.append(pytest.param(told, id=f"{stem}: {case['name']}"))
    return found


def _shelf(case: dict[str, Any]) -> Shelf:
    runs = case["runs"]
    specs = case.get("specs", "1" * len(runs))
    messages = case.get("messages", "a" * len(runs))
    nights = []
    for day, letter in enumerate(runs):
        verdicts = {_OTHER: "P"} | ({} if letter == "." else {_NAME: letter})
        repeats = case.get({len(runs) - 1: "confirm", len(runs) - 2: "confirm_before"}.get(day, ""))
        nights.append(
            Night(
                verdicts,
                day=day,
                spec=specs[day],
                messages={_NAME: messages[day]},
                confirmations={_NAME: repeats} if repeats else {},
            )
        )
    return Shelf(nights)


@pytest.mark.parametrize("case", _every())
def test_difference(case: dict[str, Any]) -> None:
    """The last run against the one before it: transition, flaky, severity, since when."""
    shelf = _shelf(case)
    [stream] = compare(shelf, None, shelf.find("last")).streams
    found = [item for item in stream.differences if item.requirement == f"shop/{_NAME}"]
    assert bool(found) is case.get("told", True)
    if not found:
        assert case["transition"] == "unchanged"
        return
    [item] = found
    assert item.transition == case["transition"]
    assert item.flaky is case.get("flaky", False)
    assert item.severity == case.get("severity")
    assert _since(item) == case.get("since")


@pytest.mark.parametrize("case", [item for item in _every() if "standing" in item.values[0]])
def test_standing(case: dict[str, Any]) -> None:
    """What the latest finding is as of the last run, and since when."""
    shelf = _shelf(case)
    run = shelf.find("last")
    finding = _latest(shelf, len(case["runs"]))
    confirmation = Confirmation(*case["confirm"]) if "confirm" in case else None
    found = Standings(Past(shelf), run.streams[0], run).of(finding, confirmation)
    assert found.kind == case["standing"]
    assert found.present is (finding.run_id == run.run_id)


def test_catalogue_is_complete() -> None:
    """Each transition and each standing has a case, and each class has near misses."""
    documents = _load()
    assert {item["class"] for item in documents.values()} == {*Transition}
    assert all(item["positive"] and item["near_miss"] for item in documents.values())
    cases = [item.values[0] for item in _every()]
    assert {item["standing"] for item in cases if "standing" in item} == {*StandingKind}
    for item in documents.values():
        for case in item["near_miss"]:
            differs = case.get("transition", item["class"]) != item["class"]
            assert differs or not case.get("told", True)


def _since(item: Difference) -> dict[str, Any] | None:
    if item.since is None:
        return None
    day = int(item.since.run_id.split("-")[1]) // 100
    return {"run": day + 1, "runs": item.since.runs, "open": item.since.open}


def _latest(shelf: Shelf, runs: int) -> StoredFinding:
    for back in range(runs):
        if found := shelf.findings(shelf.find(f"last~{back}").run_id):
            return found[0]
    raise AssertionError("no run of the case has a finding")
