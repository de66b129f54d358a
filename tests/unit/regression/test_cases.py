"""Every rule, case by case: ``cases/<rule>.yaml``.

A case holds a ``kind`` (see ``change_cases.KINDS``), and under ``positive`` a change that the rule
tells of, under ``negative`` one that it must not tell of although it is much the same: the way
back, the other side of the wire, or the same in other words. Each has ``old`` and ``new``, and
under ``finds`` the rules that tell of it, where that is not the rule alone, or none.
"""

from __future__ import annotations

import re

import pytest
from change_cases import cases, changes, whole

from specproof.regression import judging
from specproof.regression.change import Direction, Level
from specproof.regression.rules import registry

CASES = cases()
RULES = registry()
_FIRST_WORDS = {
    "event": Direction.RESPONSE,
    "operation": Direction.BOTH,
    "parameter": Direction.REQUEST,
    "reply": Direction.REQUEST,
    "request": Direction.REQUEST,
    "response": Direction.RESPONSE,
    "security": Direction.REQUEST,
    "server": Direction.REQUEST,
}
_NARROWER_AND_WIDER = (
    ("-became-not-nullable", "-became-nullable"),
    ("-became-required", "-became-optional"),
    ("-branch-removed", "-branch-added"),
    ("-closed", "-opened"),
    ("-enum-value-removed", "-enum-value-added"),
    ("-tightened", "-loosened"),
    ("-type-narrowed", "-type-widened"),
)


@pytest.fixture(autouse=True)
def _all_facts_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fact that a message names and the finding has not is an error, not a question mark."""
    monkeypatch.setattr(judging, "_Facts", dict)


def _found(rule: str, side: str) -> list[str]:
    case = CASES[rule]
    found = changes(case["kind"], case[side]["old"], case[side]["new"])
    assert all(item.message.endswith(".") and item.fix.endswith(".") for item in found)
    return sorted({item.rule for item in found})


def test_each_rule_has_a_case_and_each_case_a_rule() -> None:
    """A rule without a case is not proved, and a case without a rule proves nothing."""
    assert sorted(RULES) == sorted(CASES)


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_tells_of_its_change(rule: str) -> None:
    """What the positive case changes is told by this rule, and by no other that is not named."""
    expected = CASES[rule]["positive"].get("finds", [rule])
    assert rule in expected
    assert _found(rule, "positive") == expected


@pytest.mark.parametrize("rule", sorted(CASES))
def test_a_rule_does_not_tell_of_what_is_much_the_same(rule: str) -> None:
    """What the negative case changes is not told by this rule, but by those that are named."""
    case = CASES[rule]
    expected = case["negative"].get("finds", [])
    assert rule not in expected
    assert _found(rule, "negative") == expected
    old, new = (whole(case["kind"], case["negative"][side]) for side in ("old", "new"))
    # Compared as text: to Python 1 and 1.0 are equal, and objects in whatever order.
    assert str(old) != str(new), "nothing differs"


def test_a_row_says_all_that_it_has_to() -> None:
    """The id is kebab-case; message, remedy and explanation are sentences; a clause is named."""
    for rule in RULES.values():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id), rule.id
        assert re.search(r"\d", rule.clause), rule.id
        assert re.match(r"[A-Z{]", rule.message), rule.id
        for text in (rule.message, rule.fix, rule.explanation):
            assert text == text.strip(), rule.id
            assert text.endswith("."), rule.id


def test_a_row_fits_its_name() -> None:
    """The direction is that of the first word of the id; callers are hurt most of all."""
    for rule in RULES.values():
        direction = _FIRST_WORDS.get(rule.id.split("-", 1)[0], rule.direction)
        assert rule.direction is direction, rule.id
        assert rule.strict.weight >= rule.level.weight >= rule.provider.weight, rule.id
        assert rule.failure.weight >= rule.level.weight, rule.id


@pytest.mark.parametrize(("narrower", "wider"), _NARROWER_AND_WIDER)
def test_narrowing_hurts_writers_and_widening_hurts_readers(narrower: str, wider: str) -> None:
    """Of a change and the way back only one hurts: which one depends on the direction."""
    pairs = [
        (rule, RULES[rule.id.removesuffix(narrower) + wider])
        for rule in RULES.values()
        if rule.id.endswith(narrower) and rule.id.removesuffix(narrower) + wider in RULES
    ]
    assert pairs
    for rule, back in pairs:
        hurts, spares = (rule, back) if rule.direction is Direction.REQUEST else (back, rule)
        # Readers of an extensible list were told to expect more.
        assert hurts.level is not Level.INFO or "-extensible-" in hurts.id, hurts.id
        assert spares.level is Level.INFO, spares.id
