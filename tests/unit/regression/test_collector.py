from __future__ import annotations

from typing import Any

from specproof.regression.change import Site
from specproof.regression.collector import Collector
from specproof.regression.graph import SchemaGraph
from specproof.regression.modes import Mode
from specproof.regression.places import Document, Place


def _collector(old: Any = None, new: Any = None) -> Collector:
    before, after = Document({"it": old}, "old"), Document({"it": new}, "new")
    return Collector(before, after, SchemaGraph(before, after))


def test_the_same_change_is_one_finding_with_all_sites() -> None:
    """Rule, subject and facts make a change; wherever it is felt is added to it."""
    collector = _collector()
    place = Place({}, "/b", "thing")
    collector.found("link-added", place, site=Site("GET /b"))
    collector.found("link-added", place._replace(pointer="/a"), site=Site("GET /a"))
    collector.found("link-added", place)
    collector.found("link-added", place, more="fact")
    collector.found("link-added", place, subject="other", gone=True)
    held = [(finding.subject, finding.pointer, sites) for finding, sites in collector.results()]
    assert held == [
        ("other", "/b", ()),
        ("thing", "/a", (Site("GET /a"), Site("GET /b"))),
        ("thing", "/b", ()),
    ]


def test_what_is_there_is_named_before_what_is_gone() -> None:
    """Of two places of one change, the one in the new document is named."""
    for order in ((True, False), (False, True)):
        collector = _collector()
        for gone in order:
            collector.found("link-added", Place({}, f"/{gone}", "x"), gone=gone)
        ((finding, _),) = collector.results()
        assert (finding.gone, finding.pointer) == (False, "/False")


def test_results_do_not_depend_on_the_order_of_finding() -> None:
    """Findings come sorted, facts too, and may be asked for again."""
    collector = _collector()
    for rule in ("link-removed", "link-added"):
        collector.found(rule, Place({}, "", "x"), b="1", a="2")
    held = list(collector.results())
    assert [finding.rule for finding, _ in held] == ["link-added", "link-removed"]
    assert list(held[0][0].facts) == ["a", "b"]
    assert list(collector.results()) == held


def test_schemas_are_felt_where_they_are_used() -> None:
    """A pair of schemas that is used at two places is one change with two sites."""
    collector = _collector({"enum": ["a", "b"]}, {"enum": ["a"]})
    old, new = collector.old.place.child("it", "S"), collector.new.place.child("it", "S")
    for operation in ("GET /b", "GET /a"):
        collector.schemas(old, new, Mode.REQUEST, Site(operation))
    ((finding, sites),) = collector.results()
    assert (finding.rule, finding.subject) == ("request-enum-value-removed", "S")
    assert [site.operation for site in sites] == ["GET /a", "GET /b"]
