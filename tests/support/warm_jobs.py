"""The program behind ``warm_process``: what it imports once, and the jobs it forks for."""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.machinery
import io
import json
import os
import pkgutil
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import httpx
import httpx_retries
import jinja2
import jsonschema_rs
import openapi_spec_validator
import typer.main
from generation_cases import SPECS

import specproof.cli.generate
import specproof.cli.lint
import specproof.cli.serve
import specproof.generation.client
import specproof.generation.worker
import specproof.targets.stub
from specproof.cli import main as cli
from specproof.effective import lint, validity
from specproof.errors import SpecproofError
from specproof.vendoring import page

# Not used by name: they are imported so that no fork has to.
_WARMED = (attrs, httpx, httpx_retries, jsonschema_rs, openapi_spec_validator)
_WARMED_TOO = (lint, validity, specproof.targets.stub, specproof.generation.client)

MARK = "OWNED"
"""What payloads name: a directory they make, a word they print, an event they raise."""

_SECONDS = 30
_PATIENCE = 120  # seconds of the clock, on a machine that is busy with other things
_MEMORY = 1 << 30
_CHANGES = {
    "os.chmod": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
}
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC
_STRANGE = ("/dev/", "/proc/", "/sys/", "/etc/passwd", "/etc/shadow")
_HARMLESS = ("/dev/null", "/dev/urandom", "/proc/self/fd", "/proc/sys/", "/sys/devices/system/cpu")


def examine(spec: str, *, commands: list[list[str]]) -> dict[str, Any]:
    """Run the command line once for each of ``commands``; load the client that came of it.

    Returns:
        ``steps`` (``[exit code, output, errors]`` by first word) and what ``load`` returns.
    """
    done: dict[str, Any] = {"steps": {}, "loaded": None}
    for arguments in commands:
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            try:
                command(arguments)
                code: Any = 0
            except SystemExit as ended:
                code = ended.code or 0
            finally:
                subprocess.run = _REAL_RUN
        done["steps"][arguments[0]] = [code, output.getvalue(), errors.getvalue()]
        if arguments[0] == "generate" and code == 0:
            done["loaded"] = load("out")
            with contextlib.suppress(SystemExit):
                answer(spec)
    return done


def command(arguments: list[str]) -> None:
    """Run the command line."""
    sys.argv = ["specproof", *arguments]
    subprocess.run = _run  # type: ignore[assignment]  # the worker is forked, not started
    cli.main()


def extract(path: str) -> dict[str, Any]:
    """Read a documentation page as ``specproof vendor`` does."""
    try:
        found = page.extract(Path(path).read_bytes(), name=Path(path).name, whole=False)
    except SpecproofError as error:
        sys.stderr.write(f"specproof: error: {error}\n")
        raise SystemExit(error.exit_code) from None
    return {"operation": found.operation, "title": found.document["info"].get("title")}  # type: ignore[union-attr]  # extract has checked it


def answer(path: str) -> list[int]:
    """Let a stub of the description answer every documented status; return the statuses."""
    try:
        emulator: Any = specproof.cli.serve._emulator(None, Path(path), None, [], 0)
        statuses = []
        for operation in emulator.contract.operations.values():
            for status in (200, 204, 400, 404, 500):
                statuses.append(emulator.answer(operation, status).status)  # noqa: PERF401 - clearer
    except SpecproofError as error:
        sys.stderr.write(f"specproof: error: {error}\n")
        raise SystemExit(error.exit_code) from None
    return sorted(set(statuses))


def load(project: str) -> dict[str, Any]:
    """Import every module of a client and compile every schema it carries."""
    warnings.simplefilter("error")
    sys.path.insert(0, project)
    (package,) = (entry.parent for entry in Path(project).glob("*/__init__.py"))
    root = importlib.import_module(package.name)
    calls = []
    names = [root.__name__]
    for found in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
        module = importlib.import_module(found.name)
        names.append(found.name)
        call = getattr(module, "_CALL", None)
        if call is not None:
            calls.append(f"{call.method} {call.template}")
        for exported in getattr(module, "__all__", ()):
            getattr(module, exported)
    decoding = importlib.import_module(f"{root.__name__}.decoding")
    schemas = decoding._schemas()
    for operation, statuses in schemas["operations"].items():
        for status in statuses:
            decoding._validator(operation, status)
    return {"calls": sorted(calls), "modules": len(names)}


def misbehave(how: str, where: str) -> None:  # noqa: C901 - a list of misdeeds
    """Do what no document may bring about: the control of the harness."""
    if how == "make":
        os.mkdir(MARK)  # noqa: PTH102 - as the payloads do
    elif how == "print":
        sys.stdout.write(f"{MARK}\n")
    elif how == "write":
        Path(where).write_text(MARK)
    elif how == "rename":
        Path(MARK).write_text("")
        Path(MARK).rename(where)
    elif how == "read":
        Path(where).read_bytes()
    elif how == "connect":
        httpx.get(where)
    elif how == "start":
        subprocess.run(["/bin/true"], check=True)
    elif how == "spin":
        while True:
            pass
    elif how == "hoard":
        kept = [bytearray(64 << 20) for _ in range(64)]
        raise AssertionError(len(kept))
    elif how == "worker":
        _owned_worker(where)


def _owned_worker(spec: str) -> None:
    before = specproof.generation.worker.generate

    def generate(job: Mapping[str, Any]) -> dict[str, Any]:
        os.mkdir(MARK)  # noqa: PTH102 - as the payloads do
        return before(job)

    specproof.generation.worker.generate = generate
    command(["generate", "--spec", spec, "--output", "out"])


_JOBS: dict[str, Callable[..., Any]] = {
    job.__name__: job for job in (answer, command, examine, extract, load, misbehave)
}


class _Watch:
    """The audit hook of a fork; forks of a fork inherit it."""

    def __init__(self, folder: Path, report: int) -> None:
        self._report = report
        # Reading is free but for what stands beside the folder or is no plain file.
        self._folder = os.path.realpath(folder)
        self._beside = str(Path(self._folder).parent)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        told = self._told(event, arguments)
        if told is not None:
            line = json.dumps({"event": told[:500]}) + "\n"
            os.write(self._report, line.encode())

    def _told(self, event: str, arguments: tuple[Any, ...]) -> str | None:
        if event.startswith("socket.") and event not in {"socket.__new__", "socket.gethostname"}:
            return f"{event} {arguments[1:]!r}"
        if event == "subprocess.Popen" and "ruff" not in Path(str(arguments[0])).name:
            return f"{event} {arguments[0]!r}"
        if event in {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn"}:
            return f"{event} {arguments!r}"
        if event == "open":
            return self._opened(*arguments)
        if event in _CHANGES:
            for path in arguments[: _CHANGES[event]]:
                if self._outside(path) or Path(str(path)).name == MARK:
                    return f"{event} {path!r}"
        return None

    def _opened(self, path: object, mode: object, flags: object) -> str | None:
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        text = os.fsdecode(path)
        if text.startswith(_STRANGE) and not text.startswith(_HARMLESS):
            return f"open {text}"
        writes = isinstance(mode, str) and any(letter in mode for letter in "wax+")
        if writes or (isinstance(flags, int) and flags & _WRITES):
            return f"write {text}" if self._outside(text) and text != "/dev/null" else None
        place = f"{os.path.realpath(text)}/"
        beside = place.startswith(f"{self._beside}/") and not place.startswith(f"{self._folder}/")
        return f"open {text}" if beside and place != f"{self._beside}/" else None

    def _outside(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        text = os.fsdecode(path)
        if "/" not in text and text != MARK:
            return False  # relative to a descriptor, as rmtree walks
        place = os.path.realpath(text)
        return not f"{place}/".startswith(f"{self._folder}/")


def _run(command: list[str], **options: Any) -> Any:
    """Stand in for ``subprocess.run``: the worker is forked, ruff is started."""
    if not str(command[-1]).endswith("worker.py"):
        return _REAL_RUN(command, **options)
    into, outof = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(into)
        os._exit(_work(options, outof))
    os.close(outof)
    with os.fdopen(into, "rb") as stream:
        said = stream.read().decode("utf-8", "replace")
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    output, _, errors = said.partition("\0")
    return subprocess.CompletedProcess(command, code, output, errors)


def _work(options: Mapping[str, Any], report: int) -> int:
    os.chdir(options["cwd"])
    os.environ.clear()
    os.environ.update(options["env"])
    sys.stdin = io.StringIO(options["input"])
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    code = 0
    try:
        specproof.generation.worker.main()
    except BaseException:  # noqa: BLE001 - what the interpreter does at its end
        traceback.print_exc()
        code = 1
    data = f"{sys.stdout.getvalue()}\0{sys.stderr.getvalue()}".encode("utf-8", "replace")
    with os.fdopen(report, "wb") as stream:
        stream.write(data)
    return code


_REAL_RUN = subprocess.run


def _child(job: Mapping[str, Any], report: int) -> int:
    folder = Path(job["folder"])
    scratch = folder / "tmp"
    scratch.mkdir(exist_ok=True)
    os.chdir(folder)
    os.environ["TMPDIR"] = str(scratch)
    tempfile.tempdir = None
    for number, name in ((1, "stdout"), (2, "stderr")):
        opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(opened, number)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - until the end
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - until the end
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    space = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (space + _MEMORY, space + _MEMORY))
    sys.addaudithook(_Watch(folder, report))
    code = 0
    result = None
    try:
        result = _JOBS[job["action"]](**job["options"])
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else int(done.code is not None)
    except BaseException:  # noqa: BLE001 - what the interpreter does at its end
        traceback.print_exc()
        code = 70
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    os.write(report, (json.dumps({"result": result}) + "\n").encode())
    return code


def _lines(stream: int, child: int) -> Iterator[dict[str, Any]]:
    """Yield what a fork reports until it and its children have ended; end it when it hangs."""
    began, rest = time.monotonic(), b""
    while True:
        left = began + _PATIENCE - time.monotonic()
        ready, _, _ = select.select([stream], [], [], max(left, 0))
        if not ready:
            os.kill(child, signal.SIGKILL)
            yield {"event": f"still at work after {_PATIENCE} s"}
            return
        data = os.read(stream, 1 << 16)
        if not data:
            return
        *whole, rest = (rest + data).split(b"\n")
        yield from (json.loads(line) for line in whole)


def _fork(job: Mapping[str, Any]) -> dict[str, Any]:
    into, outof = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(into)
        os._exit(_child(job, outof))
    os.close(outof)
    events, result = [], None
    for line in _lines(into, child):
        if "event" in line:
            events.append(line["event"])
        else:
            result = line["result"]
    os.close(into)
    _, status, usage = os.wait4(child, 0)
    folder = Path(job["folder"])
    return {
        "code": os.waitstatus_to_exitcode(status),
        "output": (folder / "stdout").read_text(encoding="utf-8", errors="replace"),
        "errors": (folder / "stderr").read_text(encoding="utf-8", errors="replace"),
        "events": events,
        "result": result,
        "seconds": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024,
    }


def _warm() -> None:
    """Do everything once in this process that comes out the same in each fork."""
    typer.main.get_params_from_function = cache(  # type: ignore[attr-defined]  # for this process
        typer.main.get_params_from_function  # type: ignore[attr-defined]  # it is there by import
    )
    _warm_generation()
    for version in ("3.0.3", "3.1.0"):
        lint.lint({"openapi": version, "info": {"title": "", "version": ""}, "paths": {}})
    # What is there now stays as long as the process; no fork has to look through it.
    gc.collect()
    gc.freeze()


def _warm_generation() -> None:
    """Generate a client, so that the forks find templates and unchanging modules compiled."""
    compiled: dict[Any, Any] = {}
    compile_template = jinja2.Environment.compile

    def remember(environment: jinja2.Environment, *arguments: Any, **options: Any) -> Any:
        key = (arguments, tuple(sorted(options.items())))
        if key not in compiled:
            compiled[key] = compile_template(environment, *arguments, **options)
        return compiled[key]

    def run(command: list[str], **options: Any) -> Any:
        if not str(command[-1]).endswith("worker.py"):
            return _REAL_RUN(command, **options)
        with contextlib.redirect_stdout(io.StringIO()):
            made = specproof.generation.worker.generate(json.loads(options["input"]))
        return subprocess.CompletedProcess(command, 0, json.dumps(made), "")

    jinja2.Environment.compile = remember  # type: ignore[method-assign, assignment]  # for this process
    subprocess.run = run  # type: ignore[assignment]  # for the moment
    source = specproof.generation.source_of_file(SPECS / "wide.yaml")
    # Each module names the file it comes from; hostile documents are called like these.
    for label in ("case.json", "case.yaml"):
        with tempfile.TemporaryDirectory() as folder:
            named = replace(source, name="case", label=label, file=label)
            specproof.generation.build_client(named, Path(folder))
            _remember_code(Path(folder))
    subprocess.run = _REAL_RUN


def _remember_code(client: Path) -> None:
    """Compile the modules of ``client``; a fork that imports the same bytes takes that code."""
    codes = {
        data: compile(data, str(path), "exec", dont_inherit=True)
        for path in client.rglob("*.py")
        for data in (path.read_bytes(),)
    }
    loader = importlib.machinery.SourceFileLoader
    before = loader.source_to_code

    def source_to_code(self: Any, data: Any, path: Any, **options: Any) -> Any:
        known = codes.get(data) if isinstance(data, bytes) else None
        return before(self, data, path, **options) if known is None else known

    loader.source_to_code = source_to_code  # type: ignore[method-assign]  # for this process


def main() -> None:
    """Do jobs until standard input ends."""
    _warm()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_fork(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
