"""Comparisons as a whole: streams, findings, explicit old runs, details, determinism."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from histories import KINDS, Night, Shelf, broken_rule, night_run, nights
from hypothesis import given, settings
from hypothesis import strategies as st

from specproof.history.behaviour import Looking
from specproof.history.compare import Comparer, compare
from specproof.history.comparison import Comparison, StreamComparison
from specproof.history.prune import prune
from specproof.history.store import History, open_history
from specproof.history.transitions import Transition
from specproof.model import Severity, VerdictKind
from specproof.report.comparison.document import render_json
from specproof.suites.records import Confirmation

_NAME = "get/200/schema"
_ID = f"shop/{_NAME}"
_NAMES = [f"get/{status}/schema" for status in (200, 404, 429, 500)]


def _last(shelf: Shelf, old: str | None = None) -> StreamComparison:
    found = None if old is None else shelf.find(old)
    [stream] = compare(shelf, found, shelf.find("last")).streams
    return stream


def test_first_run_is_compared_with_nothing() -> None:
    """A run without an earlier one has no old run, and nothing is worse."""
    shelf = Shelf(nights(_NAME, "F"))
    found = _last(shelf)
    assert (found.old, found.differences, found.signals, found.severity) == (None, (), (), None)
    assert found.checked


def test_what_else_differs_is_said() -> None:
    """Spec, published spec and version that changed between the two are told."""
    plain = nights(_NAME, "PP")
    found = _last(Shelf(plain))
    assert (found.spec_changed, found.published_changed, found.tool_changed) == (False,) * 3
    assert found.comparable
    changed = Night({_NAME: "P"}, day=5, spec="2", version="0.2.0")
    found = _last(Shelf([*plain, changed]))
    assert (found.spec_changed, found.published_changed, found.tool_changed) == (True,) * 3


def test_proofs_name_the_finding_and_the_command() -> None:
    """What fails is proved by the new run, what is fixed by the last one that failed."""
    shelf = Shelf(
        Night({"a/200/x": new, "b/200/x": old}, day=day)
        for day, (new, old) in enumerate([("P", "F"), ("P", "I"), ("F", "P")])
    )
    found = _last(shelf)
    [failing] = found.of(Transition.NEWLY_FAILING)
    [proof] = failing.proofs
    assert (proof.finding.run_id, proof.fresh) == (shelf.find("last").run_id, True)
    assert proof.reproduce == 'curl "$BASE_URL/a"'
    assert failing.statement == "a 200 keeps its x"
    [fixed] = found.of(Transition.FIXED)
    [proof] = fixed.proofs
    assert proof.finding.run_id == shelf.find("last~2").run_id
    assert (fixed.now, fixed.reason) == (VerdictKind.PASS, "")


def test_last_failure_proves_what_is_open_or_comes_and_goes() -> None:
    """Unresolved, removed and flaky requirements show the run in which they last failed."""
    for letters, back in (("PFII", 2), ("PPF.", 1), ("PPFPP", 2), ("PP.", None)):
        shelf = Shelf(
            Night({"put/204/status": "P"} | ({} if each == "." else {_NAME: each}), day=day)
            for day, each in enumerate(letters)
        )
        [item] = _last(shelf).differences
        runs = [proof.finding.run_id for proof in item.proofs]
        assert runs == ([] if back is None else [shelf.find(f"last~{back}").run_id])


@pytest.mark.parametrize("letters", ["PPF", "PFP", "PFII", "PFPPF", "PF."])
def test_pruned_runs_are_compared_by_what_is_kept(letters: str) -> None:
    """Where only summaries are kept the words are the same; commands of what went are gone."""

    def told(history: History) -> list[object]:
        [stream] = compare(history, None, history.find("last")).streams
        return [
            (item.requirement, item.transition, item.severity, item.since, item.flaky)
            for item in stream.differences
        ]

    with open_history(":memory:") as history:
        for night in nights(_NAME, letters):
            whole = night_run(replace(night, verdicts={"put/204/status": "P", **night.verdicts}))
            history.store_run(whole)
        before = told(history)
        assert prune(history, keep_days=1, at="2030-01-01T00:00:00+00:00").documents > 0
        assert told(history) == before != []


def test_findings_that_fail_nothing_come_and_go() -> None:
    """Warnings that appeared or went are told; what fails a requirement or is accepted is not."""
    warning = broken_rule(_ID, "slow", Severity.WARNING, rule="response-time")
    hidden = replace(broken_rule(_ID, "odd", Severity.INFO, rule="field"), deviation="known")
    expired = broken_rule(_ID, "expired", rule="deviation-expired")
    shelf = Shelf(
        [
            Night({_NAME: "P"}, day=0),
            Night({_NAME: "P"}, day=1, extra=[warning, hidden]),
            Night({_NAME: "I"}, day=2),
            Night({_NAME: "P"}, day=3, extra=[warning]),
            Night({_NAME: "P"}, day=4),
            Night({_NAME: "F"}, day=5, extra=[expired]),
        ]
    )

    def told(reference: str) -> list[tuple[bool, str]]:
        [stream] = compare(shelf, None, shelf.find(reference)).streams
        return [(item.appeared, item.proof.finding.message) for item in stream.findings]

    assert told("last~4") == [(True, "slow")]
    assert told("last~3") == [], "nobody looked, so that nothing went"
    assert told("last~1") == [(False, "slow")]
    assert told("last") == [(True, "expired")]
    [stream] = compare(shelf, None, shelf.find("last~4")).streams
    assert stream.severity is Severity.WARNING
    [stream] = compare(shelf, None, shelf.find("last")).streams
    assert stream.severity is Severity.ERROR


def test_warning_is_no_news_after_a_run_that_did_not_look() -> None:
    """A warning appears where the last run that looked did not have it, or had it accepted."""
    warning = broken_rule(_ID, "slow", Severity.WARNING, rule="response-time")
    accepted = replace(warning, deviation="known")

    def appeared(told: str) -> list[str]:
        letters = {"W": ("P", warning), "A": ("P", accepted), "P": ("P", None), "I": ("I", None)}
        letters |= {"V": ("V", None), "J": ("I", warning)}
        shelf = Shelf(
            Night({_NAME: letter}, day=day, extra=[finding] if finding else [])
            for day, (letter, finding) in enumerate(map(letters.__getitem__, told))
        )
        return [item.proof.finding.message for item in _last(shelf).findings if item.appeared]

    for told in ("WIW", "WIIVW", "JIW", "WJ", "WA", "WI"):
        assert appeared(told) == [], told
    for told in ("PIW", "WPIW", "IIW", "PW", "AW", "AIW", "WAIW"):
        assert appeared(told) == ["slow"], told


def test_finding_about_no_requirement_is_held_against_the_old_run() -> None:
    """Of what is no requirement no run says whether it looked, so that each did."""
    stray = broken_rule("shop/gone/200/schema", "matches nothing", rule="deviation-unmatched")
    shelf = Shelf(
        Night({_NAME: "P"}, day=day, extra=[stray] * there)
        for day, there in enumerate((True, False, True))
    )
    [found] = _last(shelf).findings
    assert (found.appeared, found.proof.finding.message) == (True, "matches nothing")


def test_repeats_of_one_finding_excuse_no_other() -> None:
    """A failure is a flaky one only where no finding of it came back, and each was tried."""
    other = broken_rule(_ID, "odd")
    before, run = (
        night_run(Night({_NAME: letter}, day=day, extra=[other] * day))
        for day, letter in enumerate("PF")
    )
    [_, first] = run.findings
    for tried, flaky in (
        ({first: (0, 2)}, False),
        ({first: (0, 2), other: (1, 2)}, False),
        ({first: (0, 2), other: (0, 2)}, True),
    ):
        repeats = {item.fingerprint: Confirmation(*counts) for item, counts in tried.items()}
        shelf = Shelf([before, replace(run, confirmations=repeats)])
        [item] = _last(shelf).differences
        assert item.flaky is flaky
        assert item.severity is (Severity.WARNING if flaky else Severity.ERROR)


def test_old_run_of_another_place() -> None:
    """Any two runs can be compared; that they went to different places is said."""
    shelf = Shelf(
        [
            Night({_NAME: "P"}, day=0, target="emulator", origin=None),
            Night({_NAME: "F"}, day=1),
            Night({_NAME: "F"}, day=2),
            Night({_NAME: "F"}, day=3, api="pets"),
        ]
    )
    emulated, live = shelf.find("last~3"), shelf.find("last~1")
    [stream] = compare(shelf, emulated, live).streams
    assert not stream.comparable
    [item] = stream.differences
    assert item.transition is Transition.NEWLY_FAILING
    assert item.since is not None
    assert item.since.run_id == shelf.find("last~2").run_id
    [stream] = compare(shelf, emulated, shelf.find("last")).streams
    assert stream.old is None, "the old run did not test this API"


def test_open_is_what_failed_last_as_of_the_new_run() -> None:
    """What neither run checked is as the last run that did left it, also one between the two."""
    for letters, told in (("FIPI", []), ("PIFI", ["unresolved"]), ("PIFFPI", [])):
        found = _last(Shelf(nights(_NAME, letters)), f"last~{len(letters) - 2}")
        assert [item.transition for item in found.differences] == told
        for item in found.differences:
            assert item.since is not None
            assert item.proofs


def test_failure_elsewhere_is_not_open_here() -> None:
    """What failed at another place is not called unresolved where it never failed."""
    told = [
        Night({_NAME: letter}, day=day, target="emulator", origin=None)
        for day, letter in enumerate("FI")
    ]
    found = _last(Shelf([*told, Night({_NAME: "I"}, day=2)]), "last~1")
    assert not found.comparable
    assert found.differences == ()


def test_run_that_decided_nothing() -> None:
    """A run that decided nothing is not checked, however little is worse."""
    found = _last(Shelf(nights(_NAME, "PI")))
    assert not found.checked
    assert found.severity is Severity.WARNING


def test_window_is_as_asked() -> None:
    """A shorter window forgets what came and went before it."""
    shelf = Shelf(nights(_NAME, "PFPPPP"))
    run = shelf.find("last")
    told = [
        len(compare(shelf, None, run, looking=Looking(window=size)).streams[0].flaky)
        for size in (20, 6, 5, 4)
    ]
    assert told == [1, 1, 0, 0]


def test_only_named_apis() -> None:
    """Of a run only the APIs that are named are compared."""
    shelf = Shelf(nights(_NAME, "PP"))
    assert compare(shelf, None, shelf.find("last"), apis={"pets"}).streams == ()


def test_details_can_be_left_out() -> None:
    """Without details no whole run is read, and the rest is the same."""
    shelf = Shelf(nights(_NAME, "PPF"))
    comparison = Comparer(shelf, details=False).run(shelf.find("last"))
    assert shelf.asked == []
    [item] = comparison.streams[0].differences
    assert (item.transition, item.statement) == (Transition.NEWLY_FAILING, None)
    assert [proof.reproduce for proof in item.proofs] == [None]


def test_gravest_of_several_streams_decides() -> None:
    """A comparison is as grave as the gravest of its streams."""
    shelf = Shelf([*nights(_NAME, "PI"), *nights(_NAME, "PF", api="pets")])
    comparer = Comparer(shelf)
    runs = [shelf.find(name) for name in ("shop-000100-live", "pets-000100-live")]
    streams = tuple(item for run in runs for item in comparer.run(run).streams)
    both = Comparison(streams, comparer.looking)
    assert both.severity is Severity.ERROR
    assert both.fails(Severity.ERROR)
    first = Comparison(streams[:1], comparer.looking)
    assert first.fails(Severity.WARNING)
    assert not first.fails(Severity.ERROR)
    assert not Comparison((), comparer.looking).fails(Severity.INFO)


_VERDICTS = st.fixed_dictionaries({}, optional={name: st.sampled_from([*KINDS]) for name in _NAMES})


@settings(deadline=None, max_examples=40)
@given(st.lists(_VERDICTS, min_size=2, max_size=6))
def test_every_requirement_is_accounted_for(told: list[dict[str, str]]) -> None:
    """Each requirement of both runs is a difference or counted as unchanged, and only once."""
    shelf = Shelf(Night(verdicts, day=day) for day, verdicts in enumerate(told))
    found = _last(shelf)
    moved = [item for item in found.differences if item.transition is not Transition.UNCHANGED]
    assert len({item.requirement for item in found.differences}) == len(found.differences)
    assert len(moved) + sum(found.unchanged.values()) == len({*told[-1], *told[-2]})
    for item in found.differences:
        assert (item.severity is not None) <= (item.transition is not Transition.UNCHANGED)
        assert (item.now is VerdictKind.FAIL) <= bool(item.proofs)
        assert item.flakiness is not None or not item.flaky
    new, old = shelf.find("last"), shelf.find("last~1")
    assert render_json(compare(shelf, None, new)) == render_json(compare(shelf, old, new))


@settings(deadline=None, max_examples=25)
@given(_VERDICTS)
def test_same_again_is_no_difference(told: dict[str, str]) -> None:
    """A run that says what the one before it said differs in nothing but what is open."""
    found = _last(Shelf([Night(told, day=0), Night(told, day=1)]))
    assert found.severity is None
    assert {item.transition for item in found.differences} <= {
        Transition.STILL_FAILING,
        Transition.ACCEPTED,
    }


def test_database_says_what_memory_says(tmp_path: Path) -> None:
    """The same comparison comes out of a real history, and the same bytes each time."""
    told = [
        Night(
            {_NAME: letter, "get/404/status": "P"},
            day=day * 8,
            seed=day,
            statuses={"get": [200, 404] if day < 3 else [200]},
            codes=[("get", 404, "gone" if day < 7 else "lost")],
            latencies={("get", 200): [100.0 * (1 + day // 7) + step for step in range(30)]},
            confirmations={_NAME: (1, 2)} if day == 7 else {},
        )
        for day, letter in enumerate("PPFPPPPF")
    ]
    shelf = Shelf(told)
    with open_history(str(tmp_path / "history.db")) as history:
        for night in told:
            history.store_run(night_run(night))
        comparison = compare(history, None, history.find("last"))
        text = render_json(comparison)
        assert text == render_json(compare(shelf, None, shelf.find("last")))
        assert text == render_json(compare(history, None, history.find("last")))
    kinds = [signal.kind for signal in comparison.streams[0].signals]
    assert kinds == ["worse-verdict", "new-code", "latency-moved", "unseen-response"]


@pytest.mark.parametrize(("letters", "differences"), [("PP", 0), ("PF", 1)])
def test_whole_runs_are_read_only_for_proofs(letters: str, differences: int) -> None:
    """Where nothing differs no whole run is read."""
    shelf = Shelf(nights(_NAME, letters))
    assert len(_last(shelf).differences) == differences
    assert len(shelf.asked) == differences
