"""Documents to compare, read strictly: any of OpenAPI 3, and Swagger 2.0 written as 3.0."""

from __future__ import annotations

from pathlib import Path

from specproof import document
from specproof.document.scalars import quoted_name
from specproof.errors import InputError
from specproof.json_types import Json, JsonObject
from specproof.regression.places import Document
from specproof.regression.swagger2 import to_openapi

__all__ = ["load", "load_bytes"]


def load(path: Path) -> Document:
    """Return the document that the file at ``path`` holds.

    Raises:
        InputError: it can not be read, is neither JSON nor YAML, or is no OpenAPI at all.
    """
    return _document(document.read(path), str(path))


def load_bytes(data: bytes, name: str) -> Document:
    """Return the document that ``data`` holds; ``name`` is what errors call it.

    Pointers into a Swagger 2.0 document are those of the OpenAPI 3.0 document it is written as.

    Raises:
        InputError: neither JSON nor YAML, or no OpenAPI at all.
    """
    return _document(document.parse(data, name=name), name)


def _document(root: JsonObject, name: str) -> Document:
    if "openapi" in root:
        return Document({**root, "openapi": _version(root["openapi"])}, name)
    if "swagger" in root:
        return Document(to_openapi(root), name)
    if isinstance(root.get("paths"), dict):
        # Without its first line it is still clear what it is meant to be.
        return Document({**root, "openapi": "3.0.3"}, name)
    fields = ", ".join(quoted_name(key) for key in list(root)[:3])
    raise InputError(
        f"is no OpenAPI document: it has no field openapi or swagger, but {fields or 'nothing'}",
        file=name,
        remedy="name the description of an API, OpenAPI 3 or Swagger 2.0",
    )


def _version(found: Json) -> str:
    """Return the version as text: a YAML file that does not quote ``3.0`` says a number."""
    text = str(found)
    return text if isinstance(found, str | float) and text.startswith("3.") else "3.0.3"
