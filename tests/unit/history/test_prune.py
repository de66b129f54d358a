"""What stays however old it is; `history_behaviours` prunes on every kind of database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from histories import night_run, nights

from specproof.history import tables
from specproof.history.prune import prune
from specproof.history.store import open_history

_LATER = "2030-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("letters", "kept"),
    [
        ("PFFPP", [4]),
        ("PFFFF", [1, 4]),
        # What failed when it was last checked is not over: since when, and how to show it.
        ("PFFII", [1, 2, 4]),
        ("FPFIFII", [2, 4, 6]),
        ("PFPII", [4]),
        ("PFFVV", [4]),
        ("PFF..", [4]),
        ("IIIII", [4]),
    ],
)
def test_what_is_open_stays(letters: str, kept: list[int]) -> None:
    """The last run, and those with which an open failure began and was seen last."""
    with open_history(":memory:") as history:
        for night in nights("get/200/schema", letters):
            history.store_run(night_run(night))
        done = prune(history, drop_days=1, at=_LATER)
        ids = [f"shop-{day * 100:06}-live" for day in kept]
        assert [item.run_id for item in history.runs() if item.complete] == ids[::-1]
        assert (done.runs, done.held) == (len(letters) - len(kept), len(kept))


def test_parts_stay_while_one_of_them_is_young(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose last part has come of late is not given up, however old its first one is."""
    with open_history(":memory:") as history:
        for run_id, days in (("going", (1, 20)), ("gone", (1, 2))):
            for index, day in enumerate(days, 1):
                stored = f"2026-01-{day:02}T00:00:00+00:00"
                monkeypatch.setattr("specproof.history.store.now", lambda stored=stored: stored)
                history.store_part(run_id, b"1", index=index, count=3, plan_digest="", api="shop")
        assert prune(history, drop_days=5, at="2026-01-21T00:00:00+00:00").parts == 1
        assert history.part_numbers() == {"going": (1, 2)}


def test_a_part_that_came_while_it_waited_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who prunes waits for who stores a part on another machine, and looks once more then."""
    with open_history(":memory:") as history:
        history.store_part("going", b"1", index=1, count=2, plan_digest="", api="shop")

        def waited(connection: sa.Connection, run_id: str) -> None:
            assert run_id == "going"
            connection.execute(sa.update(tables.part).values(stored=_LATER))

        monkeypatch.setattr("specproof.history.pieces.alone", waited)
        assert prune(history, drop_days=1, at=_LATER).parts == 0
        assert history.part_numbers() == {"going": (1,)}
