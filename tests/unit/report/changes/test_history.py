from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Any

from change_cases import TODAY, whole

from specproof.regression.acceptance import NO_OVERRIDES
from specproof.regression.change import Perspective, Policy
from specproof.regression.entries import History, Kept
from specproof.regression.timeline import Settings, history
from specproof.report.changes.history import history_document, render_history

HOSTILE = "::error::\x1b[31m\u202e x"
PATHS = tuple(f"/things{number}" for number in range(7))


def _same(data: bytes) -> bytes:
    return data


def told(*documents: dict[str, Any], label: str = "r") -> History:
    """Return the history of documents, kept on the first days of 2025."""
    kept = [
        Kept(
            f"{label}{number}",
            date(2025, 1, 1 + number),
            HOSTILE,
            "",
            partial(_same, json.dumps(document).encode()),
        )
        for number, document in enumerate(documents)
    ]
    return history(kept, Settings(TODAY, Perspective.CONSUMER, Policy.DEFAULT, NO_OVERRIDES))


def paths(*names: str, **more: Any) -> dict[str, Any]:
    """Return a document with an operation at each path."""
    done = {"responses": {"200": {"description": "done"}}, **more}
    return whole("paths", {name: {"get": done} for name in names})


def test_texts_of_strangers_command_nothing() -> None:
    """Neither a terminal nor a runner, wherever they stand."""
    found = told(paths("/a", f"/{HOSTILE}"), paths("/a"), paths("/a", f"/{HOSTILE}", "/b"))
    found = told(*(json.loads(kept.kept.read() or b"") for kept in found.entries), label=HOSTILE)
    text = render_history(HOSTILE, found)
    assert not any(line.strip().startswith("::") for line in text.splitlines())
    assert text.replace("\n", "").isprintable()
    document = json.dumps(history_document(found), ensure_ascii=False)
    assert document.isprintable()
    assert "\\\\x1b" in document


def test_what_does_not_fit_is_counted() -> None:
    """Rules beyond the first few, and changes that were taken back beyond the first few."""
    before = paths("/a", *PATHS)
    middle = paths(
        "/a",
        "/new",
        *PATHS[:1],
        operationId="a",
        deprecated=True,
        tags=["t"],
        responses={"200": {"description": "done"}, "404": {"description": "gone"}},
    )
    # Less than half goes at a time: more would be an accident of the publisher's.
    middle["paths"] |= {name: before["paths"][name] for name in PATHS[1:4]}
    after = paths("/a", *PATHS, "/b")
    text = render_history("shop", told(before, middle, after))
    lines = [line.strip() for line in text.splitlines()]
    assert (
        "error    GET /things4 is gone: calls to it will fail. (and 2 more of operation-removed)"
    ) in lines
    assert "and 1 operation-added, 1 response-failure-status-added" in lines
    heading = lines.index("11 changes of 2025-01-02 (r1), undone by 2025-01-03 (r2):")
    assert lines[heading + 1] == "error    GET /things4 is gone: calls to it will fail."
    assert lines[heading + 6] == "and 6 more"
