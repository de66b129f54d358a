from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from specproof.errors import InputError
from specproof.history.store import History, open_history
from specproof.scheduling.cluster import held


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[History]]:
    """Give the histories that were closed, in their order."""
    found: list[History] = []
    held.leave()
    monkeypatch.setattr(History, "close", _into(found))
    yield found
    held.leave()


def _into(found: list[History]) -> Callable[[History], None]:
    def close(history: History) -> None:
        found.append(history)

    return close


def test_one_history_is_open_from_part_to_part(tmp_path: Path, closed: list[History]) -> None:
    """The same place is opened once, another one takes its place."""
    first = held.history_at(str(tmp_path / "a.db"))
    assert held.history_at(str(tmp_path / "a.db")) is first
    assert closed == []
    second = held.history_at(str(tmp_path / "b.db"))
    assert second is not first
    assert closed == [first]
    held.leave()
    assert closed == [first, second]


def test_a_schema_that_changed_is_noticed(
    tmp_path: Path, closed: list[History], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a while it is opened anew, which refuses what a newer specproof wrote."""
    where = str(tmp_path / "a.db")
    first = held.history_at(where)
    with open_history(where) as history, history.writing() as connection:
        connection.exec_driver_sql("UPDATE specproof_history SET version_num = '9999'")
    assert held.history_at(where) is first
    monkeypatch.setattr(held, "OPEN_SECONDS", 0.0)
    with pytest.raises(InputError, match="written by a newer specproof"):
        held.history_at(where)
    assert first in closed
