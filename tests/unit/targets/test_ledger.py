"""The ledger: what is about to be created is on disk first."""

from __future__ import annotations

from pathlib import Path

import pytest

from specproof.errors import CouldNotCheckError, InputError
from specproof.targets.ledger import Ledger, default_ledger, open_entries, settling

VALUE = ("name", "specproof-thing-0123456789abcdef")


def _ledger(path: Path) -> Ledger:
    return Ledger(path, api="shop", origin="https://sandbox.test")


def test_an_intent_is_on_disk_before_anything_else(tmp_path: Path) -> None:
    """Another reader sees the entry at once, then its ids, then nothing."""
    path = tmp_path / "state" / "ledger.jsonl"
    ledger = _ledger(path)
    key = ledger.intend("POST", "/apps/{$SHOP_APP}/things", [VALUE])
    [entry] = open_entries(path)
    assert (entry.api, entry.origin, entry.method) == ("shop", "https://sandbox.test", "POST")
    assert (entry.path, entry.values, entry.ids) == ("/apps/{$SHOP_APP}/things", (VALUE,), ())
    ledger.answered(key, ["7", "7"])
    ledger.answered(key, ["8"])
    assert open_entries(path)[0].ids == ("7", "7", "8")
    assert ledger.entries()[0].key == key
    ledger.gone("9")
    assert open_entries(path)
    ledger.gone("8")
    assert open_entries(path) == ledger.entries() == ()
    ledger.done(key)
    ledger.close()
    ledger.close()
    assert path.stat().st_mode & 0o077 == 0


def test_writers_share_a_file(tmp_path: Path) -> None:
    """Entries of two workers stay apart."""
    path = tmp_path / "ledger.jsonl"
    first, second = _ledger(path), _ledger(path)
    one, two = first.intend("POST", "/a", [VALUE]), second.intend("POST", "/b", [VALUE])
    assert one != two
    first.done(one)
    assert [item.path for item in open_entries(path)] == ["/b"]
    first.close()
    second.close()


def test_a_line_cut_off_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    """It never reached the disk whole, so its request never went out."""
    path = tmp_path / "ledger.jsonl"
    ledger = _ledger(path)
    ledger.intend("POST", "/a", [VALUE])
    with path.open("ab") as stream:
        stream.write(b'{"event": "intent", "key": "x", "val')
    ledger.intend("POST", "/b", [VALUE])
    ledger.close()
    assert [item.path for item in open_entries(path)] == ["/a", "/b"]


@pytest.mark.parametrize(
    "line",
    ["[]", '{"event": "else"}', '{"event": "intent"}', "1", '{"event":"intent","schema":"x"}'],
)
def test_a_file_that_is_no_ledger_is_refused(line: str, tmp_path: Path) -> None:
    """With its line."""
    path = tmp_path / "ledger.jsonl"
    path.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(InputError, match=r"ledger\.jsonl:2: is no line of a ledger"):
        open_entries(path)


def test_answers_to_what_is_done_are_passed_over(tmp_path: Path) -> None:
    """Lines may come in any order from several workers."""
    path = tmp_path / "ledger.jsonl"
    path.write_text('{"event":"answered","key":"x","ids":["1"]}\n{"event":"done","key":"x"}\n')
    assert open_entries(path) == ()


def test_settling_keeps_what_is_left_and_drops_the_rest(tmp_path: Path) -> None:
    """The file shrinks to its open entries."""
    path = tmp_path / "ledger.jsonl"
    ledger = _ledger(path)
    keys = [ledger.intend("POST", f"/{number}", [VALUE]) for number in range(3)]
    ledger.close()
    with settling(path) as held:
        assert [item.key for item in held.entries()] == keys
        held.answered(keys[1], ["7"])
        held.done(keys[0])
    assert [(item.path, item.ids) for item in open_entries(path)] == [("/1", ("7",)), ("/2", ())]
    assert len(path.read_text("utf-8").splitlines()) == 2
    assert path.stat().st_mode & 0o077 == 0
    _ledger(path).close()


def test_settling_waits_for_no_run(tmp_path: Path) -> None:
    """What a run is about to create is not taken away under its hands."""
    path = tmp_path / "ledger.jsonl"
    running = _ledger(path)
    with pytest.raises(CouldNotCheckError, match="a run is using it"), settling(path):
        pass
    running.close()


def test_a_ledger_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    """Before anything is sent."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"can not be written .*; name another with --ledger"):
        _ledger(tmp_path / "file" / "ledger.jsonl")


def test_a_ledger_of_any_size_is_not_read(tmp_path: Path) -> None:
    """Nobody needs 64 MiB of it."""
    path = tmp_path / "ledger.jsonl"
    with path.open("wb") as stream:
        stream.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(InputError, match="too large"):
        open_entries(path)


def test_the_ledger_is_the_users_own_state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the platform keeps such files."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_ledger().name == "ledger.jsonl"
    assert "specproof" in str(default_ledger())


def test_what_was_used_up_stays_noted(tmp_path: Path) -> None:
    """It is no entry, outlives a cleanup, and says an id by its digest alone."""
    path = tmp_path / "ledger.jsonl"
    ledger = _ledger(path)
    ledger.use("DELETE", "/things/{}", "thingId", "somebodys-thing")
    ledger.done(ledger.intend("POST", "/a", [VALUE]))
    ledger.close()
    assert open_entries(path) == ()
    with settling(path):
        assert "somebodys-thing" not in path.read_text()
    [line] = path.read_text().splitlines()
    assert '"event": "used"' in line
    assert open_entries(path) == ()
