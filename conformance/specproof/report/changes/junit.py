"""Diff -> JUnit XML: a test suite for each operation or component, a test case for each change.

An error is a failure, an accepted change is skipped and says why, the rest passes and is told in
``system-out``. A document that can not be judged is an error of its only case.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from specproof.regression.change import Change, Level
from specproof.report.changes.view import (
    Comparison,
    calls_sentence,
    grouped,
    named,
    summary_line,
)
from specproof.text import one_line

__all__ = ["render_junit"]


def render_junit(comparison: Comparison) -> str:
    """Return the diff as an XML document with a final line feed."""
    root = ET.Element("testsuites", {"name": "specproof diff"})
    diff = comparison.diff
    if diff.upstream or not diff.changes:
        suite = ET.SubElement(root, "testsuite", {"name": "document"})
        case = _case(suite, "document", "the documents can be compared")
        if diff.upstream:
            ET.SubElement(case, "error", {"message": one_line(diff.upstream, 1000)})
        else:
            ET.SubElement(case, "system-out").text = summary_line(comparison)
    else:
        for group in grouped(diff):
            title = one_line(group.title)
            suite = ET.SubElement(root, "testsuite", {"name": title})
            for change in group.changes:
                name = f"{change.rule} {one_line(change.subject)} {change.fingerprint}"
                _outcome(_case(suite, title, name), change, comparison)
    for element in (*root, root):
        _count(element)
    ET.indent(root)
    return ET.tostring(root, "unicode", xml_declaration=False) + "\n"


def _case(suite: ET.Element, place: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", {"classname": place, "name": name})


def _outcome(case: ET.Element, change: Change, comparison: Comparison) -> None:
    message = one_line(change.message, 1000)
    told = [f"{change.level}: {message}", f"fix: {one_line(change.fix, 1000)}"]
    if change.reason:
        told.append(f"level: {one_line(change.reason, 1000)}")
    if len(change.operations) > 1:
        told.append(f"felt by {named(change.operations)}")
    if calls := calls_sentence(change, comparison.calls):
        told.append(calls)
    if change.accepted:
        reason = f"accepted: {one_line(change.accepted, 1000)}"
        element = ET.SubElement(case, "skipped", {"message": reason})
    elif change.level is Level.ERROR:
        element = ET.SubElement(case, "failure", {"message": message, "type": change.rule})
    else:
        element = ET.SubElement(case, "system-out")
    element.text = "\n".join(told)


def _count(element: ET.Element) -> None:
    for name, tag in (
        ("tests", "testcase"),
        ("failures", "failure"),
        ("errors", "error"),
        ("skipped", "skipped"),
    ):
        element.set(name, str(sum(1 for _ in element.iter(tag))))
