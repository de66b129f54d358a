"""Has the parts of a batch executed: hands them out, watches, tries again, and stops in order."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from specproof.errors import CouldNotCheckError, InputError
from specproof.history.store import History
from specproof.json_types import JsonObject
from specproof.scheduling.cluster.engine import Engine, EngineLostError, Submitted
from specproof.scheduling.cluster.finishing import finish_if_whole
from specproof.scheduling.cluster.jobs import Job
from specproof.scheduling.cluster.patience import patiently
from specproof.scheduling.cluster.shelf import forget_attempts, runs_among
from specproof.scheduling.cluster.task import run_part

__all__ = ["PATIENCE", "Dispatched", "Progress", "dispatch"]

PATIENCE: Final = 300.0
"""Seconds without a scheduler, or without any worker, after which a batch is given up."""

_TRIES: Final = 6
"""How often a part is handed out at most: workers die, networks break, databases restart."""

_LOSSES: Final = 20
"""How often in a row a scheduler is lost soon after it took the connection, two minutes in all."""

_SOON_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.1
_COUNT_SECONDS: Final = 5.0
_BACKOFF: Final = (0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(slots=True)
class Progress:
    """How far a batch is.

    Attributes:
        parts: how many there are, ``done`` of which are stored; ``already`` were before.
        failed: parts that were given up.
        retries: how often a part was handed out again.
        reconnects: how often the scheduler was lost.
        workers: how many there are, None while nobody asked.
    """

    parts: int
    done: int = 0
    already: int = 0
    failed: int = 0
    retries: int = 0
    reconnects: int = 0
    workers: int | None = None


@dataclass(slots=True)
class Dispatched:
    """What came of a batch: ``failures`` says by API why there is no run of it."""

    progress: Progress
    failures: dict[str, str] = field(default_factory=dict)


class Telling(Protocol):
    """Hears how a batch goes on."""

    def moved(self, progress: Progress) -> None:
        """Show how far it is."""

    def said(self, sentence: str) -> None:
        """Show a sentence."""


@dataclass(slots=True)
class _Piece:
    job: Job
    index: int
    tries: int = 0
    not_before: float = 0.0
    submitted: Submitted | None = None
    state: str = "open"

    @property
    def open(self) -> bool:
        return self.state == "open"


def dispatch(
    jobs: Sequence[Job],
    history: History,
    connect: Callable[[], Engine],
    telling: Telling,
    *,
    root: str | None = None,
    patience: float = PATIENCE,
) -> Dispatched:
    """Have every part of ``jobs`` executed that is not stored yet.

    What ends it early leaves all that was stored; the same jobs go on from there.

    Args:
        connect: makes a connection to the scheduler, or raises `EngineLostError`.
        root: folder with ``specs/`` in it.
        patience: seconds without a scheduler or without workers.

    Raises:
        CouldNotCheckError: no scheduler, no worker or no history for too long, or a scheduler
            that nothing can be done with.
        KeyboardInterrupt: somebody ended it; what had not begun is taken back.
    """
    batch = _Batch(jobs, history, telling, root)
    try:
        batch.look_up(first=True)
        losses = 0
        while batch.pieces_open():
            engine = _connected(connect, telling, patience)
            began, done = time.monotonic(), batch.progress.done
            _drive(batch, engine, telling, patience)
            batch.look_up()
            in_vain = time.monotonic() - began < _SOON_SECONDS and batch.progress.done == done
            losses = losses + 1 if in_vain and batch.pieces_open() else 0
            _rest(losses)
    except (KeyboardInterrupt, CouldNotCheckError):
        batch.count()
        done, parts = batch.progress.done, batch.progress.parts
        telling.said(f"ended early: {done} of {parts} parts are stored, the same --batch goes on")
        raise
    return Dispatched(batch.progress, batch.failures)


def _drive(batch: _Batch, engine: Engine, telling: Telling, patience: float) -> None:
    try:
        batch.drive(engine, patience)
    except EngineLostError:
        batch.progress.reconnects += 1
        telling.said("the scheduler is gone; waiting for it to come back")
        batch.forget()
    except BaseException:
        engine.cancel(batch.submitted())
        raise
    finally:
        engine.close()


def _rest(losses: int) -> None:
    """Wait the longer, the more connections in a row were good for nothing."""
    if losses >= _LOSSES:
        raise CouldNotCheckError(
            "the scheduler takes every connection and loses it at once;"
            " it may have another version of Dask than this client"
        )
    if losses:
        time.sleep(_BACKOFF[min(losses, len(_BACKOFF)) - 1])


def _connected(connect: Callable[[], Engine], telling: Telling, patience: float) -> Engine:
    began = time.monotonic()
    for pause in _pauses():
        try:
            return connect()
        except EngineLostError as error:
            if time.monotonic() - began > patience:
                raise CouldNotCheckError(
                    f"no scheduler has answered for {patience:.0f} s ({error})"
                ) from None
            if pause == _BACKOFF[-1]:
                telling.said("still no scheduler")
            time.sleep(pause)
    raise AssertionError  # pragma: no cover - the pauses have no end


def _pauses() -> Iterator[float]:
    yield from _BACKOFF
    while True:
        yield _BACKOFF[-1]


class _Batch:
    """The parts of all jobs and what is known of them."""

    def __init__(
        self, jobs: Sequence[Job], history: History, telling: Telling, root: str | None
    ) -> None:
        self._jobs = jobs
        self._history = history
        self._telling = telling
        self._root = root
        self._pieces = [_Piece(job, index) for job in jobs for index in range(1, job.count + 1)]
        self._of: dict[str, list[_Piece]] = {job.run_id: [] for job in jobs}
        for piece in self._pieces:
            self._of[piece.job.run_id].append(piece)
        self._believed = False
        self._afresh = True
        self._session = secrets.token_hex(4)
        self.progress = Progress(len(self._pieces))
        self.failures: dict[str, str] = {}

    def pieces_open(self) -> bool:
        return any(piece.open for piece in self._pieces)

    def submitted(self) -> list[Submitted]:
        return [
            piece.submitted for piece in self._pieces if piece.open and piece.submitted is not None
        ]

    def forget(self) -> None:
        """Forget what was handed to a scheduler that is gone; that is no fault of the parts.

        Its workers ended with it, whatever they were at.
        """
        self._session = secrets.token_hex(4)
        self._afresh = True
        for piece in self._pieces:
            if piece.submitted is not None:
                piece.submitted = None
                piece.tries -= 1

    def look_up(self, *, first: bool = False) -> None:
        """Take from the history what is there already, and finish runs that are whole.

        Args:
            first: whether a batch begins, for the first time or again.
        """
        runs, parts = patiently(self._stored)
        self._afresh = False
        for job in self._jobs:
            pieces = self._of[job.run_id]
            known = parts.get(job.run_id, ())
            for piece in pieces:
                if piece.open and (job.run_id in runs or piece.index in known):
                    piece.state = "done"
                    self.progress.already += first
            if job.run_id not in runs and all(piece.state == "done" for piece in pieces):
                self._finish(job)
        self._moved()

    def drive(self, engine: Engine, patience: float) -> None:
        """Hand out what is open and watch until nothing is.

        Raises:
            EngineLostError: the scheduler is gone.
        """
        counted = idle = time.monotonic()
        while self.pieces_open():
            self._hand_out(engine)
            if self._watch():
                idle = time.monotonic()
                self._moved()
            if not engine.alive:
                raise EngineLostError("the connection is closed")
            now = time.monotonic()
            if now - counted > _COUNT_SECONDS:
                counted = now
                self.progress.workers = engine.workers()
                self._moved()
                if self.progress.workers:
                    idle = now
                elif now - idle > patience:
                    raise CouldNotCheckError(f"no worker has come for {patience:.0f} s")
            time.sleep(_LOOK_SECONDS)

    def _stored(self) -> tuple[frozenset[str], Mapping[str, tuple[int, ...]]]:
        """Return the runs of this batch that are stored, and the parts of those that are not."""
        runs = runs_among(self._history, [job.run_id for job in self._jobs])
        if self._afresh:
            left = [job.run_id for job in self._jobs if job.run_id not in runs]
            forget_attempts(self._history, left)
        return runs, self._history.part_numbers()

    def _finish(self, job: Job) -> None:
        """Store the run of ``job``, all of whose parts are done."""
        try:
            whole = patiently(lambda: finish_if_whole(self._history, job.first, self._root))
        except InputError as error:
            self._give_up(job, str(error))
            return
        if not whole:
            self._give_up(
                job,
                "a worker said that it stored a part which is not in the history;"
                " workers and client have to use the same history",
            )

    def _hand_out(self, engine: Engine) -> None:
        now = time.monotonic()
        for piece in self._pieces:
            if piece.open and piece.submitted is None and piece.not_before <= now:
                piece.tries += 1
                self.progress.retries += piece.tries > 1
                key = f"part-{self._session}{piece.tries}-{piece.job.run_id}-{piece.index}"
                text = piece.job.task(piece.index).to_text()
                piece.submitted = engine.submit(run_part, text, key=key)

    def _watch(self) -> bool:
        """Take in what has ended; say whether anything has."""
        moved = False
        for piece in self._pieces:
            if not piece.open or piece.submitted is None:
                continue
            state = piece.submitted.state()
            if state == "lost":
                raise EngineLostError("a task was lost")
            if state == "killed":
                # Its worker died, or could not even read the task.
                self._again(piece, f"no worker could execute it ({piece.submitted.failure()})")
                moved = True
            elif state == "finished":
                report = piece.submitted.result()
                if report is not None:
                    self._take(piece, report)
                    moved = True
        return moved

    def _take(self, piece: _Piece, report: JsonObject) -> None:
        piece.submitted = None
        message = str(report.get("message") or "")
        if report.get("state") == "stored":
            piece.state = "done"
            if not self._believed and all(
                item.state == "done" for item in self._of[piece.job.run_id]
            ):
                # Of the first run it is looked at once whether it is where we look; the others
                # are looked up together in the end.
                self._finish(piece.job)
                self._believed = True
        elif report.get("state") == "again":
            self._again(piece, message)
        else:
            self._give_up(piece.job, message)

    def _again(self, piece: _Piece, reason: str) -> None:
        piece.submitted = None
        if piece.tries >= _TRIES:
            self._give_up(piece.job, reason)
            return
        pause = _BACKOFF[min(piece.tries, len(_BACKOFF)) - 1]
        piece.not_before = time.monotonic() + pause

    def _give_up(self, job: Job, reason: str) -> None:
        """Leave a job: without one of its parts there is no run."""
        for piece in self._of[job.run_id]:
            piece.state = "failed"
            piece.submitted = None
        self.failures.setdefault(job.api, reason)
        self._telling.said(f"{job.api}: {reason}")

    def count(self) -> None:
        """Bring the progress up to date."""
        self.progress.done = sum(piece.state == "done" for piece in self._pieces)
        self.progress.failed = sum(piece.state == "failed" for piece in self._pieces)

    def _moved(self) -> None:
        self.count()
        self._telling.moved(self.progress)
