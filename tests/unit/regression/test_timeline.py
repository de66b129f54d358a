from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Any

import pytest
from change_cases import TODAY, cases, whole

from specproof.errors import LimitError
from specproof.regression import timeline
from specproof.regression.acceptance import NO_OVERRIDES, Acceptance, Overrides
from specproof.regression.bump import Bump
from specproof.regression.change import Level, Perspective, Policy
from specproof.regression.entries import History, Kept, Outcome
from specproof.regression.timeline import Settings, history

SETTINGS = Settings(TODAY, Perspective.CONSUMER, Policy.DEFAULT, NO_OVERRIDES)
PATHS = tuple(f"/things{number}" for number in range(6))


def api(required: bool = False, **more: Any) -> bytes:
    """Return a document whose one response field is optional or not."""
    schema = {"properties": {"name": {"type": "string"}}, "required": ["name"] if required else []}
    return json.dumps({**whole("response", schema), **more}).encode()


def many(*paths: str) -> bytes:
    """Return a document with an operation at each path."""
    done = {"responses": {"200": {"description": "done"}}}
    return json.dumps(whole("paths", {path: {"get": done} for path in paths})).encode()


def _same(data: bytes | None) -> bytes | None:
    return data


def walked(*contents: bytes | None, **changed: Any) -> History:
    """Return the history of revisions a year apart, the first of 2020."""
    kept = [
        Kept(f"r{number}", date(2020 + number, 1, 1), "", "", partial(_same, data))
        for number, data in enumerate(contents)
    ]
    settings = {name: getattr(SETTINGS, name) for name in Settings.__slots__}
    return history(kept, Settings(**{**settings, **changed}))


def outcomes(found: History) -> list[str]:
    """Return what each revision is."""
    return [entry.outcome.value for entry in found.entries]


def undone(found: History) -> list[tuple[str, int, int, str]]:
    """Return what was taken back: rule, by which revisions, and the rule of what did."""
    return [(each.change.rule, each.made, each.undone, each.by.rule) for each in found.undone]


def test_each_revision_is_compared_with_the_one_before() -> None:
    """The first has nothing to be compared with; what means the same is no change."""
    same = json.dumps(json.loads(api(required=True)), indent=1, sort_keys=True).encode()
    found = walked(api(required=True), same, api())
    assert outcomes(found) == ["first", "same", "changed"]
    first, second, third = found.entries
    assert (first.base, first.diff, first.operations) == (None, None, 1)
    assert (second.base, second.bump, third.base, third.bump) == (0, Bump.NONE, 1, Bump.MAJOR)
    assert third.diff is not None
    assert [change.rule for change in third.diff.changes] == ["response-property-became-optional"]
    assert found.undone == ()


def test_a_description_that_comes_back_flaps() -> None:
    """By meaning, not by bytes, and across revisions that change nothing."""
    again = json.dumps(json.loads(api(required=True)), indent=2).encode()
    note = api(info={"title": "Other", "version": "1"})
    found = walked(api(required=True), api(), note, again)
    assert outcomes(found) == ["first", "changed", "same", "changed"]
    assert [entry.again for entry in found.entries] == [None, None, None, 0]
    assert undone(found) == [
        ("response-property-became-optional", 1, 3, "response-property-became-required")
    ]


def test_the_latest_earlier_state_is_the_one_that_is_again() -> None:
    """A -> B -> A -> B: each return names the nearest."""
    one, other = api(required=True), api()
    found = walked(one, other, one, other)
    assert [entry.again for entry in found.entries] == [None, None, 0, 1]


def test_one_change_that_is_taken_back_among_others_is_named() -> None:
    """Though the description as a whole never comes back."""
    tags = {"tags": [{"name": "new"}]}
    found = walked(
        api(required=True),
        api(servers=[{"url": "https://a.example"}]),
        api(required=True, servers=[{"url": "https://b.example"}], **tags),
    )
    assert [entry.again for entry in found.entries] == [None, None, None]
    assert undone(found) == [
        ("response-property-became-optional", 1, 2, "response-property-became-required")
    ]


def test_a_change_that_goes_further_is_not_taken_back() -> None:
    """10, 20, 30 is no flapping, nor is a field that changes once more and then is gone."""

    def limited(most: int | None) -> bytes:
        schema = {} if most is None else {"schema": {"type": "integer", "maximum": most}}
        return json.dumps(whole("parameter", schema)).encode()

    assert undone(walked(limited(10), limited(20), limited(30))) == []
    assert undone(walked(many(*PATHS[:3]), many(*PATHS[:2]), many(*PATHS[:1]))) == []


def test_what_is_taken_back_in_steps_is_named_once() -> None:
    """A removed operation that comes back two revisions later, for good."""
    found = walked(many("/a", "/b"), many("/a"), many("/a", "/c"), many("/a", "/b", "/c"))
    assert undone(found) == [("operation-removed", 1, 3, "operation-added")]


def test_of_several_operations_only_those_where_it_came_back_are_named() -> None:
    """One finding with two operations, taken back for one of them."""

    def answers(*paths: str) -> bytes:
        done = {"200": {"description": "done"}}
        gone = {**done, "404": {"description": "gone"}}
        items = {
            path: {"get": {"responses": gone if path in paths else done}} for path in PATHS[:3]
        }
        return json.dumps(whole("paths", items)).encode()

    found = walked(answers(), answers(*PATHS[:2]), answers(PATHS[0]))
    [item] = found.undone
    assert item.change.operations == (f"GET {PATHS[1]}",)


def test_accidents_of_a_publisher_are_passed_over() -> None:
    """The revision after one is compared with the last sound one."""
    found = walked(
        many(*PATHS), b"<html>", None, many("/a"), many(*PATHS, "/new"), b"", many(*PATHS)
    )
    assert outcomes(found) == [
        "first", "unreadable", "removed", "collapsed", "changed", "unreadable", "changed",
    ]  # fmt: skip
    assert [entry.base for entry in found.entries] == [None, 0, 0, 0, 0, 4, 4]
    assert found.entries[3].problem.startswith("the new description lost 6 of 6 operations")
    assert found.entries[1].problem == "holds no object at the top level"
    assert found.entries[4].diff is not None
    assert [change.rule for change in found.entries[4].diff.changes] == ["operation-added"]
    assert found.entries[6].again == 0


def test_a_collapse_that_stays_was_meant() -> None:
    """The second revision of it is compared with the first, and so on."""
    found = walked(many(*PATHS), many("/a"), many("/a", "/b"), many("/a", "/b", "/c"))
    assert outcomes(found) == ["first", "collapsed", "changed", "changed"]
    assert [entry.base for entry in found.entries] == [None, 0, 1, 2]


def test_a_history_may_begin_with_an_accident() -> None:
    """The first that can be read is the first."""
    found = walked(b"nothing", api(), api(required=True))
    assert outcomes(found) == ["unreadable", "first", "changed"]
    assert found.entries[0].base is None


def test_a_revision_beyond_the_limits_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is our limit and no accident of the publisher's."""

    def refuse(_data: bytes, name: str) -> Any:
        raise LimitError("is too large", file=name)

    monkeypatch.setattr(timeline, "load_bytes", refuse)
    with pytest.raises(LimitError):
        walked(api())


def test_little_memory_gives_the_same_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that were forgotten are read again."""
    contents = (api(required=True), api(), many(*PATHS), api(required=True), api())
    plenty = walked(*contents)
    monkeypatch.setattr(timeline, "_REMEMBERED", 0)
    little = walked(*contents)
    assert [entry.diff for entry in little.entries] == [entry.diff for entry in plenty.entries]
    assert little.undone == plenty.undone


def test_each_revision_is_judged_by_its_own_day() -> None:
    """An operation that went when its announced end had come is no breaking change."""

    def ending(parts: dict[str, Any]) -> bytes:
        done = {"responses": {"200": {"description": "done"}}, **parts}
        return json.dumps(whole("paths", {"/a": {"get": done}, "/b": {"post": done}})).encode()

    for sunset, level in (("2020-06-30", Level.WARNING), ("2021-06-30", Level.ERROR)):
        before = ending({"deprecated": True, "x-sunset": sunset})
        entry = walked(before, many("/c"), today=date(2030, 1, 1)).entries[1]
        assert entry.diff is not None
        assert {change.level for change in entry.diff.changes if change.sites} >= {level}
        removed = [change for change in entry.diff.changes if "removed" in change.rule]
        assert {change.level for change in removed} == {level}


def test_levels_of_the_user_count_and_acceptances_do_not() -> None:
    """What is accepted today says nothing about the past."""
    [_, changed] = walked(api(required=True), api()).entries
    assert changed.diff is not None
    [change] = changed.diff.changes
    accepted = Acceptance(change.fingerprint, "we do not read it", date(2099, 1, 1))
    [_, again] = walked(
        api(required=True), api(), overrides=Overrides("changes.toml", (accepted,))
    ).entries
    assert again.diff is not None
    assert again.diff.breaking
    levels = {change.rule: Level.INFO}
    [_, lowered] = walked(
        api(required=True), api(), overrides=Overrides("changes.toml", (), levels)
    ).entries
    assert lowered.diff is not None
    assert not lowered.diff.breaking


def test_no_revision_is_an_empty_history() -> None:
    """Nothing in, nothing out."""
    assert walked() == History((), ())


def test_whatever_changes_and_is_put_back_is_named() -> None:
    """For every third rule the description flaps; nearly each change is told to be taken back.

    The others go and come under different subjects, such as a status and a range of statuses.
    """
    made = back = 0
    for rule, case in sorted(cases().items())[::3]:
        old, new = (
            json.dumps(whole(case["kind"], case["positive"][side])).encode()
            for side in ("old", "new")
        )
        found = walked(old, new, old)
        there = found.entries[1].diff
        assert there is not None
        flaps = found.entries[1].outcome is Outcome.CHANGED
        assert found.entries[2].again == (0 if flaps else None), rule
        made += len(there.changes)
        back += len(found.undone)
    assert back > made * 0.9


def test_a_change_of_words_alone_is_no_flapping() -> None:
    """Bytes that come back after others that mean the same."""
    one, other = api(), api(info={"title": "Other", "version": "1"})
    assert [entry.again for entry in walked(one, other, one).entries] == [None, None, None]
