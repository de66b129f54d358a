"""Every check, case by case: ``cases/<rule>/{keeps,breaks}-<name>.json``.

A case holds ``published`` (parts of a document: ``responses``, ``parameters``, ``security``,
``schemas``), perhaps ``effective`` (parts that an overlay replaces), perhaps ``promised``
(ids of prose promises), ``exchanges`` and ``expected``: requirement, without API and
operation, -> ``holds`` or ``broken`` as the rule sees the last exchange. ``message`` is part
of a broken one's message. Under ``cases/legal/`` no check at all may find anything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from specproof.checks import registry
from specproof.checks.base import Check, View
from specproof.model import Exchange, JsonObject, Observation, Request, Response
from specproof.requirements.contract import Contract
from specproof.requirements.derive import derive

CASES = Path(__file__).parent / "cases"
RULES = {check.id: check for check in registry()}
FILES = sorted(CASES.glob("*/*.json"))


def _document(parts: dict[str, Any]) -> JsonObject:
    return {
        "openapi": parts.get("openapi", "3.1.0"),
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/things/{id}": {
                parts.get("method", "delete"): {
                    "operationId": "drop",
                    "parameters": parts.get("parameters", []),
                    "security": parts.get("security", []),
                    "responses": parts.get("responses", {}),
                }
            }
        },
        "components": {"schemas": parts.get("schemas", {})},
    }


def _response(parts: dict[str, Any]) -> Response:
    encoded = parts.get("base64")
    body = base64.b64decode(encoded) if encoded else parts.get("body", "").encode()
    raw = base64.b64decode(parts["raw_base64"]) if "raw_base64" in parts else body
    return Response(
        status=parts["status"],
        headers=tuple((name, value) for name, value in parts.get("headers", ())),
        raw=raw,
        body=b"" if parts.get("broken") else body,
        broken=parts.get("broken"),
        elapsed=parts.get("elapsed", 0.0),
    )


def _exchange(number: int, parts: dict[str, Any]) -> Exchange:
    request = parts.get("request", {})
    return Exchange(
        id=f"case#{number}",
        api="shop",
        operation="drop",
        scenario="case",
        request=Request(
            request.get("method", "DELETE"),
            request.get("url", "https://api.test/things/7"),
            tuple((name, value) for name, value in request.get("headers", ())),
            request.get("body", "").encode(),
        ),
        response=_response(parts["response"]),
        target="live",
        expects=parts.get("expects"),
        facts=parts.get("facts", {}),
    )


def _contracts(case: dict[str, Any]) -> tuple[Contract, Contract]:
    before = case.get("published", {})
    published = Contract(_document(before), name="published")
    if "effective" not in case:
        return published, published
    return published, Contract(_document({**before, **case["effective"]}), name="effective")


def _observed(case: dict[str, Any], checks: Iterator[Check]) -> list[Observation]:
    """Return what ``checks`` say of the last exchange of ``case``, after the ones before it."""
    published, effective = _contracts(case)
    memory: dict[str, str] = {}
    chosen = list(checks)
    seen: list[Observation] = []
    for number, parts in enumerate(case["exchanges"]):
        view = View(
            exchange=_exchange(number, parts),
            operation=effective.operations["drop"],
            published=published.operations.get("drop"),
            promised=frozenset(case.get("promised", ())),
            memory=memory,
        )
        seen = [item for check in chosen for item in check.look(view)]
    return seen


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_case(path: Path) -> None:
    """A check says of the exchange exactly what its case expects."""
    case = json.loads(path.read_text("utf-8"))
    if path.parent.name == "legal":
        assert [item for item in _observed(case, iter(registry())) if not item.holds] == []
        return
    seen = _observed(case, iter([RULES[path.parent.name]]))
    found: dict[str, str] = {}
    for item in seen:
        assert item.rule == path.parent.name
        assert bool(item.message) is not item.holds
        place = item.requirement.removeprefix("shop/drop/")
        if not item.holds or place not in found:
            found[place] = "holds" if item.holds else "broken"
    assert found == case["expected"]
    broken = [item.message for item in seen if not item.holds]
    assert bool(broken) == path.stem.startswith("breaks-")
    if broken:
        assert any(case["message"] in message for message in broken), broken


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.stem}" for path in FILES])
def test_observations_belong_to_requirements_that_exist(path: Path) -> None:
    """No check speaks of a requirement that a run does not list, which would be lost."""
    case = json.loads(path.read_text("utf-8"))
    published, effective = _contracts(case)
    known = {item.id for item in derive("shop", published, effective)}
    known |= {f"shop/drop/prose/{name}" for name in case.get("promised", ())}
    broken = {item.requirement for item in _observed(case, iter(registry())) if not item.holds}
    # Of an unchanged row the corrected schema repeats the published one, and is not listed.
    unlisted = {item for item in broken if item not in known}
    assert {item.removesuffix("-overlay") for item in unlisted} <= broken & known


@pytest.mark.parametrize("rule", sorted(RULES))
def test_check_is_explained_and_tried_both_ways(rule: str) -> None:
    """Each check names its clause and meaning, and has a case that keeps and one that breaks."""
    check = RULES[rule]
    assert check.title
    assert check.clause
    assert check.explanation.endswith(".")
    names = [path.stem for path in FILES if path.parent.name == rule]
    assert any(name.startswith("keeps-") for name in names)
    assert any(name.startswith("breaks-") for name in names)


def test_folders_of_cases_are_named_after_rules() -> None:
    """A folder of cases that no check has would never be noticed."""
    assert {path.parent.name for path in FILES} <= {*RULES, "legal"}
    assert all(path.stem.startswith(("keeps-", "breaks-", "legal-")) for path in FILES)
