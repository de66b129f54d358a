"""Findings that are tried again: broken, flaky, or not looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vendors import Answer, vendor

from specproof.model import Observation
from specproof.suites import repeats
from specproof.suites.evidence import Evidence, Seen
from specproof.suites.execute import execute
from specproof.suites.parts import assemble, execute_part, shard_run
from specproof.suites.plan import RunPlan, subject
from specproof.suites.records import Confirmation, Run
from specproof.suites.repeats import Outcomes, confirmations_of, observe

SPEC = """\
openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /things:
    get:
      operationId: look
      responses:
        '200':
          description: it
          content:
            application/json:
              schema: {type: object, required: [id], properties: {id: {type: string}}}
"""
GOOD = (200, {"Content-Type": "application/json"}, b'{"id": "one"}')
BAD = (200, {"Content-Type": "application/json"}, b'{"id": 1}')
ASKED = 1
"""Requests of a run."""

BUSY = (503, {"Content-Type": "application/json"}, json.dumps({"error": "busy"}).encode())


@pytest.fixture
def plan(tmp_path: Path) -> RunPlan:
    """Return a live plan of a shop with one scenario, its base URL still to fill in."""
    path = tmp_path / "shop.yaml"
    path.write_text(SPEC)
    return RunPlan(
        ("shop",), "live", spec=str(path), cases=0, ledger=str(tmp_path / "ledger.jsonl")
    )


class _Shop:
    """Gives answers in turn, the last one for good."""

    def __init__(self, *answers: Answer) -> None:
        self._answers: Iterator[Answer] = chain(answers, repeat(answers[-1]))
        self.asked = 0

    def __call__(self, *_: Any) -> Answer:
        self.asked += 1
        return next(self._answers)


def _run(plan: RunPlan, shop: _Shop, **options: Any) -> Run:
    with vendor(shop) as url:
        return execute(replace(plan, base_url=url), **options)


def test_what_holds_is_not_tried_again(plan: RunPlan) -> None:
    """Nothing counts, so nothing is repeated."""
    shop = _Shop(GOOD)
    run = _run(plan, shop, confirm=3)
    assert (run.footer.exit_code, run.confirmations) == (0, {})
    assert shop.asked == run.summary.exchanges == ASKED


def test_what_is_broken_is_seen_again(plan: RunPlan) -> None:
    """In each repeat; what asked nothing wrong is not asked again."""
    shop = _Shop(BAD)
    run = _run(plan, shop, confirm=2)
    assert run.footer.exit_code == 1
    assert {finding.fingerprint for finding in run.findings} == set(run.confirmations)
    assert set(run.confirmations.values()) == {Confirmation(2, 2)}
    assert not any(run.flaky(finding) for finding in run.findings)
    assert shop.asked == 3 * run.summary.exchanges


def test_what_happened_once_is_flaky(plan: RunPlan) -> None:
    """It fails the run all the same, unless that is said not to matter."""
    run = _run(plan, _Shop(BAD, GOOD), confirm=2)
    assert set(run.confirmations.values()) == {Confirmation(0, 2)}
    assert all(run.flaky(finding) for finding in run.findings)
    assert run.footer.exit_code == 1
    lenient = _run(plan, _Shop(BAD, GOOD), confirm=1, flaky_ok=True)
    assert (lenient.footer.exit_code, lenient.summary.failed > 0) == (0, True)
    # Whoever reads the run later has to know by which rule.
    assert (run.footer.flaky_ok, lenient.footer.flaky_ok) == (False, True)


def test_what_is_broken_in_another_way_is_seen_again(plan: RunPlan) -> None:
    """A requirement that no answer kept is not flaky, whatever the words."""
    other = (200, {"Content-Type": "application/json"}, b"{}")
    run = _run(plan, _Shop(BAD, other), confirm=2, flaky_ok=True)
    assert set(run.confirmations.values()) == {Confirmation(2, 2)}
    assert run.footer.exit_code == 1


def test_a_repeat_that_saw_nothing_of_it_does_not_count(plan: RunPlan) -> None:
    """A server that is busy all the time says nothing of its bodies."""
    run = _run(plan, _Shop(*[BAD] * ASKED, BUSY), confirm=2)
    (finding,) = (item for item in run.findings if item.rule == "published-schema")
    assert run.confirmations[finding.fingerprint] == Confirmation(0, 0)
    assert not run.flaky(finding)


def test_repeats_keep_to_the_budget(plan: RunPlan) -> None:
    """All of them together send no more than one run may; what was cut off does not count."""
    shop = _Shop(BAD)
    run = _run(replace(plan, max_requests=ASKED), shop, confirm=2)
    assert shop.asked == ASKED
    assert set(run.confirmations.values()) == {Confirmation(0, 0)}


@pytest.mark.parametrize(
    ("notes", "nonce", "outcome"),
    [({}, "", (0, 1)), ({"stopped": "the budget is used up"}, "0" * 16, (0, 0))],
)
def test_a_repeat_that_was_cut_off_shows_nothing(
    notes: dict[str, str], nonce: str, outcome: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it saw held, but what would have shown the finding may not have been sent any more."""
    requirement = subject("onesignal", None, None).requirements[0]
    told = [
        Evidence(
            "onesignal",
            [Seen(Observation("a-rule", requirement.id, "e#1", holds=holds, message=message), 1)],
            notes=noted,
        )
        for holds, message, noted in ((False, "wrong", {}), (True, "", notes))
    ]
    plans: list[RunPlan] = []

    def gathered(plan: RunPlan, _: int) -> dict[str, Evidence]:
        plans.append(plan)
        return {"item": told.pop(0)}

    monkeypatch.setattr(repeats, "gather", gathered)
    plan = RunPlan(("onesignal",), "recorded", nonce=nonce)
    observed = observe(plan, started="2026-01-02T03:04:05+00:00", confirm=1)
    (found,) = confirmations_of([observed.repeats]).values()
    assert (found.seen, found.of) == outcome
    first, again = plans
    assert (again.only, again.budget) == (("item",), first.budget)
    # What a live run invented is there already when it is tried again.
    assert first.nonce == nonce
    assert (again.nonce != nonce) is bool(nonce)


def test_what_does_not_count_is_not_tried_again(plan: RunPlan) -> None:
    """Nothing below the severity that fails the run is; errors are where nothing fails it."""
    extra = _Shop((200, {"Content-Type": "application/json"}, b'{"id": "one", "more": 1}'))
    run = _run(plan, extra, confirm=1)
    assert run.findings
    assert run.confirmations == {}
    assert extra.asked == run.summary.exchanges
    never = _run(plan, _Shop(BAD), confirm=1, fail_on="never")
    assert never.footer.exit_code == 0
    assert set(never.confirmations.values()) == {Confirmation(1, 1)}


def test_parts_confirm_what_is_theirs(plan: RunPlan) -> None:
    """The run that is put together of them has it, and so has each alone."""
    with vendor(_Shop(BAD)) as url:
        live = replace(plan, base_url=url)
        parts = [execute_part(live, index, 2, confirm=1) for index in (1, 2)]
    run = assemble(live, parts)
    assert set(run.confirmations.values()) == {Confirmation(1, 1)}
    assert {finding.fingerprint for finding in run.findings} == set(run.confirmations)
    alone = [shard_run(live, part) for part in parts]
    assert {name for run in alone for name in run.confirmations} == set(run.confirmations)


_OUTCOMES = st.lists(st.none() | st.booleans(), min_size=3, max_size=3).map(tuple)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.dictionaries(st.sampled_from("ab"), _OUTCOMES), max_size=4))
def test_seen_in_one_part_is_seen(several: list[dict[str, Outcomes]]) -> None:
    """In whatever order the parts come; never more often than there are repeats."""
    found = confirmations_of(several)
    assert found == confirmations_of(reversed(several))
    assert set(found) == {name for part in several for name in part}
    for name, confirmation in found.items():
        rounds = list(zip(*(part[name] for part in several if name in part), strict=True))
        assert confirmation.seen == sum(True in row for row in rounds)
        assert confirmation.of == sum(row.count(None) < len(row) for row in rounds)
        assert confirmation.flaky == (confirmation.seen == 0 < confirmation.of)
