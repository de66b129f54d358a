from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tiny_apis import PASSED, use_tiny_emulators, write_tiny_apis

from specproof.errors import CouldNotCheckError, InputError
from specproof.history.store import History, open_history
from specproof.scheduling.cluster import held, worker
from specproof.scheduling.cluster.inputs import inputs_digest
from specproof.scheduling.cluster.jobs import Job, Task, make_job
from specproof.scheduling.cluster.shelf import has_run, stored_parts
from specproof.scheduling.cluster.task import run_part
from specproof.scheduling.rates import RateLimit
from specproof.suites import parts
from specproof.suites.execute import execute
from specproof.suites.plan import RunPlan, subject

API = "tiny-000"
PLAN = RunPlan(apis=(API,), mode="discover", cases=0)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a catalog of one API, and a history that workers know."""
    write_tiny_apis(tmp_path, 1)
    use_tiny_emulators(tmp_path, monkeypatch)
    monkeypatch.setenv("SPECPROOF_HISTORY", str(tmp_path / "history.db"))
    monkeypatch.setattr(worker, "_KNOWN", {})
    yield tmp_path
    # Tests that change an API's files leave what was read of them; others have one of its name.
    subject.cache_clear()
    parts._subject_digest.cache_clear()
    held.leave()


def _job(root: Path, parts: int = 1, **named: Any) -> Job:
    return make_job("b", PLAN, inputs=inputs_digest(API, root), parts=parts, **named)


def _history(root: Path) -> History:
    return open_history(str(root / "history.db"))


def _said(task: Task) -> tuple[object, object]:
    report = run_part(task.to_text())
    return report["state"], report["message"]


def test_a_part_is_executed_and_its_run_stored(root: Path) -> None:
    """The only part of a run makes the run, with the batch's name and labels."""
    job = _job(root, labels={"commit": "0123abc"})
    assert _said(job.first) == ("stored", "")
    with _history(root) as history:
        [run] = history.runs(batch="b")
    assert run.run_id == job.run_id
    assert run.labels == {"commit": "0123abc"}
    assert [api.passed for api in run.apis] == [PASSED]


def test_parts_make_the_run_in_one_piece(root: Path) -> None:
    """Whichever part comes last, the run is that of one process."""
    job = _job(root, parts=3)
    for index in (3, 1):
        assert _said(job.task(index)) == ("stored", "")
    with _history(root) as history:
        assert history.runs() == ()
        assert stored_parts(history, job.run_id) == {1, 3}
    assert _said(job.task(2)) == ("stored", "")
    with _history(root) as history:
        run = history.run(job.run_id)
        assert history.part_numbers() == {}
    alone = execute(replace(PLAN, root=str(root)))
    assert run.verdicts == alone.verdicts
    assert run.summary == alone.summary
    assert run.statistics == alone.statistics


def test_what_is_stored_is_not_executed_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that comes twice, before its run is whole or after, counts once."""
    job = _job(root, parts=2)
    assert _said(job.task(1)) == ("stored", "")
    executed: list[int] = []
    monkeypatch.setattr(worker, "execute_part", lambda *_, **__: executed.append(1))
    assert _said(job.task(1)) == ("stored", "")
    monkeypatch.undo()
    use_tiny_emulators(root, monkeypatch)
    monkeypatch.setenv("SPECPROOF_HISTORY", str(root / "history.db"))
    assert _said(job.task(2)) == ("stored", "")
    monkeypatch.setattr(worker, "execute_part", lambda *_, **__: executed.append(1))
    assert _said(job.task(2)) == ("stored", "")
    assert executed == []
    with _history(root) as history:
        assert len(history.runs()) == 1


def test_another_version_is_refused(root: Path) -> None:
    """A worker of another version says which ones meet."""
    state, message = _said(replace(_job(root).first, version="0.0.1"))
    assert state == "failed"
    assert "the client 0.0.1; install the same version" in str(message)


def test_a_worker_has_to_know_the_history(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its variable a worker stores nowhere, rather than in a file of its own."""
    job = _job(root)
    monkeypatch.delenv("SPECPROOF_HISTORY")
    state, message = _said(job.first)
    assert state == "failed"
    assert "$SPECPROOF_HISTORY is not set" in str(message)


def test_other_specs_are_refused(root: Path) -> None:
    """A worker whose files are not the client's says so and executes nothing."""
    state, message = _said(replace(_job(root).first, inputs="f" * 64))
    assert state == "failed"
    assert "the worker's files of tiny-000 are not those of the client" in str(message)


def test_files_that_changed_are_read_again(root: Path) -> None:
    """A worker that lives on sees a new deviation; what it had read before is forgotten."""
    assert _said(_job(root).first) == ("stored", "")
    published = root / "specs" / API / "published.yaml"
    text = published.read_text().replace("All of them.", "Each of them.")
    published.write_text(text)
    effective = root / "specs" / API / "effective.yaml"
    effective.write_text(effective.read_text().replace("All of them.", "Each of them."))
    job = make_job("c", PLAN, inputs=inputs_digest(API, root))
    assert _said(job.first) == ("stored", "")
    with _history(root) as history:
        new, old = (history.runs(batch=name)[0].apis[0] for name in "cb")
    assert new.effective_sha256 != old.effective_sha256


def test_what_kills_its_workers_is_given_up(root: Path) -> None:
    """A part that was begun three times and never ended is not begun a fourth time."""
    job = _job(root)
    with _history(root) as history:
        for _ in range(3):
            history.begin_part(job.run_id, 1)
    assert _said(job.first) == ("failed", "the part killed its worker 3 times")


def test_what_ends_in_words_has_killed_nobody(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that fails in order may fail any number of times."""
    job = _job(root)

    def fail(*_: object, **__: object) -> None:
        raise CouldNotCheckError("the suite broke down")

    with monkeypatch.context() as patched:
        patched.setattr(worker, "execute_part", fail)
        for _ in range(5):
            assert _said(job.first) == ("failed", "the suite broke down")
    assert _said(job.first) == ("stored", "")


def test_an_api_without_an_emulator_says_so(root: Path) -> None:
    """What can not be checked is told with its API and nothing is stored."""
    folder = root / "specs" / "quiet"
    folder.mkdir()
    for path in (root / "specs" / API).iterdir():
        (folder / path.name).write_text(path.read_text().replace(API, "quiet"))
    plan = replace(PLAN, apis=("quiet",))
    job = make_job("b", plan, inputs=inputs_digest("quiet", root))
    state, message = _said(job.first)
    assert state == "failed"
    assert "quiet has no emulator" in str(message)
    with _history(root) as history:
        assert not has_run(history, job.run_id)


def test_a_database_that_is_away_is_no_fault_of_the_apis(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After some attempts the client is asked to hand the part out again."""
    monkeypatch.setattr(worker, "patiently", _at_once)
    monkeypatch.setattr(held, "open_history", _raise(CouldNotCheckError("not reachable")))
    assert _said(_job(root).first) == ("again", "not reachable")


def test_a_database_that_leaves_meanwhile_is_none_either(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evidence that could not be stored is gathered again elsewhere."""
    monkeypatch.setattr(worker, "patiently", _at_once)
    monkeypatch.setattr(History, "store_part", _raise(CouldNotCheckError("not reachable")))
    assert _said(_job(root).first) == ("again", "not reachable")


def test_surprises_are_told_by_type_and_place(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of a strange exception may hold anything, so it stays on the worker."""
    monkeypatch.setattr(worker, "execute_part", _raise(RuntimeError("Bearer s3cret")))
    state, message = _said(_job(root).first)
    assert state == "failed"
    assert "internal error: RuntimeError at worker.py" in str(message)
    assert "s3cret" not in str(message)


@pytest.mark.parametrize("error", [OSError(28, "No space left on s3cret"), MemoryError()])
def test_a_machine_that_fails_is_no_fault_of_the_apis(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """A full disk or memory of one worker; another one may have more."""
    monkeypatch.setattr(worker, "execute_part", _raise(error))
    state, message = _said(_job(root).first)
    assert state == "again"
    assert f"the worker's machine failed: {type(error).__name__} at worker.py" in str(message)
    assert "s3cret" not in str(message)


def test_rates_need_a_database_that_all_can_ask(root: Path) -> None:
    """A file can not hold what several machines share."""
    job = _job(root, rates={"https://x.example": RateLimit(1, 1.0)})
    state, message = _said(job.first)
    assert state == "failed"
    assert "a history in PostgreSQL only" in str(message)


def test_rates_that_nobody_can_tell_are_no_fault_of_the_apis(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part whose pace was lost is handed out again."""

    class Lost:
        failed = True

        def __init__(self, *_: object, **__: object) -> None:
            pass

        def wait(self, origin: str) -> None:
            raise AssertionError(origin)

        def close(self) -> None:
            pass

    where = os.environ["SPECPROOF_HISTORY"]
    job = _job(root, rates={"https://x.example": RateLimit(1, 1.0)})
    monkeypatch.setenv("SPECPROOF_HISTORY", "postgresql://u@127.0.0.1/x")
    monkeypatch.setattr(held, "open_history", lambda _: open_history(where))
    monkeypatch.setattr(worker, "SharedRates", Lost)
    monkeypatch.setattr(worker, "execute_part", _raise(CouldNotCheckError("no turn")))
    assert _said(job.first) == ("again", "no turn")


def test_a_stuck_part_ends_its_worker(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When its time is over the process ends, since a thread can not be ended."""
    ended: list[int] = []
    monkeypatch.setattr(worker, "PART_SECONDS", 0.0)
    monkeypatch.setattr("os._exit", ended.append)

    def stuck(*_: object, **__: object) -> None:
        while not ended:
            pass
        raise InputError("went on only because the test says so")

    monkeypatch.setattr(worker, "execute_part", stuck)
    assert _said(_job(root).first)[0] == "failed"
    assert ended == [70]


def test_a_part_that_waits_for_its_turns_is_not_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn begins its time anew, and what it waits for one is none of it."""
    now = 0.0
    waits: list[float] = []

    def over(seconds: float) -> bool:
        waits.append(seconds)
        return len(waits) > 1

    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: now))
    watch = worker._Watch()
    watch._over = SimpleNamespace(wait=over)  # type: ignore[assignment]  # a stand-in
    now = 100.0
    watch.alive()
    watch._look()
    now = 3000.0
    watch.alive(7200.0)
    watch._look()
    assert waits == [worker.PART_SECONDS, worker.PART_SECONDS, 7200.0 + worker.PART_SECONDS]


def _raise(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def _at_once(action: Callable[[], Any], **_: object) -> Any:
    return action()
