from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from specproof.document import read
from specproof.document.references import check_references
from specproof.effective.ledger import clone
from specproof.effective.lint import lint
from specproof.errors import InputError

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    read(path)
    for path in (
        *sorted((ROOT / "tests/unit/effective/lint_cases").glob("*/*.yaml")),
        *sorted((ROOT / "specs").glob("*/published.yaml")),
    )
]
JUNK: list[Any] = [
    None,
    True,
    0,
    1.5,
    "",
    "x",
    [],
    {},
    [1],
    [[]],
    ["x", {}],
    {"a": 1},
    {"$ref": "#/info"},
    {"$ref": "#/paths"},
    {"type": []},
    {"type": {}},
    {"200": None},
    {"properties": []},
    {"pattern": "("},
    {"example": 1, "schema": {"type": "nothing"}},
]


def places(document: Any) -> list[tuple[Any, Any]]:
    """Return every container of ``document`` with each of its keys."""
    found, stack = [], [document]
    while stack:
        node = stack.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            found.append((node, key))
            if isinstance(node[key], dict | list):
                stack.append(node[key])
    return found


@given(st.data())
def test_no_shape_of_a_document_breaks_lint(data: st.DataObject) -> None:
    """Whatever stands where something else should stand is found or refused, never a crash."""
    document = clone(data.draw(st.sampled_from(DOCUMENTS)))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(document)))
        container[key] = clone(data.draw(st.sampled_from(JUNK)))
    with contextlib.suppress(InputError):
        check_references(document, name="hostile.yaml")
        lint(document)
