"""A run becomes rows, or is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from stored import FAILING, PROMISE, stored_run

from specproof.errors import InputError
from specproof.history.records import Stream
from specproof.history.store import open_history
from specproof.history.values import key, storable
from specproof.model import Verdict, VerdictKind
from specproof.suites.records import Run, Shard, summarise


def _named(run: Run, **changes: object) -> Run:
    return replace(run, header=replace(run.header, **changes))  # type: ignore[arg-type]  # of any field


def _broken() -> dict[str, tuple[Run, str]]:
    run = stored_run(1)
    first = run.header.apis[0]
    stray = replace(run.statistics[0], api="nobody\x1b")
    return {
        "a run without a name": (_named(run, run_id=""), "'' can not name a run"),
        "a run that names a file": (_named(run, run_id="../x"), "'../x' can not name a run"),
        "an API that names a file": (
            _named(run, apis=(replace(first, api="a/b"),)),
            "'a/b' can not name an API",
        ),
        "an API twice": (_named(run, apis=(first, first)), "names an API twice"),
        "an API that was not tested": (
            replace(run, statistics=(stray,)),
            r"an API that it did not test: nobody\\x1b",
        ),
        "no time": (_named(run, started="yesterday"), "'yesterday' is no time in RFC 3339"),
        "no zone": (_named(run, started="2026-01-01T00:00:00"), "is no time in RFC 3339"),
        "a part": (_named(run, shard=Shard(1, 2, "p", "replay", 1)), "this is one part of a run"),
        "a huge seed": (_named(run, seed=2**80), "a number is too large"),
    }


@pytest.mark.parametrize(("run", "problem"), _broken().values(), ids=list(_broken()))
def test_what_no_history_takes_is_refused(run: Run, problem: str, tmp_path: Path) -> None:
    """One sentence, and nothing is stored."""
    with open_history(str(tmp_path / "h.db")) as history:
        with pytest.raises(InputError, match=problem):
            history.store_run(run)
        assert history.runs() == ()


def test_labels_and_batches_are_bounded(tmp_path: Path) -> None:
    """Neither too many, nor too long, nor without a name."""
    run = stored_run(1)
    with open_history(str(tmp_path / "h.db")) as history:
        for labels in ({"": "x"}, {"x": "y" * 1001}, {"n" * 101: "x"}):
            with pytest.raises(InputError, match="is empty or too long"):
                history.store_run(run, labels=labels)
        with pytest.raises(InputError, match="at most 50 labels"):
            history.store_run(run, labels={str(number): "" for number in range(51)})
        with pytest.raises(InputError, match="'a b' can not name a batch"):
            history.store_run(run, batch="a b")


def test_long_names_are_kept_apart(tmp_path: Path) -> None:
    """What is too long for an index is cut, and a digest keeps it unique."""
    run = stored_run(1)
    verdict = run.verdicts[0]
    names = [f"onesignal/delete-alias/{'x' * 3000}/{number}" for number in range(2)]
    verdicts = tuple(
        Verdict(replace(verdict.requirement, id=name), verdict.kind, "") for name in names
    )
    long = replace(
        run,
        verdicts=verdicts,
        findings=(),
        codes=(replace(run.codes[0], codes=("c" * 5000,), operation="o" * 5000),),
        footer=replace(
            run.footer, summary=summarise(verdicts, (), exchanges=9, distinct_requests=9)
        ),
    )
    with open_history(str(tmp_path / "h.db")) as history:
        history.store_run(long)
        assert list(history.verdicts("night-0001", "onesignal")) == sorted(map(key, names))
        code = history.codes(Stream("onesignal", "emulator", "http://emulator.test"))[0]
        assert (code.operation, code.code) == (key("o" * 5000), key("c" * 5000))
        assert history.run("night-0001") == long
    assert key("short") == "short"
    assert len(key("é" * 5000).encode()) < 400
    assert key("é" * 5000) != key("é" * 5001)


def test_text_is_stored_as_every_database_takes_it() -> None:
    """U+0000 and lone surrogates are replaced, all else stays."""
    assert storable("a\x00b\ud800c\x1b\U0001f600") == "a\u2400b\ufffdc\x1b\U0001f600"


def test_a_requirement_that_stands_twice_counts_once(tmp_path: Path) -> None:
    """Of two verdicts on one requirement the worse is kept."""
    run = stored_run(1)
    passing = next(item for item in run.verdicts if item.requirement.id == PROMISE)
    failing = next(item for item in run.verdicts if item.requirement.id == FAILING)
    other = replace(passing, requirement=failing.requirement)
    again = replace(failing, kind=VerdictKind.VACUOUS)
    verdicts = (other, failing, again)
    twice = replace(
        run,
        verdicts=verdicts,
        footer=replace(
            run.footer,
            summary=summarise(verdicts, run.findings, exchanges=9, distinct_requests=9),
        ),
    )
    with open_history(str(tmp_path / "h.db")) as history:
        history.store_run(twice)
        found = history.verdicts("night-0001", "onesignal")
        assert [item.kind for item in found.values()] == [VerdictKind.FAIL]
        assert found[FAILING].reason == storable(failing.reason)


def test_a_long_message_is_cut(tmp_path: Path) -> None:
    """The row holds 4,000 characters, the run file all of them."""
    run = stored_run(1)
    long = replace(run, findings=(replace(run.findings[0], message="m" * 5000), *run.findings[1:]))
    with open_history(str(tmp_path / "h.db")) as history:
        history.store_run(long)
        message = history.findings("night-0001")[0].message
        assert (len(message), message[-2:]) == (4000, "m…")
        assert history.run("night-0001") == long
