from __future__ import annotations

import pytest

from specproof.effective.overlay import Kind, parse_overlay
from specproof.errors import InputError

HEAD = "overlay: 1.1.0\ninfo: {title: T, version: '1'}\n"


def refusal(text: str, *, documented: bool = False) -> str:
    """Return the sentence with which an overlay is refused."""
    with pytest.raises(InputError) as caught:
        parse_overlay(text.encode(), name="o.yaml", documented=documented)
    return str(caught.value)


def test_overlay_is_read_with_lines_reasons_and_extensions() -> None:
    """Every field arrives, with the line of each action."""
    overlay = parse_overlay(
        (
            HEAD + "extends: published.yaml\nx-own: 1\nactions:\n"
            "  - target: $.a\n    remove: true\n    x-other: 1\n"
            "  - target: $.b\n    update: null\n    description: D\n"
            "    x-specproof-reason: why\n    x-specproof-evidence: [seen, heard]\n"
            "  - target: $.c\n    copy: $.d\n"
        ).encode(),
        name="o.yaml",
    )
    assert (overlay.minor, overlay.title, overlay.extends) == (1, "T", "published.yaml")
    assert [action.kind for action in overlay.actions] == [Kind.REMOVE, Kind.UPDATE, Kind.COPY]
    assert [action.line for action in overlay.actions] == [6, 9, 14]
    assert overlay.actions[1].evidence == ("seen", "heard")
    assert overlay.actions[2].source == "$.d"


def test_json_overlay_is_read() -> None:
    """An overlay may be JSON."""
    text = (
        '{"overlay":"1.0.7","info":{"title":"T","version":"1"},'
        '"actions":[{"target":"$","update":{}}]}'
    )
    overlay = parse_overlay(text.encode(), name="o.json")
    assert (overlay.minor, len(overlay.actions)) == (0, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("overlay: 1.1.0\nactions: [{target: $, remove: true}]", "info: Field required"),
        (HEAD.replace("1.1.0", "1.2.0") + "actions: [{target: $, remove: true}]", "overlay: "),
        (HEAD.replace("title: T, ", "") + "actions: [{target: $, remove: true}]", "info title"),
        (HEAD, "actions: Field required"),
        (HEAD + "actions: []", "actions: "),
        (HEAD + "actions: {}", "actions: "),
        (HEAD + "own: 1\nactions: [{target: $, update: 1}]", "the field 'own' is not part"),
        (HEAD + "actions: [{target: $, updates: 1}]", "action 1: the field 'updates' is not part"),
        (
            HEAD + "actions:\n- {target: $.a, update: 1}\n- {target: a, update: 1}",
            "action 2 target",
        ),
        (HEAD + "actions: [{update: 1}]", "action 1 target: Field required"),
        (HEAD + "actions: [{target: $, remove: 'yes'}]", "action 1 remove"),
        (HEAD + "actions: [{target: $}]", "action 1: it does nothing"),
        (HEAD + "actions: [{target: $, remove: false}]", "action 1: it does nothing"),
        (HEAD + "actions: [{target: $, update: 1, copy: $.a}]", "cancel each other"),
        (HEAD + "actions: [7]", "action 1: "),
        (HEAD + "actions:\n- {target: $, update: 1}\n- {target: $, update: 1}", "repeats action 1"),
        (HEAD + "info: {}", "o.yaml:3"),
    ],
)
def test_malformed_overlay_is_refused(text: str, words: str) -> None:
    """The sentence names the file, the action and the field."""
    assert words in refusal(text)
    assert refusal(text).startswith("o.yaml")


def test_refusal_names_the_line_of_the_action() -> None:
    """The second action stands on line 4."""
    text = HEAD + "actions:\n  - {target: $.a, update: 1}\n  - {target: $.b}\n"
    assert refusal(text).startswith("o.yaml:5: action 2: it does nothing")


def test_catalog_overlay_needs_reason_and_evidence() -> None:
    """A correction without a reason or evidence is an opinion."""
    action = HEAD + "actions:\n- target: $.a\n  remove: true\n"
    assert "action 1: x-specproof-reason is missing" in refusal(action, documented=True)
    action += "  x-specproof-reason: why\n"
    assert "action 1: x-specproof-evidence is missing" in refusal(action, documented=True)
    action += "  x-specproof-evidence: [seen]\n"
    parse_overlay(action.encode(), name="o.yaml", documented=True)
