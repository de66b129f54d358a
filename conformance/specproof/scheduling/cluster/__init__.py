"""Runs on Dask distributed: one task per API and part, results in the history.

``jobs`` says what is to be done, ``dispatch`` has it done by way of ``engine``, ``worker`` is
what a worker executes, and ``finishing`` makes a run of the parts that lie in the history.
Nothing here is imported unless ``--engine`` is given; Dask itself is an extra.

What a worker has done is in the database before the scheduler hears of it, so scheduler and
client may die at any time. Parts and runs are named by batch and API, and what is there already
is not stored again: whatever is repeated counts once.
"""

from __future__ import annotations
