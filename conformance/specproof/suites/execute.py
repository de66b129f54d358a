"""Executes a plan in one piece: runs the suite and judges what it has seen."""

from __future__ import annotations

import secrets

from specproof.suites.clock import now
from specproof.suites.conclude import Terms, conclude, exit_code_of
from specproof.suites.parts import prepared
from specproof.suites.plan import RunPlan
from specproof.suites.records import Run
from specproof.suites.repeats import confirmations_of, observe

__all__ = ["execute", "exit_code_of"]


def execute(
    plan: RunPlan,
    *,
    workers: int = 0,
    fail_on: str = "error",
    against: Run | None = None,
    confirm: int = 0,
    flaky_ok: bool = False,
) -> Run:
    """Run the suite and return what it found.

    Args:
        workers: processes to spread the items over; 0 runs them in this one.
        fail_on: least severity of a finding that makes the exit code 1, or ``never``.
        against: an earlier run, whose error codes have to be the same for the same causes.
        confirm: how often to try again what makes the exit code 1.
        flaky_ok: whether findings that no repeat showed again leave the exit code alone.

    Raises:
        InputError: an API, a file of it or an option is wrong.
        CouldNotCheckError: the suite itself broke down, the API has no such target, or no
            request was answered.
    """
    started = now()
    ready = prepared(plan)
    observed = observe(ready, started=started, workers=workers, confirm=confirm, fail_on=fail_on)
    return conclude(
        ready,
        observed.evidence,
        # Two jobs of one command may start in one second with one process id, each in its box.
        run_id=secrets.token_hex(8),
        started=started,
        finished=now(),
        terms=Terms(fail_on, against, flaky_ok),
        confirmations=confirmations_of([observed.repeats]),
    )
