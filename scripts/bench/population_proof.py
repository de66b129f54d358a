# ruff: noqa: INP001, S311 - a script: no package; its dice are seeded, not secret
"""The population proof at length: ``scripts/bench/population``."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from population import Town

__all__ = ["main"]

_KINDS = 2
"""Valid and invalid cases are counted apart."""


def main() -> int:
    """Run the proof on both emulators and print what came of it; return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    return max(_prove(api, chosen) for api in ("onesignal", "sequence"))


def _prove(api: str, chosen: argparse.Namespace) -> int:
    dice = random.Random(f"{api}{chosen.seed}")
    started = time.monotonic()
    cases = str(max(1, chosen.cases // _KINDS))
    with tempfile.TemporaryDirectory(prefix="specproof-population-") as folder:
        town = Town(api, Path(folder))
        with town.open() as url:
            for _ in range(chosen.kills):
                seed = str(dice.randint(0, 10**6))
                moment = int(10 ** dice.uniform(0, 3))
                town.run(url, "--cases", cases, "--seed", seed, kill_at=moment)
                if town.people() != town.before:
                    sys.stdout.write(f"{api}: killed at request {moment}, something is left\n")
            code, _ = town.run(url, "--cases", cases, "--max-requests", "1000000")
            cleaned, output = town.cleanup(url)
        same = town.people() == town.before
    sys.stdout.write(
        f"{api}: {town.requests} requests in {time.monotonic() - started:.0f} s, run {code},"
        f" cleanup {cleaned} ({output.strip()}), population {'as it was' if same else 'CHANGED'}\n"
    )
    return 0 if same and not cleaned and code in {0, 1} else 1


if __name__ == "__main__":
    raise SystemExit(main())
