from __future__ import annotations

import json
from typing import Any

import pytest
from diffs import awkward_diff, comparisons
from hypothesis import given, settings

from specproof.errors import InputError
from specproof.report.changes.document import diff_document
from specproof.report.changes.restored import restored
from specproof.report.changes.view import Comparison, summary_line


@settings(deadline=None, max_examples=15)
@given(comparison=comparisons())
def test_a_document_gives_back_what_it_was_made_from(comparison: Comparison) -> None:
    """The document of what was restored is the document, and so is its summary."""
    # A document tells control characters by their escapes, which stand elsewhere in an order and
    # are no space: the first writing settles both.
    first = json.loads(json.dumps(diff_document(comparison)))
    comparison = restored(first, comparison.old_root, comparison.new_root)
    document = json.loads(json.dumps(diff_document(comparison)))
    unordered: dict[str, Any] = {"changes": [], "recordings": None}
    assert {**document, **unordered} == {**first, **unordered}
    told = [[item["fingerprint"] for item in each["changes"]] for each in (document, first)]
    assert sorted(told[0]) == sorted(told[1])
    again = restored(document, comparison.old_root, comparison.new_root)
    written = json.loads(json.dumps(diff_document(again)))
    # What became of recordings stays in the document alone.
    assert {**written, "recordings": None} == {**document, "recordings": None}
    assert summary_line(again) == summary_line(comparison)
    assert (again.old_root, again.new_root) == (comparison.old_root, comparison.new_root)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"schema": "specproof.diff/2"},
        {"changes": [{}]},
        {"bump": "huge"},
        {"old": None},
    ],
)
def test_anything_else_is_refused_in_one_sentence(wrong: dict[str, Any]) -> None:
    """A history of strangers may hold anything."""
    document = {**diff_document(awkward_diff()), **wrong} if wrong else {}
    with pytest.raises(InputError, match=r"is no specproof\.diff/1 document"):
        restored(document)
