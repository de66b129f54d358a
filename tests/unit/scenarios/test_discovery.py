"""Drawing the cases of a corpus: distinct, writable, the same for the same seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from contracts import contract_of
from hypothesis import strategies as st

from specproof.requirements.contract import OperationContract
from specproof.scenarios.corpus import StoredCase, header_of
from specproof.scenarios.discovery import discover, draw_corpus
from specproof.scenarios.generated import CaseSource, Drawn

PARAMETERS: Any = [
    {"in": "path", "name": "app", "required": True, "x-specproof-env": "SHOP_APP",
     "schema": {"type": "string"}},
    {"in": "path", "name": "id", "required": True, "schema": {"type": "string", "minLength": 1}},
    {"in": "path", "name": "part", "required": True, "schema": {"type": "integer"}},
]  # fmt: skip
CONTRACT = contract_of(path="/apps/{app}/things/{id}/{part}", parameters=PARAMETERS)


class _Case:
    """A case as Schemathesis draws it."""

    def __init__(self, path: dict[str, str], **parts: Any) -> None:
        self.path_parameters = path
        self._parts = parts

    def as_transport_kwargs(self, *, base_url: str) -> dict[str, Any]:
        del base_url
        return self._parts


class _Cases(CaseSource):
    """Draws the cases that a test makes up, and no baseline."""

    def __init__(self, *cases: _Case) -> None:
        self._cases = cases

    def strategy(
        self, operation: OperationContract, *, valid: bool
    ) -> st.SearchStrategy[Any] | None:
        del operation
        return st.sampled_from(self._cases) if valid else st.nothing()

    def first_valid(self, operation: OperationContract) -> Drawn | None:
        del operation
        return None


def _discover(source: CaseSource, *, cases: int = 10, seed: int = 0) -> tuple[StoredCase, ...]:
    return discover(source, CONTRACT.operations["drop"], cases=cases, seed=seed)


def _case(ident: str, **parts: Any) -> _Case:
    return _Case({"app": "a", "id": ident, "part": "1"}, **parts)


def test_cases_are_distinct_and_repeatable() -> None:
    """As many of each kind as were asked for; the part that logs in is a variable's name."""
    source = CaseSource(CONTRACT.document, name="spec")
    found = _discover(source, cases=20)
    assert found == _discover(source, cases=20)
    assert found != _discover(source, cases=20, seed=1)
    assert found[0].kind == "baseline"
    valid = [item for item in found if item.kind == "valid"]
    assert len(valid) == 20
    assert len({(*item.path.values(), item.resource) for item in valid}) == 20
    assert {item.path["app"] for item in found} == {"$SHOP_APP"}
    # Now and then a case is for a resource: its whole path, or the beginning of it.
    assert {item.resource for item in valid} == {(), ("id", "part"), ("id",)}


def test_a_strategy_with_few_values_is_not_asked_for_ever() -> None:
    """Each value is kept once, and what has no value at all gives no case."""
    found = _discover(_Cases(_case("x"), _case("y")))
    assert {item.kind for item in found} == {"valid"}
    assert {item.path["id"] for item in found} == {"x", "y"}
    assert len(set(map(repr, found))) == len(found)


@pytest.mark.parametrize(
    "case",
    [
        _case("%FF"),
        _case("x", data="\ud800"),
        _case("x", headers={"X-A": "\u20ac"}),
        _case("\ud800"),
    ],
)
def test_what_can_not_be_written_as_http_is_not_stored(case: _Case) -> None:
    """A corpus holds requests alone."""
    found = _discover(_Cases(case, _case("kept")))
    assert {item.path["id"] for item in found} == {"kept"}


def test_an_operation_that_schemathesis_does_not_know_has_no_cases() -> None:
    """Its corpus is empty."""
    source = CaseSource(contract_of(path="/elsewhere").document, name="spec")
    assert _discover(source) == ()


def test_a_corpus_is_drawn_again_as_its_file_says(tmp_path: Path) -> None:
    """With the file's seed and number, not those that are given."""
    (first,) = draw_corpus(tmp_path, CONTRACT, cases=4, seed=7)
    assert (first.operation, first.valid, first.path.parent) == ("drop", 4, tmp_path)
    (fresh,) = draw_corpus(tmp_path, CONTRACT, cases=2, seed=1, again=True)
    assert fresh.valid == 2
    first.path.write_bytes(first.data)
    assert header_of(first.path) == (7, 4)
    (again,) = draw_corpus(tmp_path, CONTRACT, cases=2, seed=1, again=True)
    assert again == first
