"""Runs the state machines of an API and finds every promise that they break."""

from __future__ import annotations

import importlib
import importlib.util
import math
from collections.abc import Callable

from hypothesis import Phase, Verbosity, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.stateful import get_state_machine_test

from specproof.apis.machine import BrokenPromiseError, PromiseMachine
from specproof.model import Exchange
from specproof.scenarios.explore import own_constants_only, quiet_settings
from specproof.suites.bench import Bench
from specproof.suites.patience import patient

__all__ = ["machines_of", "prove"]

_STEPS = 12
"""Most rules in one sequence."""

_ATTEMPTS = 3
"""Most seeds that are tried on a server whose answers differ from time to time."""

_SHRINKS = {"emulator": 500, "live": 12}
"""Most sequences that are tried to make a broken one shorter; servers of others are spared."""

_WAITING = 10.0
"""Seconds that a server may have random walks wait before they ask no more; a tour goes on."""

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
    recorded; a fixed tour then takes every rule once, for those that no walk came to. A plan
    that shrinks nothing takes the tour, which costs a sixth, before the walks, and does
    without them where it finds anything. What was removed before all that is looked at after
    it: on a real server seconds have passed then.
    """
    muted: set[str] = set()
    early = _bound(bench, machine, frozenset(), [])()
    try:
        removed = _removed_early(bench, early, muted)
        if bench.plan.shrink:
            _take_walks(bench, machine, muted)
            _take_tours(bench, machine, muted)
        else:
            _take_tours(bench, machine, muted)
            if not muted:
                _take_walks(bench, machine, muted)
        if removed:
            _look_late(bench, early, muted)
    finally:
        early.teardown()


def _removed_early(bench: Bench, early: PromiseMachine, muted: set[str]) -> bool:
    """Return whether there is something to look at late; add to ``muted`` what breaks at once."""
    try:
        early.remove_early()
    except BrokenPromiseError as error:
        _record(bench, error, muted)
        return False
    return True


def _look_late(bench: Bench, early: PromiseMachine, muted: set[str]) -> None:
    """Look at what was removed early until nothing new is broken; add to ``muted`` what is."""
    while True:
        type(early).muted = frozenset(muted)
        try:
            early.look_late()
        except BrokenPromiseError as error:
            _record(bench, error, muted, when=", some time later")
        else:
            return


def _record(bench: Bench, error: BrokenPromiseError, muted: set[str], *, when: str = "") -> None:
    """Record what broke outside of a walk; of what led there, all but what only looked."""
    muted.add(error.promise)
    sequence = tuple(item for item in error.sequence if item.request.method != "GET")
    # A walk was replayed until its sequence was minimal. This was seen once, and may come every
    # third time or some time later: no claims, hence no script that need not show it.
    bench.promise(error.promise, f"{error.message}{when}", error.exchange, sequence)


def _take_walks(bench: Bench, machine: type[PromiseMachine], muted: set[str]) -> None:
    """Walk at random until nothing new breaks; add to ``muted`` what did."""
    unsteady = 0
    patience = _waited(bench) + _WAITING
    while len(muted) < len(machine.PROMISES) and _waited(bench) <= patience:
        try:
            broken = _run(bench, machine, frozenset(muted), unsteady, patience=patience)
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
        bench.promise(
            broken.promise, broken.message, broken.exchange, broken.sequence, broken.claims
        )


def _take_tours(bench: Bench, machine: type[PromiseMachine], muted: set[str]) -> None:
    """Take the fixed tour until nothing new breaks on it; add to ``muted`` what did."""
    while (missed := _tour(bench, machine, frozenset(muted))) is not None:
        _record(bench, missed, muted)


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
    *,
    patience: float = math.inf,
) -> type[PromiseMachine]:
    """Return ``machine`` with a session, and with places for what it keeps and breaks.

    Args:
        patience: seconds that a real server may have the run wait before it asks no more.
    """

    def waited() -> bool:
        return _waited(bench) > patience

    def keep(promise: str, exchange: Exchange) -> None:
        if promise not in muted:
            bench.promise(promise, "", exchange)

    return type(
        machine.__name__,
        (machine,),
        {
            "session": patient(bench.session, waited),
            "keep": staticmethod(keep),
            "broke": staticmethod(seen.append),
            "muted": muted,
            "spent": staticmethod(_allowance(bench, seen, waited)),
        },
    )


def _waited(bench: Bench) -> float:
    """Return the seconds that a real server has had the run wait so far."""
    budget = bench.target.budget
    return 0.0 if budget is None else budget.waited


def _allowance(
    bench: Bench, seen: list[BrokenPromiseError], waited: Callable[[], bool]
) -> Callable[[], bool]:
    """Return what says, before each sequence, whether shrinking or waiting has had its share."""
    left = _SHRINKS["live" if bench.plan.target == "live" else "emulator"]

    def spent() -> bool:
        nonlocal left
        left -= bool(seen)
        return left < 0 or waited()

    return spent


def _run(
    bench: Bench,
    machine: type[PromiseMachine],
    muted: frozenset[str],
    attempt: int,
    *,
    patience: float = math.inf,
) -> BrokenPromiseError | None:
    """Return the first promise that breaks, or None.

    Raises:
        Flaky: the server answers the same requests in different ways, and no promise broke.
    """
    seen: list[BrokenPromiseError] = []
    bound = _bound(bench, machine, muted, seen, patience=patience)
    examples = max(5, bench.plan.cases // _SHARE)
    phases = (Phase.generate, Phase.shrink) if bench.plan.shrink else (Phase.generate,)
    test = get_state_machine_test(
        bound,
        settings=settings(
            quiet_settings(examples, *phases),
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
            # broken it was all the same, but sending the sequence again need not show it.
            if seen:
                found = min(seen, key=lambda error: len(error.sequence))
                found.claims = ()
                return found
            raise
    return min(seen, key=lambda error: len(error.sequence), default=None)
