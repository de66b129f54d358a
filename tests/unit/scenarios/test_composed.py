"""Composing cases: distinct, of parts that were drawn, broken where they say so."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from typing import Any
from urllib.parse import unquote

import pytest
from contracts import contract_of
from hypothesis import given, settings
from hypothesis import strategies as st
from unmeasured import unmeasured

from specproof.model import Json
from specproof.requirements.contract import Contract, OperationContract
from specproof.scenarios import composed as subject
from specproof.scenarios.composed import Part, Pieces, composed, recombined
from specproof.scenarios.generated import CaseSource, Drawn

PARAMETERS: Json = [
    {"in": "path", "name": "shop", "required": True, "x-specproof-env": "SHOP_APP",
     "schema": {"type": "string", "format": "uuid"}},
    {"in": "path", "name": "id", "required": True, "schema": {"type": "string", "format": "uuid"}},
    {"in": "query", "name": "n", "required": True, "schema": {"type": "integer"}},
    {"in": "query", "name": "m", "schema": {"type": "boolean"}},
    {"in": "header", "name": "X-Kind", "schema": {"type": "string", "enum": ["a", "b"]}},
    {"in": "cookie", "name": "c", "schema": {"type": "integer"}},
]  # fmt: skip
BODY: Json = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}},
                "additionalProperties": False,
            }
        }
    },
}
CONTRACT = contract_of(
    path="/shops/{shop}/things/{id}", method="put", parameters=PARAMETERS, requestBody=BODY
)


def _cases(
    contract: Contract = CONTRACT, *, valid: bool, cases: int = 40, seed: int = 0
) -> list[Drawn]:
    source = CaseSource(contract.document, name="spec")
    found = composed(source, contract.operations["drop"], valid=valid, cases=cases, seed=seed)
    return list(itertools.islice(found, cases))


def _schema(place: str, name: str) -> Any:
    items = CONTRACT.operations["drop"].parameters
    return next(item["schema"] for item in items if (item["in"], item["name"]) == (place, name))


def _holds(drawn: Drawn, part: Part) -> bool:
    """Whether a part keeps its rule, judged without a word of what it was drawn for."""
    place, name = part
    operation = CONTRACT.operations["drop"]
    if place == "body":
        schema: Any = BODY
        schema = schema["content"]["application/json"]["schema"]
        return "json" in drawn.content and operation.compiler.compile(schema, formats=True).valid(
            drawn.content["json"]
        )
    if part == ("query", "n"):
        text = str(drawn.query.get("n"))
        return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()
    if part == ("header", "X-Kind"):
        return drawn.headers.get("X-Kind", "a") in {"a", "b"}
    check = operation.compiler.compile(_schema(place, name), formats=True)
    return check.valid(unquote(drawn.path[name]))


_RULES = (("path", "id"), ("query", "n"), ("header", "X-Kind"), ("body", ""))


def test_valid_cases_keep_every_rule() -> None:
    """Wherever their parts come from; fewer were drawn than there are, and no id comes twice."""
    found = _cases(valid=True)
    assert len(found) == 40
    for case in found:
        assert not case.broken
        assert [part for part in _RULES if not _holds(case, part)] == []
    assert len({repr(case.content) for case in found}) < len(found)
    assert len({case.path["id"] for case in found}) == len(found)


def test_invalid_cases_know_what_is_broken() -> None:
    """At least one part is, and every part that is not keeps its rule."""
    found = _cases(valid=False)
    assert len(found) == 40
    broken = set()
    for case in found:
        assert case.broken
        broken |= {place for place, _ in case.broken}
        for part in _RULES:
            if part not in case.broken and (part[0], "") not in case.broken:
                assert _holds(case, part), (case, part)
    assert broken >= {"path", "query", "body"}


@pytest.mark.parametrize("valid", [True, False])
def test_no_case_comes_twice(valid: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even over several blocks, and the part that logs in makes none another."""
    monkeypatch.setattr(subject, "_BLOCK", 16)
    found = _cases(valid=valid, cases=40)
    assert len(found) == 40
    texts = {
        repr((
            case.path if not valid else case.path["id"],
            case.query,
            case.headers,
            case.content,
        ))
        for case in found
    }  # fmt: skip
    assert len(texts) == len(found)


_PROGRAM = """
import hashlib, itertools, sys
sys.path[:0] = {paths!r}
import test_composed as tests
print(hashlib.sha256(repr([tests._plain(case) for valid in (True, False)
      for case in tests._cases(valid=valid, seed=5, cases=10)]).encode()).hexdigest())
"""


def _plain(case: Drawn) -> object:
    return (case.path, case.query, case.headers, case.content, sorted(case.broken))


def test_the_same_seed_gives_the_same_in_any_process() -> None:
    """Whatever PYTHONHASHSEED is; another seed gives other cases."""

    def cases(seed: int) -> list[object]:
        found = (_cases(valid=valid, seed=seed, cases=10) for valid in (True, False))
        return [_plain(case) for case in itertools.chain(*found)]

    here = cases(5)
    paths = [os.path.dirname(__file__), os.path.dirname(sys.modules["contracts"].__file__ or "")]  # noqa: PTH120 - text for a program
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM.format(paths=paths)],
        env={**unmeasured(), "PYTHONHASHSEED": "17"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(repr(here).encode()).hexdigest()
    assert here != cases(6)


@settings(max_examples=20, deadline=None, database=None)
@given(st.sampled_from([2, 3, 5, 7]), st.integers(1, 4))
def test_recombining_covers_all_pairs(prime: int, parts: int) -> None:
    """Of a prime number of cases with parts all unlike each combination of two comes once."""
    names = [("query", str(number)) for number in range(min(parts, prime))]
    drawn = [Pieces({part: f"{part[1]}-{case}" for part in names}) for case in range(prime)]
    found = [tuple(item.query.values()) for item in recombined(drawn, set(), {})]
    assert len(set(found)) == len(found)
    for one, other in itertools.combinations(range(len(names)), 2):
        assert len({(case[one], case[other]) for case in found}) == len(found) == prime**2


def test_parameters_of_one_schema_lend_each_other_values() -> None:
    """And now and then they have the same one."""
    alike: dict[Part, list[Part]] = {("path", name): [] for name in "ab"}
    for part, group in alike.items():
        group.extend([part, *(other for other in alike if other != part)])
    drawn = [Pieces({part: f"{part[1]}{case}" for part in alike}) for case in range(11)]
    found = [item.path for item in recombined(drawn, set(), alike)]
    assert any(case["a"].startswith("b") for case in found)
    assert any(case["a"] == case["b"] for case in found)
    assert found[:11] == [{"a": f"a{case}", "b": f"b{case}"} for case in range(11)]


def _part(case: object, operation: OperationContract = CONTRACT.operations["drop"]) -> Pieces:
    return subject._pieces(case, operation, frozenset({"shop"}))  # type: ignore[arg-type]  # anything


@pytest.mark.parametrize(
    ("drawn", "broken"),
    [
        (Drawn({"id": "1"}, {"n": 1, "x": 2}, {}, broken=frozenset({("query", "n")})),
         {("query", "")}),
        (Drawn({"id": "1"}, {}, {}, broken=frozenset({("query", "n")})), {("query", "n")}),
        (Drawn({"id": "1"}, {}, {}, broken=frozenset({("query", "z")})), {("query", "")}),
        (Drawn({"id": "1"}, {}, {"X-Kind": "c"}, broken=frozenset({("header", "x")})),
         {("header", "")}),
        (Drawn({"id": "1"}, {}, {"Content-Type": "a/b"}, broken=frozenset({("header", "")})),
         {("header", "")}),
        (Drawn({"id": "1"}, {}, {"Cookie": "c=x"}, broken=frozenset({("cookie", "")})),
         {("cookie", "")}),
        (Drawn({"shop": "1", "id": "1"}, {}, {}, broken=frozenset({("path", "shop")})),
         {("path", "shop")}),
    ],
)  # fmt: skip
def test_what_is_broken_stays_in_one_piece(drawn: Drawn, broken: set[Part]) -> None:
    """A parameter on its own where it stands on its own, else the whole place."""
    pieces = _part(drawn)
    assert set(pieces.broken) == broken
    whole = pieces.joined(pieces.valid)
    assert (whole.path, whole.query, whole.headers) == (drawn.path, drawn.query, drawn.headers)


def test_nothing_of_a_case_changes_that_does_not_say_where_it_is_broken() -> None:
    """It would be valid with another part in the broken one's place."""
    pieces = _part(Drawn({"id": "1"}, {}, {}, broken=frozenset({("elsewhere", "x")})))
    assert not pieces.valid
    assert ("path", "id") in pieces.broken


class _Cases(CaseSource):
    """Gives the strategy that a test makes up."""

    def __init__(self, strategy: st.SearchStrategy[Any] | None) -> None:
        self._strategy = strategy

    def strategy(
        self, operation: OperationContract, *, valid: bool
    ) -> st.SearchStrategy[Any] | None:
        del operation, valid
        return self._strategy


@pytest.mark.parametrize("strategy", [None, st.nothing(), st.just("no case")])
def test_a_strategy_without_cases_ends(strategy: st.SearchStrategy[Any] | None) -> None:
    """Nothing is yielded."""
    operation = CONTRACT.operations["drop"]
    assert not list(composed(_Cases(strategy), operation, valid=True, cases=5, seed=0))


def test_it_ends_where_there_is_nothing_more() -> None:
    """Two values of one parameter are two cases, however many are asked for."""
    contract = contract_of(
        parameters=[
            {"in": "path", "name": "id", "required": True,
             "schema": {"type": "string", "enum": ["a", "b"]}}
        ]
    )  # fmt: skip
    found = _cases(contract, valid=True)
    assert sorted(case.path["id"] for case in found) == ["a", "b"]
