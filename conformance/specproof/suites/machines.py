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
    while len(muted) < len(machine.PROMISES):
        broken = _run(bench, machine, frozenset(muted))
        if broken is None:
            break
        muted.add(broken.promise)
        bench.promise(broken.promise, broken.message, broken.exchange, broken.sequence)


def _run(
    bench: Bench, machine: type[PromiseMachine], muted: frozenset[str]
) -> BrokenPromiseError | None:
    def keep(promise: str, exchange: Exchange) -> None:
        if promise not in muted:
            bench.promise(promise, "", exchange)

    bound = type(
        machine.__name__,
        (machine,),
        {"session": bench.session, "keep": staticmethod(keep), "muted": muted},
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
            seed(bench.seed)(test)()
        except BrokenPromiseError as error:
            return error
        except Flaky as error:
            return _first_broken(error)
    return None


def _first_broken(error: BaseException) -> BrokenPromiseError:
    """Return the broken promise that did not break again when it was replayed."""
    pending: list[BaseException | None] = [error]
    while pending:
        current = pending.pop()
        if isinstance(current, BrokenPromiseError):
            return current
        if isinstance(current, BaseExceptionGroup):
            pending.extend(current.exceptions)
        if current is not None:
            pending.extend((current.__cause__, current.__context__))
    raise error
