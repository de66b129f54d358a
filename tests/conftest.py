"""What holds for every test: loopback only, no user's settings, repeatable examples."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from functools import cache
from pathlib import Path

import hypothesis
import pytest
import pytest_socket
import typer.main

LOOPBACK = ["127.0.0.1", "::1", "localhost"]

# Whatever a developer has exported for live runs, or to steer a tool, stays out of tests.
FOREIGN_PREFIXES = ("ONESIGNAL_", "SEQUENCE_", "SPECPROOF_", "GITHUB_")
FOREIGN_NAMES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES")

hypothesis.settings.register_profile(
    "repeatable", derandomize=True, deadline=None, database=None, print_blob=True
)
hypothesis.settings.register_profile("random", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile(
    "repeatable" if os.environ.get("CI") else os.environ.get("HYPOTHESIS_PROFILE", "repeatable")
)


# Typer takes every command's parameters apart at each call: a user's process makes one call,
# this one hundreds.
typer.main.get_params_from_function = cache(  # type: ignore[attr-defined]  # for this process
    typer.main.get_params_from_function  # type: ignore[attr-defined]  # it is there by import
)


def pytest_configure(config: pytest.Config) -> None:
    """Let a worker measure its coverage once."""
    if hasattr(config, "workerinput"):
        from measuring import measuring_once

        measuring_once(config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits longest for others, so that no worker is left alone with it."""
    items.sort(key=lambda item: item.get_closest_marker("registry") is None)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep what was collected, which stays until the end, out of every search for cycles."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse connections that leave this machine, in fixtures too; unix sockets stay."""
    marker = item.get_closest_marker("registry")
    if marker is None:
        pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Measure coverage with the first examples of a property, not with all."""
    # Whoever runs the suite of a contract from here reads this file without our helpers.
    from measuring import measuring_first_examples

    with measuring_first_examples(pyfuncitem):
        return (yield)


@pytest.fixture(autouse=True)
def _isolated_environment(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Give each test an empty HOME and none of the user's credentials or display settings.

    What is not to be measured (``no_cover``) starts no process that measures itself either.
    """
    home = _home(tmp_path_factory)
    monkeypatch.setenv("HOME", str(home))
    unmeasured = request.node.get_closest_marker("no_cover") is not None
    for name in tuple(os.environ):
        if (
            name.startswith((*FOREIGN_PREFIXES, "XDG_"))
            or name in FOREIGN_NAMES
            or (unmeasured and name.startswith("COVERAGE_"))
        ):
            monkeypatch.delenv(name)


def _home(factory: pytest.TempPathFactory) -> Path:
    home = factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    return home
