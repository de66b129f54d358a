"""The options of ``specproof run`` that need a cluster; nothing of a cluster is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from specproof.errors import InputError

__all__ = ["EngineOptions"]


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What was given of them.

    Attributes:
        address: of the scheduler, None for a run on this machine.
        insecure: whether another machine may be used without TLS.
        parts: tasks per API.
        batch: name of the batch, None for a new one.
        fleet: fleet file of a live batch.
    """

    address: str | None
    insecure: bool = False
    parts: int | None = None
    batch: str | None = None
    fleet: Path | None = None

    def refuse_without(self) -> None:
        """Refuse what says nothing without ``--engine``.

        Raises:
            InputError: naming the option.
        """
        given = {
            "--parts": self.parts,
            "--batch": self.batch,
            "--fleet": self.fleet,
            "--insecure-engine": self.insecure or None,
        }
        for name, value in given.items():
            if value is not None:
                raise InputError(f"{name} belongs to --engine")
