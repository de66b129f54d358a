from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from specproof.document import canonical_json, read
from specproof.document.references import check_references
from specproof.effective.apply import apply_overlay
from specproof.effective.lint import RULES, Rule, lint
from specproof.effective.overlay import parse_overlay

CASES = Path(__file__).parent.parent / "lint_cases"


def test_every_rule_has_a_folder_of_cases() -> None:
    """The folders of cases and the table of rules name the same rules, in order."""
    assert [rule.id for rule in RULES] == sorted(folder.name for folder in CASES.iterdir())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_explains_itself(rule: Rule) -> None:
    """Each rule has a kebab-case id, a clause of a specification and an explanation."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.id)
    assert re.search(r"OpenAPI|JSON Schema", rule.clause)
    assert rule.explanation.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_fires(rule: Rule) -> None:
    """The rule objects to its case, and its overlay action removes the objection."""
    document = read(CASES / rule.id / "fires.yaml")
    check_references(document, name=rule.id)
    found = [item for item in lint(document) if item.rule == rule.id]
    assert found
    assert all(item.message and item.clause == rule.clause for item in found)
    mends = [item.mend for item in found if item.mend is not None]
    if mends:
        overlay: dict[str, Any] = {
            "overlay": "1.1.0",
            "info": {"title": "T", "version": "1"},
            "actions": mends,
        }
        mended = apply_overlay(document, parse_overlay(canonical_json(overlay), name="mend.json"))
        left = [item for item in lint(mended.document) if item.rule == rule.id]
        assert len(left) == len(found) - len(mends)
        assert not [item for item in lint(mended.document) if item.rule == "document-invalid"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_is_silent(rule: Rule) -> None:
    """The rule does not object to the near miss."""
    document = read(CASES / rule.id / "silent.yaml")
    check_references(document, name=rule.id)
    assert rule.id not in {item.rule for item in lint(document)}
