"""Transforms of schemas that are too large for the generator, or for a file that it writes."""

from __future__ import annotations

from collections.abc import Iterator

from specproof.generation.normalisation.draft import Draft, slots

__all__ = ["too_many_alternatives", "too_many_properties"]

_FEW_PROPERTIES = 500
_MOST_COMPARISONS = 5_000_000
_MOST_ALTERNATIVES = 500


def too_many_properties(draft: Draft) -> Iterator[str]:
    """Take the properties of objects that have thousands of them as they come.

    The generator compares each property with all others of its object: with 20,000 that takes
    half an hour.
    """
    spent = 0
    for pointer, holder, key in slots(draft):
        node = holder[key]
        count = len(node.get("properties") or ())
        if count <= _FEW_PROPERTIES:
            continue
        spent += count * count
        if spent > _MOST_COMPARISONS:
            holder[key] = {
                name: value
                for name, value in node.items()
                if name not in {"properties", "required"}
            } | {"type": "object"}
            draft.leave_out(
                f"{count} properties",
                pointer,
                "they are more than the generator can compare; each is an unknown property",
            )
            yield pointer


def too_many_alternatives(draft: Draft) -> Iterator[str]:
    """Take any value where there are hundreds of alternatives: no reader of Python ends there."""
    for pointer, holder, key in slots(draft):
        members = holder[key].get("anyOf") or ()
        if len(members) > _MOST_ALTERNATIVES:
            holder[key] = {
                name: holder[key][name] for name in ("title", "description") if name in holder[key]
            }
            draft.leave_out(
                f"the type of {len(members)} alternatives",
                pointer,
                f"no type is written of more than {_MOST_ALTERNATIVES}; any value is taken there",
            )
            yield pointer
