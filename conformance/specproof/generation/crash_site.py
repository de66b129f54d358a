"""Finds what the generator worked on when it broke down; loaded by ``worker`` by its path."""

from __future__ import annotations

from types import TracebackType
from typing import Any

__all__ = ["crash_site"]


def crash_site(trace: TracebackType | None) -> dict[str, str]:
    """Return ``path`` and ``method`` of the operation, or ``schema``, of the innermost frame.

    The parser says in its problems where they are, in its exceptions it does not; but what it
    works on is in the variables of its functions. Empty where none of them says so.
    """
    found: dict[str, str] = {}
    while trace is not None:
        held = trace.tb_frame.f_locals
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if module.split(".", 1)[0] == "openapi_python_client":
            found = _at_work(held) or found
        trace = trace.tb_next
    return found


def _at_work(held: dict[str, Any]) -> dict[str, str]:
    endpoint = held.get("endpoint")
    path = _text(held.get("path", getattr(endpoint, "path", None)))
    method = held.get("method", getattr(endpoint, "method", None))
    if path is not None and isinstance(method, str):
        return {"path": path, "method": method.lower()}
    for name in ("model_prop", "model", "enum"):
        schema = getattr(getattr(held.get(name), "class_info", None), "name", None)
        if schema is not None:
            return {"schema": str(schema)}
    # The loop over the component schemas calls them so.
    schema = _text(held.get("name")) if "to_process" in held else None
    return {} if schema is None else {"schema": schema}


def _text(value: Any) -> str | None:
    if hasattr(value, "get_untrusted_value"):
        value = value.get_untrusted_value()
    return value if isinstance(value, str) else None
