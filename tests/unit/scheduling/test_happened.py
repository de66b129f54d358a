"""What is told once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from histories import night_run, nights
from history_files import history_of

from specproof.errors import InputError
from specproof.history.comparable import Past
from specproof.history.records import Stream
from specproof.model import Severity
from specproof.scheduling.happened import behaviour_of, read_upstream
from specproof.scheduling.troubles import Kind

NOON = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
SHOP = Stream("shop", "live", "https://api.shop.test")


def test_changed_behaviour_of_the_last_runs_is_told(tmp_path: Path) -> None:
    """A new code of the run before the last is not missed; a failure is not told here."""
    codes = [("list", 404, "not_found")]
    calm = [
        replace(night, codes=codes, statuses={"list": [404]})
        for night in nights("list/200/body", "PPPPPPPPPPPF")
    ]
    calm[-2] = replace(calm[-2], codes=[*codes, ("list", 404, "strange")])
    with history_of(tmp_path / "h.db", calm) as history:
        (run,) = history.runs(limit=1)
        found = list(behaviour_of(Past(history), SHOP, run))
    assert [(each.kind, each.severity, each.since_run) for each in found] == [
        (Kind.BEHAVIOUR, Severity.WARNING, night_run(calm[-2]).header.run_id)
    ]
    assert "never seen before: strange" in found[0].title
    assert found[0].subject.startswith("signal:new-code:")


def test_the_last_word_on_an_upstream_counts() -> None:
    """One API may have been broken and mended in one night; names may hold colons."""
    broken, works = read_upstream(["a:b:broken", "shop:broken", "shop:ok"], NOON)
    assert (broken.stream.api, [*broken.troubles]) == ("a:b", ["upstream"])
    assert (works.stream.api, works.troubles) == ("shop", {})
    assert works.over("upstream", after=3) == "can be fetched and used again"
    assert works.over("change:1") is None


@pytest.mark.parametrize("text", ["shop", ":ok", "shop:", "shop:mended", "\x1b[31m:x"])
def test_anything_else_says_nothing(text: str) -> None:
    """One sentence, fit for a terminal."""
    with pytest.raises(InputError, match="says nothing") as caught:
        read_upstream([text], NOON)
    assert "\x1b" not in str(caught.value)
