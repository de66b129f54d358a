from __future__ import annotations

from pathlib import Path

import pytest
from calling import Clock

from specproof import apis
from specproof.apis.onesignal.emulator import OneSignalEmulator
from specproof.apis.sequence.emulator import SequenceEmulator
from specproof.errors import InputError
from specproof.targets.emulators import emulator_class, load_emulator


def test_emulators_are_found_by_name() -> None:
    """The name of the folder under specs/ leads to the package under apis/."""
    assert emulator_class("onesignal") is OneSignalEmulator
    assert emulator_class("sequence") is SequenceEmulator


@pytest.mark.parametrize("name", ["nothing", "contract", "wire", "../onesignal", "a.b", ""])
def test_other_names_have_none(name: str) -> None:
    """Neither unknown names nor modules that are no API lead anywhere."""
    assert load_emulator(name) is None


def test_a_package_may_lack_an_emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part of apis/<api>/ is optional."""
    (tmp_path / "bare_api").mkdir()
    (tmp_path / "bare_api" / "__init__.py").write_text("")
    monkeypatch.setattr(apis, "__path__", [*apis.__path__, str(tmp_path)])
    assert emulator_class("bare-api") is None


def test_settings_clock_and_seed_are_handed_on() -> None:
    """The emulator is fresh, and made as told."""
    clock = Clock()
    emulator = load_emulator("onesignal", {"max_aliases": 20}, clock=clock, seed=7)
    assert isinstance(emulator, OneSignalEmulator)
    assert (emulator.settings["max_aliases"], emulator.clock, emulator.seed) == (20, clock, 7)
    with pytest.raises(InputError):
        load_emulator("onesignal", {"max_aliases": 11})
