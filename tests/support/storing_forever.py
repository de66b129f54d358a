"""A process that stores runs until it is killed: each id that it prints has been stored.

Usage: python storing_forever.py HISTORY FIRST [BYTES]; with BYTES no file may grow larger.
"""

from __future__ import annotations

import itertools
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from stored import stored_run

from specproof.errors import SpecproofError
from specproof.history.store import open_history

if __name__ == "__main__":
    where, first, *rest = sys.argv[1:]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    if rest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(rest[0]), before[1]))
    with open_history(where) as history:
        for number in itertools.count(int(first)):
            run = stored_run(1 + number % 1000, run_id=f"r{number}", codes=(f"code {number}",))
            try:
                history.store_run(run)
            except SpecproofError as error:
                sys.stdout.write(f"{type(error).__name__}: {error}\n")
                break
            sys.stdout.write(f"{run.header.run_id}\n")
            sys.stdout.flush()
    # Who measures this process writes a file at its end.
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
