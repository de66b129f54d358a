"""Every form of the report of one awkward diff, byte for byte.

``SPECPROOF_REWRITE_GOLDEN=1 pytest tests/unit/report/changes/test_golden.py`` writes them anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from diffs import awkward_diff, new_text

from specproof.report.changes.changelog import render_changelog
from specproof.report.changes.document import render_json
from specproof.report.changes.github import render_github
from specproof.report.changes.html import render_html
from specproof.report.changes.junit import render_junit
from specproof.report.changes.markdown import render_markdown
from specproof.report.changes.sarif import render_sarif
from specproof.report.changes.text import render_text
from specproof.report.changes.view import Comparison

GOLDEN = Path(__file__).parents[3] / "golden" / "diff"

# Read before the fixture that hides variables of this prefix from tests.
_REWRITE = bool(os.environ.get("SPECPROOF_REWRITE_GOLDEN"))

FORMS: dict[str, Callable[[Comparison], str]] = {
    "awkward.txt": render_text,
    "awkward-narrow.txt": lambda comparison: render_text(comparison, width=60, colour=True),
    "awkward.json": render_json,
    "awkward.md": render_markdown,
    "awkward.github": lambda comparison: render_github(comparison, new_text()),
    "awkward.sarif": lambda comparison: render_sarif(comparison, new_text()),
    "awkward.xml": render_junit,
    "awkward.html": render_html,
    "awkward-changelog.md": render_changelog,
}


@pytest.mark.parametrize("name", FORMS)
def test_the_report_is_the_golden_one(name: str) -> None:
    """A form of the report changes on purpose or not at all."""
    shown = FORMS[name](awkward_diff()).encode()
    golden = GOLDEN / name
    if _REWRITE:
        golden.write_bytes(shown)
    assert shown == golden.read_bytes()


def test_every_form_has_a_golden_report() -> None:
    """Nothing lies in the folder that no form gives."""
    assert {path.name for path in GOLDEN.iterdir()} == set(FORMS)
