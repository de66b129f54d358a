"""A history in PostgreSQL does what every history does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from history_behaviours import BEHAVIOURS
from postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=list(BEHAVIOURS))
def test_a_history_in_postgresql(behaviour: Callable[[str], None], postgres_url: str) -> None:
    """What a history does, in a fresh database."""
    behaviour(postgres_url)
