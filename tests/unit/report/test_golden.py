"""Every form of the report of one awkward run, byte for byte.

``SPECPROOF_REWRITE_GOLDEN=1 pytest tests/unit/report/test_golden.py`` writes them anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from runs import awkward_run, empty_run

from specproof.report.document import render_json
from specproof.report.junit import render_junit
from specproof.report.markdown import render_markdown
from specproof.report.text import render_text
from specproof.suites.runfile import Run, write_run

GOLDEN = Path(__file__).parents[2] / "golden" / "report"

# Read before the fixture that hides variables of this prefix from tests.
_REWRITE = bool(os.environ.get("SPECPROOF_REWRITE_GOLDEN"))

FORMS: dict[str, Callable[[Run], str]] = {
    "awkward.txt": render_text,
    "awkward-verbose.txt": lambda run: render_text(run, verbose=True),
    "awkward-narrow.txt": lambda run: render_text(run, width=60),
    "awkward-colour.txt": lambda run: render_text(run, width=120, colour=True),
    "awkward.json": render_json,
    "awkward.md": render_markdown,
    "awkward.xml": render_junit,
}


@pytest.mark.parametrize("name", FORMS)
def test_the_report_is_the_golden_one(name: str) -> None:
    """A form of the report changes on purpose or not at all."""
    shown = FORMS[name](awkward_run()).encode()
    golden = GOLDEN / name
    if _REWRITE:
        golden.write_bytes(shown)
    assert shown == golden.read_bytes()


def test_a_run_of_nothing_is_told_as_such() -> None:
    """A run in which nothing was exercised says so in every form."""
    run = empty_run()
    assert render_text(run).endswith("0 requests (0 distinct); could not check\n")
    assert "could not check" in render_markdown(run)
    assert '"outcome": "could not check"' in render_json(run)
    assert render_junit(run) == (
        '<testsuites name="specproof" tests="1" failures="0" errors="1" skipped="0">\n'
        '  <testsuite name="specproof" tests="1" failures="0" errors="1" skipped="0">\n'
        '    <testcase classname="specproof" name="run">\n'
        '      <error message="could not check" type="exit-code-3" />\n'
        "    </testcase>\n  </testsuite>\n</testsuites>\n"
    )


_ALL_FORMS = """
from specproof.cli.main import app
for form in ("text", "json", "markdown", "junit"):
    app(["report", "run.jsonl", "--format", form], standalone_mode=False)
"""


def test_surroundings_change_nothing(tmp_path: Path) -> None:
    """Hash seed, locale, time zone, colour and width variables leave a piped report alone."""
    write_run(awkward_run(), tmp_path / "run.jsonl")
    surroundings: list[dict[str, str]] = [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
        {
            "PYTHONHASHSEED": "2",
            "TZ": "Pacific/Kiritimati",
            "LC_ALL": "tr_TR.UTF-8",
            "PYTHONUTF8": "1",
            "FORCE_COLOR": "1",
            "COLUMNS": "40",
            "TERM": "xterm-256color",
        },
    ]
    suffixes = ("txt", "json", "md", "xml")
    golden = b"".join((GOLDEN / f"awkward.{suffix}").read_bytes() for suffix in suffixes)
    for variables in surroundings:
        done = subprocess.run(
            [sys.executable, "-c", _ALL_FORMS],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], **variables},
            check=True,
            capture_output=True,
        )
        assert done.stdout == golden
