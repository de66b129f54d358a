"""Makes a run of its parts, once all of them are in the history."""

from __future__ import annotations

from dataclasses import replace

from specproof.errors import CouldNotCheckError, InputError
from specproof.history.store import History
from specproof.scheduling.cluster.jobs import Task
from specproof.scheduling.cluster.shelf import has_run, stored_parts
from specproof.suites.plan import RunPlan

__all__ = ["finish_if_whole", "plan_of"]


def plan_of(task: Task, root: str | None = None) -> RunPlan:
    """Return the plan of ``task`` as this machine executes it.

    Args:
        root: folder with ``specs/`` in it, None for the one that the surroundings name.
    """
    return replace(RunPlan.from_text(task.plan), root=root)


def finish_if_whole(history: History, task: Task, root: str | None = None) -> bool:
    """Store the run that ``task`` belongs to if its last part is there; say whether it is stored.

    Whoever finds all parts does it: several may at once, what they write is the same, and one
    of them is the first.

    Raises:
        InputError: the parts do not make a run, or they say nothing of the API; they are
            dropped then, so that the same batch tries again.
        CouldNotCheckError: the history is away.
    """
    if has_run(history, task.run_id):
        return True
    if len(stored_parts(history, task.run_id)) < task.count:
        return False
    stored = history.parts(task.run_id)
    if len(stored) < task.count:
        # Another finished it in between, and took them away.
        return has_run(history, task.run_id)
    # A client whose workers finish every run never needs what executes and judges one.
    from specproof.suites.parts import Part, assemble  # noqa: PLC0415 - for the reason above

    parts = [Part.from_bytes(item.data) for item in stored]
    try:
        run = assemble(
            plan_of(task, root),
            parts,
            fail_on=task.fail_on,
            run_id=task.run_id,
            flaky_ok=task.flaky_ok,
        )
    except CouldNotCheckError as error:
        history.drop_parts(task.run_id)
        raise InputError(str(error)) from None
    history.finish_parts(task.run_id, run, batch=task.batch, labels=dict(task.labels))
    return True
