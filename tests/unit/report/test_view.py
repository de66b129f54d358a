"""What a report shows of a run."""

from __future__ import annotations

import dataclasses

import jsonschema_rs
import pytest
from runs import awkward_run, empty_run

from specproof.model import VerdictKind
from specproof.report import schema, view
from specproof.report.document import run_document
from specproof.report.markdown import render_markdown
from specproof.report.text import render_text
from specproof.suites.runfile import Confirmation, Run, RunApi, RunOperation, Shard


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], None),
        (["pass"], "pass"),
        (["pass", "vacuous"], "vacuous"),
        (["vacuous", "inconclusive", "pass"], "inconclusive"),
        (["inconclusive", "fail", "pass"], "fail"),
    ],
)
def test_worst_verdict(kinds: list[str], expected: str | None) -> None:
    """A cell shows the worst verdict: fail, inconclusive, vacuous, pass."""
    assert view.worst(map(VerdictKind, kinds)) == expected


def test_columns_are_sorted_for_people() -> None:
    """Numbers come before ranges, and ``default`` comes last."""
    operations = (
        RunOperation("a", "GET", "/a", ("default", "4XX", "404")),
        RunOperation("b", "GET", "/b", ("200", "404")),
    )
    api = RunApi("x", "X", None, None, operations)
    assert view.columns(api) == ("200", "404", "4XX", "default")


def _cells(run: Run, number: int = 0) -> dict[str, tuple[VerdictKind | None, str | None]]:
    return {
        cell.status: (cell.kind, cell.not_exercised)
        for row in view.matrix(run, run.header.apis[number])
        for cell in row.cells
    }


def test_matrix_names_every_documented_response() -> None:
    """A response is exercised when something was proved of it or when it was seen."""
    cells = _cells(awkward_run())
    assert list(cells) == ["200", "400", "404", "429", "503"]
    assert cells["200"] == (VerdictKind.VACUOUS, None)
    assert cells["400"] == (None, None)
    assert cells["404"] == (VerdictKind.FAIL, None)
    kind, why = cells["503"]
    assert kind is VerdictKind.INCONCLUSIVE
    assert why is not None
    assert why.startswith("not brought about")


def test_an_unseen_response_with_vacuous_requirements_is_not_exercised() -> None:
    """Vacuous verdicts alone do not make a response exercised."""
    cells = _cells(awkward_run(), 1)
    assert cells["400"] == (VerdictKind.VACUOUS, "no such response was seen")
    assert cells["200"] == (VerdictKind.PASS, None)


@pytest.mark.parametrize(
    ("documented", "answered", "exercised"),
    [
        (("404",), 404, {"404"}),
        (("404", "4XX"), 404, {"404"}),
        (("404", "4XX", "default"), 409, {"4XX"}),
        (("4XX", "default"), 500, {"default"}),
        (("200",), 500, set()),
    ],
)
def test_a_status_belongs_to_the_most_specific_key(
    documented: tuple[str, ...], answered: int, exercised: set[str]
) -> None:
    """A status answered exercises one documented key at most."""
    run = awkward_run()
    operation = RunOperation("delete-alias", "DELETE", "/", documented)
    api = RunApi("onesignal", "OneSignal", None, None, (operation,))
    statistics = dataclasses.replace(run.statistics[0], statuses=(answered,))
    run = dataclasses.replace(
        run,
        header=dataclasses.replace(run.header, apis=(api,)),
        verdicts=(),
        statistics=(statistics,),
    )
    assert {key for key, (_, why) in _cells(run).items() if why is None} == exercised


def test_findings_come_gravest_first_and_accepted_ones_later() -> None:
    """Order: severity, then open before accepted."""
    run = awkward_run()
    error = run.findings[0]
    accepted = dataclasses.replace(error, deviation="known", fingerprint="0" * 16)
    run = dataclasses.replace(run, findings=(accepted, *reversed(run.findings)))
    shown = [(item.severity, item.deviation is None) for item in view.ordered_findings(run)]
    assert shown == [("error", True), ("error", False), ("warning", False), ("info", True)]


def test_groups_join_verdicts_of_one_reason() -> None:
    """Verdicts of one kind and reason make one group, the worst kind first."""
    groups = view.grouped(awkward_run().verdicts)
    assert [group.kind for group in groups][:2] == [VerdictKind.FAIL, VerdictKind.FAIL]
    assert len(groups[-1].verdicts) == 1
    assert max(len(group.verdicts) for group in groups) == 9


def test_summary_line_counts_and_concludes() -> None:
    """One line names APIs, target, counts and the outcome."""
    assert view.summary_line(awkward_run()) == (
        "onesignal, sequence on emulator: 3 pass, 2 fail, 2 inconclusive, 10 vacuous; "
        "3 findings (1 accepted); 214 requests (147 distinct); does not hold"
    )
    assert view.summary_line(empty_run(0)).endswith("; holds")


def _part(exit_code: int) -> Run:
    run = awkward_run()
    header = dataclasses.replace(run.header, shard=Shard(2, 4, "0" * 64, "replay", 1))
    footer = dataclasses.replace(run.footer, exit_code=exit_code)
    return dataclasses.replace(run, header=header, footer=footer)


def test_a_part_claims_nothing_of_the_whole() -> None:
    """Whatever its exit code; a whole run has no such line."""
    assert view.shard_line(awkward_run()) is None
    assert "part 2 of 4 of a run" in (view.shard_line(_part(0)) or "")
    line = view.summary_line(_part(0))
    assert line.startswith("onesignal, sequence on emulator, part 2 of 4: 3 pass, 2 fail, ")
    assert "2 inconclusive or left to other parts" in line
    assert line.endswith("; nothing is broken in this part")
    assert [view.outcome(_part(code)) for code in (1, 3)] == ["does not hold", "could not check"]


def test_repeats_are_told() -> None:
    """How often a finding was seen again, and that one that never was is flaky."""
    run = awkward_run()
    names = [finding.fingerprint for finding in run.findings]
    told = dict(zip(names, (Confirmation(0, 2), Confirmation(1, 1)), strict=False))
    run = dataclasses.replace(run, confirmations=told)
    assert [view.repeated(run, finding) for finding in run.findings] == [
        "seen again in 0 of 2 repeats: flaky",
        "seen again in 1 of 1 repeat",
        None,
    ]
    assert "3 findings (1 accepted, 1 flaky)" in view.summary_line(run)
    unseen = dataclasses.replace(run, confirmations={names[0]: Confirmation(0, 0)})
    assert view.repeated(unseen, run.findings[0]) == "tried again, and no repeat came to look at it"
    assert "flaky" not in view.summary_line(unseen)
    for text in (render_text(run), render_markdown(run)):
        assert "seen again in 0 of 2 repeats: flaky" in text
    document = run_document(run)
    jsonschema_rs.validate(schema.load("run"), document)
    tried = {item["fingerprint"]: item.get("confirmation") for item in document["findings"]}
    assert tried[names[0]] == {"seen": 0, "of": 2}
    assert tried[names[2]] is None


def test_the_source_of_a_finding_is_that_of_its_requirement() -> None:
    """A finding about something nobody requires has no source."""
    run = awkward_run()
    sources = [view.finding_source(run, finding) for finding in run.findings]
    assert sources == ["overlay", "http", None]
