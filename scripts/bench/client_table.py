# ruff: noqa: INP001, S603 - a script: no package, runs fixed commands
"""Measures clients of one API beside each other: ``scripts/bench/clients``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
from client_server import ANSWERS

from specproof.catalog import open_catalog
from specproof.document import canonical_json, read
from specproof.errors import SpecproofError
from specproof.generation import generate_client, source_of_api
from specproof.text import one_line

__all__ = ["main"]

_HERE = Path(__file__).parent
_ROUNDS = 3
_ENDINGS = (
    "typed result",
    "typed error",
    "foreign exception",
    "silent None",
    "wrong value",
    "wrong error",
    "hangs",
)


@dataclass
class _Row:
    """What was measured of one client; times in microseconds of CPU.

    Attributes:
        note: why nothing was measured, or None.
        endings: how the call with each odd answer ended.
    """

    name: str
    note: str | None = None
    import_time: int | None = None
    first_result: int | None = None
    bytes: int | None = None
    lines: int | None = None
    call: int | None = None
    async_call: int | None = None
    endings: dict[str, str] = field(default_factory=dict)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/bench/clients", allow_abbrev=False)
    parser.add_argument("--official", type=Path)
    parser.add_argument("--openapi-generator", type=Path)
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="specproof-bench-") as scratch, _server() as url:
            places = {
                **_generated(Path(scratch)),
                "official": (options.official, "onesignal"),
                "openapi-generator": (options.openapi_generator, "openapi_client"),
                "httpx": (Path(httpx.__file__).parents[1], "httpx"),
            }
            rows = _measured(places, url, options.calls)
    except SpecproofError as error:
        sys.stderr.write(f"scripts/bench/clients: error: {error}\n")
        return error.exit_code
    text = json.dumps([asdict(row) for row in rows], indent=2) if options.json else _table(rows)
    sys.stdout.write(f"{text}\n")
    return 0


def _generated(scratch: Path) -> dict[str, tuple[Path | None, str]]:
    """Generate our client and the stock one from the same description."""
    api = open_catalog(None).get("onesignal")
    generate_client(source_of_api(api), scratch / "ours")
    described = scratch / "effective.json"
    described.write_bytes(canonical_json(read(api.effective)))
    (scratch / "stock").mkdir()
    options = ["--path", str(described), "--meta", "none"]
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("openapi-python-client")),
            "generate",
            *options,
            "--output-path",
            str(scratch / "stock" / "stock_client"),
        ],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"},
    )
    stock = None if done.returncode else scratch / "stock"
    return {"ours": (scratch / "ours", "onesignal_client"), "stock": (stock, "stock_client")}


@contextmanager
def _server() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, str(_HERE / "client_server.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate()


def _measured(places: Mapping[str, tuple[Path | None, str]], url: str, calls: int) -> list[_Row]:
    rows = [_row(name, *place) for name, place in places.items()]
    able = [row for row in rows if row.note is None]
    for row in able:
        folder, package = places[row.name]
        files = sorted((folder or Path()).glob(f"{package}/**/*.py"))
        row.bytes = sum(path.stat().st_size for path in files)
        row.lines = sum(path.read_bytes().count(b"\n") for path in files)
        if row.name != "httpx":  # which returns whatever comes, and types nothing
            answer = _drive("odd", row, places, url, calls)
            row.endings = answer if isinstance(answer, dict) else {}
    for attribute, what in (
        ("import_time", "import"),
        ("first_result", "first"),
        ("call", "calls"),
        ("async_call", "async"),
    ):
        found: dict[str, list[float]] = {row.name: [] for row in able}
        # In turn, so that what else the machine does falls on all of them alike.
        for _ in range(_ROUNDS):
            for row in able:
                seconds = _drive(what, row, places, url, calls)
                if isinstance(seconds, float):
                    found[row.name].append(seconds)
        for row in able:
            best = min(found[row.name], default=None)
            setattr(row, attribute, None if best is None else round(best * 1e6))
    return rows


def _row(name: str, folder: Path | None, package: str) -> _Row:
    if folder is None or not (folder / package).is_dir():
        return _Row(name, "not measured: see scripts/bench/clients --help")
    return _Row(name)


def _drive(
    what: str,
    row: _Row,
    places: Mapping[str, tuple[Path | None, str]],
    url: str,
    calls: int,
) -> Any:
    done = subprocess.run(
        [sys.executable, str(_HERE / "client_drive.py"), what, row.name, url, str(calls)],
        check=False,
        capture_output=True,
        text=True,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(places[row.name][0]),
            # Bytecode is written by the first round, as it is for users.
            "PYTHONHASHSEED": "0",
        },
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        row.note = f"{what} failed: {one_line(last, 200)}"
        return None
    return json.loads(done.stdout)


def _table(rows: Sequence[_Row]) -> str:
    head = ("client", "import ms", "first ms", "KiB", "lines", "call us", "async us", *_ENDINGS)
    lines: list[tuple[str, ...]] = [head]
    for row in rows:
        ended = Counter(ending.partition(":")[0] for ending in row.endings.values())
        lines.append(
            (
                row.name,
                _shown(row.import_time, 1000),
                _shown(row.first_result, 1000),
                _shown(row.bytes, 1024),
                _shown(row.lines, 1),
                _shown(row.call, 1),
                _shown(row.async_call, 1),
                *(str(ended[ending]) if row.endings else "-" for ending in _ENDINGS),
            )
        )
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    shown = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    notes = [f"{row.name}: {row.note}" for row in rows if row.note]
    good = sum(answer.good for answer in ANSWERS.values())
    about = (
        f"{len(ANSWERS)} answers, {good} of them good: a typed result is due for those, for the"
        " others a typed error or, as the generators do it, the model of a documented error"
    )
    return "\n".join([*shown, "", about, *notes])


def _shown(value: int | None, unit: int) -> str:
    return "-" if value is None else f"{value / unit:.0f}"


if __name__ == "__main__":
    sys.exit(main())
