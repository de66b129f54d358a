"""A history as JSON lines: moved, merged, and read strictly."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import runs
from stored import CHANGE, FAILING, REVISION, everything, night, stored_run

from specproof.errors import InputError, LimitError
from specproof.history import transfer
from specproof.history.prune import prune
from specproof.history.store import History, open_history
from specproof.history.transfer import export_lines, import_lines
from specproof.model import VerdictKind
from specproof.suites.records import Run, RunApi


def _exported(history: History) -> bytes:
    return b"".join(export_lines(history))


def _imported(history: History, data: bytes) -> dict[str, int]:
    return dict(import_lines(history, io.BytesIO(data), "f.jsonl").stored)


@st.composite
def _storable_runs(draw: st.DrawFn) -> list[Run]:
    """Draw runs of few APIs, whatever words are in them."""
    found = []
    names = ("one", "two")
    for number, run in enumerate(draw(st.lists(runs(), max_size=3))):
        verdicts = tuple(
            replace(item, requirement=replace(item.requirement, api=names[place % 2]))
            for place, item in enumerate(run.verdicts)
        )
        header = replace(
            run.header,
            run_id=f"r{number}",
            started=night(1 + draw(st.integers(0, 2))),
            apis=tuple(RunApi(name, draw(st.text(max_size=3)), None, None) for name in names),
        )
        found.append(
            replace(
                run,
                header=header,
                verdicts=verdicts,
                findings=tuple(replace(item, api="one") for item in run.findings),
                statistics=tuple(replace(item, api="two") for item in run.statistics),
            )
        )
    return found


@settings(max_examples=8)
@given(_storable_runs(), st.integers(0, 5))
def test_an_export_of_an_import_is_the_export(found: list[Run], old: int) -> None:
    """Whatever the runs say, and whichever of them are pruned."""
    with open_history(":memory:") as history, open_history(":memory:") as copy:
        for run in found:
            assert history.store_run(run, labels={"n": "\x00"})
        prune(history, keep_days=old, at=night(7))
        data = _exported(history)
        _imported(copy, data)
        assert _exported(copy) == data
        assert everything(copy) == everything(history)
        assert set(_imported(copy, data).values()) == {0}


def test_importing_merges_in_any_order(tmp_path: Path) -> None:
    """Two histories, one into the other either way, give the same."""
    files = []
    for name, numbers in (("a", (1, 2)), ("b", (2, 3))):
        with open_history(str(tmp_path / name)) as history:
            for number in numbers:
                history.store_run(stored_run(number, codes=(name, "both")))
            history.store_change(CHANGE)
            files.append(_exported(history))
    # The second night is another run in each: that of the one may not replace the other's.
    with open_history(":memory:") as history:
        _imported(history, files[0])
        with pytest.raises(InputError, match="another run"):
            _imported(history, files[1])
    both = []
    for order in (files, files[::-1]):
        with open_history(":memory:") as history:
            for data in order:
                lines = [line for line in data.splitlines(True) if b"night-0002" not in line]
                footer = json.loads(lines[-1])
                footer["counts"] = {
                    kind: sum(line.startswith(f'{{"type":"{kind}"'.encode()) for line in lines)
                    for kind in transfer.KINDS
                }
                _imported(history, b"".join(lines[:-1]) + json.dumps(footer).encode() + b"\n")
            both.append(everything(history))
    for found in both:
        found["runs"] = [replace(item, stored="") for item in found["runs"]]
        found["timelines"] = {}
    assert both[0] == both[1]


def test_a_whole_run_brings_its_summary_back(tmp_path: Path) -> None:
    """What one history has pruned another may still have; a summary takes nothing away."""
    with open_history(str(tmp_path / "h.db")) as history:
        history.store_run(stored_run(1, findings=False))
        history.store_run(stored_run(9, {FAILING: VerdictKind.PASS}, findings=False))
        whole = _exported(history)
        # Something fails in both nights, so that the first stays; it is taken by hand.
        with history.writing() as connection:
            connection.exec_driver_sql("DELETE FROM document WHERE run_id = 'night-0001'")
        summary = _exported(history)
        assert json.loads(summary.splitlines()[1])["type"] == "summary"
        assert _imported(history, whole)["run"] == 1
        assert history.run("night-0001") == stored_run(1, findings=False)
        assert _imported(history, summary)["summary"] == 0
        record = json.loads(summary.splitlines()[1])
        other = summary.replace(record["sha256"].encode(), b"0" * 64)
        with pytest.raises(InputError, match=r"f.jsonl:2: another run of the id night-0001"):
            _imported(history, other)
        assert _exported(history) == whole


def _spoiled() -> Iterator[tuple[str, bytes, str]]:
    with open_history(":memory:") as history:
        history.store_run(stored_run(1, findings=False))
        history.store_run(stored_run(2, {FAILING: VerdictKind.PASS}, findings=False))
        history.store_change(CHANGE)
        history.store_revision(REVISION)
        with history.writing() as connection:
            connection.exec_driver_sql("DELETE FROM document WHERE run_id = 'night-0001'")
        lines = _exported(history).splitlines(keepends=True)
    records = [json.loads(line) for line in lines]

    def changed(place: int, **fields: Any) -> bytes:
        other = json.dumps({**records[place], **fields}).encode() + b"\n"
        return b"".join([*lines[:place], other, *lines[place + 1 :]])

    def summary(**fields: Any) -> bytes:
        return changed(1, **fields)

    api = records[1]["apis"][0]
    yield "nothing", b"", "f.jsonl: the end is missing"
    yield "no text", b"\xff\xfe\n", "f.jsonl:1: not a line of an exported history"
    yield "another kind", b'{"type":"secret"}\n', "f.jsonl:1: not a line of an exported history"
    yield "another schema", changed(0, schema="specproof.history-file/2"), "f.jsonl:1: not a line"
    yield "no header", b"".join(lines[1:]), "f.jsonl:1: the line is out of order"
    yield "two headers", lines[0] + b"".join(lines), "f.jsonl:2: the line is out of order"
    yield "a line after the end", b"".join([*lines, lines[1]]), "the line is out of order"
    yield "cut", b"".join(lines)[:-1], "the line is cut short"
    yield "without its end", b"".join(lines[:-1]), "the end is missing; parts of it are lost"
    yield "a line lost", b"".join([lines[0], *lines[2:]]), "the footer does not count the lines"
    yield "a key twice", b'{"type":"header","type":"header"}\n', "a key stands twice"
    yield "deep", b'{"type":' + b"[" * 100_000 + b"\n", "f.jsonl:1: "
    yield "no number", changed(0, x=float("nan")), "NaN is not JSON"
    yield "a wrong run id", changed(2, run_id="../../x"), "f.jsonl:3: not a line"
    yield "lines of another run", changed(2, run_id="other"), "f.jsonl:3: the lines are those of"
    yield "no run", changed(2, lines=["{}"]), "f.jsonl:3: run night-0002:1: not a line of a run"
    yield "lines that are no text", changed(2, lines=["\u20ac"]), "f.jsonl:3: not a line"
    yield "a line feed", changed(2, lines=[*records[2]["lines"], "\n"]), "f.jsonl:3: not a line"
    part = json.loads(records[2]["lines"][0])
    part["shard"] = {"index": 1, "count": 2, "plan": "0" * 64, "mode": "replay", "cases": 1}
    *rest, end = records[2]["lines"][1:]
    seen = json.dumps({"type": "part", "text": "{}"})
    lines_of_part = [json.dumps(part), *rest, seen, end]
    yield "a part", changed(2, lines=lines_of_part), "f.jsonl:3: this is one part of a run"
    yield "another summary", summary(exit_code=9), "f.jsonl:2: not a line"
    yield "an API twice", summary(apis=[api, api]), "f.jsonl:2: the run names an API twice"
    yield "a wrong time", summary(started="2026-13-41T00:00:00+00:00"), "f.jsonl:2: .* is no time"
    yield "a number too large", summary(seed=2**70), "f.jsonl:2: not a line"
    yield "too many labels", summary(labels=dict.fromkeys(map(str, range(60)), "")), "50 labels"
    yield "a wrong change", changed(-3, breaking="yes"), "not a line of an exported history"


@pytest.mark.parametrize(
    ("data", "problem"),
    [item[1:] for item in _spoiled()],
    ids=[item[0] for item in _spoiled()],
)
def test_what_is_no_export_is_refused(data: bytes, problem: str) -> None:
    """One sentence that names the line."""
    with open_history(":memory:") as history, pytest.raises(InputError, match=problem):
        _imported(history, data)


def test_a_line_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not read to its end."""
    monkeypatch.setattr(transfer, "_MAX_LINE_BYTES", 1000)
    with (
        open_history(":memory:") as history,
        pytest.raises(LimitError, match=r"f.jsonl:1: the line"),
    ):
        _imported(history, b"x" * 2000)


def test_a_file_that_is_refused_stores_nothing_before_it_is_checked() -> None:
    """The end is looked at before the first run is stored."""
    with open_history(":memory:") as history, open_history(":memory:") as copy:
        for number in range(1, 4):
            history.store_run(stored_run(number))
        data = _exported(history)
        with pytest.raises(InputError, match="the end is missing"):
            _imported(copy, b"".join(data.splitlines(keepends=True)[:-1]))
        assert copy.runs() == ()


def test_a_code_that_was_seen_before_is_news() -> None:
    """What widens the times of a code counts as stored, what says nothing new as known."""
    code: dict[str, Any] = {
        "type": "code",
        "api": "shop",
        "target": "live",
        "origin": "",
        "operation": "get",
    }
    code |= {"status": 404, "code": "gone", "first_run": "r", "last_seen": night(5)}
    with open_history(":memory:") as history:
        for first, stored in ((4, 1), (4, 0), (5, 0), (3, 1)):
            record = code | {"first_seen": night(first)}
            head = {"type": "header", "schema": transfer.FILE_SCHEMA}
            end = {"type": "footer", "counts": dict.fromkeys(transfer.KINDS, 0) | {"code": 1}}
            data = "".join(json.dumps(line) + "\n" for line in (head, record, end))
            assert _imported(history, data.encode())["code"] == stored


def test_many_runs_are_moved_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither side holds more than a few at a time, and none is lost between them."""
    monkeypatch.setattr(transfer, "_PORTION", 2)
    with open_history(":memory:") as history, open_history(":memory:") as copy:
        for number in range(1, 6):
            history.store_run(stored_run(number))
        assert _imported(copy, _exported(history))["run"] == 5
        assert _exported(copy) == _exported(history)
        monkeypatch.setattr("specproof.history.store._PORTION", 2)
        stream = history.streams()[0]
        for limit, expected in ((None, 5), (4, 4), (3, 3), (9, 5)):
            assert len(list(history.timeline(stream, limit=limit))) == expected
