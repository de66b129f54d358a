from __future__ import annotations

from pathlib import Path

import pytest
from calling import Clock

from specproof import apis
from specproof.apis.onesignal.emulator import OneSignalEmulator
from specproof.apis.sequence.emulator import SequenceEmulator
from specproof.errors import InputError
from specproof.targets.emulators import emulator_class, load_emulator, read_settings


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


def test_settings_of_a_command_line_are_read_for_one_api() -> None:
    """Values get the type that the emulator declares; without any nothing is asked."""
    chosen = read_settings(("onesignal",), ["max_aliases=20"])
    assert chosen["max_aliases"] == 20
    assert set(chosen) == {item.name for item in OneSignalEmulator.SETTINGS}
    assert read_settings(("onesignal", "sequence"), []) == {}
    assert read_settings((), ()) == {}


@pytest.mark.parametrize(
    ("apis_named", "text", "said"),
    [
        ((), "max_aliases=20", "settings go with one API; name it"),
        (("onesignal", "sequence"), "max_aliases=20", "settings go with one API; name it"),
        (("nothing",), "max_aliases=20", "nothing has no emulator that could be set"),
        (("onesignal",), "no_such_setting=1", "no_such_setting"),
        (("onesignal",), "max_aliases", "max_aliases"),
    ],
)
def test_settings_that_go_nowhere_are_refused(
    apis_named: tuple[str, ...], text: str, said: str
) -> None:
    """Which API is meant, that it has an emulator, and that it has such a setting."""
    with pytest.raises(InputError) as caught:
        read_settings(apis_named, [text])
    assert said in str(caught.value)
