"""Whole documents: what holds whatever they are, and that what is found is what was changed."""

from __future__ import annotations

import copy
import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from change_cases import KINDS, TODAY, cases, changes, planted, whole
from drawn_documents import NOISE, documents, modern, operations, reached
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from serving import SPECPROOF
from unmeasured import unmeasured
from witnesses import witness

from specproof.regression.change import Diff, Level, Policy
from specproof.regression.engine import diff
from specproof.regression.places import Document
from specproof.regression.rules import registry

Node = dict[str, Any]

_CASES = cases()
_IN_OPERATIONS = sorted(
    rule
    for rule, case in _CASES.items()
    if case["kind"] in KINDS.keys() - {"document", "paths", "scheme", "security", "servers"}
    and not case["kind"].startswith("webhook")
)
_ASPECTS = sorted(
    rule.removeprefix("request-")
    for rule, case in _CASES.items()
    if case["kind"] == "request"
    and (other := _CASES.get(rule.replace("request-", "response-", 1)))
    and other["positive"] == case["positive"]
    and "finds" not in case["positive"]
)
_BODIES = sorted(rule for rule, case in _CASES.items() if case["kind"] in {"request", "response"})
_ANNOTATED = ("-discriminator-", "-encoding-", "-extensible-enum-", "-format-")
"""Parts of ids of rules about what no validator of JSON Schema looks at."""

_TOLERATED = {
    # Readers are told to expect what is new, and strings are read whatever their form.
    "request-property-added",
    "request-read-only-property-added",
    "response-additional-properties-opened",
    "response-any-of-branch-added",
    "response-pattern-changed",
    "response-pattern-removed",
    "response-property-added-to-closed",
    "response-property-removed",
    "response-unevaluated-properties-opened",
    "response-write-only-property-removed",
    # A value that is of two alternatives is of one where the other is gone.
    "request-one-of-branch-added",
    "response-one-of-branch-removed",
    # Whether one expression holds where another does is not decided.
    "request-pattern-changed",
}
"""Rules that are no errors although some value that was right is not any more."""

_noises = st.lists(st.sampled_from(sorted(NOISE)), max_size=6, unique=True)
_seeds = st.integers(0, 2**16)


def _diff(old: Node, new: Node, policy: Policy = Policy.DEFAULT) -> Diff:
    return diff(Document(old, "old"), Document(new, "new"), today=TODAY, policy=policy)


def _noisy(document: Node, noises: list[str], seed: int) -> Node:
    made = copy.deepcopy(document)
    for name, edit in NOISE.items():
        if name in noises:
            edit(made, random.Random(seed))
    return made


def _told(old: Node, new: Node) -> set[tuple[str, str]]:
    """Return rules with the operations that feel them, what nothing uses left out."""
    found = _diff(old, new).changes
    return {(item.rule, key) for item in found for key in item.operations}


@given(document=documents())
@settings(max_examples=20)
def test_a_document_does_not_differ_from_its_copy(document: Node) -> None:
    """Nothing is found between a document and itself, read twice."""
    assert _diff(document, copy.deepcopy(document)).changes == ()


@given(document=documents(), noises=_noises, seed=_seeds, newer=st.booleans(), both=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_noise_is_silent(
    document: Node, noises: list[str], seed: int, newer: bool, both: bool
) -> None:
    """What means the same is no change, in either direction, from 3.0 to 3.1 as well."""
    old = modern(document) if newer and both else document
    new = _noisy(modern(document) if newer else document, noises, seed)
    for before, after in ((old, new), (new, old)):
        found = _diff(before, after, Policy.STRICT).changes
        # What was put in place everywhere may have left a component that nothing uses.
        assert [item for item in found if item.rule != "component-removed"] == []


def test_there_are_enough_edits_to_apply() -> None:
    """The catalogue is that of the cases: each one of an operation, and each of a schema."""
    assert len(_IN_OPERATIONS) >= 250
    assert len(_ASPECTS) >= 60


@given(
    document=documents(),
    rules=st.lists(st.sampled_from(_IN_OPERATIONS), min_size=4, max_size=4),
    noises=_noises,
    seed=_seeds,
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_an_edit_of_an_operation_is_what_is_found(
    document: Node, rules: list[str], noises: list[str], seed: int
) -> None:
    """One edit in each operation: these rules tell of these operations, and nothing else does."""
    old, new = modern(document), modern(document)
    expected: set[tuple[str, str]] = set()
    for (key, before, method), (_, after, _), rule in zip(
        operations(old), operations(new), rules, strict=False
    ):
        case = _CASES[rule]
        before[method] = planted(before[method], case["kind"], case["positive"]["old"])
        after[method] = planted(after[method], case["kind"], case["positive"]["new"])
        expected |= {(found, key) for found in case["positive"].get("finds", [rule])}
    assert _told(old, _noisy(new, noises, seed)) == expected


@given(
    document=documents(),
    component=st.sampled_from(["Owner", "Pet", "Toy"]),
    aspects=st.lists(st.sampled_from(_ASPECTS), min_size=3, max_size=3, unique=True),
    noises=_noises,
    seed=_seeds,
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_an_edit_of_a_component_is_felt_where_it_is_used(
    document: Node, component: str, aspects: list[str], noises: list[str], seed: int
) -> None:
    """Each edit is told in the direction in which an operation uses the component."""
    assume(component in document["components"]["schemas"])
    old, new = modern(document), modern(document)
    for number, aspect in enumerate(aspects):
        case = _CASES[f"request-{aspect}"]["positive"]
        for made, side in ((old, "old"), (new, "new")):
            held = made["components"]["schemas"][component]["properties"]
            held[f"probe{number}"] = copy.deepcopy(case[side])
    written, read = reached(old, component)
    expected = {(f"request-{aspect}", key) for aspect in aspects for key in written}
    expected |= {(f"response-{aspect}", key) for aspect in aspects for key in read}
    assert _told(old, _noisy(new, noises, seed)) == expected


@pytest.mark.parametrize("rule", _BODIES)
def test_an_error_can_be_shown(rule: str) -> None:
    """A body that was right and is wrong now exists for errors, and for nothing else."""
    case = _CASES[rule]
    old, new = case["positive"]["old"], case["positive"]["new"]
    shown = witness(old, new) if case["kind"] == "request" else witness(new, old)
    if any(part in rule for part in _ANNOTATED):
        assert shown is None
    elif rule in _TOLERATED:
        assert shown is not None
        assert registry()[rule].level is not Level.ERROR
    else:
        assert (shown is not None) == (registry()[rule].level is Level.ERROR)


_names = st.sampled_from(["a", "b", "c"])
_values: st.SearchStrategy[Node] = st.recursive(
    st.one_of(
        st.fixed_dictionaries(
            {"type": st.sampled_from(["integer", "number"])},
            optional={"minimum": st.integers(0, 3), "maximum": st.integers(6, 9)},
        ),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["string", ["string", "null"]])},
            optional={"minLength": st.integers(1, 2), "maxLength": st.integers(3, 5)},
        ),
        st.fixed_dictionaries({"enum": st.lists(_names, min_size=1, unique=True)}),
        st.just({"type": "boolean"}),
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("array"), "items": inner}, optional={"maxItems": st.integers(1, 3)}
        ),
        st.fixed_dictionaries({"type": st.just("object"), "properties": st.just({})}),
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(_names, inner, max_size=2)},
            optional={
                "required": st.lists(_names, max_size=2, unique=True),
                "additionalProperties": st.just(True),
            },
        ),
    ),
    max_leaves=3,
)
"""Schemas that some value keeps, and whose parts all matter to some value."""


@given(old=_values, new=_values, side=st.sampled_from(["request", "response"]))
@settings(max_examples=80)
def test_a_broken_exchange_can_be_shown(old: Node, new: Node, side: str) -> None:
    """Where a body is called broken there is one: valid as it was, and not as it is."""
    old, new = ({"type": "object", "properties": {"it": schema}} for schema in (old, new))
    found = [item for item in changes(side, old, new) if item.level is Level.ERROR]
    valid, invalid = (old, new) if side == "request" else (new, old)
    assert not found or witness(valid, invalid) is not None, [item.message for item in found]


def _all_at_once(side: str) -> Node:
    """Return a document with an operation for each case."""
    made = whole("document", {})
    for rule in _IN_OPERATIONS:
        case = _CASES[rule]
        operation = planted({}, case["kind"], case["positive"][side])
        made["paths"][f"/{rule}"] = {"post": {**operation, "operationId": rule}}
    return made


def test_order_and_hash_seed_change_nothing(tmp_path: Path) -> None:
    """Two processes write the same bytes, and shuffled documents have the same changes."""
    old, new = _all_at_once("old"), _all_at_once("new")
    for name, document in (("old", old), ("new", new)):
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    written = [
        subprocess.run(
            [*SPECPROOF, "diff", "old.json", "new.json", "--json", "--today", "2026-01-01"],
            cwd=tmp_path,
            env={**unmeasured(), "PYTHONHASHSEED": seed},
            check=False,
            capture_output=True,
        )
        for seed in ("1", "2")
    ]
    assert [item.returncode for item in written] == [1, 1]
    assert written[0].stdout == written[1].stdout
    marks = [change["fingerprint"] for change in json.loads(written[0].stdout)["changes"]]
    assert len(marks) >= 250
    shuffled = _diff(_noisy(old, ["order"], 1), _noisy(new, ["order"], 2))
    assert [item.fingerprint for item in shuffled.changes] == marks
