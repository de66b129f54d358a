"""How the progress of a batch is told, on a terminal and elsewhere."""

from __future__ import annotations

import io

from specproof.cli.fleet_progress import Display, display, in_words
from specproof.scheduling.cluster.dispatch import Progress


class Terminal(io.StringIO):
    """Says that it is one."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_what_is_worth_a_word() -> None:
    """What did not happen is not told."""
    assert in_words(Progress(5, done=2)) == "2 of 5 parts are stored"
    full = Progress(5, done=2, failed=1, workers=1, retries=3)
    assert in_words(full) == ("2 of 5 parts are stored, 1 given up, 1 worker, 3 handed out again")
    assert in_words(Progress(5, workers=2)).endswith(", 2 workers")


def test_a_log_gets_a_line_every_ten_seconds() -> None:
    """However often something moves; sentences are told at once, and tamed."""
    stream = io.StringIO()
    moments = iter([0.0, 4.0, 9.9, 10.0])
    shown = Display(stream, clock=lambda: next(moments))
    for done in range(4):
        shown.moved(Progress(9, done=done))
    shown.said("lost\x1b[2J")
    lines = stream.getvalue().splitlines()
    assert lines[:2] == [
        "specproof: 0 of 9 parts are stored",
        "specproof: 3 of 9 parts are stored",
    ]
    assert "\x1b" not in lines[2]


def test_a_pipe_gets_lines() -> None:
    """No bar where nobody looks."""
    stream = io.StringIO()
    with display(stream) as shown:
        shown.moved(Progress(3))
    assert stream.getvalue() == "specproof: 0 of 3 parts are stored\n"


def test_a_terminal_gets_a_bar() -> None:
    """With the sentences above it, in which nothing is markup."""
    stream = Terminal()
    with display(stream) as shown:
        shown.moved(Progress(4, done=1))
        shown.said("api: [red]broken[/red]")
    text = stream.getvalue()
    assert "1/4" in text
    assert "specproof: api: [red]broken[/red]" in text
