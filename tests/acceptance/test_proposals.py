"""The words of a proposal to take over new specifications, which ``scripts/specs`` writes."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

WORDS = runpy.run_path(str(Path(__file__).resolve().parents[2] / "scripts/lib/proposal.py"))


def _changes(error: int, warning: int, info: int) -> dict[str, Any]:
    return {"summary": {"error": error, "warning": warning, "info": info}}


@pytest.mark.parametrize(
    ("counts", "level", "told"),
    [
        ((2, 1, 3), "breaking", "2 breaking, 1 warning, 3 info"),
        ((1, 0, 0), "breaking", "1 breaking"),
        ((0, 4, 1), "warning", "4 warning, 1 info"),
        ((0, 0, 1), "none", "1 info"),
        ((0, 0, 0), "none", "the contracts are as they were"),
    ],
)
def test_the_worst_change_is_the_level(counts: tuple[int, int, int], level: str, told: str) -> None:
    """The label is that of the worst change, and the title counts them, the worst first."""
    changes = _changes(*counts)
    assert WORDS["level_of"](changes) == level
    assert WORDS["title_of"](changes) == f"Take over the vendors' specifications: {told}"


def test_changes_come_first_and_runs_after_them() -> None:
    """What fits is whole, part by part."""
    text = WORDS["body_of"]("# Changes\n", {"emulators": "all\n", "recordings": "well\n"})
    assert text == "# Changes\n\n## On the emulators\n\nall\n\n## On the recordings\n\nwell\n"


@pytest.mark.parametrize("opening", ["", "<details>\n\n", "```\n", "<details>\n\n```\n"])
def test_what_is_too_long_is_cut_and_closed(opening: str) -> None:
    """GitHub takes 65,536 characters; after the cut nothing is left open."""
    line = "\u20ac" * 99 + "\n"
    text = WORDS["body_of"](f"# Changes\n\n{opening}{line * 900}", {"emulators": "x"})
    assert 59_000 < len(text) < 65_536
    assert text.endswith("\n\n_Cut here; the whole text is in the artifact of the job._\n")
    assert text.count("<details>") == text.count("</details>")
    assert text.count("```") == 2 * opening.count("```")
    # Between lines, never within one.
    assert {*text.splitlines()} >= {line.strip()}
    assert not any(0 < found.count("\u20ac") < 99 for found in text.splitlines())
