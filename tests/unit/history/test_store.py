"""A history in SQLite does what every history does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from history_behaviours import BEHAVIOURS


@pytest.mark.parametrize("behaviour", BEHAVIOURS.values(), ids=list(BEHAVIOURS))
def test_a_history_in_sqlite(behaviour: Callable[[str], None], tmp_path: Path) -> None:
    """What a history does, in a file whose folder is not there yet."""
    behaviour(str(tmp_path / "state" / "history.db"))
