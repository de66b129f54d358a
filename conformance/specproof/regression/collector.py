"""What the comparers find, gathered: each change once, with all places where it is felt."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.regression.change import Finding, Site
from specproof.regression.graph import Key, SchemaGraph
from specproof.regression.modes import Mode
from specproof.regression.places import Document, Place

__all__ = ["Collector"]

_Same = tuple[str, str, tuple[tuple[str, str], ...]]


class Collector:
    """Takes findings in; a change of something shared is one finding with many sites.

    Args:
        old: the document as it was.
        new: the document as it is.
        graph: compares schemas of the two.
    """

    def __init__(self, old: Document, new: Document, graph: SchemaGraph) -> None:
        self.old = old
        self.new = new
        self.graph = graph
        self._found: dict[_Same, tuple[Finding, set[Site]]] = {}
        self._schemas: dict[Key, set[Site]] = {}

    def found(
        self,
        rule: str,
        place: Place,
        *,
        site: Site | None = None,
        subject: str | None = None,
        gone: bool = False,
        **facts: str,
    ) -> None:
        """Take in one difference.

        Args:
            rule: id of its rule.
            place: where it is: in the new document, or in the old one when ``gone``.
            site: where an operation feels it, if one does.
            subject: what differs; the name of the place unless told.
            gone: whether the place is one of the old document.
            facts: what the message of the rule names.
        """
        name = place.name if subject is None else subject
        finding = Finding(rule, name, place.pointer, dict(sorted(facts.items())), gone)
        self._take(finding, () if site is None else (site,))

    def schemas(self, old: Place, new: Place, mode: Mode, site: Site) -> None:
        """Have two schemas compared; what differs is felt at ``site``."""
        self._schemas.setdefault(self.graph.compare(old, new, mode), set()).add(site)

    def results(self) -> Iterator[tuple[Finding, tuple[Site, ...]]]:
        """Yield what was found, sorted by rule, subject and facts, its sites sorted."""
        for key, sites in self._schemas.items():
            for finding in self.graph.findings(key):
                self._take(finding, tuple(sites))
        self._schemas.clear()
        for _, (finding, felt) in sorted(self._found.items(), key=lambda item: item[0]):
            yield finding, tuple(sorted(felt))

    def _take(self, finding: Finding, sites: tuple[Site, ...]) -> None:
        key = (finding.rule, finding.subject, tuple(sorted(finding.facts.items())))
        held, felt = self._found.setdefault(key, (finding, set()))
        felt.update(sites)
        if (finding.gone, finding.pointer) < (held.gone, held.pointer):
            # Whatever the order of the documents, the same of several places is named.
            self._found[key] = (finding, felt)
