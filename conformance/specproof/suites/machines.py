"""Runs the state machines of an API and finds every promise that they break."""

from __future__ import annotations

import importlib
import importlib.util

from hypothesis import Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import get_state_machine_test

from specproof.apis.machine import BrokenPromiseError, PromiseMachine
from specproof.model import Exchange
from specproof.scenarios.explore import own_constants_only, quiet_settings
from specproof.suites.bench import Bench

__all__ = ["machines_of", "prove"]

_STEPS = 12
"""Most rules in one sequence."""

_ATTEMPTS = 3
"""Most seeds that are tried on a server whose answers differ from time to time."""

_SHARE = 3
"""Sequences are longer than cases: this many cases' worth of each."""


def machines_of(api: str) -> tuple[type[PromiseMachine], ...]:
    """Return the state machines of ``apis/<api>/promises.py``, none where there is none."""
    name = f"specproof.apis.{api.replace('-', '_')}"
    package = importlib.util.find_spec(name) if api else None
    # Beside the packages of APIs there are plain modules, which hold none.
    if package is None or package.submodule_search_locations is None:
        return ()
    if importlib.util.find_spec(f"{name}.promises") is None:
        return ()
    found: tuple[type[PromiseMachine], ...] = importlib.import_module(f"{name}.promises").MACHINES
    return found


def prove(bench: Bench, machine: type[PromiseMachine]) -> None:
    """Run ``machine``; after a broken promise again without it, until nothing new breaks.

    Hypothesis shrinks each broken promise to a minimal sequence, which is what is recorded.
    """
    muted: set[str] = set()
    unsteady = 0
    while len(muted) < len(machine.PROMISES):
        try:
            broken = _run(bench, machine, frozenset(muted), unsteady)
        except Flaky:
            # The server answers the same sequence in different ways, which Hypothesis can not
            # explore. What checks saw on the way is recorded; another seed may get further.
            unsteady += 1
            if unsteady < _ATTEMPTS:
                continue
            break
        if broken is None:
            break
        muted.add(broken.promise)
        bench.promise(broken.promise, broken.message, broken.exchange, broken.sequence)


def _run(
    bench: Bench, machine: type[PromiseMachine], muted: frozenset[str], attempt: int
) -> BrokenPromiseError | None:
    """Return the first promise that breaks, or None.

    Raises:
        Flaky: the server answers the same requests in different ways, and no promise broke.
    """
    seen: list[BrokenPromiseError] = []

    def broke(error: BrokenPromiseError) -> None:
        seen.append(error)

    def keep(promise: str, exchange: Exchange) -> None:
        if promise not in muted:
            bench.promise(promise, "", exchange)

    bound = type(
        machine.__name__,
        (machine,),
        {
            "session": bench.session,
            "keep": staticmethod(keep),
            "broke": staticmethod(broke),
            "muted": muted,
        },
    )
    examples = max(5, bench.plan.cases // _SHARE)
    test = get_state_machine_test(
        bound,
        settings=settings(
            quiet_settings(examples, Phase.generate, Phase.shrink),
            stateful_step_count=_STEPS,
            verbosity=Verbosity.quiet,
        ),
    )
    with own_constants_only():
        try:
            seed(bench.seed + attempt)(test)()
        except BrokenPromiseError as error:
            return error
        except Flaky:
            # It did not break again when it was replayed; broken it was all the same.
            if seen:
                return seen[0]
            raise
    return None
