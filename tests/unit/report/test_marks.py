"""Text of strangers in Markdown."""

from __future__ import annotations

import pytest

from specproof.report.marks import inert


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fixes GH-12", "fixes <code>GH-</code>12"),
        ("closes gh-1", "closes <code>gh-</code>1"),
        ("high-1 GH-a gh- rough-2", "high-1 GH-a gh- rough-2"),
        ("fixes #1", "fixes <code>&#35;</code>1"),
    ],
)
def test_no_reference_to_an_issue(text: str, shown: str) -> None:
    """In a pull request such a reference would close an issue once it is merged."""
    assert inert(text) == shown
