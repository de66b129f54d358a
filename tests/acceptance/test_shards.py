"""A run in shards, as the jobs of a CI matrix run it, is the run in one piece."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from serving import SPECPROOF
from unmeasured import unmeasured

ROOT = Path(__file__).parents[2]
_OWN = frozenset({"run_id", "started", "finished", "elapsed_ms"})


def _started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = {key: item for key, item in unmeasured().items() if key != "SPECPROOF_HISTORY"}
    return subprocess.Popen(
        [*SPECPROOF, *arguments, "--root", str(ROOT)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def _ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    with process:
        out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def _lines(path: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [{key: item for key, item in line.items() if key not in _OWN} for line in lines]


def test_the_union_of_the_shards_is_the_run(tmp_path: Path) -> None:
    """Every line of its file but id and times, out of real processes, and its exit code."""
    apis = ("sequence", "--seed", "3", "--cases", "0")
    shards = [
        _started(tmp_path, "run", *apis, "--shard", f"{n}/2", "--output", f"part-{n}.jsonl")
        for n in (1, 2)
    ]
    for code, out, err in map(_ended, shards):
        assert (code, err) == (0, "")
        assert "holds" not in out.splitlines()[-1]
    whole = _ended(_started(tmp_path, "run", *apis, "--output", "whole.jsonl"))
    assert whole[0] == 0
    parts = ("part-2.jsonl", "part-1.jsonl")
    assert _ended(_started(tmp_path, "history", "merge", *parts, "-o", "run.jsonl")) == whole
    assert _lines(tmp_path / "run.jsonl") == _lines(tmp_path / "whole.jsonl")
    (tmp_path / "part-2.jsonl").write_bytes((tmp_path / "part-2.jsonl").read_bytes()[:-40])
    code, out, err = _ended(_started(tmp_path, "history", "merge", *parts))
    assert (code, out) == (2, "")
    assert err.startswith("specproof: error: part-2.jsonl:")
    assert len(err.splitlines()) == 1
