"""Diffs of several APIs -> one report, in the forms of one diff that can be joined."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from specproof.report.changes.github import render_github
from specproof.report.changes.junit import render_junit
from specproof.report.changes.markdown import LONGEST, render_markdown
from specproof.report.changes.sarif import sarif_document
from specproof.report.changes.several import (
    Regress,
    headline,
    regress_document,
    regress_summary,
)
from specproof.report.changes.text import render_text
from specproof.report.changes.view import summary_line
from specproof.report.marks import code, inert

__all__ = ["FORMS"]


def _render_json(found: Regress) -> str:
    return json.dumps(regress_document(found), indent=2, allow_nan=False) + "\n"


def _render_text(found: Regress) -> str:
    parts = []
    for each in found.apis:
        parts.append(f"{headline(each, found)}\n")
        if each.comparison is not None:
            parts.append(f"\n{render_text(each.comparison)}\n")
    return "".join(parts) + (f"{regress_summary(found)}\n" if len(found.apis) > 1 else "")


def _render_markdown(found: Regress) -> str:
    """Return all reports, those for which a comment has no room as their summary."""
    room = LONGEST
    parts = []
    for each, comparison in found.compared:
        text = render_markdown(comparison)
        if len(text) > room:
            summary = inert(summary_line(comparison), 1000)
            command = code(f"specproof regress {each.api}")
            text = f"## {code(each.api)}\n\n**{summary}**\n\nLeft out here: {command} lists it.\n"
        room -= len(text)
        parts.append(text)
    parts += [
        f"{code(each.api)} is new: nothing to compare.\n"
        for each in found.apis
        if each.comparison is None
    ]
    return "\n".join(parts)


def _render_github(found: Regress) -> str:
    return "".join(render_github(comparison, each.new) for each, comparison in found.compared)


def _render_sarif(found: Regress) -> str:
    """Return one log with a run for each API; the id keeps a viewer from mixing them up."""
    log: dict[str, Any] = {}
    runs: list[Any] = []
    for each, comparison in found.compared:
        log = sarif_document(comparison, each.new)
        [run] = log["runs"]
        runs.append({"automationDetails": {"id": f"specproof/{each.api}/"}, **run})
    return json.dumps({**log, "runs": runs}, indent=2, allow_nan=False) + "\n"


def _render_junit(found: Regress) -> str:
    root = ET.Element("testsuites", {"name": "specproof regress"})
    for each, comparison in found.compared:
        # Our own text of a moment ago, no stranger's document.
        suites = ET.fromstring(render_junit(comparison))  # noqa: S314
        for suite in suites:
            suite.set("name", f"{each.api}: {suite.get('name')}")
            for case in suite.iter("testcase"):
                case.set("classname", f"{each.api}: {case.get('classname')}")
            root.append(suite)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ET.indent(root)
    return ET.tostring(root, "unicode", xml_declaration=False) + "\n"


FORMS: Final[Mapping[str, Callable[[Regress], str]]] = {
    "github": _render_github,
    "json": _render_json,
    "junit": _render_junit,
    "markdown": _render_markdown,
    "sarif": _render_sarif,
    "text": _render_text,
}
"""Forms of the report, by the name of the form of one diff."""
