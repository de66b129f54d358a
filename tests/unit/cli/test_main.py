"""The command line: every outcome is one clear sentence and an exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from commands import EVERY_COMMAND

from specproof import errors
from specproof.cli import main as command_line
from specproof.cli.main import COMMANDS, main


def _outcome(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    def fail() -> None:
        raise error

    monkeypatch.setattr(command_line, "app", fail)
    with pytest.raises(SystemExit) as caught:
        main()
    shown = capsys.readouterr()
    assert shown.out == ""
    assert isinstance(caught.value.code, int)
    return caught.value.code, shown.err


@pytest.mark.parametrize(
    ("error", "exit_code", "message"),
    [
        (errors.SpecproofError("it is so"), 2, "specproof: error: it is so\n"),
        (errors.InputError("is bad", file="f", line=2), 2, "specproof: error: f:2: is bad\n"),
        (errors.LimitError("is long"), 2, "specproof: error: is long\n"),
        (errors.StaleError("is stale"), 1, "specproof: error: is stale\n"),
        (errors.UpstreamError("is HTML"), 2, "specproof: error: is HTML\n"),
        (errors.CouldNotCheckError("no answer"), 3, "specproof: error: no answer\n"),
        (errors.GuardError("not ours"), 2, "specproof: error: not ours\n"),
        (errors.InputError("\x1b[31m\n::x"), 2, "specproof: error: \\x1b[31m ::x\n"),
        (KeyboardInterrupt(), 130, "specproof: interrupted\n"),
        (
            FileNotFoundError(2, "No such file or directory", "a\x1bb"),
            2,
            "specproof: error: a\\x1bb: No such file or directory\n",
        ),
        (OSError("odd"), 2, "specproof: error: OSError\n"),
        (
            RecursionError(),
            2,
            "specproof: error: the input is nested too deeply to be processed\n",
        ),
    ],
)
def test_each_error_has_its_exit_code_and_sentence(
    error: BaseException,
    exit_code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An error becomes one printable line on standard error and its exit code."""
    assert _outcome(error, monkeypatch, capsys) == (exit_code, message)


def _specproof(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from specproof.cli.main import main; main()", *arguments],
        cwd=cwd,
        check=False,
        capture_output=True,
        text=True,
    )


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """A real process shows no traceback."""
    done = _specproof("report", "missing.jsonl", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "specproof: error: missing.jsonl: No such file or directory\n"


def test_wrong_usage_exits_with_two(tmp_path: Path) -> None:
    """An unknown option is wrong usage."""
    assert _specproof("report", "--nonsense", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize("arguments", [["explain"], ["explain", "vacuous"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_finding(arguments: list[str], unbuffered: str) -> None:
    """``specproof explain | true`` ends silently, and not with the exit code of findings."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-c", "from specproof.cli.main import main; main()", *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
        )
    assert (done.returncode, done.stderr) == (2, "")


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_every_command_has_help_with_an_example(name: str, tmp_path: Path) -> None:
    """``specproof NAME --help`` says what it does, ends in an example, and has --json."""
    done = _specproof(*name.split(), "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"specproof {name}" in done.stdout.split("Usage:")[1].split("\n", 1)[1]
    assert "--json" in done.stdout


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    """Help loads none of the libraries that take long to import."""
    code = (
        "import sys, json; sys.argv = ['specproof', '--help']\n"
        "from specproof.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('\\n' + json.dumps(sorted(name.split('.')[0] for name in sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    heavy = {"schemathesis", "hypothesis", "httpx", "pydantic", "pytest", "starlette", "ruamel"}
    assert loaded & (heavy | {"jsonschema_rs", "griffe", "openapi_python_client"}) == set()


def test_commands_are_sorted_and_unique() -> None:
    """The table lists each command once, in the order of the alphabet."""
    assert list(COMMANDS) == sorted(set(COMMANDS))


_ENDED = """
import os, signal, sys
from specproof.cli.main import main
from specproof.generation import client

def wait(*_, **__):
    print("at work", flush=True)
    signal.pause()

client.run_generator = wait
main()
"""
"""The command line, with a generator that waits for a signal."""


def test_sigterm_leaves_nothing_temporary(tmp_path: Path) -> None:
    """The process ends by itself, says so, and takes away what it had made aside."""
    spec, scratch, output = tmp_path / "a.yaml", tmp_path / "scratch", tmp_path / "out" / "client"
    spec.write_text("openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\n")
    scratch.mkdir()
    command = ["generate", "--spec", str(spec), "--output", str(output)]
    with subprocess.Popen(
        [sys.executable, "-c", _ENDED, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(scratch)},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        told = process.stdout.readline()
        made = [*scratch.iterdir(), *output.parent.iterdir()]
        process.terminate()
        assert process.wait(timeout=30) == 128 + signal.SIGTERM, process.stderr.read()
    assert told == "at work\n"
    assert len(made) == 2
    assert [*scratch.iterdir(), *output.parent.iterdir()] == []


def test_a_thread_may_run_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the main thread can ask for signals; elsewhere it goes without."""
    done: list[int] = []
    monkeypatch.setattr(command_line, "app", lambda: done.append(1))
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
    assert done == [1]


def test_the_handler_of_before_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever calls ``main`` as a function keeps what it had asked for."""
    before = signal.getsignal(signal.SIGTERM)
    during = []
    monkeypatch.setattr(
        command_line, "app", lambda: during.append(signal.getsignal(signal.SIGTERM))
    )
    main()
    assert during[0] is not before
    assert signal.getsignal(signal.SIGTERM) is before
