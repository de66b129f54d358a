"""Transforms of paths, names and credentials of operations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from specproof.generation.normalisation.draft import Draft, Entry
from specproof.generation.normalisation.names import Names, identifier, shortened

__all__ = [
    "is_template",
    "operation_names",
    "path_templates",
    "refused_paths",
    "security_on_operations",
    "tag_names",
]

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
# RFC 3986 5.2.4 and 6.2.2.2: dot segments are resolved, and an encoded dot is a dot.
_FORBIDDEN = re.compile(
    r"[\x00-\x20\x7f-\x9f\\#\ud800-\udfff]|^//|/(?:\.|%2e){1,2}(?:/|$)|%(?:[01][0-9a-f]|7f)",
    re.IGNORECASE,
)
_FIT = re.compile(r"[a-zA-Z][a-zA-Z0-9_-]*")
_LONGEST_PATH = 2000

_TRIES = 4


def is_template(path: str) -> bool:
    """Return whether ``path`` can only lead to a path on the server (OpenAPI 3.1.1, 4.8.8)."""
    literal = _PLACEHOLDER.sub("", path)
    return (
        path.startswith("/")
        and not _FORBIDDEN.search(path)
        and not {"{", "}"}.intersection(literal)
        and len(path) <= _LONGEST_PATH
    )


def refused_paths(draft: Draft) -> Iterator[str]:
    """Leave out operations whose path could send a call, and its credentials, elsewhere."""
    kept = []
    for entry in draft.entries:
        if is_template(entry.path.partition("#")[0]):
            kept.append(entry)
            continue
        draft.leave_out(
            entry.label,
            entry.pointer,
            "its path is no template of a path on the server, such as /users/{id}",
        )
        yield entry.pointer
    draft.entries = kept


def security_on_operations(draft: Draft) -> Iterator[str]:
    """State at each operation whether it needs credentials; `{}` means that it does not."""
    for entry in draft.entries:
        stated = entry.node["security"]
        needed = isinstance(stated, list) and bool(stated) and {} not in stated
        entry.node["security"] = [{"credentials": []}] if needed else []
        if needed != bool(entry.origin.get("security")):
            yield f"{entry.pointer}/security"


def tag_names(draft: Draft) -> Iterator[str]:
    """Give tags that are no name of a folder one that is; only the first is used."""
    for entry in draft.entries:
        tags = entry.node["tags"]
        first = tags[0] if tags else "default"
        name = shortened(identifier(first, "tag"))
        entry.node["tags"] = [
            first if first.isascii() and name == identifier(first, "tag") else name
        ]
        if entry.node["tags"] != [first]:
            yield f"{entry.pointer}/tags"


def operation_names(draft: Draft) -> Iterator[str]:
    """Give each operation an id that is a module name of its own."""
    names = Names()
    ordered = sorted(draft.entries, key=lambda entry: "operationId" not in entry.node)
    for entry in ordered:
        given = entry.node.get("operationId") or ""
        made = re.sub(r"[{}]", "", entry.path).replace("/", "_").strip("_")
        from_path = identifier(f"{entry.method}_{made}")
        wanted = [identifier(given)] if identifier(given) != identifier("") else []
        candidates = [_settled(shortened(name)) for name in (*wanted, from_path)]
        # The second of two is told apart by what it calls before it gets a number.
        entry.identifier = names.claim(*candidates)
        entry.node["operationId"] = entry.identifier
        if not given or identifier(given) != entry.identifier:
            yield f"{entry.pointer}/operationId"


def _settled(name: str) -> str:
    """Return ``name`` as the generator leaves it when it makes an identifier of it again."""
    for _ in range(_TRIES):
        if identifier(name) == name:
            return name
        name = identifier(name)
    # Letters beyond ASCII can be cut in another way each time.
    return identifier("".join(filter(str.isascii, name)))


def path_templates(draft: Draft) -> Iterator[str]:
    """Make each placeholder one path parameter with a name that the generator reads.

    A query in a path (``/a?b={c}``) becomes query parameters; a fragment (``/a#b``), which is
    never sent (RFC 9110 7.1), only tells operations apart; placeholders without a parameter get
    one; parameters without a placeholder are left out.
    """
    keys = Counter[tuple[str, str]]()
    for entry in draft.entries:
        changed = _query_in_path(entry)
        sent, mark, _ = entry.path.partition("#")
        entry.parts = _PLACEHOLDER.split(sent.partition("?")[0])
        changed = _placeholders(draft, entry) or changed or bool(mark)
        key = "".join(
            f"{{{part}}}" if index % 2 else part for index, part in enumerate(entry.parts)
        )
        keys[entry.method, key] += 1
        repeated = keys[entry.method, key] - 1
        entry.key = f"{key}?{repeated}" if repeated else key
        if changed or repeated:
            yield entry.pointer


def _query_in_path(entry: Entry) -> bool:
    query = entry.path.partition("#")[0].partition("?")[2]
    parameters: list[dict[str, Any]] = entry.node["parameters"]
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        placeholder = _PLACEHOLDER.fullmatch(value)
        inner = placeholder.group(1) if placeholder else None
        known = [item for item in parameters if item["name"] in {name, inner} and inner]
        for item in known:
            item.update({"name": name, "in": "query"})
        if not known and not any(item["name"] == name for item in parameters):
            schema: dict[str, Any] = {"type": "string"}
            if inner is None:
                schema |= {"const": value, "default": value}
            parameters.append({"name": name, "in": "query", "required": True, "schema": schema})
    return bool(query)


def _placeholders(draft: Draft, entry: Entry) -> bool:
    parameters: list[dict[str, Any]] = entry.node["parameters"]
    declared = {item["name"]: item for item in parameters if item["in"] == "path"}
    changed = False
    used: list[str] = []
    names: set[str] = set()
    for index in range(1, len(entry.parts), 2):
        wire = entry.parts[index]
        item = declared.get(wire)
        if item is None or wire in used:
            # A placeholder that comes twice is two values for the generator, and two arguments.
            item = {"name": wire, "in": "path", "schema": {"type": "string"}, **(item or {})}
            parameters.append(item)
            changed = True
        used.append(wire)
        name = wire if _FIT.fullmatch(wire) else identifier(wire, "path_")
        while identifier(name) in names:
            name += "_2"
        names.add(identifier(name))
        changed = changed or name != wire or not item.get("required")
        entry.parts[index] = item["name"] = name
        item["required"] = True
    for wire, item in declared.items():
        if wire not in used:
            parameters.remove(item)
            changed = True
            draft.leave_out(
                f"{entry.label}: path parameter {wire}",
                f"{entry.pointer}/parameters",
                "the path has no placeholder of that name",
            )
    return changed
