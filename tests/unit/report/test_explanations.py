"""What registered ids mean."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from specproof.catalog import open_catalog
from specproof.checks import registry
from specproof.effective.build import build
from specproof.effective.lint import RULES
from specproof.errors import InputError
from specproof.model import Blame, Requirement, Severity, Source, VerdictKind
from specproof.regression.rules import registry as changes
from specproof.report import explanations, schema
from specproof.report.explanations import Explanation, explain, of_requirement, registered
from specproof.suites.deviations import DEVIATION_RULES

_SPEC = """
openapi: 3.1.0
info: {title: Demo, version: "1"}
paths:
  /things/{id}:
    get:
      operationId: get-thing
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        "200":
          description: it
          content: {application/json: {schema: {type: object}}}
        "404": {description: gone, content: {}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalog of one built API, ``demo``."""
    folder = tmp_path / "specs" / "demo"
    folder.mkdir(parents=True)
    (folder / "published.yaml").write_text(_SPEC)
    (folder / "effective.yaml").write_bytes(build(open_catalog(tmp_path).get("demo")))
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "ids"),
    [
        ("verdict", list(VerdictKind)),
        ("severity", list(Severity)),
        ("source", list(Source)),
        ("blame", list(Blame)),
        ("target", ["emulator", "recorded", "live"]),
        ("exit-code", ["0", "1", "2", "3"]),
        ("deviation", list(DEVIATION_RULES)),
        ("check", [check.id for check in registry()]),
        ("lint", [rule.id for rule in RULES]),
        ("change", list(changes())),
    ],
)
def test_every_word_of_a_report_is_explained(kind: str, ids: list[str]) -> None:
    """No word that a report prints is without an explanation."""
    known = {each.id: each for each in registered() if each.kind == kind}
    assert list(known) == ids
    assert all(each.title and each.text for each in known.values())


@pytest.mark.parametrize("rule", sorted(DEVIATION_RULES))
def test_findings_about_deviations_are_explained(rule: str) -> None:
    """A rule that only a report knows is looked up like any other, by its bare id."""
    (found,) = explain(rule)
    assert (found.kind, found.text) == ("deviation", DEVIATION_RULES[rule])
    assert explain(f"deviation:{rule}") == (found,)


def test_a_change_is_explained_with_its_levels_and_what_to_do() -> None:
    """Whoever reads the id in a report learns for whom it is how bad."""
    (found,) = explain("change:parameter-removed")
    rule = changes()["parameter-removed"]
    assert f"{rule.level} for those who call the API" in found.text
    assert f"{rule.strict} under --policy strict" in found.text
    assert f"What to do: {rule.fix}" in found.text
    assert found.title == rule.message.replace("{subject}", "<subject>")
    assert found.clause == rule.clause


def test_kind_and_id_together_are_unique() -> None:
    """``kind:id`` names one meaning."""
    places = [(each.kind, each.id) for each in registered()]
    assert len(places) == len(set(places))


def test_an_id_may_mean_two_things() -> None:
    """``overlay`` is a source and somebody to blame; a kind chooses."""
    assert [each.kind for each in explain("overlay")] == ["source", "blame"]
    assert [each.kind for each in explain("blame:overlay")] == ["blame"]


def test_an_unknown_id_is_refused_with_the_nearest() -> None:
    """A typing error is told what it may have meant, in printable text."""
    with pytest.raises(InputError, match="did you mean inconclusive"):
        explain("inconclusve")
    with pytest.raises(InputError, match="lists all ids") as caught:
        explain("\x1b[31m" + "q" * 400)
    assert str(caught.value).isprintable()


def test_a_provider_contributes_ids() -> None:
    """Ids of a provider are found like ours."""
    mine = Explanation("mine", "fault", "title", "text", "clause")
    assert explain("mine", [lambda: [mine]]) == (mine,)


def test_requirements_of_an_api_are_explained(root: Path) -> None:
    """Each requirement of a built API has an explanation with its statement and pointer."""
    found = tuple(explanations.of_requirements(open_catalog(root).get("demo")))
    assert found
    for each in found:
        assert each.kind == "requirement"
        assert each.id.startswith("demo/get-thing/")
        assert each.title
        assert each.clause
    assert any("Vacuous: " in each.text for each in found)


def test_a_requirement_tells_where_it_belongs() -> None:
    """Source, operation, response and vacuity stand in the text."""
    requirement = Requirement(
        id="a/b/200/schema",
        api="a",
        operation="b",
        where="200",
        what="schema",
        source=Source.OVERLAY,
        statement="It keeps its schema.",
        pointer="/paths/~1b",
        status="200",
        vacuous="anything passes",
    )
    text = of_requirement(requirement).text
    assert "Promised by: Our overlay says so" in text
    assert "Belongs to: b, response 200" in text
    assert "Vacuous: anything passes." in text


def test_texts_are_printable_and_the_document_keeps_its_schema() -> None:
    """Whatever a registry says, text and document are inert, and the schema holds."""
    hostile = Explanation("i\x1bd", "fault", "t\x1b", "::error::x\x1b", "c\x07")
    shown = explanations.render_explanations([hostile])
    assert "\x1b" not in shown
    assert "\\::error::x\\x1b" in shown
    assert "Source: c\\x07" in shown
    assert "\x1b" not in explanations.render_listing([hostile])
    document = explanations.explain_document([hostile, *registered()])
    jsonschema_rs.validate(schema.load("explain"), document)
    assert document["explanations"][0]["id"] == "i\\x1bd"


def test_a_listing_has_a_line_for_each() -> None:
    """The listing names kind, id and title; of nothing it is empty."""
    listing = explanations.render_listing(registered())
    assert len(listing.splitlines()) == len(registered())
    assert "exit-code  3 " in listing
    assert explanations.render_listing([]) == ""
