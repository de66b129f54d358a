from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_engines import FakeEngine, Handed
from tiny_apis import use_tiny_emulators, write_tiny_apis

from specproof.errors import CouldNotCheckError
from specproof.history.store import History, open_history
from specproof.json_types import JsonObject
from specproof.scheduling.cluster import dispatch as module
from specproof.scheduling.cluster.dispatch import Dispatched, Progress, dispatch
from specproof.scheduling.cluster.engine import EngineLostError
from specproof.scheduling.cluster.inputs import inputs_digest
from specproof.scheduling.cluster.jobs import Job, Task, make_job
from specproof.scheduling.cluster.task import run_part
from specproof.scheduling.cluster.worker import MAX_DEATHS
from specproof.suites.plan import RunPlan

COUNT = 3


class Heard:
    """Keeps what was told."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.done: list[int] = []

    def moved(self, progress: Progress) -> None:
        """Keep how many are done."""
        self.done.append(progress.done)

    def said(self, sentence: str) -> None:
        """Keep the sentence."""
        self.sentences.append(sentence)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a catalog of some APIs; nobody waits for anything."""
    write_tiny_apis(tmp_path, COUNT)
    use_tiny_emulators(tmp_path, monkeypatch)
    monkeypatch.setenv("SPECPROOF_HISTORY", str(tmp_path / "history.db"))
    monkeypatch.setattr(module, "_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(module, "_BACKOFF", (0.0, 0.0))
    return tmp_path


def _jobs(root: Path, parts: int = 1, count: int = COUNT) -> list[Job]:
    names = [f"tiny-{number:03d}" for number in range(count)]
    return [
        make_job(
            "b",
            RunPlan(apis=(name,), mode="discover", cases=0),
            inputs=inputs_digest(name, root),
            parts=parts,
        )
        for name in names
    ]


def _dispatched(
    folder: Path, jobs: Sequence[Job], *engines: FakeEngine, **named: Any
) -> tuple[Dispatched, Heard]:
    heard = Heard()
    left = list(engines)
    with open_history(str(folder / "history.db")) as history:
        done = dispatch(jobs, history, lambda: left.pop(0), heard, **named)  # type: ignore[arg-type, return-value]  # a stand-in
    return done, heard


def _runs(root: Path) -> list[str]:
    with open_history(str(root / "history.db")) as history:
        return sorted(run.apis[0].api for run in history.runs(batch="b"))


def _skip(task: Task) -> JsonObject:
    """Say that it is stored, as it is not."""
    del task
    return {"state": "stored", "message": ""}


def test_every_part_is_handed_out_and_every_run_stored(root: Path) -> None:
    """One run per API, one task per part, and the engine is left."""
    engine = FakeEngine()
    done, heard = _dispatched(root, _jobs(root, parts=2), engine)
    assert done.failures == {}
    assert _runs(root) == ["tiny-000", "tiny-001", "tiny-002"]
    assert len(set(engine.keys)) == len(engine.keys) == 2 * COUNT
    assert replace(done.progress, workers=None) == Progress(parts=6, done=6)
    assert heard.done[-1] == 6
    assert engine.closed


def test_what_is_stored_is_not_handed_out(root: Path) -> None:
    """The same batch again goes on with what is missing, and needs no engine for nothing."""
    jobs = _jobs(root, parts=2)
    run_part(jobs[0].task(1).to_text())
    run_part(jobs[1].task(1).to_text())
    run_part(jobs[1].task(2).to_text())
    engine = FakeEngine()
    done, _ = _dispatched(root, jobs, engine)
    assert len(engine.keys) == 3
    assert done.progress.already == 3
    again, _ = _dispatched(root, jobs)
    assert again.progress == Progress(parts=6, done=6, already=6)


def test_the_client_finishes_what_a_worker_left(root: Path) -> None:
    """All parts stored and the run not: that worker died in between."""
    jobs = _jobs(root, parts=2, count=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("specproof.scheduling.cluster.worker.finish_if_whole", lambda *_: False)
        run_part(jobs[0].task(1).to_text())
        run_part(jobs[0].task(2).to_text())
    assert _runs(root) == []
    _dispatched(root, jobs, root=str(root))
    assert _runs(root) == ["tiny-000"]


def test_a_dead_worker_costs_a_retry(root: Path) -> None:
    """What nobody could execute is handed out again."""
    dead = ["killed", "killed"]
    engine = FakeEngine(lambda task: dead.pop() if dead else run_part(task.to_text()))
    done, _ = _dispatched(root, _jobs(root, count=1), engine)
    assert (done.progress.retries, done.progress.done) == (2, 1)
    assert len(set(engine.keys)) == 3


def test_what_never_succeeds_is_given_up(root: Path) -> None:
    """An API whose part kills every worker has no run; the others have theirs."""

    def act(task: Task) -> JsonObject | str:
        return "killed" if task.api == "tiny-001" else run_part(task.to_text())

    done, heard = _dispatched(root, _jobs(root), FakeEngine(act))
    assert done.failures == {"tiny-001": "no worker could execute it (KilledWorker)"}
    assert heard.sentences == ["tiny-001: no worker could execute it (KilledWorker)"]
    assert _runs(root) == ["tiny-000", "tiny-002"]
    assert (done.progress.failed, done.progress.retries) == (1, 5)


def test_what_would_fail_again_is_not_handed_out_again(root: Path) -> None:
    """A part that fails in words ends its API at once, its other parts too."""
    engine = FakeEngine(lambda _: {"state": "failed", "message": "there is no emulator"})
    done, _ = _dispatched(root, _jobs(root, parts=3, count=1), engine)
    assert done.failures == {"tiny-000": "there is no emulator"}
    assert len(engine.keys) == 3
    assert done.progress.failed == 3


def test_a_database_that_was_away_costs_a_retry(root: Path) -> None:
    """What the infrastructure spoilt is handed out again, with bounds."""
    engine = FakeEngine(lambda _: {"state": "again", "message": "not reachable"})
    done, _ = _dispatched(root, _jobs(root, count=1), engine)
    assert done.failures == {"tiny-000": "not reachable"}
    assert len(engine.keys) == 6


def test_another_history_is_noticed(root: Path) -> None:
    """A worker that stores elsewhere is believed nothing."""
    done, _ = _dispatched(root, _jobs(root, count=1), FakeEngine(_skip))
    assert "have to use the same history" in done.failures["tiny-000"]


def test_a_lost_scheduler_costs_nothing_but_time(root: Path) -> None:
    """The client waits, looks what is stored, and hands out the rest, without counting it."""
    first = FakeEngine(lambda task: run_part(task.to_text()) if task.api < "tiny-001" else "lost")
    second = FakeEngine()
    done, heard = _dispatched(root, _jobs(root), first, second)
    assert done.failures == {}
    assert len(second.keys) == 2
    assert (done.progress.reconnects, done.progress.retries) == (1, 0)
    assert heard.sentences == ["the scheduler is gone; waiting for it to come back"]


def test_parts_that_died_with_their_scheduler_did_not_kill_their_workers(root: Path) -> None:
    """However often it is lost: a part is not given up for what was no fault of its own."""

    def lost(task: Task) -> str:
        with open_history(str(root / "history.db")) as history:
            history.begin_part(task.run_id, task.index)
        return "lost"

    engines = [*(FakeEngine(lost) for _ in range(MAX_DEATHS + 1)), FakeEngine()]
    done, _ = _dispatched(root, _jobs(root, count=1), *engines)
    assert done.failures == {}
    assert done.progress.reconnects == MAX_DEATHS + 1
    assert _runs(root) == ["tiny-000"]


def test_a_scheduler_that_loses_every_connection_is_told(root: Path) -> None:
    """It does not go on for ever, nor is it called away."""
    engines = [FakeEngine(lambda _: "lost") for _ in range(module._LOSSES)]
    with pytest.raises(CouldNotCheckError, match="takes every connection and loses it at once"):
        _dispatched(root, _jobs(root, count=1), *engines)
    assert all(engine.closed for engine in engines)


def test_a_closed_connection_is_noticed(root: Path) -> None:
    """A client whose engine is dead does not wait for its tasks."""
    first = FakeEngine(lambda _: "pending")
    first.alive = False
    done, _ = _dispatched(root, _jobs(root, count=1), first, FakeEngine())
    assert done.progress.reconnects == 1
    assert _runs(root) == ["tiny-000"]


def test_no_scheduler_at_all_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some patience nothing could be checked."""
    heard = Heard()

    def refuse() -> Any:
        raise EngineLostError("OSError")

    with (
        open_history(str(root / "history.db")) as history,
        pytest.raises(CouldNotCheckError, match="no scheduler has answered for 0 s"),
    ):
        dispatch(_jobs(root, count=1), history, refuse, heard, patience=0.0)
    assert heard.sentences == ["ended early: 0 of 1 parts are stored, the same --batch goes on"]
    moments = iter(range(100))
    monkeypatch.setattr("time.monotonic", lambda: float(next(moments)))
    with (
        open_history(str(root / "history.db")) as history,
        pytest.raises(CouldNotCheckError, match="no scheduler has answered for 5 s"),
    ):
        dispatch(_jobs(root, count=1), history, refuse, heard, patience=5.0)
    assert "still no scheduler" in heard.sentences


def test_no_worker_at_all_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler without workers is waited for so long, and what was handed out taken back."""
    engine = FakeEngine(lambda _: "pending")
    engine.count = 0
    monkeypatch.setattr(module, "_COUNT_SECONDS", -1.0)
    with pytest.raises(CouldNotCheckError, match="no worker has come"):
        _dispatched(root, _jobs(root), engine, patience=0.0)
    assert (engine.cancelled, engine.closed) == (COUNT, True)


def test_workers_are_counted(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While there are workers a long part is waited for."""
    waits = ["pending"] * 5
    engine = FakeEngine()
    act = engine._act
    engine._act = lambda task: waits.pop() if waits else act(task)
    monkeypatch.setattr(module, "_COUNT_SECONDS", -1.0)
    monkeypatch.setattr(Handed, "state", _looking_each_time(Handed.state))
    done, _ = _dispatched(root, _jobs(root, count=1), engine, patience=0.0)
    assert done.progress.workers == 1


def test_an_interruption_takes_back_what_has_not_begun(root: Path) -> None:
    """Ctrl-C leaves all that is stored, says how much, and cancels the rest."""
    heard = Heard()

    def act(task: Task) -> JsonObject | str:
        if task.api == "tiny-001":
            raise KeyboardInterrupt
        return run_part(task.to_text())

    engine = FakeEngine(act)
    connect: Any = lambda: engine  # noqa: E731 - a stand-in
    with open_history(str(root / "history.db")) as history, pytest.raises(KeyboardInterrupt):
        dispatch(_jobs(root), history, connect, heard)
    assert heard.sentences == ["ended early: 1 of 3 parts are stored, the same --batch goes on"]
    assert (engine.cancelled, engine.closed) == (2, True)
    assert _runs(root) == ["tiny-000"]


def test_parts_that_say_nothing_are_dropped(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An API that never answered has no run, and the same batch tries it again."""
    jobs = _jobs(root, count=1)

    def refuse(*_: object, **__: object) -> Any:
        raise CouldNotCheckError("no request was answered: refused")

    with monkeypatch.context() as patched:
        patched.setattr("specproof.suites.parts.assemble", refuse)
        done, _ = _dispatched(root, jobs, FakeEngine())
        assert done.failures == {"tiny-000": "no request was answered: refused"}
    with open_history(str(root / "history.db")) as history:
        assert history.part_numbers() == {}
    engine = FakeEngine()
    done, _ = _dispatched(root, jobs, engine)
    assert done.failures == {}
    assert len(engine.keys) == 1


def test_whole_parts_that_say_nothing_are_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the client itself puts together may turn out to say nothing."""
    jobs = _jobs(root, count=1)
    with monkeypatch.context() as patched:
        patched.setattr("specproof.scheduling.cluster.worker.finish_if_whole", lambda *_: False)
        run_part(jobs[0].first.to_text())

    def refuse(*_: object, **__: object) -> Any:
        raise CouldNotCheckError("no request was answered: refused")

    monkeypatch.setattr("specproof.suites.parts.assemble", refuse)
    done, _ = _dispatched(root, jobs)
    assert done.failures == {"tiny-000": "no request was answered: refused"}


def test_two_who_finish_one_run_make_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that another finished in between is there, and that is all."""
    jobs = _jobs(root, count=1)
    real = History.parts

    def finished_meanwhile(history: History, run_id: str) -> Any:
        monkeypatch.setattr(History, "parts", real)
        run_part(jobs[0].first.to_text())
        return history.parts(run_id)

    with monkeypatch.context() as patched:
        patched.setattr("specproof.scheduling.cluster.worker.finish_if_whole", lambda *_: False)
        run_part(jobs[0].first.to_text())
    monkeypatch.setattr(History, "parts", finished_meanwhile)
    done, _ = _dispatched(root, jobs)
    assert done.failures == {}
    assert _runs(root) == ["tiny-000"]


def _looking_each_time(state: Callable[[Any], str]) -> Callable[[Any], str]:
    def look(handed: Any) -> str:
        if isinstance(handed._found, str):
            handed._found = None
        return state(handed)

    return look
