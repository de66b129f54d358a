"""Exploring a strategy: repeatable, and nothing of the user's in it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from specproof.scenarios.explore import explore, sample

CANARY = "hunter2-CANARY-9f81"


def _drawn(seed_number: int, examples: int = 60) -> list[str]:
    found: list[str] = []
    explore(st.text(), examples, seed_number, found.append)
    return found


def test_the_same_seed_draws_the_same() -> None:
    """And another draws something else."""
    first = _drawn(1)
    assert len(first) == 60
    assert first == _drawn(1)
    assert first != _drawn(2)


def test_a_strategy_without_values_says_so() -> None:
    """Nothing is drawn, and no exception comes."""
    found: list[object] = []
    assert not explore(st.nothing(), 5, 0, found.append)
    assert not explore(st.integers().filter(lambda _: False), 5, 0, found.append)
    assert explore(st.just(1), 5, 0, found.append)
    assert found == [1]


def test_an_error_of_the_use_gets_out() -> None:
    """What sends decides what is an error."""

    def use(_: int) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        explore(st.integers(), 5, 0, use)


@pytest.fixture
def local_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Import a module of the user's with a password in it."""
    name = "settings_of_a_user_of_specproof"
    (tmp_path / f"{name}.py").write_text(f"DB_PASSWORD = {CANARY!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module(name)
    return name


def test_no_constant_of_a_local_module_is_drawn(local_module: str) -> None:
    """Plain Hypothesis draws a password out of a settings module; we never do."""
    assert local_module in sys.modules
    # Few other constants are of this length, so that one draw in a hundred is the canary.
    same_length = st.text(min_size=len(CANARY), max_size=len(CANARY))
    plain: list[str] = []
    ours: list[str] = []

    @seed(0)
    @settings(
        max_examples=1500, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(same_length)
    def control(text: str) -> None:
        plain.append(text)

    control()
    assert CANARY in plain
    explore(same_length, 1500, 0, ours.append)
    assert len(ours) > 1000
    assert CANARY not in ours


def test_a_sample_is_repeatable_and_of_distinct_values() -> None:
    """The simplest comes first; where there is nothing, nothing is drawn."""
    first = sample(st.text(), 60, 1)
    assert len(first) == 60
    assert first[0] == ""
    assert first == sample(st.text(), 60, 1)
    assert first != sample(st.text(), 60, 2)
    assert len(set(first)) > 40
    assert sample(st.nothing(), 5, 0) == ()


def test_no_constant_of_a_local_module_is_sampled(local_module: str) -> None:
    """Hypothesis would draw it here as well; the control above shows that it does."""
    assert local_module in sys.modules
    ours = sample(st.text(min_size=len(CANARY), max_size=len(CANARY)), 1500, 0)
    assert len(ours) == 1500
    assert CANARY not in ours
