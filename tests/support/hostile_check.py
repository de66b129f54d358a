"""Runs a hostile document through the command line and says what went wrong."""

from __future__ import annotations

import os
import re
import socket
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hostile_case import FIFO, FILE, HOST, URL, HostileCase
from warm_process import Outcome, WarmProcess

from specproof.text import one_line

__all__ = ["Surroundings", "complaints", "surroundings"]

_SECRET = "canary-5f1d"
_MOST_SECONDS = 30
_MOST_MEMORY = 1 << 30
_LONGEST_LINE = 2100
_SHOWN = 100  # characters of a call in a line that names it
_MARK = "OWNED"
_COMMAND = re.compile(r"^\s*(?:::|##\[|##vso\[)", re.MULTILINE)
# What turns text around or hides it: Trojan Source, CVE-2021-42574.
_DECEPTIVE = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029\U000e0000-\U000e007f]")


@dataclass
class Surroundings:
    """What a document may want to reach.

    Attributes:
        folder: holds one folder for each document, and beside them what none may touch.
        places: what stands for addresses and files in documents.
        connections: how many a listener on loopback has had.
    """

    folder: Path
    places: dict[str, str]
    connections: int = 0


@contextmanager
def surroundings(folder: Path) -> Iterator[Surroundings]:
    """Set up a listener, a canary file and a FIFO."""
    (folder / "secret.yaml").write_text(f"title: {_SECRET}\n")
    os.mkfifo(folder / "fifo")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
        around = Surroundings(
            folder,
            {
                URL: f"http://{host}",
                HOST: host,
                FILE: str(folder / "secret.yaml"),
                FIFO: str(folder / "fifo"),
            },
        )

        def listen() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                around.connections += 1
                connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield around
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def complaints(case: HostileCase, process: WarmProcess, around: Surroundings) -> list[str]:
    """Generate, load, serve and lint ``case``; return what is not as it should be."""
    folder = around.folder / case.id
    folder.mkdir()
    name = f"case{case.suffix}"
    (folder / name).write_bytes(case.data(around.places))
    before, had = _beside(around), around.connections
    commands = [["generate", "--spec", name, "--output", "out"]]
    if not isinstance(case.document, bytes):
        commands.append(["lint", name])
    done = process.run("examine", folder, spec=name, commands=commands)
    return [
        *_harm(done, folder),
        *([f"touched {_beside(around) - before}"] if _beside(around) != before else []),
        *([f"{made} connections"] if (made := around.connections - had) else []),
        *_said(case, done, folder, around.places),
        *_written(folder / "out"),
    ]


def _beside(around: Surroundings) -> set[str]:
    """Return what lies outside the documents' folders."""
    parents = (around.folder, around.folder.parent)
    return {str(path) for parent in parents for path in parent.iterdir()}


def _harm(done: Outcome, folder: Path) -> Iterator[str]:
    yield from (f"event: {event}" for event in done.events)
    yield from (f"left {path}" for path in folder.rglob(_MARK))
    yield from (f"left {path}" for path in (folder / "tmp").iterdir())
    if done.seconds > _MOST_SECONDS:
        yield f"took {done.seconds} s"
    if done.memory > _MOST_MEMORY:
        yield f"took {done.memory >> 20} MiB"
    if done.code:
        yield f"ended with {done.code}: {done.errors[-2000:]}"
    # Documents may hold the payload's text; only the payload itself prints it on a line alone.
    if re.search(rf"^{_MARK}$", done.output, re.MULTILINE):
        yield f"printed {_MARK}"


def _said(  # noqa: C901 - one look at each thing that is said
    case: HostileCase, done: Outcome, folder: Path, places: dict[str, str]
) -> Iterator[str]:
    if not done.result:
        return
    steps = done.result["steps"]
    for name, (code, output, errors) in steps.items():
        text = output + errors
        if "Traceback" in text or "internal error" in text:
            yield f"{name} broke: {text[-500:]}"
        if any(_is_control(character) for character in text) or _COMMAND.search(text):
            yield f"{name} printed what a terminal or build service obeys: {text[:500]!r}"
        if code not in ((0, 1, 2) if name == "lint" else (0, 2)):
            yield f"{name} ended with {code}"
        if _SECRET in text:
            yield f"{name} has read the canary"
    code, output, errors = steps["generate"]
    if code:
        yield from _refused(errors, f"case{case.suffix}")
        if (folder / "out").exists():
            yield "refused, and a client is there"
    else:
        yield from _complete(case.value(places), done.result["loaded"], output + errors)
    if case.refused is None and (code or errors):
        yield f"not generated whole: {errors[:500]}"
    if case.refused is not None and (not (code or errors) or case.refused not in output + errors):
        yield f"not refused as {case.refused!r}: {(output + errors)[:500]}"


def _is_control(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _refused(errors: str, name: str) -> Iterator[str]:
    if not re.fullmatch(r"specproof: error: [^\n]+\n", errors) or len(errors) > _LONGEST_LINE:
        yield f"not one clear line: {errors[:500]!r}"
    if not errors.startswith(f"specproof: error: {name}:"):
        yield f"the refusal does not begin with the place: {errors[:300]!r}"


def _complete(document: Any, loaded: Any, said: str) -> Iterator[str]:
    """Every operation is in the client, or a line says that it is not."""
    made = set(loaded["calls"])
    for call in _calls(document):
        if call not in made and one_line(call)[:_SHOWN] not in said:
            yield f"{call!r} vanished without a word; made are {sorted(made)[:5]}"


def _calls(document: Any) -> Iterator[str]:
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in item if isinstance(item, dict) else ():
            if method in {"get", "post", "delete"}:
                yield f"{method.upper()} {path}"


def _written(client: Path) -> Iterator[str]:
    for path in client.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            yield f"{path} is no plain file"
        elif path.suffix in {".py", ".toml", ".md", ".lock"}:
            text = path.read_text(encoding="utf-8")
            if (found := _DECEPTIVE.search(text)) is not None:
                yield f"{path.name} holds {found.group()!r}: {text[: found.start()][-80:]!r}"
            if any(ord(character) < 32 and character not in "\n\t" for character in text):
                yield f"{path.name} holds control characters"
            if _SECRET in text:
                yield f"{path.name} holds the canary"
