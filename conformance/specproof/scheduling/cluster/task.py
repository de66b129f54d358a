"""The function that travels: by its name, so that it has to be installed where it is called."""

from __future__ import annotations

from specproof.json_types import JsonObject

__all__ = ["run_part"]


def run_part(text: str) -> JsonObject:
    """Execute the task ``text`` on this worker, see `worker.perform`."""
    # The client names this function and calls it nowhere: what it needs is the worker's.
    from specproof.scheduling.cluster.worker import perform  # noqa: PLC0415 - for that reason

    return perform(text)
