"""Runs a Hypothesis strategy so that a run is repeatable and nothing of the user's leaks in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from unittest import mock

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

__all__ = ["explore", "own_constants_only", "quiet_settings", "sample"]

Drawn = TypeVar("Drawn")


class _Independent(providers.HypothesisProvider):
    """Draws each value afresh.

    Around its own provider Hypothesis looks for values near earlier ones and keeps a tree of
    all that it has drawn. That serves a search for one failing example; here it costs as much
    as the drawing, and half of the cases come twice. Around another it does neither.
    """


_BACKEND = "specproof"
providers.AVAILABLE_PROVIDERS[_BACKEND] = _Independent

# Hypothesis caches tables, and what it drew, in `.hypothesis` of the current folder. Its folder
# is one that can not be made, which it takes as a sign to do without.
set_hypothesis_home_dir(Path(os.devnull) / "hypothesis")


def quiet_settings(examples: int, *phases: Phase) -> settings:
    """Return Hypothesis settings that write no database and print nothing."""
    return settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=phases,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


def explore(
    strategy: SearchStrategy[Drawn], examples: int, seed_number: int, use: Callable[[Drawn], None]
) -> bool:
    """Call ``use`` with at most ``examples`` values of ``strategy``, the same for the same seed.

    Returns whether the strategy has any value at all.
    """

    @seed(seed_number)
    @quiet_settings(examples, Phase.generate)
    @given(strategy)
    def body(value: Drawn) -> None:
        use(value)

    with own_constants_only():
        try:
            body()
        except Unsatisfiable:
            return False
    return True


def sample(strategy: SearchStrategy[Drawn], examples: int, seed_number: int) -> tuple[Drawn, ...]:
    """Return at most ``examples`` values of ``strategy``, drawn one independently of another.

    The first is the simplest that there is; the same seed gives the same values.
    """
    found: list[Drawn] = []

    @seed(seed_number)
    @settings(quiet_settings(examples, Phase.generate), backend=_BACKEND)
    @given(strategy)
    def body(value: Drawn) -> None:
        found.append(value)

    with own_constants_only(), contextlib.suppress(Unsatisfiable):
        body()
    return tuple(found)


@contextlib.contextmanager
def own_constants_only() -> Iterator[None]:
    """Keep Hypothesis from feeding constants of the user's own modules into requests.

    Hypothesis reads the literals of every imported local module and mixes them into what it
    draws; a password in a settings module would go out on the wire, and a run would depend on
    what happens to be imported. It has no switch for this, so its one source of such
    constants answers with none while we draw.
    """
    none = Constants()
    providers.CONSTANTS_CACHE.cache.clear()
    with mock.patch.object(providers, "_get_local_constants", return_value=none):
        try:
            yield
        finally:
            providers.CONSTANTS_CACHE.cache.clear()
