"""What any JSON is, as types; apart from ``model``, whose classes take a while to make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["Json", "JsonObject"]

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""Any JSON value; objects keep the order of the document."""

JsonObject = dict[str, Json]
"""A JSON object that we own and may change."""
