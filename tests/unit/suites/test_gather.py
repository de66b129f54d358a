"""The items of the suite under pytest: what they have seen comes out, and nothing else."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from specproof.errors import CouldNotCheckError
from specproof.suites.bench import Bench
from specproof.suites.evidence import Evidence
from specproof.suites.gather import gather
from specproof.suites.items import items_of
from specproof.suites.plan import RunPlan, subject
from specproof.suites.plugin import EVIDENCE, EvidenceCollector
from specproof.suites.script import words_of

PLAN = RunPlan(("onesignal",), "recorded")
ITEMS = items_of(PLAN)
ONE = replace(PLAN, only=ITEMS[:1])


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[tuple[list[str], list[Any]]]]:
    """Return what has pytest answer with a code, and notes with what it was called."""

    def play(
        code: int, report: Callable[[EvidenceCollector], None] = lambda _: None
    ) -> list[tuple[list[str], list[Any]]]:
        calls: list[tuple[list[str], list[Any]]] = []

        def main(arguments: list[str], plugins: list[Any]) -> int:
            calls.append((arguments, plugins))
            report(next(item for item in plugins if isinstance(item, EvidenceCollector)))
            return code

        monkeypatch.setattr(pytest, "main", main)
        return calls

    return play


def _answered(collector: EvidenceCollector) -> None:
    collector.by_item[ITEMS[0]] = Evidence("onesignal")


def test_each_item_says_what_it_has_seen() -> None:
    """By name, sorted; the same each time, and of those that are asked for only."""
    seen = gather(PLAN)
    assert tuple(seen) == ITEMS
    assert len(ITEMS) > 5
    assert {item.api for item in seen.values()} == {"onesignal"}
    assert all(item.seen and sum(item.cases.values()) == 1 for item in seen.values())
    some = gather(replace(PLAN, only=(ITEMS[3], ITEMS[1])))
    assert tuple(some) == (ITEMS[1], ITEMS[3])
    assert [some[name].requests for name in some] == [seen[name].requests for name in some]


def test_codes_are_made_tellable_as_they_come_out(
    played: Callable[..., list[tuple[list[str], list[Any]]]],
) -> None:
    """Those that the contract names stay as they are; of any other there is a digest."""
    word = min(words_of(subject("onesignal", None, None).effective))

    def report(collector: EvidenceCollector) -> None:
        for name in reversed(ITEMS[:2]):
            codes = {"cause/drop/why/404": f"CODE-CANARY\n{word}"}
            collector.by_item[name] = Evidence("onesignal", codes=codes)

    played(0, report)
    seen = gather(replace(PLAN, only=ITEMS[:2]))
    # In whatever order they end.
    assert tuple(seen) == ITEMS[:2]
    (text,) = seen[ITEMS[0]].codes.values()
    assert "CANARY" not in text
    assert word in text.split("\n")


def test_nothing_to_do_starts_nothing(
    played: Callable[..., list[tuple[list[str], list[Any]]]],
) -> None:
    """Nor is anything imported for it."""
    calls = played(0, _answered)
    assert gather(replace(PLAN, only=())) == {}
    assert calls == []
    assert gather(ONE) == {ITEMS[0]: Evidence("onesignal")}
    ((arguments, _),) = calls
    assert [Path(item).stem for item in arguments if item.endswith(".py")] == ["test_recordings"]


@pytest.mark.parametrize(("workers", "shared"), [(0, False), (1, False), (2, True)])
def test_workers_are_processes(
    workers: int,
    shared: bool,
    played: Callable[..., list[tuple[list[str], list[Any]]]],
) -> None:
    """One alone would only cost its start."""
    calls = played(0, _answered)
    gather(ONE, workers)
    ((arguments, plugins),) = calls
    assert ("xdist" in arguments) is shared
    assert ("-n" in arguments) is shared
    assert len(plugins) == (1 if shared else 2)
    assert not shared or arguments[arguments.index("-n") + 1] == str(workers)


@pytest.mark.parametrize("kept", [None, "/nowhere/budget.db"])
def test_workers_share_one_budget(
    kept: str | None, played: Callable[..., list[tuple[list[str], list[Any]]]]
) -> None:
    """That of the plan, or one that goes when they have ended."""
    calls = played(0, _answered)
    gather(replace(ONE, budget=kept))
    ((arguments, _),) = calls
    budget = RunPlan.from_text(arguments[arguments.index("--specproof-plan") + 1]).budget
    assert budget is not None
    assert kept in {None, budget}
    assert not Path(budget).parent.exists()
    assert kept is not None or Path(budget).is_relative_to(tempfile.gettempdir())


def test_what_a_developer_sets_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts for tests of their own, and is there again afterwards."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-k nothing_at_all --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    before = dict(os.environ)
    assert tuple(gather(ONE)) == ITEMS[:1]
    assert dict(os.environ) == before


def test_an_interruption_is_one() -> None:
    """What pytest takes for itself is handed on, so that the program ends."""
    with (
        mock.patch.object(Bench, "close", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        gather(ONE)


def _collected(collector: EvidenceCollector) -> None:
    text = "E   ImportError: at https://SECRET-CANARY\nx/test_y.py:3: in <module>"
    collector.pytest_collectreport(mock.Mock(failed=True, longreprtext=text))


def _crashed(collector: EvidenceCollector) -> None:
    text = "suites/bench.py:12: ZeroDivisionError\nE   ZeroDivisionError: SECRET-CANARY"
    report = mock.Mock(user_properties=[], failed=True, nodeid="test_x[a]", longreprtext=text)
    collector.pytest_runtest_logreport(report)


def _told(collector: EvidenceCollector) -> None:
    text = "E   specproof.errors.GuardError: it names nothing of ours"
    report = mock.Mock(user_properties=[], failed=True, nodeid="test_x[a]", longreprtext=text)
    collector.pytest_runtest_logreport(report)


def _wordless(collector: EvidenceCollector) -> None:
    collector.pytest_collectreport(mock.Mock(failed=True, longreprtext="SECRET-CANARY"))


@pytest.mark.parametrize(
    ("code", "report", "words"),
    [
        (1, _collected, "the suite broke down: ImportError"),
        (1, _crashed, r"broke down: test_x\[a\]: ZeroDivisionError \(suites/bench.py:12: Zero"),
        (1, _told, "broke down: .*GuardError: it names nothing of ours"),
        (2, _crashed, None),
        (1, _wordless, "broke down: an exception"),
        (0, lambda _: None, "broke down: it left out 1 of its items"),
        (3, lambda _: None, r"the suite could not be run \(pytest exit code 3\)"),
        (4, lambda _: None, r"the suite could not be run \(pytest exit code 4\)"),
        (5, lambda _: None, r"the suite could not be run \(pytest exit code 5\)"),
    ],
)
def test_what_breaks_down_is_said(
    code: int,
    report: Callable[[EvidenceCollector], None],
    words: str | None,
    played: Callable[..., list[tuple[list[str], list[Any]]]],
) -> None:
    """In one sentence without what other exceptions say, which may be anything."""
    played(code, report)
    if words is None:
        with pytest.raises(KeyboardInterrupt):
            gather(ONE)
        return
    with pytest.raises(CouldNotCheckError, match=words) as caught:
        gather(ONE)
    assert "CANARY" not in str(caught.value)


def test_an_item_that_found_something_is_no_breakdown() -> None:
    """Its test fails, and what it has seen comes out."""
    collector = EvidenceCollector()
    plain = {"item": ITEMS[0], "evidence": Evidence("onesignal").to_plain()}
    report = mock.Mock(user_properties=[("other", 1), (EVIDENCE, plain)], failed=True)
    collector.pytest_runtest_logreport(report)
    assert collector.by_item == {ITEMS[0]: Evidence("onesignal")}
    assert collector.errors == []


class _Leaving:
    """Raises when it goes."""

    def __del__(self) -> None:
        raise ValueError("SECRET-CANARY")


def test_a_run_spends_its_time_on_items(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It does not look through all memory, and what a destructor raises it does not print."""
    looks: list[int] = []
    monkeypatch.setattr(gc, "collect", lambda *_: looks.append(1))
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    close = Bench.close

    def closing(bench: Bench) -> Evidence:
        _Leaving()
        return close(bench)

    monkeypatch.setattr(Bench, "close", closing)
    assert tuple(gather(ONE)) == ITEMS[:1]
    assert looks == []
    assert sys.unraisablehook is sys.__unraisablehook__
    assert capfd.readouterr() == ("", "")
    heard: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda told: heard.append(str(told.exc_value)))
    gather(ONE)
    # Who listens is told.
    assert heard == ["SECRET-CANARY"]
