"""The run file: read strictly what was written, and nothing else."""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from runs import AWKWARD, awkward_run, runs

from specproof.errors import InputError, LimitError
from specproof.suites import runfile
from specproof.suites.runfile import (
    Confirmation,
    Latency,
    Run,
    Shard,
    read_run,
    write_run,
)


@pytest.fixture
def lines(tmp_path: Path) -> list[str]:
    """Lines of the awkward run's file."""
    path = tmp_path / "run.jsonl"
    write_run(awkward_run(), path)
    return path.read_text("ascii").splitlines()


def _write(path: Path, lines: list[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(run=runs())
def test_reading_gives_what_was_written(tmp_path: Path, run: Run) -> None:
    """Any run survives being written and read."""
    path = tmp_path / "any.jsonl"
    write_run(run, path)
    assert read_run(path) == run


def test_the_rule_of_flaky_ok_is_kept_and_no_other_footer_is_another(tmp_path: Path) -> None:
    """Files of runs without it are as they were before there was such a rule."""
    run = awkward_run()
    path = tmp_path / "run.jsonl"
    write_run(run, path)
    assert "flaky_ok" not in path.read_text()
    lenient = dataclasses.replace(run, footer=dataclasses.replace(run.footer, flaky_ok=True))
    write_run(lenient, path)
    assert read_run(path) == lenient


def test_awkward_texts_survive_and_are_inert_on_a_terminal(tmp_path: Path) -> None:
    """A run file holds printable ASCII only, whatever the vendor sent."""
    path = tmp_path / "run.jsonl"
    write_run(awkward_run(), path)
    raw = path.read_bytes()
    assert read_run(path) == awkward_run()
    assert all(byte == 0x0A or 0x20 <= byte <= 0x7E for byte in raw)
    assert AWKWARD in read_run(path).verdicts[2].reason


def test_a_lone_surrogate_is_replaced(tmp_path: Path) -> None:
    """Half a character, which no UTF-8 can hold, becomes the replacement character."""
    run = awkward_run()
    header = dataclasses.replace(run.header, run_id="a\ud800b")
    path = tmp_path / "run.jsonl"
    write_run(dataclasses.replace(run, header=header), path)
    assert read_run(path).header.run_id == "a\ufffdb"


def test_secret_parts_of_the_base_url_and_content_type_are_not_written(tmp_path: Path) -> None:
    """User name, path and query of the base URL stay out, and so does a free content type."""
    run = awkward_run()
    header = dataclasses.replace(run.header, base_url="https://canary1:canary2@h.test:81/canary3?q")
    exchange = dataclasses.replace(run.exchanges[0], content_type="canary4 canary5")
    path = tmp_path / "run.jsonl"
    write_run(dataclasses.replace(run, header=header, exchanges=(exchange,)), path)
    assert b"canary" not in path.read_bytes()
    assert read_run(path).header.base_url == "https://h.test:81"


def test_exercised_counts_passed_and_failed() -> None:
    """Requirements exercised are those that passed or failed."""
    run = awkward_run()
    assert (run.exercised, run.summary.exercised, run.summary.findings) == (5, 5, 3)
    assert (run.summary.passed, run.summary.failed) == (3, 2)
    assert (run.summary.inconclusive, run.summary.vacuous, run.summary.accepted) == (2, 10, 1)


def test_a_file_without_footer_is_not_a_run(tmp_path: Path, lines: list[str]) -> None:
    """A run that was cut short between two lines is refused."""
    path = _write(tmp_path / "cut.jsonl", lines[:-1])
    with pytest.raises(InputError, match=r"cut\.jsonl: not a run: it has no footer"):
        read_run(path)


def test_a_line_cut_short_is_named(tmp_path: Path, lines: list[str]) -> None:
    """A run that was cut short within a line is refused with the line."""
    path = tmp_path / "cut.jsonl"
    path.write_text("\n".join(lines)[:-5])
    with pytest.raises(InputError, match=rf"cut\.jsonl:{len(lines)}: the line is cut short"):
        read_run(path)


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_not_a_run(tmp_path: Path, text: str) -> None:
    """Nothing at all is not a run."""
    path = tmp_path / "empty.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=r"empty\.jsonl:1: not a"):
        read_run(path)


def _changed(**fields: Any) -> Callable[[str], str]:
    return lambda line: json.dumps(json.loads(line) | fields)


@pytest.mark.parametrize(
    ("number", "change", "message"),
    [
        (1, lambda _: '{"type":"footer"}', "line 1|:1: "),
        (2, lambda _: "[1]", ":2: not a line of a run file"),
        (2, lambda _: "nonsense", ":2: not a line of a run file"),
        (2, lambda _: '{"type":"statistics","type":"finding"}', ":2: .*twice"),
        (2, lambda _: '{"type":NaN}', ":2: .*NaN is not JSON"),
        (2, lambda _: "[" * 200_000, ":2: nested too deeply"),
        (2, lambda _: '{"type":"\\ud800"}', ":2: not a line of a run file"),
        (2, lambda _: '{"type":"\x1b[31m"}', ":2: not a line of a run file"),
        (2, _changed(verdict="green"), ":2: not a line of a run file: verdict"),
        (2, _changed(extra=1), ":2: not a line of a run file"),
        (1, _changed(schema="specproof.run-file/2"), ":1: not a line of a run file: schema"),
        (1, _changed(base_url="https://u:p@h/path"), ":1: not a line of a run file: base_url"),
    ],
)
def test_a_wrong_line_is_named(
    tmp_path: Path, lines: list[str], number: int, change: Callable[[str], str], message: str
) -> None:
    """Each line is checked, and the error names file and line in printable text."""
    lines[number - 1] = change(lines[number - 1])
    path = _write(tmp_path / "bad.jsonl", lines)
    with pytest.raises(InputError, match=message) as caught:
        read_run(path)
    assert str(caught.value).isprintable()


def test_the_header_comes_first(tmp_path: Path, lines: list[str]) -> None:
    """Events before the header are refused."""
    path = _write(tmp_path / "bad.jsonl", [lines[1], lines[0], *lines[2:]])
    with pytest.raises(InputError, match=r"bad\.jsonl:1: not a run: it does not begin"):
        read_run(path)


@pytest.mark.parametrize("place", [0, -1])
def test_a_second_header_or_footer_is_refused(tmp_path: Path, lines: list[str], place: int) -> None:
    """Two runs glued together are not a run."""
    path = _write(tmp_path / "bad.jsonl", [lines[0], lines[place], *lines[1:]])
    with pytest.raises(InputError, match=r"bad\.jsonl:2: a second (header|footer)"):
        read_run(path)


def test_a_lost_line_is_noticed(tmp_path: Path, lines: list[str]) -> None:
    """The footer counts the lines, so a line cannot vanish unseen."""
    path = _write(tmp_path / "bad.jsonl", [lines[0], *lines[2:]])
    with pytest.raises(InputError, match="the footer does not count the lines above it"):
        read_run(path)


def test_limits_hold(tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an endless line nor an endless file is read."""
    path = _write(tmp_path / "big.jsonl", lines)
    monkeypatch.setattr(runfile, "MAX_FILE_BYTES", 2000)
    with pytest.raises(LimitError, match=r"big\.jsonl:\d+: too long"):
        read_run(path)
    monkeypatch.setattr(runfile, "MAX_LINE_BYTES", 100)
    with pytest.raises(LimitError, match=r"big\.jsonl:1: too long"):
        read_run(path)


def _full(run: Run) -> Run:
    """Return ``run`` as one part of a live run, with all that such a file may hold."""
    return dataclasses.replace(
        run,
        header=dataclasses.replace(run.header, shard=Shard(2, 4, "a" * 64, "discover", 7)),
        latencies=(Latency("onesignal", AWKWARD, 200, 3, (0.5, 1.0, 12.25)),),
        confirmations={"0" * 16: Confirmation(1, 2), "f" * 16: Confirmation(0, 0)},
        part="{}" + AWKWARD * 9,
    )


def test_parts_times_and_repeats_survive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file or in memory; long evidence is spread over lines."""
    monkeypatch.setattr(runfile, "_PIECE", 100)
    path = tmp_path / "part.jsonl"
    run = _full(awkward_run())
    write_run(run, path)
    assert read_run(path) == run
    assert runfile.parse_run(io.BytesIO(runfile.run_bytes(run)), "it") == run
    kinds = [json.loads(line)["type"] for line in path.read_text("ascii").splitlines()]
    assert (kinds.count("latency"), kinds.count("confirmation")) == (1, 2)
    assert kinds.count("part") > 5


def test_a_whole_run_has_the_lines_that_it_always_had(lines: list[str]) -> None:
    """Programs that read run files before there were parts read them still."""
    assert "shard" not in json.loads(lines[0])
    kinds = {json.loads(line)["type"] for line in lines}
    assert kinds <= {"header", "requirement", "exchange", "finding", "statistics", "footer"}


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("part", None, "only a part of a run has evidence beside it, and it has to"),
        ("header", {"shard": None}, "not a line of a run file: shard"),
        ("confirmation", {"seen": 3}, "seen again more often than it was tried"),
        ("confirmation", {"fingerprint": "x"}, "fingerprint"),
        ("latency", {"milliseconds": []}, "milliseconds"),
        ("latency", {"milliseconds": [1.0] * 201}, "milliseconds"),
        ("latency", {"milliseconds": [-1]}, "milliseconds"),
        ("part", {"text": ""}, "text"),
    ],
)
def test_wrong_lines_of_a_part_are_refused(
    tmp_path: Path, kind: str, change: dict[str, Any] | None, words: str
) -> None:
    """As strictly as any other."""
    path = tmp_path / "part.jsonl"
    write_run(_full(awkward_run()), path)
    records = [json.loads(line) for line in path.read_text("ascii").splitlines()]
    if change is None:
        records = [item for item in records if item["type"] != kind]
    else:
        next(item for item in records if item["type"] == kind).update(change)
    _write(path, [json.dumps(item) for item in records])
    with pytest.raises(InputError, match=words):
        read_run(path)
