"""The findings that prove a difference, with what only the whole run knows of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from specproof.errors import InputError
from specproof.history.comparable import Past
from specproof.history.records import StoredFinding, StoredRun
from specproof.model import Requirement
from specproof.suites.records import Confirmation

__all__ = ["Proof", "Proofs"]

_RUNS: Final = 32
"""Runs whose commands and repeats are kept in memory: a window of them, and some."""

_TEXTS: Final = 4
"""Runs whose requirements are kept in words, of which a large API has very many."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A finding and how to see it again.

    Attributes:
        started: when the run began that found it.
        fresh: whether the old run of the comparison did not find it.
        reproduce: command for a shell, with the names of credentials in place of values; empty
            where there is none, None where the whole run is not kept.
        confirmation: what repeats within the run showed; None without any or as above.
    """

    finding: StoredFinding
    started: str
    fresh: bool
    reproduce: str | None
    confirmation: Confirmation | None


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is asked of a whole run, but for its requirements."""

    commands: Mapping[tuple[str, str], str]
    confirmations: Mapping[str, Confirmation]


class Proofs:
    """Finds proofs; a whole run is read when it is needed, and not for each of them.

    Args:
        past: the history.
        whole: read whole runs at all; without them there is no command and no confirmation.
    """

    def __init__(self, past: Past, *, whole: bool = True) -> None:
        self._past = past
        self._wanted = whole
        self._runs: OrderedDict[str, _Whole | None] = OrderedDict()
        self._texts: OrderedDict[str, Mapping[str, Requirement]] = OrderedDict()

    def of(
        self, run: StoredRun, findings: Iterable[StoredFinding], before: Container[str]
    ) -> tuple[Proof, ...]:
        """Return ``findings`` of ``run`` as proofs.

        Args:
            before: fingerprints of the old run.
        """
        chosen = tuple(findings)
        whole = self._whole(run) if chosen else None
        return tuple(
            Proof(
                finding=finding,
                started=run.started,
                fresh=finding.fingerprint not in before,
                reproduce=(
                    None
                    if whole is None
                    else whole.commands.get((finding.api, finding.fingerprint), "")
                ),
                confirmation=self.confirmation(run, finding.fingerprint),
            )
            for finding in chosen
        )

    def confirmation(self, run: StoredRun, fingerprint: str) -> Confirmation | None:
        """Return what repeats within ``run`` showed of a finding, None without any."""
        whole = self._whole(run)
        return None if whole is None else whole.confirmations.get(fingerprint)

    def requirement(self, run: StoredRun, name: str) -> Requirement | None:
        """Return a requirement in its words, None where the whole run is not kept."""
        if self._whole(run) is None:
            return None
        if run.run_id not in self._texts:
            # So many other runs were read since.
            self._read(run)
        self._texts.move_to_end(run.run_id)
        return self._texts[run.run_id].get(name)

    def _whole(self, run: StoredRun) -> _Whole | None:
        if not (self._wanted and run.complete):
            return None
        if run.run_id not in self._runs:
            self._read(run)
        self._runs.move_to_end(run.run_id)
        return self._runs[run.run_id]

    def _read(self, run: StoredRun) -> None:
        try:
            found = self._past.history.run(run.run_id)
        except InputError:
            # Somebody has pruned it since it was listed.
            self._runs[run.run_id] = None
            self._texts[run.run_id] = {}
        else:
            self._runs[run.run_id] = _Whole(
                {(item.api, item.fingerprint): item.reproduce for item in found.findings},
                found.confirmations,
            )
            self._texts[run.run_id] = {
                item.requirement.id: item.requirement for item in found.verdicts
            }
        for kept, most in ((self._runs, _RUNS), (self._texts, _TEXTS)):
            if len(kept) > most:
                kept.popitem(last=False)
