"""Runs that began in the same second, and reasons that differ alone."""

from __future__ import annotations

import pytest
from histories import Night, night_run

from specproof.history.store import open_history


def test_runs_of_one_second_have_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then their ids say which comes before; none is left out, however few are read at a time."""
    monkeypatch.setattr("specproof.history.store._PORTION", 1)
    with open_history(":memory:") as history:
        for name in ("b", "c", "a"):
            history.store_run(night_run(Night({"get/200/schema": "P"}, run_id=name)))
        last = history.find("last")
        assert [item.run_id for item, _ in history.timeline(last.streams[0])] == ["c", "b", "a"]
        before = history.before(last, "shop")
        assert before is not None
        assert (last.run_id, before.run_id) == ("c", "b")


def test_last_of_one_second_is_the_same_in_any_order() -> None:
    """Of two runs of one second that saw a response, the one that comes later was the last."""
    for names in ("ab", "ba"):
        with open_history(":memory:") as history:
            for name in names:
                night = Night({"get/200/schema": "P"}, run_id=name, statuses={"get": [200]})
                history.store_run(night_run(night))
            [seen] = history.responses(history.find("last").streams[0])
            assert seen.last_run == "b"


def test_runs_that_differ_in_reasons_alone_keep_theirs() -> None:
    """Sets of verdicts are shared by runs that say the same, and that is all they say."""
    name = "get/200/schema"
    with open_history(":memory:") as history:
        for day, message in enumerate(("too long", "too short", "too long")):
            history.store_run(night_run(Night({name: "F"}, day=day, messages={name: message})))
        told = [history.verdicts(run.run_id, "shop")[f"shop/{name}"] for run in history.runs()]
        assert [item.reason for item in told] == ["too long", "too short", "too long"]
