"""Error codes by cause, from one run to the next."""

from __future__ import annotations

import pytest

from specproof.model import Severity
from specproof.suites.codes import codes_of, compared
from specproof.suites.collector import Evidence
from specproof.suites.records import SeenCodes

REQUIREMENT = {"shop/drop/prose/error-code-stable": None}


def _seen(*codes: str, cause: str = "never existed//own", status: int = 404) -> SeenCodes:
    return SeenCodes("shop", "drop", status, cause, codes)


def test_codes_are_kept_by_cause() -> None:
    """A code that the contract names is kept, any other is a digest, an unclear cause is none."""
    evidence = [
        Evidence("shop", codes={"cause/drop/never existed///own/404": "not_found\ns3cr3t"}),
        Evidence("shop", codes={"cause/drop/////own/400": "whatever"}),
        Evidence("shop", codes={"cause/drop////none/401": "denied"}),
    ]
    found = codes_of("shop", evidence, {"not_found"})
    assert [(item.status, item.cause) for item in found] == [
        (401, "///none"),
        (404, "never existed///own"),
    ]
    assert found[1].codes[1] == "not_found"
    assert found[1].codes[0].startswith("#")
    assert "s3cr3t" not in repr(found)
    assert "denied" not in repr(found)


@pytest.mark.parametrize(
    ("before", "now", "severity"),
    [
        (_seen("a"), _seen("b"), Severity.ERROR),
        (_seen("a"), _seen("a", "b"), Severity.INFO),
        (_seen("a"), _seen("a"), None),
        (_seen("a", "b"), _seen("b"), None),
        (_seen("a"), _seen("b", cause="another"), None),
        (_seen("a"), _seen("b", status=400), None),
        (_seen(), _seen("b"), None),
    ],
)
def test_a_changed_code_is_a_finding(
    before: SeenCodes, now: SeenCodes, severity: Severity | None
) -> None:
    """All codes others: an error. A further one: worth knowing. Another cause: nothing."""
    found = list(compared([before], [now], REQUIREMENT))
    assert [item.observation.severity for item in found] == ([severity] if severity else [])
    assert not any(item.observation.holds for item in found)


def test_nothing_is_found_where_nothing_is_promised() -> None:
    """An API that does not promise stable codes may change them."""
    assert list(compared([_seen("a")], [_seen("b")], {})) == []
