"""Small documentation pages for tests of vendoring."""

from __future__ import annotations

__all__ = ["page", "spec"]


def spec(*operations: str, extra: str = "", version: str = "3.0.3") -> str:
    """Return an OpenAPI document with ``operations`` such as ``GET /pets``."""
    lines = [f"openapi: {version}", "info: {title: Pets, version: '1'}"]
    lines.append("paths:" if operations else "paths: {}")
    paths: dict[str, list[str]] = {}
    for operation in operations:
        method, path = operation.split()
        paths.setdefault(path, []).append(method.lower())
    for path, methods in paths.items():
        lines.append(f"  {path}:")
        lines += [f"    {m}: {{responses: {{'200': {{description: ok}}}}}}" for m in methods]
    return "\n".join([*lines, extra]).rstrip("\n") + "\n"


def page(document: str, info: str = "yaml", fence: str = "````") -> bytes:
    """Return a Markdown page with ``document`` in one fence."""
    return f"# Title\n\nProse.\n\n{fence}{info}\n{document}{fence}".encode()
