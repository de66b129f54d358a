"""The pytest plugin that gives the suite its items and carries their evidence out.

Use it as ``specproof run`` does, or directly::

    pytest --pyargs specproof.suites -p specproof.suites.plugin --specproof-api onesignal
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator

import pytest

from specproof import errors
from specproof.suites.bench import Bench, broken
from specproof.suites.evidence import Evidence
from specproof.suites.items import MAKERS, item_name, wanted
from specproof.suites.plan import RunPlan

__all__ = ["EVIDENCE", "MAKERS", "EvidenceCollector"]

EVIDENCE = "specproof-evidence"
"""Name of the user property that carries an item's evidence, across xdist workers too."""

_RAISED = re.compile(r"(?:E\s+)?([A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt|Exit))\b(.*)")
_PLACE = re.compile(r"[\w./-]+\.py:\d+: \w+")

_PLAN: pytest.StashKey[RunPlan] = pytest.StashKey()


class EvidenceCollector:
    """Gathers the evidence of all items by their names, see ``suites.items``."""

    def __init__(self) -> None:
        self.by_item: dict[str, Evidence] = {}
        self.errors: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the evidence of a finished item, or note that the item itself broke down."""
        for name, value in report.user_properties:
            if name == EVIDENCE and isinstance(value, dict):
                self.by_item[value["item"]] = Evidence.from_plain(value["evidence"])
        if report.failed and not any(name == EVIDENCE for name, _ in report.user_properties):
            self.errors.append(f"{report.nodeid}: {_told(report.longreprtext)}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected."""
        if report.failed:
            self.errors.append(_told(report.longreprtext))


def _told(text: str) -> str:
    """Return of a traceback what is safe to tell: our own sentences, else types and places.

    What other exceptions say may hold a URL, a header or a body.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = [hit for line in lines if (hit := _RAISED.match(line))]
    places = [line for line in lines if _PLACE.fullmatch(line)]
    if not found:
        return "an exception"
    name, rest = found[-1][1].rpartition(".")[2], found[-1][2]
    return f"{name}{rest if name in errors.__all__ else ''}{f' ({places[-1]})' if places else ''}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    group = parser.getgroup("specproof")
    group.addoption("--specproof-plan", help="the whole plan of a run, as JSON")
    group.addoption("--specproof-api", action="append", default=[], help="API of the catalog")
    group.addoption("--specproof-seed", type=int, default=0, help="seed of the run")
    group.addoption("--specproof-cases", type=int, help="fresh cases instead of stored ones")


def pytest_configure(config: pytest.Config) -> None:
    """Read the plan once."""
    if sys.unraisablehook is sys.__unraisablehook__:
        # A destructor says nothing of a contract, and what it raises may hold anything.
        config.add_cleanup(functools.partial(setattr, sys, "unraisablehook", sys.unraisablehook))
        sys.unraisablehook = _unheard
    text = config.getoption("--specproof-plan")
    config.stash[_PLAN] = (
        RunPlan.from_text(text)
        if text
        else RunPlan(
            apis=tuple(config.getoption("--specproof-api")),
            seed=config.getoption("--specproof-seed"),
            mode="discover" if config.getoption("--specproof-cases") is not None else "replay",
            cases=config.getoption("--specproof-cases") or 40,
        )
    )


def _unheard(_: object) -> None:
    """Say nothing of an exception that nobody can handle."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item per scenario, per kind of generated case, and per state machine."""
    plan = metafunc.config.stash[_PLAN]
    for name in MAKERS:
        if name in metafunc.fixturenames:
            items = list(wanted(plan, name))
            metafunc.parametrize(name, items, ids=["/".join(item) for item in items])


@pytest.fixture
def bench_of(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], Bench]]:
    """Make the bench of an item; its evidence leaves with the report, findings fail the item."""
    plan = request.config.stash[_PLAN]
    [named] = [
        item_name(kind, item)
        for kind, item in request.node.callspec.params.items()
        if kind in MAKERS
    ]
    made: list[Bench] = []

    def make(api: str, item: str) -> Bench:
        bench = Bench(plan, api, item)
        made.append(bench)
        return bench

    yield make
    for bench in made:
        evidence = bench.close()
        plain = {"item": named, "evidence": evidence.to_plain()}
        request.node.user_properties.append((EVIDENCE, plain))
        problems = broken(evidence)
        if problems:
            pytest.fail("\n".join(problems), pytrace=False)
