"""The marker by which an issue is known."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specproof.scheduling.issues.subject import Subject, marked, marker

SUBJECT = Subject("shop", "live", None, "ab", "rule", "shop/list/200/body", "2026-01-01", "d")


@given(st.lists(st.text(max_size=30), min_size=7, max_size=7), st.none() | st.text(), st.booleans())
def test_what_is_marked_is_read_back(texts: list[str], origin: str | None, fixed: bool) -> None:
    """Whatever strangers wrote: no text ends the comment, or breaks it over lines."""
    api, target, mark, rule, requirement, since, digest = texts
    subject = Subject(api, target, origin, mark, rule, requirement, since, digest, fixed)
    shown = marker(subject)
    assert marked(f"{shown}\nanything --> <!-- else -->") == subject
    assert shown.count("-->") == 1
    assert shown.isascii()
    assert shown.isprintable()


def _of(fields: object) -> str:
    text = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")
    return f"<!-- specproof:finding:1 {text} -->"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "a person's issue",
        f"quoted: {marker(SUBJECT)}",
        marker(SUBJECT).replace("finding:1", "finding:2"),
        "<!-- specproof:finding:1 A -->",
        "<!-- specproof:finding:1 AAAA -->",
        "<!-- specproof:finding:1 " + "W1tb" * 3000 + " -->",
        _of([]),
        _of({"api": "shop"}),
        _of(dict.fromkeys(Subject.__slots__, 1)),
    ],
)
def test_any_other_text_is_nobodys_marker(body: str) -> None:
    """An issue that is not ours, or of another version, is left alone."""
    assert marked(body) is None


def test_the_same_finding_elsewhere_is_another_subject() -> None:
    """API, target and origin are part of it, the message is not part of what it is about."""
    other = Subject("shop", "live", "https://x.test", "ab", "rule", "shop/list/200/body", "2026")
    changed = Subject("shop", "live", None, "cd", "rule", "shop/list/200/body", "2026")
    assert len({SUBJECT.key, other.key, changed.key}) == 3
    assert SUBJECT.about == changed.about != other.about
