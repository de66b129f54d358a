"""The text report on a terminal and in a pipe."""

from __future__ import annotations

import dataclasses
import io

import pytest
from hypothesis import given, settings
from rich.cells import cell_len
from runs import awkward_run, inert, runs

from specproof.model import VerdictKind
from specproof.report.text import render_text, show_text, write_text
from specproof.suites.runfile import Run


class _Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@settings(deadline=None)
@given(run=runs())
def test_nothing_steers_the_terminal(run: Run) -> None:
    """Whatever the texts of a run, a plain report is printable, line by line."""
    for text in (render_text(run), render_text(run, width=40, verbose=True)):
        assert inert(text)
        assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_every_inconclusive_and_vacuous_requirement_has_a_reason() -> None:
    """Verbose text names every requirement; without it none is left uncounted."""
    run = awkward_run()
    full = render_text(run, verbose=True)
    assert all(verdict.requirement.id in full for verdict in run.verdicts)
    short = render_text(run)
    assert "vacuous: 9" in short
    assert "and 6 more (--verbose names them)" in short
    assert "not exercised: delete-alias 503: not brought about" in short


def test_a_group_of_four_is_named_in_full() -> None:
    """Nobody is told "and 1 more"."""
    run = awkward_run()
    verdicts = [v for v in run.verdicts if v.requirement.api == "sequence"][:4]
    text = render_text(dataclasses.replace(run, verdicts=tuple(verdicts)))
    assert all(verdict.requirement.id in text for verdict in verdicts)
    assert "more (" not in text


def test_lines_fit_the_terminal_except_commands() -> None:
    """Lines are wrapped to the width; reproduction commands stay whole, to be copied."""
    lines = render_text(awkward_run(), width=50).splitlines()
    long = [line for line in lines if cell_len(line) > 50]
    assert long == ["      curl -X DELETE 'http://emulator.test/apps/x' \\"]


def test_a_pipe_gets_whole_lines_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Piped, the report has no escape and no wrapped line, even with FORCE_COLOR set."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "20")
    stream = io.StringIO()
    show_text(awkward_run(), stream=stream)
    assert stream.getvalue() == render_text(awkward_run())
    assert inert(stream.getvalue())


def test_a_terminal_gets_colour_and_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the report is coloured and as wide as the terminal."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "70")
    stream = _Terminal()
    show_text(awkward_run(), stream=stream)
    assert stream.getvalue() == render_text(awkward_run(), width=70, colour=True)
    assert "\x1b[1;31m" in stream.getvalue()


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR takes the colour off a terminal, and the width stays."""
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "70")
    stream = _Terminal()
    show_text(awkward_run(), stream=stream)
    assert stream.getvalue() == render_text(awkward_run(), width=70)


def test_verdicts_are_words_not_only_colour() -> None:
    """Each verdict stands in the matrix as symbol and word."""
    text = render_text(awkward_run())
    for word in ("+ pass", "x fail", "? inconclusive", "~ vacuous", "- nothing required"):
        assert word in text
    assert {str(kind) for kind in VerdictKind} == {"pass", "fail", "inconclusive", "vacuous"}


def test_an_api_without_operations_has_no_matrix() -> None:
    """An empty document makes an empty table, not an error."""
    run = awkward_run()
    api = dataclasses.replace(run.header.apis[1], operations=())
    header = dataclasses.replace(run.header, apis=(api,))
    text = render_text(dataclasses.replace(run, header=header, verdicts=(), findings=()))
    assert text.splitlines()[0] == "sequence: Sequence"
    assert len(text.splitlines()) == 3


def test_a_stream_that_lacks_a_character_gets_it_escaped() -> None:
    """An ASCII terminal shows an escape in place of a character it cannot show."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, "ascii")
    write_text("é✅\n", stream)
    stream.flush()
    assert raw.getvalue() == b"\\xe9\\u2705\n"


def test_standard_output_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a stream the report goes to standard output."""
    show_text(awkward_run())
    write_text("end\n")
    assert capsys.readouterr().out == render_text(awkward_run()) + "end\n"
