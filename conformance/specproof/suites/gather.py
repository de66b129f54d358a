"""Runs the items of the suite under pytest and returns what they have seen."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final
from unittest import mock

import pytest

from specproof.errors import CouldNotCheckError
from specproof.suites import plugin
from specproof.suites.codes import told_codes
from specproof.suites.evidence import Evidence
from specproof.suites.items import items_of, kinds_of
from specproof.suites.plan import RunPlan, subject
from specproof.suites.plugin import EvidenceCollector
from specproof.suites.script import words_of
from specproof.suites.tally import settled, tellable

__all__ = ["gather"]

_MODULES: Final[Mapping[str, str]] = {
    "scenario_item": "test_scenarios",
    "replay_item": "test_replay",
    "generated_item": "test_generated",
    "machine_item": "test_promises",
    "recording_item": "test_recordings",
}
"""What items are called in ``items.MAKERS`` -> the module of the suite that runs them."""

_UNUSED: Final = (
    "cacheprovider",
    "doctest",
    "junitxml",
    "legacypath",
    "logging",
    "pastebin",
    "recwarn",
    "setuponly",
    "setupplan",
    "stepwise",
    "subtests",
    "terminal",
    "unittest",
    # Looks through all memory twice, for what destructors raise; that was most of a short run.
    "unraisableexception",
)
"""Plugins of pytest that the suite does nothing with: to register them is much of a short run."""


def gather(plan: RunPlan, workers: int = 0) -> dict[str, Evidence]:
    """Run the items of ``plan`` and return their evidence by name, sorted, fit for a file.

    Args:
        workers: processes to spread the items over; 0 runs them in this one.

    Raises:
        CouldNotCheckError: the suite itself broke down, or an item was left out.
    """
    found = _played(plan, workers)
    left = set(items_of(plan)) - set(found)
    if left:
        raise CouldNotCheckError(f"the suite broke down: it left out {len(left)} of its items")
    key = secrets.token_bytes(16)
    digests = (each for item in found.values() for each in item.requests.values())
    known = tellable(chain.from_iterable(digests))
    told: dict[str, Evidence] = {}
    # With several workers items finish in any order; their names decide instead.
    for name in sorted(found):
        item = found[name]
        words = words_of(subject(item.api, plan.root, plan.spec).effective)
        told[name] = replace(
            item,
            codes=told_codes(item.codes, words),
            requests={place: settled(each, known, key) for place, each in item.requests.items()},
        )
    return told


def _played(plan: RunPlan, workers: int) -> dict[str, Evidence]:
    collector = EvidenceCollector()
    suite = Path(__file__).parent
    # A module that has nothing to do would only bring its libraries along.
    kinds = kinds_of(plan)
    modules = [name for kind, name in _MODULES.items() if kind in kinds]
    if not modules:
        return {}
    with tempfile.TemporaryDirectory(prefix="specproof-") as scratch:
        arguments = [
            *(str(suite / f"{name}.py") for name in modules),
            "-c",
            os.devnull,
            f"--rootdir={suite}",
            f"--confcutdir={suite}",
            "--import-mode=importlib",
            # Rewriting asserts would compile every plugin anew, for messages nobody sees.
            "--assert=plain",
            *(part for name in _UNUSED for part in ("-p", f"no:{name}")),
            f"--basetemp={scratch}/pytest",
            "--specproof-plan",
            replace(plan, budget=plan.budget or f"{scratch}/budget.db").to_text(),
        ]
        plugins: list[object] = [collector]
        if workers > 1:
            arguments += ["-p", plugin.__name__, "-p", "xdist", "-n", str(workers)]
        else:
            # By its name it would be looked for among all that is installed first.
            plugins.append(plugin)
        with mock.patch.dict(os.environ):
            # What a developer sets or installs for tests of their own must not leave out or
            # change any of these, and what is installed takes a fifth of a second to load.
            for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
                os.environ.pop(name, None)
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            code = pytest.main(arguments, plugins=plugins)
    if code == pytest.ExitCode.INTERRUPTED:
        # pytest takes the interruption for itself; what was created is removed by then.
        raise KeyboardInterrupt
    if collector.errors:
        raise CouldNotCheckError(f"the suite broke down: {collector.errors[0]}")
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        raise CouldNotCheckError(f"the suite could not be run (pytest exit code {int(code)})")
    return collector.by_item
