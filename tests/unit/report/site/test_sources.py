"""What the catalog says of an API: pages and deviations."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from histories_of_verdicts import NAMES, Nights
from site_history import catalog

from specproof.errors import InputError
from specproof.history.records import Stream
from specproof.model import VerdictKind
from specproof.report.site.sources import Source, Sources, accepted
from specproof.suites.deviations import Deviation

_TODAY = dt.date(2026, 11, 12)
_STREAM = Stream("x", "live")


def test_the_catalog_names_pages_and_deviations(tmp_path: Path) -> None:
    """A page is found by the pointer of a promise; deviations of the place are listed."""
    catalog(tmp_path)
    sources = Sources(tmp_path)
    found = sources.of("shop")
    assert found.page("page.md#deleted immediately") == ("https://vendor.test/page", "2026-11-01")
    assert found.page("other.md#x") is None
    assert sources.of("shop") is found
    [item] = accepted(found, _STREAM, (), _TODAY)
    assert (item.expires, item.days, item.found) == (dt.date(2026, 11, 30), 18, False)


def test_a_deviation_of_another_place_is_not_accepted_here() -> None:
    """It is neither used nor missed there, so the page of that place says nothing of it."""
    known = Deviation("rule", "x/op/200/schema", "why", (), dt.date(2026, 11, 30), ("emulator",))
    source = Source({}, (known,))
    assert accepted(source, _STREAM, (), _TODAY) == ()
    assert len(accepted(source, Stream("x", "emulator"), (), _TODAY)) == 1


def test_an_api_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    """An API of the history that the catalog does not know is shown without."""
    catalog(tmp_path)
    assert Sources(tmp_path).of("zoo") == Source({}, ())


def _nowhere(_root: Path | None) -> None:
    raise InputError("there is no folder specs/ here or in any parent folder")


def test_a_named_root_has_to_be_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that is named and holds no catalog is an error; surroundings without one are not."""
    with pytest.raises(InputError, match="has no folder specs/"):
        Sources(tmp_path)
    monkeypatch.setenv("SPECPROOF_ROOT", str(tmp_path))
    with pytest.raises(InputError, match="has no folder specs/"):
        Sources(None)
    monkeypatch.delenv("SPECPROOF_ROOT")
    monkeypatch.setattr("specproof.report.site.sources.open_catalog", _nowhere)
    assert Sources(None).of("shop") == Source({}, ())


def test_a_run_tells_what_was_accepted() -> None:
    """Without a catalog, what the last run accepted is listed without a day."""
    nights = Nights({_STREAM: [{NAMES[0]: VerdictKind.FAIL}]}, accepted=NAMES)
    [item] = accepted(Source({}, ()), _STREAM, nights.findings("x-live-0"), _TODAY)
    assert (item.requirement, item.reason, item.expires, item.found) == (
        NAMES[0],
        "known",
        None,
        True,
    )
