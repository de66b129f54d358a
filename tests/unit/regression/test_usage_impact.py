"""Which calls a change concerns, and what becomes of changes that concern none."""

from __future__ import annotations

import pytest
from clients_changed import changed, clients

from specproof.regression.change import Change, Diff, Level, Policy
from specproof.regression.client_impact import with_client
from specproof.regression.usage import Usage
from specproof.regression.usage_code import Use
from specproof.regression.usage_impact import with_usage

LIST = "api.pets.list_pets"
_NAME = "/components/schemas/Pet/properties/name"
_LIMIT = "query parameter limit"


def _judged(
    change: Change, *uses: Use, policy: Policy = Policy.DEFAULT, blind: bool = False
) -> Change:
    usage = Usage(tuple(("a.py", use) for use in uses), blind=blind)
    known = clients()
    found = with_usage(with_client(Diff((change,), 1, 1), known), usage, known, policy)
    return found.changes[0]


def _call(line: int, *keywords: str, path: str = LIST, opaque: bool = False) -> Use:
    return Use(line, path, "", keywords, opaque, is_call=True)


def test_a_change_of_an_answer_concerns_the_calls_of_its_operations() -> None:
    """Others are not counted."""
    found = _judged(changed("/x"), _call(1), _call(2, path="api.pets.replace_pet"), _call(3))
    assert (found.call_sites, found.level) == (("a.py:1", "a.py:3"), Level.ERROR)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("parameter-removed", ("a.py:1", "a.py:3")),
        ("request-maximum-tightened", ("a.py:1", "a.py:3")),
        ("parameter-became-required", ("a.py:2", "a.py:3")),
        ("parameter-default-changed", ("a.py:2", "a.py:3")),
        ("required-parameter-added", ("a.py:1", "a.py:2", "a.py:3")),
    ],
)
def test_a_change_of_a_parameter_concerns_calls_by_their_arguments(
    rule: str, expected: tuple[str, ...]
) -> None:
    """Those that give it, those that do not, or all; what can not be told counts."""
    calls = (_call(1, "limit", "client"), _call(2, "client"), _call(3, opaque=True))
    assert _judged(changed("/x", rule=rule, part=_LIMIT), *calls).call_sites == expected


def test_a_change_of_a_property_concerns_what_reads_or_writes_it() -> None:
    """Besides all calls of the operations that feel it."""
    uses = (
        _call(1),
        Use(2, LIST, "name"),
        Use(3, LIST, "tags"),
        Use(4, "models.Pet", "name"),
        Use(5, "models.Pet", "tags"),
        Use(6, "models.Pet", "", ("name",)),
        Use(7, "models.Pet", "", (), opaque=True),
        Use(8, "models.Pet"),
        Use(9, "models.Other", "name"),
    )
    found = _judged(changed(_NAME), *uses)
    assert found.call_sites == tuple(f"a.py:{line}" for line in (1, 2, 4, 6, 7))
    whole = _judged(changed("/components/schemas/Pet"), *uses[3:])
    assert whole.call_sites == tuple(f"a.py:{line}" for line in range(4, 9))


def test_a_change_that_no_call_feels_sinks_to_information_and_says_why() -> None:
    """It is told last then."""
    other = _call(1, path="api.pets.replace_pet")
    found = _judged(changed("/x"), other)
    assert (found.level, found.call_sites) == (Level.INFO, ())
    assert found.reason == "your code calls none of the operations that feel it"
    known = clients()
    diff = Diff((changed("/x"), changed("/y", ("PUT /pets/{}",), level=Level.WARNING)), 1, 1)
    sorted_anew = with_usage(diff, Usage((("a.py", other),)), known, Policy.DEFAULT)
    assert [change.pointer for change in sorted_anew.changes] == ["/y", "/x"]


@pytest.mark.parametrize(
    "change",
    [
        changed("/x", rule="security-required"),
        changed("/x", rule="server-changed"),
        changed("/x", accepted="we know"),
        changed("/x", ()),
    ],
)
def test_what_concerns_all_or_is_accepted_keeps_its_level(change: Change) -> None:
    """Security and servers are felt by the next call as well."""
    assert _judged(change, _call(1, path="api.pets.replace_pet")).level is Level.ERROR


@pytest.mark.parametrize("path", ["api", "api.pets"])
def test_a_folder_that_is_handed_on_may_call_what_is_in_it(path: str) -> None:
    """So nothing in it is unused."""
    found = _judged(changed("/x"), _call(1, path=path, opaque=True))
    assert (found.level, found.call_sites) == (Level.ERROR, ("a.py:1",))


def test_nothing_sinks_where_that_is_not_safe() -> None:
    """Strictly judged, without a single call, or with a file that could not be read."""
    other = _call(1, path="api.pets.replace_pet")
    assert _judged(changed("/x"), other, policy=Policy.STRICT).level is Level.ERROR
    assert _judged(changed("/x"), other, blind=True).level is Level.ERROR
    assert _judged(changed("/x")).level is Level.ERROR


def test_what_every_call_feels_names_every_call() -> None:
    """A server that is gone concerns them all, a model that is made does not call it."""
    change = changed("/servers/0", (), rule="server-changed")
    found = _judged(change, _call(1), Use(2, "models.Pet"), _call(3, path="api.pets.replace_pet"))
    assert found.call_sites == ("a.py:1", "a.py:3")
