"""Reading what servers answer to arranging requests."""

from __future__ import annotations

import json

from specproof.model import Exchange, Json

__all__ = ["body_of"]


def body_of(exchange: Exchange) -> dict[str, Json]:
    """Return the JSON object of a response, empty where there is none."""
    if exchange.response is None:
        return {}
    try:
        value = json.loads(exchange.response.body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
