"""How far a batch is: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from specproof.scheduling.cluster.dispatch import Progress
from specproof.text import one_line

__all__ = ["Display", "display"]

_LINE_SECONDS: Final = 10.0


class Display:
    """Tells of a batch line by line, at most one line about its progress in ten seconds."""

    def __init__(self, stream: TextIO, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._told: float | None = None

    def moved(self, progress: Progress) -> None:
        """Show how far it is."""
        now = self._clock()
        if self._told is None or now - self._told >= _LINE_SECONDS:
            self._told = now
            self.said(in_words(progress))

    def said(self, sentence: str) -> None:
        """Show a sentence."""
        self._stream.write(f"specproof: {one_line(sentence, 1000)}\n")
        self._stream.flush()


class _Bar(Display):
    """Draws the progress in place, sentences above it."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._console = Console(file=stream, markup=False, highlight=False)
        self.bar = Bar(
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._task = self.bar.add_task("", total=None)

    def moved(self, progress: Progress) -> None:
        self.bar.update(
            self._task,
            total=progress.parts,
            completed=progress.done + progress.failed,
            description=in_words(progress),
        )

    def said(self, sentence: str) -> None:
        self._console.print(f"specproof: {one_line(sentence, 1000)}", soft_wrap=True)


def in_words(progress: Progress) -> str:
    """Return one line that says how far a batch is."""
    words = [f"{progress.done} of {progress.parts} parts are stored"]
    if progress.failed:
        words.append(f"{progress.failed} given up")
    if progress.workers is not None:
        words.append("1 worker" if progress.workers == 1 else f"{progress.workers} workers")
    if progress.retries:
        words.append(f"{progress.retries} handed out again")
    return ", ".join(words)


@contextmanager
def display(stream: TextIO) -> Iterator[Display]:
    """Lend what shows the progress on ``stream``."""
    if not stream.isatty():
        yield Display(stream)
        return
    shown = _Bar(stream)
    with shown.bar:
        yield shown
