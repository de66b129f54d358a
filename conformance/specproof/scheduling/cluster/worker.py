"""What a worker does: one part of one run, from the plan to the history.

The worker has its own copy of the catalog (``$SPECPROOF_ROOT``), its own way to the history
(``$SPECPROOF_HISTORY``) and, for live runs, the credentials; none of these travel. What goes
back to the client says how it went, never what was found: that is in the history by then.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal, Self, TypeVar

from specproof import __version__
from specproof.errors import CouldNotCheckError, InputError, SpecproofError
from specproof.history.store import History
from specproof.json_types import JsonObject
from specproof.scheduling.cluster.finishing import finish_if_whole, plan_of
from specproof.scheduling.cluster.held import history_at, leave
from specproof.scheduling.cluster.inputs import inputs_digest
from specproof.scheduling.cluster.jobs import Task
from specproof.scheduling.cluster.patience import patiently
from specproof.scheduling.cluster.shelf import forget_attempts, has_run, stored_parts
from specproof.scheduling.rates import SharedRates
from specproof.suites import parts
from specproof.suites.parts import execute_part
from specproof.suites.plan import RunPlan, subject
from specproof.targets.pacing import paced_by
from specproof.text import one_line

__all__ = ["HISTORY_VARIABLE", "MAX_DEATHS", "PART_SECONDS", "Report", "perform"]

HISTORY_VARIABLE: Final = "SPECPROOF_HISTORY"

MAX_DEATHS: Final = 3
"""A part that was begun so often and never ended is not begun again: it kills its workers."""

PART_SECONDS: Final = 3600.0
"""Seconds after which a part is stuck; its worker ends, and another takes over.

Each turn that a live part gets begins them anew, and what it waits for a turn does not count: the
requests of a part have a limit of their own, and at one a second they may take longer.
"""

_STUCK = 70
"""Exit code of a worker whose part was stuck (EX_SOFTWARE of sysexits.h)."""

_ONE_AT_A_TIME = threading.Lock()
"""pytest, the environment and the pace belong to the whole process."""

_KNOWN: dict[str, str] = {}
"""API -> digest of the files that this process has read."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Report:
    """How a part went.

    Attributes:
        state: ``stored`` (now, or before), ``failed`` (it would fail again) or ``again`` (the
            infrastructure was at fault).
        message: one sentence, empty where it went well.
    """

    state: Literal["stored", "failed", "again"]
    message: str = ""

    def to_plain(self) -> JsonObject:
        """Return it as JSON has it."""
        return asdict(self)


def perform(text: str) -> JsonObject:
    """Execute the task ``text`` and store what comes of it; return a `Report` as JSON.

    It raises nothing: what an exception says may hold what nobody may read.
    """
    with _ONE_AT_A_TIME:
        try:
            report = _reported(Task.from_text(text))
        except SpecproofError as error:
            report = Report("failed", one_line(str(error), 1000))
        except (OSError, MemoryError) as error:
            report = Report("again", f"the worker's machine failed: {_placed(error)}")
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - told by type and place
            report = Report("failed", f"internal error: {_placed(error)}; please report it")
    return report.to_plain()


def _reported(task: Task) -> Report:
    if task.version != __version__:
        raise InputError(
            f"the worker has specproof {__version__}, the client {task.version}",
            remedy="install the same version everywhere",
        )
    where = os.environ.get(HISTORY_VARIABLE)
    if not where:
        raise InputError(
            f"the worker does not know the history: its ${HISTORY_VARIABLE} is not set",
            remedy="set it to what the client has",
        )
    try:
        history = patiently(lambda: history_at(where))
    except CouldNotCheckError as error:
        return Report("again", str(error))
    report = None
    try:
        report = _executed(task, history, where)
    finally:
        if report is None or report.state != "stored":
            leave()
    return report


def _executed(task: Task, history: History, where: str) -> Report:
    def ask(action: Callable[[], _Result]) -> _Result:
        """Do something in the history, whose absence is no fault of the API's."""
        try:
            return patiently(action)
        except CouldNotCheckError as error:
            raise _AwayError(str(error)) from None

    try:
        if ask(lambda: has_run(history, task.run_id)):
            return Report("stored")
        if task.index not in ask(lambda: stored_parts(history, task.run_id)):
            plan = _checked(task)
            begun = ask(lambda: history.begin_part(task.run_id, task.index))
            if begun > MAX_DEATHS:
                return Report("failed", f"the part killed its worker {MAX_DEATHS} times")
            try:
                data, digest = _evidence(task, plan, where)
            except BaseException:
                with contextlib.suppress(SpecproofError):
                    forget_attempts(history, [task.run_id], task.index)
                raise
            ask(
                lambda: history.store_part(
                    task.run_id,
                    data,
                    index=task.index,
                    count=task.count,
                    plan_digest=digest,
                    api=task.api,
                )
            )
        _settle()
        ask(lambda: finish_if_whole(history, task))
    except _AwayError as error:
        return Report("again", str(error))
    return Report("stored")


class _AwayError(Exception):
    """The infrastructure is at fault; the text is fit for a terminal."""


def _checked(task: Task) -> RunPlan:
    """Return the plan, once it is sure that it is about the same files here as at the client.

    Raises:
        InputError: it is not.
    """
    found = inputs_digest(task.api)
    if found != task.inputs:
        raise InputError(
            f"the worker's files of {task.api} are not those of the client",
            remedy="give both the same specs/, conformance/corpus/ and conformance/recordings/",
        )
    if _KNOWN.get(task.api, found) != found:
        # It read them when they were others.
        subject.cache_clear()
        parts._subject_digest.cache_clear()  # noqa: SLF001 - of the same files
        _KNOWN.clear()
    _KNOWN[task.api] = found
    return plan_of(task)


def _evidence(task: Task, plan: RunPlan, where: str) -> tuple[bytes, str]:
    """Execute the part; return its bytes and the digest of its plan."""
    with _Watch() as watch, _paced(task, where, watch) as rates:
        try:
            part = execute_part(
                plan, task.index, task.count, confirm=task.confirm, fail_on=task.fail_on
            )
        except SpecproofError as error:
            if rates is not None and rates.failed:
                raise _AwayError(str(error)) from None
            raise
    return part.to_bytes(), part.plan_digest


@contextlib.contextmanager
def _paced(task: Task, where: str, watch: _Watch) -> Iterator[SharedRates | None]:
    if not task.rates:
        yield None
        return
    if not where.startswith("postgres"):
        raise InputError(
            "rates can be shared through a history in PostgreSQL only",
            remedy=f"set ${HISTORY_VARIABLE} to a URL postgresql://...",
        )
    shared = SharedRates(where, task.limits, alive=watch.alive)
    with contextlib.closing(shared) as rates, paced_by(rates):
        yield rates


class _Watch:
    """Ends this process when a part is stuck: a thread can not be ended, its process can."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._late = 0.0

    def __enter__(self) -> Self:
        self.alive()
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def alive(self, seconds: float = 0.0) -> None:
        """Begin anew once ``seconds`` are over, which are no time of the part's."""
        self._late = time.monotonic() + seconds + PART_SECONDS

    def _look(self) -> None:
        while (left := self._late - time.monotonic()) > 0:
            if self._over.wait(left):
                return
        os._exit(_STUCK)


@functools.cache
def _settle() -> None:
    """Take what is loaded by now out of garbage collection, which pytest asks for ten times."""
    gc.collect()
    gc.freeze()


def _placed(error: BaseException) -> str:
    """Return type and place of an error."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [item for item in frames if "specproof" in item.filename] or frames[-1:]
    places = [f" at {Path(item.filename).name}:{item.lineno}" for item in ours[-1:]]
    return f"{type(error).__name__}{''.join(places)}"
