"""Whether a run said anything of an API at all."""

from __future__ import annotations

from collections.abc import Mapping

from specproof.history.comparable import DECIDED
from specproof.history.records import StoredRun
from specproof.model import VerdictKind

__all__ = ["proves"]


def proves(run: StoredRun, verdicts: Mapping[str, VerdictKind]) -> bool:
    """Whether a run checked one API: a success came about, and not refusals alone.

    For one API what ``suites.conclude.exit_code_of`` says of all together by ending a run with 3.
    A run with findings ends with 1, whatever else; there it is enough that something was decided.

    Args:
        verdicts: of the API, by id of the requirement.
    """
    if not any(kind in DECIDED for kind in verdicts.values()):
        return False
    return run.exit_code in {0, 1} or any(
        kind in DECIDED and _succeeds(name, run.target) for name, kind in verdicts.items()
    )


def _succeeds(requirement: str, target: str) -> bool:
    """Whether a requirement is that a success comes about; of recordings any answer will do."""
    *_, where, what = ("", *requirement.split("/"))
    return what == "status" and (target == "recorded" or where.startswith("2"))
