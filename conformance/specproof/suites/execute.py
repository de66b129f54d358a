"""Executes a plan: runs the suite under pytest and assembles the run."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from specproof import __version__
from specproof.errors import CouldNotCheckError
from specproof.model import Finding, JsonObject, Severity, Verdict, VerdictKind
from specproof.suites.bench import target_for
from specproof.suites.codes import codes_of, compared
from specproof.suites.collector import Evidence
from specproof.suites.deviations import apply_deviations
from specproof.suites.plan import RunPlan, subject
from specproof.suites.plugin import MAKERS, EvidenceCollector
from specproof.suites.records import (
    ExportedExchange,
    OperationStatistics,
    Run,
    RunFooter,
    RunHeader,
    SeenCodes,
    summarise,
)
from specproof.suites.script import words_of
from specproof.suites.verdicts import judge
from specproof.targets.ledger import default_ledger

__all__ = ["execute", "exit_code_of"]

_MODULES = {
    "test_scenarios": "scenario_item",
    "test_replay": "replay_item",
    "test_generated": "generated_item",
    "test_promises": "machine_item",
    "test_recordings": "recording_item",
}
"""Module of the suite -> what its items are called in ``MAKERS``."""


def execute(
    plan: RunPlan, *, workers: int = 0, fail_on: str = "error", against: Run | None = None
) -> Run:
    """Run the suite and return what it found.

    Args:
        workers: processes to spread the items over; 0 runs them in this one.
        fail_on: least severity of a finding that makes the exit code 1, or ``never``.
        against: an earlier run, whose error codes have to be the same for the same causes.

    Raises:
        InputError: an API, a file of it or an option is wrong.
        CouldNotCheckError: the suite itself broke down, or the API has no such target.
    """
    started = _now()
    if plan.target == "live":
        plan = replace(
            plan,
            nonce=plan.nonce or secrets.token_hex(8),
            ledger=plan.ledger or str(default_ledger()),
        )
    subjects = [subject(name, plan.root, plan.spec) for name in plan.apis]
    for tested in subjects:
        # What is wrong with a target is told in its own words, before any item meets it.
        target_for(plan, tested).close()
    gathered = _gather(plan, workers)
    codes: list[SeenCodes] = []
    _check_answered(gathered)
    verdicts: list[Verdict] = []
    findings: list[Finding] = []
    exchanges: dict[str, ExportedExchange] = {}
    statistics: list[OperationStatistics] = []
    scripts: dict[str, JsonObject] = {}
    sent = distinct = 0
    for tested in subjects:
        evidence = [item for item in gathered if item.api == tested.name]
        seen_codes = codes_of(tested.name, evidence, words_of(tested.effective))
        codes.extend(seen_codes)
        known = {item.id: item for item in tested.requirements}
        changes = compared(() if against is None else against.codes, seen_codes, known)
        compared_with = Evidence(tested.name, seen=list(changes))
        judgement = judge(tested.requirements, [*evidence, compared_with], target=plan.target)
        verdicts.extend(judgement.verdicts)
        scripts.update(judgement.scripts)
        findings.extend(
            apply_deviations(
                judgement.findings,
                tested.deviations,
                judgement.verdicts,
                target=plan.target,
                today=dt.date.fromisoformat(started[:10]),
            )
        )
        named = {item for verdict in judgement.verdicts for item in verdict.exchanges}
        named.update(item.exchange for item in judgement.findings)
        for item in evidence:
            exchanges.update({each.id: each for each in item.exchanges if each.id in named})
        counted = _statistics(tested.name, evidence)
        statistics.extend(counted)
        sent += sum(item.cases for item in counted)
        distinct += sum(item.distinct_requests for item in counted)
    header = RunHeader(
        run_id=hashlib.sha256(f"{started}{os.getpid()}{plan.to_text()}".encode()).hexdigest()[:16],
        version=__version__,
        started=started,
        target=plan.target,
        base_url=plan.base_url,
        seed=plan.seed,
        cases=plan.cases if any(True for _ in MAKERS["generated_item"](plan)) else None,
        apis=tuple(item.described() for item in subjects),
    )
    code = exit_code_of(verdicts, findings, fail_on, target=plan.target)
    summary = summarise(verdicts, findings, exchanges=sent, distinct_requests=distinct)
    return Run(
        header=header,
        verdicts=tuple(verdicts),
        findings=tuple(findings),
        exchanges=tuple(exchanges.values()),
        statistics=tuple(statistics),
        footer=RunFooter(_now(), summary, code),
        scripts=scripts,
        codes=tuple(codes),
    )


def exit_code_of(
    verdicts: Iterable[Verdict],
    findings: Iterable[Finding],
    fail_on: str = "error",
    *,
    target: str = "emulator",
) -> int:
    """Return 1 for findings, 3 where an API's success was never seen, otherwise 0.

    A run in which no documented 2xx of an API came about has proved nothing of it, however
    many of its refusals were in order. Of recordings it is enough that they said anything:
    nobody can ask them for more.
    """
    ranks = [Severity.INFO, Severity.WARNING, Severity.ERROR]
    if fail_on != "never":
        least = ranks.index(Severity(fail_on))
        if any(item.deviation is None and ranks.index(item.severity) >= least for item in findings):
            return 1
    exercised: dict[str, bool] = {}
    for verdict in verdicts:
        requirement = verdict.requirement
        exercised.setdefault(requirement.api, False)
        success = requirement.what == "status" and (
            target == "recorded" or (requirement.status or "").startswith("2")
        )
        if success and verdict.kind in {VerdictKind.PASS, VerdictKind.FAIL}:
            exercised[requirement.api] = True
    return 0 if exercised and all(exercised.values()) else 3


def _gather(plan: RunPlan, workers: int) -> list[Evidence]:
    """Run pytest on the suite and return the evidence of its items, in their order."""
    collector = EvidenceCollector()
    suite = Path(__file__).parent
    # A module that has nothing to do would only bring its libraries along.
    modules = [name for name, kind in _MODULES.items() if any(True for _ in MAKERS[kind](plan))]
    if not modules:
        return []
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
            "-p",
            "no:cacheprovider",
            "-p",
            "no:terminal",
            "-p",
            "no:logging",
            "-p",
            "specproof.suites.plugin",
            f"--basetemp={scratch}/pytest",
            "--specproof-plan",
            replace(plan, budget=f"{scratch}/budget.db").to_text(),
        ]
        if workers > 1:
            arguments += ["-p", "xdist", "-n", str(workers)]
        with mock.patch.dict(os.environ):
            # What a developer sets or installs for tests of their own must not leave out or
            # change any of these, and what is installed takes a fifth of a second to load.
            for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
                os.environ.pop(name, None)
            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            code = pytest.main(arguments, plugins=[collector])
    if code == pytest.ExitCode.INTERRUPTED:
        # pytest takes the interruption for itself; what was created is removed by then.
        raise KeyboardInterrupt
    if collector.errors:
        raise CouldNotCheckError(f"the suite broke down: {collector.errors[0]}")
    if code not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        raise CouldNotCheckError(f"the suite could not be run (pytest exit code {int(code)})")
    # With several workers items finish in any order; their names decide instead.
    return [collector.by_item[name] for name in sorted(collector.by_item)]


def _check_answered(evidence: list[Evidence]) -> None:
    """Refuse to judge a target that never answered; ``inconclusive`` throughout would hide why."""
    failures = [item.notes["failure"] for item in evidence if "failure" in item.notes]
    if failures and not any(statuses for item in evidence for statuses in item.statuses.values()):
        raise CouldNotCheckError(f"no request was answered: {failures[0]}")


def _statistics(api: str, evidence: list[Evidence]) -> list[OperationStatistics]:
    names = sorted({name for item in evidence for name in item.cases})
    found = []
    for name in names:
        digests = {digest for item in evidence for digest in item.requests.get(name, ())}
        statuses = {status for item in evidence for status in item.statuses.get(name, ())}
        found.append(
            OperationStatistics(
                api=api,
                operation=name,
                cases=sum(item.cases.get(name, 0) for item in evidence),
                distinct_requests=len(digests),
                statuses=tuple(sorted(statuses)),
            )
        )
    return found


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
