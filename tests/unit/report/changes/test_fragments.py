"""Old and new side by side."""

from __future__ import annotations

from diffs import HOSTILE, change, compared

from specproof.report.changes.fragments import sides


def test_both_sides_are_shown_and_what_differs_is_marked() -> None:
    """The parameter is found by its name, though it moved."""
    pointer = "/paths/~1pets/get/parameters/1"
    old, new = sides(change(pointer=pointer), compared())
    assert (old.there, old.pointer) == (True, "/paths/~1pets/get/parameters/0")
    assert (new.there, new.pointer) == (True, pointer)
    assert [line.text for line in old.lines if line.differs] == ['    "maximum": 100']
    assert [line.text for line in new.lines if line.differs] == ['    "maximum": 50']


def test_what_is_gone_is_shown_on_the_old_side_only() -> None:
    """The pointer leads into the old document."""
    old, new = sides(change(pointer="/paths/~1pets~1{id}/delete", gone=True), compared())
    assert old.lines[0].text == '"delete": {'
    assert all(line.differs for line in old.lines)
    assert (new.there, new.lines) == (False, ())


def test_a_document_that_is_not_at_hand_is_not_there() -> None:
    """A new document that can not be read has no side."""
    old, new = sides(change(pointer="/paths", gone=True), compared(new_root=None))
    assert (old.there, new.there) == (True, False)


def test_long_fragments_are_cut() -> None:
    """Neither many lines nor long ones flood the page."""
    wide = {"a": {"text": "x" * 10_000, "list": list(range(100)), HOSTILE: [], "null": None}}
    old, new = sides(change(pointer="/a"), compared(old_root=wide, new_root=wide))
    assert old == new
    assert (len(old.lines), old.more) == (40, True)
    assert max(len(line.text) for line in old.lines) == 160
    assert not any(line.differs for line in old.lines)


def test_text_of_strangers_is_printable() -> None:
    """Keys and values can not turn the line around."""
    wide = {"a": {HOSTILE: HOSTILE}}
    _, new = sides(change(pointer="/a"), compared(new_root=wide))
    assert all(line.text.isprintable() for line in new.lines)
