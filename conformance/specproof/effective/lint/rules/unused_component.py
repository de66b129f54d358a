"""Lint rule ``unused-component``."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from specproof.effective.lint.model import Hit, Rule
from specproof.effective.lint.subject import Subject, query
from specproof.effective.queries import pointer
from specproof.model import Json, Severity

__all__ = ["RULE"]

_FIELDS = ("schemas", "responses", "parameters", "headers", "requestBodies", "examples")


def _find(subject: Subject) -> Iterator[Hit]:
    components = subject.document.get("components")
    if not isinstance(components, dict):
        return
    # A reference into a component uses it: "/components/<field>/<name>" is four parts.
    used = {"/".join(one.split("/")[:4]) for one in _references(subject.document)}
    for field in _FIELDS:
        group = components.get(field)
        for name in group if isinstance(group, dict) else ():
            place = ("components", field, name)
            if pointer(place) not in used:
                yield Hit(
                    place,
                    f"nothing refers to {field}/{name}",
                    {"target": query(place), "remove": True},
                )


def _references(node: Json) -> Iterator[str]:
    """Yield the pointers that are referred to, with discriminators; data counts as well."""
    stack: list[Json] = [node]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            target = item.get("$ref")
            if isinstance(target, str):
                yield unquote(target).removeprefix("#")
            mapping = item.get("mapping")
            for one in mapping.values() if isinstance(mapping, dict) else ():
                # The short form of a mapping is the name of a schema.
                name = str(one)
                local = "/" in name or name.startswith("#")
                yield name.removeprefix("#") if local else f"/components/schemas/{name}"
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


RULE = Rule(
    id="unused-component",
    severity=Severity.INFO,
    clause=(
        'OpenAPI 3.1.1, Components Object: "All objects defined within the Components Object '
        'will have no effect on the API unless they are explicitly referenced"'
    ),
    explanation="Nothing refers to the component, so it promises nothing.",
    find=_find,
)
