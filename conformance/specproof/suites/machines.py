"""Runs the state machines of an API and finds every promise that they break."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable

from hypothesis import Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.stateful import get_state_machine_test

from specproof.apis.machine import BrokenPromiseError, PromiseMachine
from specproof.model import Exchange
from specproof.scenarios.explore import own_constants_only, quiet_settings
from specproof.suites.bench import Bench

__all__ = ["machines_of", "prove"]

_SUCCESS = range(200, 300)

_STEPS = 12
"""Most rules in one sequence."""

_ATTEMPTS = 3
"""Most seeds that are tried on a server whose answers differ from time to time."""

_SHRINKS = {"emulator": 500, "live": 12}
"""Most sequences that are tried to make a broken one shorter; servers of others are spared."""

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

    Hypothesis walks at random and shrinks what breaks to a minimal sequence, which is what is
    recorded; a fixed tour then takes every rule once, for those that no walk came to.
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
    while (missed := _tour(bench, machine, frozenset(muted))) is not None:
        muted.add(missed.promise)
        # A tour looks at much that has no part in it; what changed nothing is left out.
        sequence = tuple(item for item in missed.sequence if _changes(item))
        bench.promise(missed.promise, missed.message, missed.exchange, sequence)


def _changes(exchange: Exchange) -> bool:
    """Return whether an exchange may have changed something on the server."""
    answer = exchange.response
    return exchange.request.method != "GET" and answer is not None and answer.status in _SUCCESS


def _tour(
    bench: Bench, machine: type[PromiseMachine], muted: frozenset[str]
) -> BrokenPromiseError | None:
    """Take the machine's fixed tour; return the first promise that breaks, or None."""
    walker = _bound(bench, machine, muted, [])()
    try:
        walker.arrange()
        walker.tour()
    except BrokenPromiseError as error:
        return error
    finally:
        walker.teardown()
    return None


def _bound(
    bench: Bench,
    machine: type[PromiseMachine],
    muted: frozenset[str],
    seen: list[BrokenPromiseError],
) -> type[PromiseMachine]:
    """Return ``machine`` with a session, and with places for what it keeps and breaks."""

    def keep(promise: str, exchange: Exchange) -> None:
        if promise not in muted:
            bench.promise(promise, "", exchange)

    return type(
        machine.__name__,
        (machine,),
        {
            "session": bench.session,
            "keep": staticmethod(keep),
            "broke": staticmethod(seen.append),
            "muted": muted,
            "spent": staticmethod(_allowance(bench, seen)),
        },
    )


def _allowance(bench: Bench, seen: list[BrokenPromiseError]) -> Callable[[], bool]:
    """Return what says, before each sequence, whether shrinking has had its share."""
    left = _SHRINKS["live" if bench.plan.target == "live" else "emulator"]

    def spent() -> bool:
        nonlocal left
        left -= bool(seen)
        return left < 0

    return spent


def _run(
    bench: Bench, machine: type[PromiseMachine], muted: frozenset[str], attempt: int
) -> BrokenPromiseError | None:
    """Return the first promise that breaks, or None.

    Raises:
        Flaky: the server answers the same requests in different ways, and no promise broke.
    """
    seen: list[BrokenPromiseError] = []
    bound = _bound(bench, machine, muted, seen)
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
        except (Flaky, Unsatisfiable):
            # It did not break again when it was replayed, or was not replayed any more;
            # broken it was all the same.
            if seen:
                return min(seen, key=lambda error: len(error.sequence))
            raise
    return min(seen, key=lambda error: len(error.sequence), default=None)
