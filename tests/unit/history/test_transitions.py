"""Transitions over every pair of verdicts."""

from __future__ import annotations

import itertools

import pytest

from specproof.history.transitions import Transition, severity_of, transition
from specproof.model import Severity, VerdictKind

_KINDS = (*VerdictKind, None)
_PAIRS = [pair for pair in itertools.product(_KINDS, _KINDS) if pair != (None, None)]


@pytest.mark.parametrize(("was", "now"), _PAIRS)
def test_every_pair(was: VerdictKind | None, now: VerdictKind | None) -> None:
    """Whatever the past, a pair of verdicts has one transition, which fits the new verdict."""
    for failed, accepted, before, settled, open_ in itertools.product(
        (True, False, None), (True, False), (True, False), (True, False), (True, False)
    ):
        found = transition(
            was,
            now,
            failed_before=failed,
            accepted=accepted,
            accepted_before=before,
            settled=settled,
            open_=open_,
        )
        failing = found in {
            Transition.NEWLY_FAILING,
            Transition.SETTLED,
            Transition.STILL_FAILING,
            Transition.ACCEPTED,
        }
        assert failing is (now is VerdictKind.FAIL)
        assert (found is Transition.REMOVED) is (now is None)
        if found is Transition.UNCHANGED:
            assert was is now
        if found is Transition.FIXED:
            assert failed is True
            assert now is VerdictKind.PASS
        undecided = now is VerdictKind.INCONCLUSIVE and was in {None, VerdictKind.INCONCLUSIVE}
        assert (found is Transition.UNRESOLVED) is (undecided and open_)
        if found is Transition.ADDED:
            assert was is None


def test_severities() -> None:
    """What is worse has a severity, what is better or the same has none."""
    for found in Transition:
        plain = severity_of(found, flaky=False, spec_changed=False)
        worse = {
            Transition.NEWLY_FAILING: Severity.ERROR,
            Transition.SETTLED: Severity.ERROR,
            Transition.NEWLY_INCONCLUSIVE: Severity.WARNING,
            Transition.NEWLY_VACUOUS: Severity.WARNING,
            Transition.REMOVED: Severity.WARNING,
            Transition.ADDED: Severity.INFO,
        }
        assert plain is worse.get(found)
    newly = severity_of(Transition.NEWLY_FAILING, flaky=True, spec_changed=False)
    assert newly is Severity.WARNING
    removed = severity_of(Transition.REMOVED, flaky=False, spec_changed=True)
    assert removed is Severity.INFO
