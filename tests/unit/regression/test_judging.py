"""Levels, words and fingerprints."""

from __future__ import annotations

import datetime as dt
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.regression.acceptance import Acceptance, Overrides
from specproof.regression.change import Finding, Level, Perspective, Policy, Site
from specproof.regression.judging import Judge, fingerprint
from specproof.regression.rules import registry

TODAY = dt.date(2026, 1, 1)
SITE = Site("GET /pets", "server")
OTHER = Site("PUT /pets", "server")


def _finding(rule: str = "server-changed", **facts: str) -> Finding:
    return Finding(rule, "the API", "/servers/0", facts or {"old": "/a", "new": "/b"})


def test_a_change_says_what_a_caller_sees() -> None:
    """The message is the rule's, with subject and facts in it."""
    judge = Judge(TODAY, ids={"GET /pets": ("list",), "PUT /pets": ("put", "list")})
    [change] = judge.changes([(_finding(), (OTHER, SITE, SITE))])
    assert change.message == "Calls of the API are sent to /b; it was /a."
    assert change.sites == (SITE, OTHER)
    assert change.operations == ("GET /pets", "PUT /pets")
    assert change.operation_ids == ("list", "put")
    assert (change.level, change.accepted, change.reason) == (Level.ERROR, "", "")


def test_what_strangers_wrote_is_shown_and_not_obeyed() -> None:
    """Escapes, line feeds and braces in facts are plain text in a message."""
    [change] = Judge(TODAY).changes([(_finding(old="{new}\n\x1b[2J", new="b" * 999), ())])
    assert "{new} \\x1b[2J" in change.message
    assert len(change.message) < 300
    [change] = Judge(TODAY).changes([(_finding(other=""), ())])
    assert change.message == "Calls of the API are sent to ?; it was ?."


def test_the_worst_comes_first_and_the_same_is_said_once() -> None:
    """Changes are sorted by level, rule, subject and pointer, whatever order they came in."""
    found = [
        (_finding("server-added", new="/z"), ()),
        (_finding(), (SITE,)),
        (_finding("server-removed", old="/y"), ()),
        (_finding(), (OTHER,)),
    ]
    expected = ["server-changed", "server-removed", "server-added"]
    changes = Judge(TODAY).changes(found)
    assert [change.rule for change in changes] == expected
    assert changes[0].sites == (SITE, OTHER)
    assert Judge(TODAY).changes(reversed(found)) == changes


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text()))
def test_fingerprints(subject: str, facts: dict[str, str]) -> None:
    """16 hexadecimal digits: place and order do not count, subject and facts do."""
    mark = fingerprint(Finding("r", subject, "/a", facts))
    assert len(mark) == 16
    assert set(mark) <= set(string.hexdigits.lower())
    again = dict(reversed(facts.items()))
    assert fingerprint(Finding("r", subject, "/b/0", again, gone=True)) == mark
    assert fingerprint(Finding("r", subject + "x", "/a", facts)) != mark
    assert fingerprint(Finding("s", subject, "/a", facts)) != mark
    assert fingerprint(Finding("r", subject, "/a", {**facts, "": "x"})) != mark


def test_a_fingerprint_is_the_same_in_every_release() -> None:
    """Acceptances rest on it."""
    assert fingerprint(_finding()) == "496395bf5885705b"


def test_operations_that_promise_nothing() -> None:
    """An error that only drafts feel is a warning; the reason is given."""
    judge = Judge(TODAY, unstable=frozenset({"GET /pets"}))
    [change] = judge.changes([(_finding(), (SITE,))])
    assert (change.level, "draft or alpha" in change.reason) == (Level.WARNING, True)
    [change] = judge.changes([(_finding(), (SITE, OTHER))])
    assert (change.level, change.reason) == (Level.ERROR, "")
    [change] = judge.changes([(_finding(), ())])
    assert change.level is Level.ERROR


def test_levels_of_ones_own_and_acceptances() -> None:
    """The file decides over the rule, and an accepted change is marked."""
    mark = fingerprint(_finding())
    overrides = Overrides("c.toml", (Acceptance(mark, "we know", TODAY),), {})
    [change] = Judge(TODAY, overrides=overrides).changes([(_finding(), ())])
    assert (change.level, change.accepted) == (Level.ERROR, "we know (until 2026-01-01)")
    lowered = Overrides("c.toml", (), {"server-changed": Level.INFO})
    judge = Judge(TODAY, policy=Policy.STRICT, overrides=lowered)
    [change] = judge.changes([(_finding(), ())])
    assert (change.level, change.reason) == (Level.INFO, "set to info in c.toml")


@pytest.mark.parametrize(
    ("perspective", "policy", "level"),
    [
        (Perspective.CONSUMER, Policy.DEFAULT, Level.WARNING),
        (Perspective.CONSUMER, Policy.STRICT, Level.WARNING),
        (Perspective.PROVIDER, Policy.DEFAULT, Level.INFO),
    ],
)
def test_perspective_and_policy(perspective: Perspective, policy: Policy, level: Level) -> None:
    """Each has the level that the rule gives it."""
    finding = _finding("security-flow-scope-removed", flow="f", scope="s")
    [change] = Judge(TODAY, perspective, policy).changes([(finding, ())])
    assert change.level is level


def test_every_rule_is_one_sentence_with_all_its_parts() -> None:
    """Messages end in a full stop and name the subject; nothing is empty."""
    for rule in registry().values():
        names = {name for _, name, _, _ in string.Formatter().parse(rule.message) if name}
        assert "subject" in names or rule.id == "specification-collapsed", rule.id
        assert rule.message.endswith("."), rule.id
        assert all((rule.fix, rule.clause, rule.explanation)), rule.id
        assert set(rule.id) <= set(string.ascii_lowercase + "-"), rule.id
