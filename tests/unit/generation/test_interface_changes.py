from __future__ import annotations

from dataclasses import replace

import pytest

from specproof.generation.interface import COMPUTED, Entry, Parameter
from specproof.generation.interface_changes import compare

CLIENT = Parameter("client", "keyword-only", "Client", None)
FUNCTION = Entry(
    "function",
    annotation="Pet | None",
    parameters=(
        Parameter("a", "positional or keyword", "str", None),
        Parameter("b", "positional or keyword", "int | str", "1"),
        CLIENT,
    ),
)
A, B, _ = FUNCTION.parameters
CLASS = Entry("class", bases=("Base",))
FIELD = Entry("field", annotation="str")
MEMBER = Entry("member", default="'cat'")


def _one(old: Entry, new: Entry) -> list[tuple[str, str]]:
    changes = compare({"x": old}, {"x": new})
    assert all(change.section == "Changed" and change.subject == "x" for change in changes)
    return [(change.text.removeprefix("`x`: "), change.level) for change in changes]


def _with(*parameters: Parameter) -> Entry:
    return replace(FUNCTION, parameters=parameters)


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (FUNCTION, []),
        (_with(A, CLIENT), [("parameter `b` was removed", "major")]),
        (_with(A, B, CLIENT, replace(CLIENT, name="c", default="UNSET")),
         [("parameter `c` was added", "minor")]),
        (_with(A, B, CLIENT, replace(CLIENT, name="c")),
         [("parameter `c` was added, required", "major")]),
        (_with(A, B, CLIENT, Parameter("c", "variadic keyword", "int", None)),
         [("parameter `c` was added", "minor")]),
        (_with(B, A, CLIENT), [("parameter `a` moved to another position", "major"),
                               ("parameter `b` moved to another position", "major")]),
        (_with(replace(A, kind="keyword-only"), B, CLIENT),
         [("parameter `a` is keyword-only, was positional or keyword", "major"),
          ("parameter `b` moved to another position", "major")]),
        (_with(A, B, replace(CLIENT, kind="positional or keyword")),
         [("parameter `client` is positional or keyword, was keyword-only", "minor")]),
        (_with(replace(A, annotation="UUID | str"), B, CLIENT),
         [("parameter `a` takes `UUID | str`, was `str`", "minor")]),
        (_with(A, replace(B, annotation="int"), CLIENT),
         [("parameter `b` takes `int`, was `int | str`", "major")]),
        (_with(replace(A, default="'x'"), B, CLIENT),
         [("parameter `a` is no longer required", "minor")]),
        (_with(replace(A, annotation="dict[str, int | None] | str"), B, CLIENT),
         [("parameter `a` takes `dict[str, int | None] | str`, was `str`", "minor")]),
        (_with(A, replace(B, default=None), CLIENT), [("parameter `b` is required", "major")]),
        (_with(A, replace(B, default="2"), CLIENT),
         [("parameter `b` defaults to `2`, was `1`", "major")]),
        (replace(FUNCTION, annotation="Pet"), [("returns `Pet`, was `Pet | None`", "minor")]),
        (replace(FUNCTION, annotation="Pet | str"),
         [("returns `Pet | str`, was `Pet | None`", "major")]),
        (CLASS, [("was a function, is a class", "major")]),
    ],
)  # fmt: skip
def test_a_function_changes(new: Entry, told: list[tuple[str, str]]) -> None:
    """Each change is named and weighed: a parameter may widen, a result may narrow."""
    assert _one(FUNCTION, new) == told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (CLASS, Entry("class"), [("no longer derives from `Base`", "major")]),
        (CLASS, Entry("class", bases=("Base", "B")), [("derives from `B`", "minor")]),
        (FIELD, replace(FIELD, annotation="str | None"), [("is `str | None`, was `str`", "major")]),
        (FIELD, replace(FIELD, default="UNSET"), [("is no longer required", "minor")]),
        (replace(FIELD, default="UNSET"), FIELD, [("is required", "major")]),
        (replace(FIELD, default="1"), replace(FIELD, default=COMPUTED),
         [("is filled in another way", "minor")]),
        (replace(FIELD, default="1"), replace(FIELD, default="2"),
         [("its default is `2`, was `1`", "major")]),
        (MEMBER, replace(MEMBER, default="'dog'"),
         [("its value is `'dog'`, was `'cat'`", "major")]),
        (Entry("module", calls="Calls GET /a."), Entry("module", calls="Calls GET /b."),
         [("Calls `GET /b`. It was: Calls `GET /a`.", "patch")]),
        (Entry("module", calls="Word"), Entry("module", calls=""),
         [("`` It was: `Word`", "patch")]),
        (Entry("name"), CLASS, []),
        (replace(FIELD, annotation="a`b"), replace(FIELD, annotation="`"),
         [("is `` ` ``, was ``a`b``", "major")]),
    ],
)  # fmt: skip
def test_other_things_change(old: Entry, new: Entry, told: list[tuple[str, str]]) -> None:
    """Fields are read and written, so every other type breaks somebody."""
    assert _one(old, new) == told


def test_what_comes_and_goes_is_told_once() -> None:
    """Members of a class that is gone, and functions of a new operation, go without saying."""
    old = {"m.Pet": CLASS, "m.Pet.name": FIELD, "m.Kept": CLASS, "m.Kept.a": FIELD}
    operation = Entry("module", calls="Calls GET /a.")
    new = {
        "api.t.get": operation,
        "api.t.get.sync": FUNCTION,
        "m.Kept": CLASS,
        "m.Kept.b": FIELD,
        "m.Kept.c": replace(FIELD, default="1"),
    }
    assert [(change.section, change.text, change.level) for change in compare(old, new)] == [
        ("Added", "`api.t.get` (operation)", "minor"),
        ("Added", "`m.Kept.b` (field, required)", "major"),
        ("Added", "`m.Kept.c` (field)", "minor"),
        ("Removed", "`m.Kept.a` (field)", "major"),
        ("Removed", "`m.Pet` (class)", "major"),
    ]


def test_the_functions_of_an_operation_are_told_together() -> None:
    """One line for what is the same in all four, one more for what is not."""
    names = ("asyncio", "sync", "sync_detailed")
    old = {f"api.t.get.{name}": FUNCTION for name in names}
    new = {path: replace(entry, parameters=(A, CLIENT)) for path, entry in old.items()}
    new["api.t.get.sync"] = replace(new["api.t.get.sync"], annotation="int")
    assert [change.text for change in compare(old, new)] == [
        "`api.t.get` (asyncio, sync, sync_detailed): parameter `b` was removed",
        "`api.t.get.sync`: returns `int`, was `Pet | None`",
    ]
