from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from generation_cases import describe, operation, source

from specproof.errors import InputError, LimitError
from specproof.generation import Workers, generate_client, process
from specproof.generation.generator import run_generator


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _place(folder: Path, name: str) -> tuple[Path, Path]:
    made = (folder / name / "client", folder / name / "work")
    for place in made:
        place.mkdir(parents=True)
    return made


def _described(name: str) -> Any:
    schema = {"type": "object", "properties": {name: {"enum": [name, "x"]}}}
    return source(
        describe({f"/{name}/{{id}}": {"get": operation()}}, components={"schemas": {"A": schema}})
    )


def test_one_start_serves_many_and_nothing_of_one_reaches_the_next(tmp_path: Path) -> None:
    """Clients made in one start, with one that fails and one that dies between, are the same."""
    names = ("first", "second")
    with Workers() as workers:
        generate_client(_described("first"), tmp_path / "many/first", workers=workers)
        started = workers._started
        with pytest.raises(LimitError, match="more than 40 MiB"):
            run_generator(
                _described("third"),
                *_place(tmp_path, "third"),
                limits={"memory": 40 << 20},
                workers=workers,
            )
        with pytest.raises(InputError, match="stopped with"):
            run_generator(
                _described("fourth"),
                *_place(tmp_path, "fourth"),
                limits={"file": 1},
                workers=workers,
            )
        generate_client(_described("second"), tmp_path / "many/second", workers=workers)
        assert workers._started is started
    for name in names:
        generate_client(_described(name), tmp_path / "single" / name)
    assert _bytes(tmp_path / "many") == _bytes(tmp_path / "single")


def test_a_job_that_hangs_is_ended(tmp_path: Path) -> None:
    """What takes longer than it may is ended, together with the process that started it."""
    with Workers() as workers:
        with pytest.raises(LimitError, match="took longer than 0 s"):
            run_generator(
                _described("slow"),
                *_place(tmp_path, "slow"),
                limits={"seconds": 0},
                workers=workers,
            )
        assert workers._started is None


def test_a_process_that_was_killed_is_replaced(tmp_path: Path) -> None:
    """A job goes on in a process of its own when the one that forks is gone."""
    with Workers() as workers:
        started = workers._start()
        os.kill(started.pid, signal.SIGKILL)
        started.wait()
        outcome = run_generator(_described("left"), *_place(tmp_path, "left"), workers=workers)
        assert outcome.generated == 1
        assert workers._started is None


def test_without_fork_each_job_starts_for_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A platform that can not fork does each job as it is done alone."""
    asked: list[Path] = []

    def once(_: object, work: Path) -> subprocess.CompletedProcess[str]:
        asked.append(work)
        return subprocess.CompletedProcess([], 0)

    monkeypatch.setattr(process, "run_once", once)
    monkeypatch.delattr(os, "fork")
    with Workers() as workers:
        workers.run({}, tmp_path)
        assert workers._started is None
    assert asked == [tmp_path]
