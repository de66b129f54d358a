"""What every registered id means: verdicts, severities, rules, requirements and the rest.

A registry contributes a kind of ids through one provider, a function without arguments. An
id may have several meanings (``overlay`` is a source and somebody to blame); ``kind:id``
names one of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from specproof.catalog import Api
from specproof.checks import registry
from specproof.effective.build import load
from specproof.effective.lint import RULES
from specproof.errors import InputError
from specproof.model import Requirement
from specproof.regression import rules as regression
from specproof.regression.change import Direction
from specproof.report.words import BLAMES, EXIT_CODES, SEVERITIES, SOURCES, TARGETS, VERDICTS
from specproof.requirements.contract import Contract
from specproof.requirements.derive import derive
from specproof.requirements.promises import read_promises
from specproof.suites.deviations import DEVIATION_RULES
from specproof.targets.faults.catalog import all_faults, legal_variations
from specproof.text import one_line, printable

__all__ = [
    "EXPLAIN_SCHEMA",
    "Explanation",
    "Provider",
    "Rule",
    "explain",
    "explain_document",
    "of_requirement",
    "of_requirements",
    "registered",
    "render_explanations",
    "render_listing",
]

EXPLAIN_SCHEMA: Final = "specproof.explain/1"


_DIRECTIONS: Final = {
    Direction.REQUEST: "requests",
    Direction.RESPONSE: "responses",
    Direction.BOTH: "requests and responses",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One meaning of one id.

    Attributes:
        kind: what it is, e.g. ``verdict``, ``check`` or ``requirement``.
        title: the same in one line.
        text: what it means to a caller of the API and what to do about it.
        clause: where it comes from, "" where specproof itself is the source.
    """

    id: str
    kind: str
    title: str
    text: str
    clause: str = ""


class Rule(Protocol):
    """What a registry of rules holds: checks, lint rules, regression rules, faults."""

    @property
    def id(self) -> str:
        """Permanent kebab-case id."""

    @property
    def explanation(self) -> str:
        """What a finding means and what to do about it."""

    @property
    def clause(self) -> str:
        """Where the rule comes from."""


Provider = Callable[[], Iterable[Explanation]]


def _lint_rules() -> Iterable[Rule]:
    return RULES


def _faults() -> Iterable[Rule]:
    return (*all_faults(), *legal_variations())


_RULE_REGISTRIES: Final[tuple[tuple[str, Callable[[], Iterable[Rule]]], ...]] = (
    ("check", registry),
    ("lint", _lint_rules),
    ("fault", _faults),
)
"""Kind of rule, and what returns its rules."""


def registered(providers: Iterable[Provider] = ()) -> tuple[Explanation, ...]:
    """Return every explanation, ours first, then those of ``providers``."""
    found = [*_words(), *_rules(), *_regression_rules()]
    for provider in providers:
        found.extend(provider())
    return tuple(found)


def explain(name: str, providers: Iterable[Provider] = ()) -> tuple[Explanation, ...]:
    """Return every meaning of ``name``, an id or ``kind:id``; at least one.

    Raises:
        InputError: nothing is registered under that id; the nearest ids are named.
    """
    known = registered(providers)
    found = tuple(each for each in known if name in {each.id, f"{each.kind}:{each.id}"})
    if found:
        return found
    ids = list(dict.fromkeys(each.id for each in known))
    near = difflib.get_close_matches(name, ids, n=3)
    raise InputError(
        f"nothing is registered under the id {one_line(name, 100)!r}",
        remedy=f"did you mean {', '.join(near)}?" if near else "`specproof explain` lists all ids",
    )


def of_requirements(api: Api) -> Iterator[Explanation]:
    """Yield the explanation of every requirement of ``api``.

    Raises:
        InputError: its specs or promises can not be read.
        StaleError: its effective spec is not what its sources give now.
    """
    published, effective = Contract.pair(load(api), api.name)
    for requirement in derive(api.name, published, effective, read_promises(api)):
        yield of_requirement(requirement)


def of_requirement(requirement: Requirement) -> Explanation:
    """Return the explanation of one requirement."""
    lines = [
        f"Promised by: {SOURCES[requirement.source]}",
        f"Belongs to: {requirement.operation}"
        + (f", response {requirement.status}" if requirement.status else ""),
    ]
    if requirement.vacuous:
        lines.append(f"Vacuous: {requirement.vacuous}.")
    return Explanation(
        id=requirement.id,
        kind="requirement",
        title=requirement.statement,
        text="\n".join(lines),
        clause=requirement.pointer,
    )


def render_explanations(explanations: Iterable[Explanation]) -> str:
    """Return the explanations in full, as text with a final line feed."""
    return "\n".join(_told(each) for each in explanations)


def render_listing(explanations: Iterable[Explanation]) -> str:
    """Return kind, id and title of each explanation, one a line."""
    rows = [(each.kind, one_line(each.id), one_line(each.title)) for each in explanations]
    kinds = max((len(kind) for kind, _, _ in rows), default=0)
    names = max((len(name) for _, name, _ in rows), default=0)
    return "".join(f"{kind:<{kinds}}  {name:<{names}}  {title}\n" for kind, name, title in rows)


def explain_document(explanations: Iterable[Explanation]) -> dict[str, Any]:
    """Return the ``--json`` document, ``specproof.explain/1``; its schema is ``explain``."""
    return {
        "schema": EXPLAIN_SCHEMA,
        "explanations": [
            {
                "id": printable(each.id),
                "kind": each.kind,
                "title": printable(each.title),
                "text": printable(each.text),
                "clause": printable(each.clause),
            }
            for each in explanations
        ],
    }


def _told(explanation: Explanation) -> str:
    lines = [f"{one_line(explanation.id)} ({explanation.kind})", ""]
    if not explanation.text.startswith(explanation.title):
        lines += [one_line(explanation.title, 1000), ""]
    lines += [printable(explanation.text), ""]
    if explanation.clause:
        lines += [f"Source: {one_line(explanation.clause)}", ""]
    return "\n".join(lines)


def _words() -> Iterator[Explanation]:
    tables: tuple[tuple[str, Mapping[str, str]], ...] = (
        ("verdict", _named(VERDICTS)),
        ("severity", _named(SEVERITIES)),
        ("source", _named(SOURCES)),
        ("blame", _named(BLAMES)),
        ("target", TARGETS),
        ("exit-code", EXIT_CODES),
        ("deviation", DEVIATION_RULES),
    )
    for kind, table in tables:
        for name, text in table.items():
            yield Explanation(name, kind, _first_sentence(text), text)


def _named(table: Mapping[Any, str]) -> Mapping[str, str]:
    return {str(key): text for key, text in table.items()}


def _first_sentence(text: str) -> str:
    return text.split(". ", 1)[0].rstrip(".")


def _rules() -> Iterator[Explanation]:
    for kind, rules in _RULE_REGISTRIES:
        for rule in rules():
            title = getattr(rule, "title", "") or _first_sentence(rule.explanation)
            yield Explanation(rule.id, kind, title, rule.explanation, rule.clause)


def _regression_rules() -> Iterator[Explanation]:
    for rule in regression.registry().values():
        levels = [f"{rule.level} for those who call the API", f"{rule.provider} for its provider"]
        if rule.strict is not rule.level:
            levels.append(f"{rule.strict} under --policy strict")
        if rule.failure is not rule.level:
            levels.append(f"{rule.failure} in an answer that reports an error")
        told = [
            " ".join(rule.explanation.split()),
            f"Level: {', '.join(levels)}. Felt in: {_DIRECTIONS[rule.direction]}.",
            f"What to do: {rule.fix}",
        ]
        title = rule.message.replace("{", "<").replace("}", ">")
        yield Explanation(rule.id, "change", title, "\n\n".join(told), rule.clause)
