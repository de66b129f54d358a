"""Requirements, their cells and their rows."""

from __future__ import annotations

from dataclasses import replace

from runs import awkward_run
from site_history import made_run

from specproof.history.records import StoredFinding, StoredVerdict
from specproof.model import Requirement, Source, Verdict, VerdictKind
from specproof.report.site.details import Detail, Known, details
from specproof.report.site.matrix import rows
from specproof.report.site.promises import promises, shown
from specproof.report.site.sources import Source as Catalogued
from specproof.suites.records import Confirmation, Run, RunOperation

_PAGES = {"page.md": ("https://x.test/page", "2026-11-01")}


def _details(run: Run, api: str, *broken: str) -> tuple[Detail, ...]:
    return details(api, {}, run, Known(Catalogued(_PAGES, ()), {}, {}, frozenset(broken)))


def test_columns_are_statuses_then_what_holds_for_any() -> None:
    """Numbers, ranges and default come first, then what any response owes, then prose."""
    run = awkward_run()
    columns, [row] = rows(_details(run, "onesignal"), run.header.apis[0].operations)
    assert columns == ("200", "400", "404", "429", "503", "prose")
    assert [cell.column for cell in row.cells] == list(columns)
    assert (row.method, row.id) == ("DELETE", "delete-alias")
    columns, _ = rows(_details(made_run("shop", 9), "shop"), ())
    assert columns == ("200", "4XX", "default", "prose")


def test_a_cell_says_its_worst_and_of_how_many() -> None:
    """The word of a cell is its worst verdict; one where nothing is required says so."""
    run = awkward_run()
    found = _details(run, "onesignal", "onesignal/delete-alias/response-404/errors-not-empty")
    _, [row] = rows(found, run.header.apis[0].operations)
    words = {column: cell.word for column, cell in row.by_column.items()}
    assert words == {
        "200": "vacuous 1 of 2",
        "400": "none 0",
        "404": "fail 1",
        "429": "accepted 1",
        "503": "inconclusive 1",
        "prose": "inconclusive 1 of 2",
    }
    assert row.tone == "fail"


def test_an_operation_without_requirements_has_a_row() -> None:
    """Whatever the run lists is a row, even if nothing is required of it."""
    _, [row] = rows((), [RunOperation("op", "GET", "/x", ("200",))])
    assert (row.tone, row.by_column["200"].tone) == ("none", "none")


def test_a_promise_in_prose_has_its_page() -> None:
    """The quote, the address of source.toml and the day; an unknown page is named only."""
    found = {item.id: item for item in _details(made_run("shop", 9), "shop")}
    proof = found["shop/op-0/prose/at-once"].proof
    assert (proof.quote, proof.page) == ("deleted immediately", "page.md")
    assert (proof.address, proof.retrieved) == ("https://x.test/page", "2026-11-01")


def test_a_run_file_makes_no_link() -> None:
    """An address that only a run file names is shown as text."""
    run = made_run("shop", 9)
    required = Requirement(
        id="shop/op-0/prose/x",
        api="shop",
        operation="op-0",
        where="prose",
        what="x",
        source=Source.PROSE,
        statement="x",
        pointer="https://evil.test/",
    )
    run = replace(run, verdicts=(Verdict(required, VerdictKind.PASS, ""),))
    [found] = _details(run, "shop")
    assert (found.proof.address, found.proof.pointer) == ("", "https://evil.test/")


def test_without_the_run_file_ids_tell_the_places() -> None:
    """Operation and response are read from the id, and the id stands for the words."""
    names = {
        "x/a/b/200/schema": ("a/b", "200"),
        "x/op/4XX/schema": ("op", "4XX"),
        "x/op/default/schema": ("op", "default"),
        "x/op/http/framed": ("op", "any response"),
        "x/op/prose/at-once": ("op", "prose"),
        "odd": ("odd", "any response"),
    }
    verdicts = {name: StoredVerdict(name, VerdictKind.FAIL, "why") for name in names}
    known = Known(Catalogued({}, ()), {}, {}, frozenset({"odd"}))
    found = details("x", verdicts, None, known)
    # An id without a slash has nothing but itself.
    places = {item.id: (item.operation or item.id, item.column) for item in found}
    assert places == names
    assert {item.id for item in found if item.tone == "fail"} == {"odd"}
    assert all(item.words == item.id and item.reason == "why" for item in found)


def test_findings_of_one_promise_stand_together() -> None:
    """Findings are grouped by promise and level; what is not known of one is left out."""
    run = replace(
        awkward_run(), confirmations={awkward_run().findings[0].fingerprint: Confirmation(0, 2)}
    )
    known = {item.id: item for item in _details(run, "onesignal")}
    stored = [_stored(run, number) for number in range(3)]
    groups = promises(shown([*stored, *stored], known, run))
    assert [(item.level, len(item.items)) for item in groups] == [
        ("error", 2),
        ("accepted", 2),
        ("info", 2),
    ]
    first = groups[0].items[0]
    assert first.repeated == "seen again in 0 of 2 repeats: flaky"
    assert first.reproduce.startswith("curl -X DELETE")
    assert first.exchange is not None
    assert groups[0].blames[0][0] == "vendor behaviour"
    assert len(groups[0].blames) == 1
    assert groups[2].detail.words == "sequence/deleteCustomerAlias/response-200/unlisted"
    assert shown(stored, known, None)[0].reproduce == ""


def _stored(run: Run, number: int) -> StoredFinding:
    finding = run.findings[number]
    return StoredFinding(
        run_id=run.header.run_id,
        api=finding.api,
        fingerprint=finding.fingerprint,
        rule=finding.rule,
        severity=finding.severity,
        requirement=finding.requirement,
        operation=finding.operation,
        status=finding.status,
        message=finding.message,
        blame=finding.blame,
        occurrences=finding.occurrences,
        deviation=finding.deviation,
    )
